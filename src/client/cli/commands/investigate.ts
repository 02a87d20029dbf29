/** `autoops investigate [GOAL | --alert FILE]`: plans from the map, runs, and answers in plain words. Reads only. */
import { type Local, loadLocal } from "../../../app/local.js";
import { discoverStack } from "../../../app/stack.js";
import type { Graph } from "../../../schema/graph.js";
import type { GoalInput } from "../../../schema/run-input.js";
import { exitFor } from "../../../vocabulary/problems.js";
import type { OpenedRuns } from "../../runs/open-runs.js";
import { answerText, fullText } from "../answer-text.js";
import { previewed } from "../draft.js";
import { done, type Ending, failed } from "../ending.js";
import { goalOf, readAsked } from "../goal-words.js";
import { withOwnRuns } from "../own-runs.js";
import { noteWarnings } from "../plan-text.js";
import { ownName, type Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  alert?: string;
  since?: string;
  all?: boolean;
  waitSeconds?: number;
}

const EVERYTHING = "what is wrong?";
const PLANNED_AS = "investigation";
const WAIT_SECONDS = 120;

export async function investigate(session: Session, [goal]: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const startedMs = Date.now();
  const asked = await readAsked(session, goal ?? (options.alert === undefined ? EVERYTHING : undefined), options);
  if (!asked.ok) return failed(asked.problems);
  const loaded = await withMap(session);
  if (!loaded.ok) return failed(loaded.problems);
  const { local } = loaded;
  const wish = await goalOf(asked.asked, { lookOnly: true }, local);
  if (!wish.ok) return failed(wish.problems);
  noteWarnings(print, wish.notices);
  const input = inputOf(wish.input, options);
  const drafted = previewed(local.draft(input), local);
  if (!drafted.ok) return failed(drafted.problems);
  if (!drafted.outcome.ok)
    return { ...failed(drafted.outcome.problems, { graph: drafted.graph }), exit: exitFor(drafted.outcome.problems) };
  print.say(style.dim(`${drafted.graph.name}: ${drafted.graph.nodes.length} looks, read only`));
  return withOwnRuns(session, (opened) => answered(session, opened, drafted.graph, { ...options, startedMs }));
}

const inputOf = ({ goal, facts }: Pick<GoalInput, "goal" | "facts">, { since }: Options): GoalInput => ({
  goal,
  requester: ownName(),
  playbook: PLANNED_AS,
  remedy: false,
  ...(facts === undefined && since === undefined
    ? {}
    : { facts: { ...facts, ...(since === undefined ? {} : { window: since }) } }),
});

/** Without a map one is made for this once, and that is said. */
async function withMap(
  session: Session,
): Promise<{ ok: true; local: Local } | Extract<Awaited<ReturnType<typeof loadLocal>>, { ok: false }>> {
  const local = await loadLocal(session.environment);
  if (!local.ok || local.map !== undefined) return local.ok ? { ok: true, local } : local;
  if (Object.keys(local.config.sources).length === 0) {
    const message = "config.yaml declares no source to look at";
    const hint = "let one be written: autoops init";
    return { ok: false, problems: [{ code: "source-not-configured", at: "sources", message, hint }] };
  }
  session.print.note("there is no map of the stack yet; one is made for this once (autoops discover keeps it)");
  const { map } = await discoverStack(local, session.interrupt);
  return { ok: true, local: local.withMap(map) };
}

async function answered(
  session: Session,
  { runs, recall }: OpenedRuns,
  graph: Graph,
  options: Options & { startedMs: number },
): Promise<Ending> {
  const { print } = session;
  const started = await runs.start({ graph, requester: ownName(), trigger: "cli" });
  if (!started.ok) return failed(started.problems);
  const { runId } = started.value;
  const waitMs = (options.waitSeconds ?? WAIT_SECONDS) * 1_000;
  const report = await runs.report(runId, waitMs);
  if (!report.ok) return failed(report.problems, { runId });
  if (report.value === undefined) {
    const message = `the investigation ${runId} goes on after ${waitMs / 1_000} s`;
    return failed([{ code: "timed-out", at: runId, message, hint: `follow it: autoops watch ${runId}` }], { runId });
  }
  const recalled = await recall(runId);
  const outputs = recalled.ok ? recalled.value.view.nodes.map(({ output }) => output) : [];
  const answer = outputs.filter(isDiagnosis).at(-1);
  const seconds = Math.round((Date.now() - options.startedMs) / 100) / 10;
  const more = `${seconds} s; all that was read: autoops report ${runId} --full`;
  for (const line of options.all === true ? fullText(report.value) : answerText(report.value, more)) print.result(line);
  return done({ runId, seconds, ...(answer === undefined ? {} : { answer }), report: report.value });
}

/** What the node `diagnosis` returned. */
const isDiagnosis = (value: unknown): value is object =>
  typeof value === "object" && value !== null && "headline" in value && "certainty" in value && "causes" in value;
