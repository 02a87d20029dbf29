/** `autoops investigate [GOAL | --alert FILE]`: plans from the map or for a cluster, runs, and answers in plain words. Reads only. */

import { type Local, loadLocal } from "../../../app/local.js";
import { type DiagnosisOutput, diagnosisSchema, planRound } from "../../../app/rounds.js";
import { discoverStack } from "../../../app/stack.js";
import { thinIn } from "../../../core/investigation/thin-map.js";
import type { NodeView } from "../../../core/report/view.js";
import type { Report } from "../../../core/report.js";
import type { Graph } from "../../../schema/graph.js";
import type { GoalInput } from "../../../schema/run-input.js";
import { exitFor, type Problem } from "../../../vocabulary/problems.js";
import type { OpenedRuns } from "../../runs/connected-runs.js";
import { answerText, fullText } from "../answer-text.js";
import type { ClusterOptions } from "../cluster-choice.js";
import { investigateCluster, isForCluster } from "../cluster-run.js";
import { previewed } from "../draft.js";
import { done, type Ending, failed } from "../ending.js";
import { failuresOfAll } from "../failed-looks.js";
import { goalOf, readAsked } from "../goal-words.js";
import { notePlan } from "../own-audit.js";
import { type OwnRuns, startOwnRuns } from "../own-runs.js";
import { noteWarnings } from "../plan-text.js";
import { ownName, type Session } from "../session.js";
import { style } from "../text.js";

interface Options extends ClusterOptions {
  alert?: string;
  all?: boolean;
  waitSeconds?: number;
}

const EVERYTHING = "what is wrong?";
const PLANNED_AS = "investigation";
const WAIT_SECONDS = 120;
/** Within which a person wants an answer, unless they wait longer: a further round begins only if it can end by then. */
const ANSWER_SECONDS = 30;

export async function investigate(session: Session, [goal]: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const startedMs = Date.now();
  const asked = await readAsked(session, goal ?? (options.alert === undefined ? EVERYTHING : undefined), options);
  if (!asked.ok) return failed(asked.problems);
  const read = await loadLocal(session.environment);
  if (!read.ok) return failed(read.problems);
  const wish = await goalOf(asked.asked, { lookOnly: true }, read);
  if (!wish.ok) return failed(wish.problems);
  noteWarnings(print, wish.notices);
  const ofCluster = { local: read, wish: wish.input, options, startedMs };
  if (isForCluster(ofCluster)) return investigateCluster(session, ofCluster);
  if (hasNothing(read)) return failed([NOTHING_DECLARED]);
  const own = startOwnRuns(session);
  try {
    return await planned(session, read, wish.input, { ...options, startedMs }, own);
  } finally {
    await own.drop();
  }
}

/** Plans while what the plan will run on comes up. */
async function planned(
  session: Session,
  read: Local,
  wish: Pick<GoalInput, "goal" | "facts">,
  options: Options & { startedMs: number },
  own: OwnRuns,
): Promise<Ending> {
  const { print } = session;
  const local = await withMap(session, read);
  const thin = local.map === undefined ? undefined : thinIn(local.map);
  if (thin !== undefined) print.note(thin);
  const input = inputOf(wish, options);
  const drafted = previewed(local.draft(input), local);
  await notePlan(session, local.environment, drafted);
  if (!drafted.ok) return failed(drafted.problems);
  if (!drafted.outcome.ok)
    return { ...failed(drafted.outcome.problems, { graph: drafted.graph }), exit: exitFor(drafted.outcome.problems) };
  print.say(style.dim(`${drafted.graph.name}: ${drafted.graph.nodes.length} looks, read only`));
  return own.use((opened) => answered(session, opened, drafted.graph, { ...options, local, input }));
}

const inputOf = ({ goal, facts }: Pick<GoalInput, "goal" | "facts">, { since }: Options): GoalInput => ({
  goal,
  requester: ownName(),
  playbook: PLANNED_AS,
  remedy: false,
  facts:
    facts === undefined && since === undefined
      ? undefined
      : { ...facts, ...(since === undefined ? {} : { window: since }) },
});

const NOTHING_DECLARED: Problem = {
  code: "source-not-configured",
  at: "sources",
  message: "config.yaml declares no source to look at",
  hint: "let one be written: autoops init",
};

const hasNothing = ({ map, config }: Local): boolean =>
  map === undefined && Object.keys(config.sources).length + Object.keys(config.clusters ?? {}).length === 0;

/** Without a map one is made for this once, and that is said. */
async function withMap(session: Session, local: Local): Promise<Local> {
  if (local.map !== undefined) return local;
  session.print.note("there is no map of the stack yet; one is made for this once (autoops discover keeps it)");
  const { map } = await discoverStack(local, session.interrupt);
  return local.withMap(map);
}

interface Asked extends Options {
  local: Local;
  input: GoalInput;
  startedMs: number;
}

/** Rounds, each a run of its own with its own history, until nothing new would tell causes apart or the time is over. */
async function answered(session: Session, opened: OpenedRuns, first: Graph, asked: Asked): Promise<Ending> {
  const { print } = session;
  const rounds: Round[] = [];
  let graph: Graph | undefined = first;
  while (graph !== undefined) {
    const beganMs = Date.now();
    const done = await oneRound(opened, graph, asked.waitSeconds);
    if (!done.ok) return rounds.length === 0 ? done.ending : shown(session, rounds, asked);
    rounds.push({ ...done.round, graph });
    const now = Date.now();
    const within = Math.max(ANSWER_SECONDS, asked.waitSeconds ?? 0) * 1_000;
    const isTime = now - asked.startedMs + (now - beganMs) <= within;
    graph = isTime ? nextGraph(asked, rounds) : undefined;
    if (graph !== undefined) print.say(style.dim(`${graph.name}: ${graph.nodes.length} looks, read only`));
  }
  return shown(session, rounds, asked);
}

interface Round {
  graph: Graph;
  runId: string;
  report: Report;
  nodes: NodeView[];
  told: DiagnosisOutput | undefined;
}

async function oneRound(
  { runs, recall }: OpenedRuns,
  graph: Graph,
  waitSeconds = WAIT_SECONDS,
): Promise<{ ok: true; round: Omit<Round, "graph"> } | { ok: false; ending: Ending }> {
  const started = await runs.start({ graph, requester: ownName(), trigger: "cli" });
  if (!started.ok) return { ok: false, ending: failed(started.problems) };
  const { runId } = started.value;
  const report = await runs.report(runId, waitSeconds * 1_000);
  if (!report.ok) return { ok: false, ending: failed(report.problems, { runId }) };
  if (report.value === undefined) {
    const message = `the investigation ${runId} goes on after ${waitSeconds} s`;
    const problem = { code: "timed-out" as const, at: runId, message, hint: `follow it: autoops watch ${runId}` };
    return { ok: false, ending: failed([problem], { runId }) };
  }
  const recalled = await recall(runId);
  const nodes = recalled.ok ? recalled.value.view.nodes : [];
  const told = diagnosisSchema.safeParse(nodes.findLast(({ tool }) => tool === "diagnosis")?.output);
  return { ok: true, round: { runId, report: report.value, nodes, told: told.data } };
}

/** Undefined where the round before changed nothing, is sure, or leaves nothing to look at; and where the check refuses it. */
function nextGraph({ local, input }: Asked, rounds: readonly Round[]): Graph | undefined {
  const [last, earlier] = [rounds.at(-1), rounds.at(-2)];
  if (last?.told === undefined || local.map === undefined) return undefined;
  if (earlier?.told !== undefined && isSameAnswer(earlier.told, last.told)) return undefined;
  const window = input.facts?.window;
  const planned = planRound({
    ...{ goal: input.goal, map: local.map, config: local.config, round: rounds.length + 1 },
    window,
    before: { runId: last.runId, graph: last.graph, told: last.told },
    graphs: rounds.map(({ graph }) => graph),
  });
  const drafted = planned === undefined ? undefined : previewed(planned, local);
  return drafted?.ok === true && drafted.outcome.ok ? drafted.graph : undefined;
}

const isSameAnswer = (one: DiagnosisOutput, other: DiagnosisOutput): boolean =>
  one.certainty === other.certainty &&
  JSON.stringify(one.causes.map(({ service }) => service)) ===
    JSON.stringify(other.causes.map(({ service }) => service));

function shown({ print }: Session, rounds: readonly Round[], { startedMs, all }: Asked): Ending {
  const last = rounds.at(-1);
  if (last === undefined) return failed([]);
  const answer = last.told;
  const seconds = Math.round((Date.now() - startedMs) / 100) / 10;
  const { runId, report } = last;
  const more = `${seconds} s; all that was read: autoops report ${runId} --full`;
  for (const line of all === true ? fullText(report) : answerText(report, more)) print.result(line);
  // A run on an own server is gone with it: who wants everything gets it here.
  const looks =
    all === true
      ? rounds.flatMap(({ nodes }, index) =>
          nodes.map(({ id, tool, output }) => ({ round: index + 1, node: id, tool, output })),
        )
      : undefined;
  const document = { runId, seconds, rounds: rounds.map((round) => round.runId), answer, looks, report };
  const problems = failuresOfAll(rounds.flatMap(({ nodes }) => nodes));
  return problems.length > 0 ? failed(problems, document) : done(document);
}
