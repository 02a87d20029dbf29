/**
 * What became of everything that changes production: who agreed, before → after, and whether it worked.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import { wasCarriedOut } from "../../vocabulary/carried-out.js";
import { votesFor } from "../../vocabulary/decisions.js";
import { peopleOf } from "../../vocabulary/person.js";
import type { AnswerAction } from "./answer.js";
import { beforeAndAfter, type Figure } from "./figures.js";
import type { AnswerGate, AnswerNode, AnswerSource } from "./source.js";
import { iso, listed, readable, shortened, unended } from "./words.js";

const TEXT_MAX = 300;
const STATE_MAX = 60;

/** In the order of the graph; what was left out because nothing called for it comes only where nothing else did. */
export function actionsOf(source: AnswerSource, figures: readonly Figure[]): AnswerAction[] {
  const asked = new Set(source.gates.map(({ nodeId }) => nodeId));
  const writes = source.nodes.filter(
    ({ id, effect, status }) => (effect === "write" || asked.has(id)) && (status !== "pending" || source.dryRun),
  );
  const told = writes.filter(({ status, undoes }) => status !== "skipped" && undoes === undefined);
  const undone = writes.filter(({ status, undoes }) => status === "succeeded" && undoes !== undefined);
  const skipped = writes.filter(({ status, undoes }) => status === "skipped" && undoes === undefined);
  return [...(told.length > 0 ? told : skipped), ...undone].map((node) => actionOf(node, source, figures));
}

function actionOf(node: AnswerNode, source: AnswerSource, figures: readonly Figure[]): AnswerAction {
  const gate = source.gates.find(({ nodeId }) => nodeId === node.id);
  const name = unended(readable(node.name));
  const change = changeOf(node, gate);
  const text = (rest: string) => shortened(`${name}${change}${rest}`, TEXT_MAX);
  if (node.undoes !== undefined) return { node: node.id, state: "taken-back", text: text(atOf(node)) };
  if (node.status === "succeeded" || wasCarriedOut(node.failure?.code)) {
    const proof = node.effect === "write" ? proofOf(node, source, figures) : {};
    return { node: node.id, state: "done", text: `${text(`${atOf(node)}${agreedOf(gate)}`)}`, ...proof };
  }
  if (node.failure?.code === "outcome-unknown")
    return {
      node: node.id,
      state: "unknown",
      text: text(": it is not known whether it happened; check before you go on"),
    };
  if (["asking", "planned", "running", "approved"].includes(node.status))
    return { node: node.id, state: "proposed", text: text(node.status === "planned" ? ", after an approval" : "") };
  return { node: node.id, state: "not-done", text: shortened(`${name}${change}: ${whyNot(node, gate)}`, TEXT_MAX) };
}

/** `, 2 → 1`. */
function changeOf({ output }: AnswerNode, gate: AnswerGate | undefined): string {
  const { before, after } = isObject(output) ? output : {};
  const from = typeof before === "string" ? before : gate?.preview?.before;
  const to = typeof after === "string" ? after : gate?.preview?.after;
  if (from == null || to == null || from === to) return "";
  return `, ${shortened(readable(from), STATE_MAX)} → ${shortened(readable(to), STATE_MAX)}`;
}

const atOf = ({ endedAtMs }: AnswerNode): string => (endedAtMs === undefined ? "" : `, at ${iso(endedAtMs)}`);

function agreedOf(gate: AnswerGate | undefined): string {
  const votes = votesFor("approve", gate?.votes ?? []);
  const by = peopleOf(votes.map(({ approver }) => approver)).map(readable);
  const said = votes.flatMap(({ comment }) => (comment ? [`, "${readable(comment)}"`] : []));
  return by.length === 0 ? "" : `, approved by ${listed(by)}${said[0] ?? ""}`;
}

function whyNot({ reason, failure, status }: AnswerNode, gate: AnswerGate | undefined): string {
  const [vote] = votesFor("reject", gate?.votes ?? []);
  if (vote !== undefined) {
    const said = vote.comment ? `, "${readable(vote.comment)}"` : "";
    return `rejected by ${readable(vote.approver)} at ${iso(vote.atMs)}${said}`;
  }
  if (gate?.status === "expired") return `nobody answered until ${iso(gate.closedAtMs ?? 0)}`;
  return readable(failure?.message ?? reason ?? status);
}

/** By its own check, else by the run's next decision on what was measured afterwards. */
function proofOf(
  node: AnswerNode,
  source: AnswerSource,
  figures: readonly Figure[],
): Pick<AnswerAction, "proof" | "shown"> {
  const pair = beforeAndAfter(figures, node.startedAtMs ?? 0, node.endedAtMs ?? 0);
  const seen = pair === undefined ? "" : `${pair[0].shown} → ${pair[1].shown} ${pair[1].unit}`;
  const own = node.verification;
  if (own !== undefined) {
    const why = own.why === undefined ? "" : readable(own.why);
    const proof =
      own.verdict === "verified" ? "verified" : own.verdict === "not_verified" ? "not-verified" : "unproven";
    return { proof, shown: [seen, why].filter((part) => part !== "").join("; ") || "by the check after it" };
  }
  const decision = decisionAfter(node, source);
  if (decision === undefined) return seen === "" ? { proof: "unproven" } : { proof: "unproven", shown: seen };
  const isHeld = isObject(decision.output) && decision.output.value === true;
  return { proof: isHeld ? "verified" : "not-verified", shown: seen === "" ? `by "${readable(decision.name)}"` : seen };
}

/** The first decision that follows from the node. */
function decisionAfter({ id }: AnswerNode, { nodes, edges }: AnswerSource): AnswerNode | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const seen = new Set([id]);
  const open = [id];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    for (const { from, to } of edges) {
      if (from !== at || seen.has(to)) continue;
      seen.add(to);
      open.push(to);
      const node = byId.get(to);
      if (node?.type === "decision" && node.status === "succeeded" && isObject(node.output)) return node;
    }
  }
  return undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
