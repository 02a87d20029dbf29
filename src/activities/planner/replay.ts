/**
 * A plan's file is its own record: its metadata say who made it from what, and a digest over all of it says whether it is
 * as it was made. Replaying gives the same graph again and asks nobody. The digest shows changes; it is no signature.
 */
import { digestOf } from "../../platform/digest.js";
import type { Graph } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import { parseGraph } from "../../schema/parse-graph.js";
import type { PlannerName } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { DraftResult } from "../contract.js";

const DIGEST = "draft_digest";

/** The graph with the digest of all else of it in its metadata. */
export function sealed(graph: Graph): Graph {
  return { ...graph, metadata: { ...graph.metadata, [DIGEST]: digestWithout(graph) } };
}

function digestWithout(graph: { metadata?: JsonObject }): string {
  const { [DIGEST]: _, ...metadata } = graph.metadata ?? {};
  return digestOf({ ...graph, metadata });
}

export interface Digests {
  catalogue: string;
  policy: string;
}

/** The graph of a plan's file, or of what `plan --json` printed. `digestsNow`: those of a plan made now. */
export function replayed(document: unknown, digestsNow: (planner: PlannerName) => Digests): DraftResult {
  const holder = document as { graph?: unknown; nodes?: unknown } | null;
  const value = holder !== null && typeof holder === "object" && holder.nodes === undefined ? holder.graph : document;
  const parsed = parseGraph(value);
  if (!parsed.ok) return parsed;
  const { metadata = {} } = parsed.graph;
  if (typeof metadata[DIGEST] !== "string") return altered(`the graph holds no metadata.${DIGEST}: no planner made it`);
  // As written, not as parsed: that is what the digest is over.
  const graph = value as Graph;
  if (digestWithout(graph) !== metadata[DIGEST]) return altered("the plan was changed after it was made");
  const { playbook, score } = metadata;
  const planner = metadata.planner === "model" ? "model" : "playbook";
  const now = digestsNow(planner);
  const notices = [
    ...changedSince("catalogue_digest", "the tools and declared names", metadata, now.catalogue),
    ...changedSince("policy_digest", "the policy", metadata, now.policy),
  ];
  return {
    ok: true,
    graph,
    planner,
    playbook: typeof playbook === "string" ? playbook : undefined,
    score: typeof score === "number" ? score : undefined,
    notices,
  };
}

function altered(message: string): DraftResult {
  const hint = "replay the file as the planner wrote it, or check it with autoops validate";
  return { ok: false, problems: [{ code: "record-altered", at: `metadata.${DIGEST}`, message, hint }] };
}

function changedSince(key: string, what: string, metadata: JsonObject, now: string): Problem[] {
  if (metadata[key] === undefined || metadata[key] === now) return [];
  const message = `${what} changed since the plan was made; it is checked against what holds now`;
  return [{ code: "plan-outdated", at: `metadata.${key}`, message }];
}
