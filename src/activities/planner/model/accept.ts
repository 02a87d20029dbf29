/**
 * A model's answer becomes a graph, or problems. It is data all the way: the graph's own schema, what may be taken from a
 * model, the check against the policy; then provenance that is ours. Nothing of the answer's own id, goal, version or
 * metadata is taken.
 */
import { type CheckOutcome, checkAgainst } from "../../../core/check.js";
import type { Policy } from "../../../core/policy.js";
import { redact } from "../../../core/redact.js";
import { digestOf } from "../../../platform/digest.js";
import { type Graph, graphSchema } from "../../../schema/graph.js";
import type { Json, JsonObject } from "../../../schema/json.js";
import { parseWith } from "../../../schema/problems.js";
import { MODEL_ANSWER_MAX_CHARS } from "../../../vocabulary/model-limits.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Result } from "../../../vocabulary/result.js";
import type { Registry } from "../../registry.js";
import { isObject, type WireGraph } from "./wire-graph.js";

export interface Judge {
  registry: Registry;
  policy: Policy;
  checkUrl(url: string, policy: Policy): Problem | undefined;
}

/** A draft before it has an id: what its id is made of. */
export interface Draft {
  name: string;
  goal_description: string;
  nodes: Json;
  edges: Json;
  version?: string;
}

export type Accepted =
  | { ok: true; graph: Graph; notices: Problem[] }
  | { ok: false; problems: Problem[]; final?: boolean };

/** Reads an answer's text as one JSON object; a fence around it is no part of it. */
export function readAnswer(text: string): Result<JsonObject> {
  const invalid = (message: string) => ({
    ok: false as const,
    problems: [
      {
        code: "model-answer-invalid" as const,
        at: "",
        message,
        hint: "answer with one JSON object as the schema says",
      },
    ],
  });
  if (text.length > MODEL_ANSWER_MAX_CHARS) {
    return invalid(`the answer must have at most ${MODEL_ANSWER_MAX_CHARS} characters, got ${text.length}`);
  }
  const bare = /^\s*```(?:json)?\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
  try {
    const value = JSON.parse(bare) as Json;
    return isObject(value) ? { ok: true, value } : invalid("the answer must be one JSON object");
  } catch {
    return invalid(text.trim() === "" ? "the answer is empty" : "the answer is not valid JSON");
  }
}

/** What the model says of itself in place of a plan. */
export function declined(answer: JsonObject): Problem | undefined {
  if (typeof answer.cannot !== "string" || answer.cannot.trim() === "") return undefined;
  const message = `the model found no plan: ${redact(answer.cannot).replace(/\s+/g, " ").slice(0, 400)}`;
  return {
    code: "model-refused",
    at: "goal",
    message,
    hint: "say more in the goal, allow more tools, or use --planner playbook",
  };
}

/** The draft in an answer, in the graph's own format. */
export function draftIn(answer: JsonObject, goal: string, wire: WireGraph): Draft {
  const list = (value: Json | undefined, each: (item: Json) => Json): Json =>
    Array.isArray(value) ? value.map(each) : (value ?? []);
  return {
    name: typeof answer.name === "string" && answer.name.trim() !== "" ? answer.name : goal.slice(0, 100),
    goal_description: goal,
    nodes: list(answer.nodes, (node) => gated(wire.node(node))),
    edges: list(answer.edges, wire.edge),
  };
}

/** A draft with its id and provenance, parsed and checked. */
export function accept(draft: Draft, metadata: JsonObject, judge: Judge): Accepted {
  const graph = { id: draftId(draft), ...draft, metadata };
  const parsed = parseWith(graphSchema, graph);
  if (!parsed.ok) return { ok: false, problems: parsed.problems };
  const problems = addressProblems(parsed.value);
  const outcome = judged(parsed.value, judge);
  if (!outcome.ok) return { ok: false, problems: [...problems, ...outcome.problems] };
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, graph: parsed.value, notices: outcome.verdict.notices };
}

export function judged(graph: Graph, { registry, policy, checkUrl }: Judge): CheckOutcome {
  return checkAgainst(graph, {
    policy,
    policyDigest: digestOf(policy),
    catalogue: registry,
    checkUrl: (url) => checkUrl(url, policy),
  });
}

/** The id says what the draft holds: a draft that was changed has another. */
export function draftId(draft: Draft): string {
  const { name, goal_description, nodes, edges, version } = draft;
  return `plan-${digestOf({ name, goal_description, nodes, edges, version }).slice(0, 16)}`;
}

const WRITES = new Set(["service_restart", "config_update", "rollback", "scale_action", "custom_script"]);

/** What changes production is gated whatever the flag says; so that the flag tells the truth, it is set. */
function gated(node: Json): Json {
  if (!isObject(node) || typeof node.type !== "string" || !WRITES.has(node.type)) return node;
  return { ...node, requires_human_approval: true };
}

/** Where a run may choose an address or a target by what it has read, whoever wrote the log would choose it. */
const WRITTEN_OUT = new Set(["url", "target", "server", "host", "source", "channel"]);

function addressProblems(graph: Graph): Problem[] {
  return graph.nodes.flatMap((node, position) =>
    Object.entries(node.params).flatMap(([key, value]): Problem[] => {
      if (!WRITTEN_OUT.has(key) || typeof value !== "string" || !value.includes("{{")) return [];
      const at = `nodes[${position}].params.${key}`;
      const message = `${at} must be written out in a plan by a model, it is a template`;
      return [{ code: "params-invalid", at, message, hint: "name one that is declared" }];
    }),
  );
}
