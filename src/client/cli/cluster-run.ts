/** `autoops investigate` of a cluster, from its plan to the answer. Reads only. */

import type { Local } from "../../app/local.js";
import type { GoalInput } from "../../schema/run-input.js";
import { exitFor } from "../../vocabulary/problems.js";
import type { OpenedRuns } from "../runs/connected-runs.js";
import { answerText, fullText } from "./answer-text.js";
import { clusterAnswerOf } from "./cluster-answer.js";
import { asksForCluster, type ClusterOptions, chooseCluster, clusterGoal } from "./cluster-choice.js";
import { previewed } from "./draft.js";
import { done, type Ending, failed } from "./ending.js";
import { failuresOfAll } from "./failed-looks.js";
import { notePlan } from "./own-audit.js";
import { type OwnRuns, startOwnRuns } from "./own-runs.js";
import { ownName, type Session } from "./session.js";
import { style } from "./text.js";

export interface ClusterAsked {
  local: Local;
  wish: Pick<GoalInput, "goal" | "facts">;
  options: ClusterOptions & { all?: boolean; waitSeconds?: number };
  startedMs: number;
}

const WAIT_SECONDS = 120;

/** Asked for by an option or by the goal's words, or there is nothing else to look at. */
export function isForCluster({ local, wish, options }: ClusterAsked): boolean {
  const { config, map } = local;
  const hasClusters = Object.keys(config.clusters ?? {}).length > 0;
  const isAlone = map === undefined && Object.keys(config.sources).length === 0 && hasClusters;
  return asksForCluster(options) || isAlone || local.isOfCluster(wish.goal);
}

export async function investigateCluster(session: Session, asked: ClusterAsked): Promise<Ending> {
  const chosen = await chooseCluster(session, asked.local, asked.options);
  if (!chosen.ok) return failed(chosen.problems);
  const own = startOwnRuns(session, chosen.clusters);
  try {
    return await planned(session, chosen, asked, own);
  } finally {
    await own.drop();
  }
}

type Chosen = Extract<Awaited<ReturnType<typeof chooseCluster>>, { ok: true }>;

async function planned(session: Session, chosen: Chosen, asked: ClusterAsked, own: OwnRuns): Promise<Ending> {
  const drafted = previewed(chosen.local.draft(clusterGoal(asked.wish, chosen.params)), chosen.local);
  await notePlan(session, chosen.local.environment, drafted);
  if (!drafted.ok) return failed(drafted.problems);
  const { graph, outcome } = drafted;
  if (!outcome.ok) return { ...failed(outcome.problems, { graph }), exit: exitFor(outcome.problems) };
  session.print.say(style.dim(`${graph.name}: ${graph.nodes.flatMap(({ tool }) => tool ?? []).join(", ")}; read only`));
  return own.use((opened) => answered(session, opened, graph, asked));
}

async function answered(
  { print }: Session,
  { runs, recall }: OpenedRuns,
  graph: Parameters<OpenedRuns["runs"]["start"]>[0]["graph"],
  { options, startedMs }: ClusterAsked,
): Promise<Ending> {
  const started = await runs.start({ graph, requester: ownName(), trigger: "cli" });
  if (!started.ok) return failed(started.problems);
  const { runId } = started.value;
  const waitSeconds = options.waitSeconds ?? WAIT_SECONDS;
  const report = await runs.report(runId, waitSeconds * 1_000);
  if (!report.ok) return failed(report.problems, { runId });
  if (report.value === undefined) {
    const message = `the investigation ${runId} goes on after ${waitSeconds} s`;
    return failed([{ code: "timed-out", at: runId, message, hint: `follow it: autoops watch ${runId}` }], { runId });
  }
  const recalled = await recall(runId);
  const nodes = recalled.ok ? recalled.value.view.nodes : [];
  const answer = clusterAnswerOf(nodes.map(({ output }) => output));
  const seconds = Math.round((Date.now() - startedMs) / 100) / 10;
  const more = `${seconds} s; all that was read: autoops report ${runId} --full`;
  for (const line of options.all === true ? fullText(report.value) : answerText(report.value, more)) print.result(line);
  const document = { runId, seconds, answer, report: report.value };
  const problems = failuresOfAll(nodes);
  return problems.length > 0 ? failed(problems, document) : done(document);
}
