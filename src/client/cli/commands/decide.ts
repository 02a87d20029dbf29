/**
 * `autoops approve|reject|skip RUN NODE`: one person's decision, signed with this machine's key for the question that is shown
 * first. Over several open gates of a run each is shown and decided by itself.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { GateView } from "../../../core/report/view.js";
import type { JsonObject } from "../../../schema/json.js";
import { EXIT } from "../../../vocabulary/codes.js";
import type { DecisionWord } from "../../../vocabulary/decisions.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Runs } from "../../runs.js";
import { withRuns } from "../backend.js";
import { decidedText, problemOfDecision } from "../decided.js";
import { done, type Ending, failed } from "../ending.js";
import { isMeant, showQuestion } from "../question.js";
import { ownName, type Session } from "../session.js";
import { oneLine } from "../text.js";

interface Options {
  comment?: string;
  digest?: string;
  params?: JsonObject;
  watch?: boolean;
  yes?: boolean;
  all?: boolean;
  only?: string[];
  skip?: string[];
}

export const approve = decider("approve");
export const reject = decider("reject");
export const skip = decider("skip");

function decider(decision: DecisionWord) {
  return async (session: Session, [runId = "", node]: readonly string[], options: Options): Promise<Ending> => {
    const wrong = misuse(decision, runId, node, options);
    if (wrong !== undefined) return failed([wrong]);
    const ending = await withRuns(session, async (runs) => {
      if (node !== undefined) return decideOne(session, runs, runId, node, decision, options);
      return decideSeveral(session, runs, runId, decision, options);
    });
    if (!options.watch || ending.exit !== EXIT.done) return ending;
    return (await import("./watch.js")).watch(session, [runId], {});
  };
}

function misuse(
  decision: DecisionWord,
  runId: string,
  node: string | undefined,
  options: Options,
): Problem | undefined {
  const several = [options.all === true, options.only !== undefined, options.skip !== undefined];
  const count = several.filter(Boolean).length + (node === undefined ? 0 : 1);
  const at = `${decision} ${runId}`;
  if (options.params !== undefined && (node === undefined || decision !== "approve")) {
    return { code: "usage", at, message: `${at}: --params is for approving one node`, hint: "name the node" };
  }
  if (options.digest !== undefined && node === undefined) {
    return { code: "usage", at, message: `${at}: --digest is for one node`, hint: "name the node" };
  }
  if (options.skip !== undefined && decision === "skip") {
    return { code: "usage", at, message: `${at}: --skip is for approve and reject`, hint: "name them with --only" };
  }
  if (count === 1) return undefined;
  const message = `${at} must name one node, or say which gates: --all, --only or --skip`;
  return { code: "usage", at, message, hint: "`autoops inbox` lists the open gates, `autoops --help` the options" };
}

async function decideOne(
  session: Session,
  runs: Runs,
  runId: string,
  node: string,
  decision: DecisionWord,
  { comment, digest: named, params, yes }: Options,
): Promise<Ending> {
  const { print } = session;
  const shown = await showQuestion(session, runs, runId, node);
  if (!shown.ok) return failed(shown.problems);
  if (shown.value !== undefined && decision !== "reject" && !(await isMeant(session, yes)))
    return failed([notMeant(runId, node)]);
  // For exactly what was shown, whatever the gate asks by now.
  const digest = named ?? shown.value?.digest;
  const answer = await runs.decide({
    runId,
    node,
    decision,
    digest,
    comment,
    params,
    approver: ownName(),
    channel: "cli",
  });
  if (!answer.ok) return failed(answer.problems);
  const problem = problemOfDecision(answer.value);
  if (problem !== undefined) return failed([problem], { ...answer.value });
  print.result(decidedText(answer.value, decision));
  if (answer.value.result === "edited") return sayEdited(print, runs, runId, node);
  print.result(`next: autoops watch ${runId}`);
  return done({ ...answer.value, decision });
}

/** What the gate asks now, beside what it asked before; it has to be approved with its new digest. */
async function sayEdited(print: Session["print"], runs: Runs, runId: string, node: string): Promise<Ending> {
  const gate = await askedAnew(runs, runId, node);
  const { edited, params = {}, digest } = gate ?? {};
  for (const name of new Set([...Object.keys(edited?.before ?? {}), ...Object.keys(params)])) {
    const [before, after] = [JSON.stringify(edited?.before[name]), JSON.stringify(params[name])];
    if (before !== after) print.result(oneLine(`  ${name}: ${before ?? "(absent)"} → ${after ?? "(absent)"}`));
  }
  const exactly = digest === undefined ? "" : ` --digest ${digest}`;
  print.result(`next: autoops approve ${runId} ${node}${exactly}`);
  return done({ runId: runId, node, result: "edited", params, before: edited?.before, digest });
}

/** The new question is on its way to people; undefined where it takes longer than a moment. */
async function askedAnew(runs: Runs, runId: string, node: string): Promise<GateView | undefined> {
  for (let tries = 0; tries < 20; tries++) {
    const seen = await runs.view(runId);
    const gate = seen.ok ? seen.value.view.gates.find(({ nodeId }) => nodeId === node) : undefined;
    if (gate?.status === "open") return gate;
    await pause(250);
  }
  return undefined;
}

async function decideSeveral(
  session: Session,
  runs: Runs,
  runId: string,
  decision: DecisionWord,
  options: Options,
): Promise<Ending> {
  const seen = await runs.view(runId);
  if (!seen.ok) return failed(seen.problems);
  const open = seen.value.view.gates.filter((gate) => gate.status === "open");
  const unknown = [...(options.only ?? []), ...(options.skip ?? [])].filter(
    (id) => !open.some((gate) => gate.nodeId === id),
  );
  if (unknown.length > 0 || open.length === 0) return failed([notOpen(runId, unknown)]);
  const chosen = open.filter(({ nodeId }) => options.only?.includes(nodeId) ?? true);
  const problems: Problem[] = [];
  const decisions: object[] = [];
  for (const { nodeId: node } of chosen) {
    const word = options.skip?.includes(node) ? "skip" : decision;
    const problem = await decideGate(session, runs, runId, node, word, options);
    if (typeof problem === "string") decisions.push({ node, decision: word, digest: problem, result: "accepted" });
    else problems.push(problem);
  }
  const left = open.filter((gate) => !chosen.includes(gate)).map((gate) => gate.nodeId);
  if (left.length > 0) session.print.result(`left open: ${left.join(", ")}`);
  const document = { runId: runId, decision, decisions, left };
  if (problems.length > 0) return failed(problems, document);
  session.print.result(`next: autoops watch ${runId}`);
  return done(document);
}

/** The digest that was decided about, or why nothing was. */
async function decideGate(
  session: Session,
  runs: Runs,
  runId: string,
  node: string,
  decision: DecisionWord,
  { comment, yes }: Options,
): Promise<Problem | string> {
  const shown = await showQuestion(session, runs, runId, node);
  if (!shown.ok) return shown.problems[0] ?? notOpen(runId, [node]);
  if (shown.value === undefined) return notOpen(runId, [node]);
  if (decision !== "reject" && !(await isMeant(session, yes))) return notMeant(runId, node);
  const { digest } = shown.value;
  const answer = await runs.decide({ runId, node, decision, digest, comment, approver: ownName(), channel: "cli" });
  const [unreached] = answer.ok ? [] : answer.problems;
  const problem = answer.ok ? problemOfDecision(answer.value) : unreached;
  if (problem !== undefined) return problem;
  if (answer.ok) session.print.result(decidedText(answer.value, decision));
  return digest ?? "";
}

function notMeant(runId: string, node: string): Problem {
  const message = `nothing was signed: ${node} of ${runId} was not confirmed`;
  return { code: "cancelled", at: node, message, hint: "answer y, or pass --yes" };
}

function notOpen(runId: string, unknown: string[]): Problem {
  const what = unknown.length === 0 ? "has no open gate" : `has no open gate of ${unknown.join(", ")}`;
  return { code: "gate-not-open", at: runId, message: `${runId} ${what}`, hint: "`autoops inbox` lists the open ones" };
}
