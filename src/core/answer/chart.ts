/**
 * Which metric tells the story as a picture, and the moments to be marked in it: the change, the beginning, the action.
 * The points stay where they are, in the node's output. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import type { AnswerChart, Judgement } from "./answer.js";
import type { AnswerNode } from "./source.js";
import { iso, readable, shortened, unended } from "./words.js";

const MARKS_MAX = 6;
const LABEL_MAX = 60;

export function chartOf(nodes: readonly AnswerNode[], judgement: Judgement | undefined): AnswerChart | undefined {
  const cited = judgement?.causes[0]?.facts.map(({ node }) => node) ?? [];
  const drawn = nodes.filter(
    ({ output }) => isObject(output) && Array.isArray(output.points) && output.points.length > 1,
  );
  const node = drawn.find(({ id }) => cited.includes(id)) ?? drawn[0];
  if (node === undefined) return undefined;
  const { source, signal } = isObject(node.output) ? node.output : {};
  const named =
    isObject(signal) && typeof signal.name === "string" ? signal.name.replaceAll("_", " ") : readable(node.name);
  const title = typeof source === "string" ? `${named} (${source})` : named;
  return {
    node: node.id,
    title: shortened(title, LABEL_MAX * 2),
    marks: marksOf(nodes, judgement).slice(0, MARKS_MAX),
  };
}

function marksOf(nodes: readonly AnswerNode[], judgement: Judgement | undefined): AnswerChart["marks"] {
  const [best] = judgement?.causes ?? [];
  const changes = (best?.facts ?? []).flatMap(({ kind, atMs }) =>
    kind === "change" && atMs !== undefined && best?.text.includes(iso(atMs))
      ? [{ atMs, kind: "change" as const, label: shortened(best.text.replace(/, at .*$/, ""), LABEL_MAX) }]
      : [],
  );
  const began =
    judgement?.began === undefined ? [] : [{ atMs: judgement.began.toMs, kind: "began" as const, label: "it began" }];
  const acted = nodes.flatMap(({ effect, status, endedAtMs, name }) =>
    effect === "write" && status === "succeeded" && endedAtMs !== undefined
      ? [{ atMs: endedAtMs, kind: "action" as const, label: shortened(unended(readable(name)), LABEL_MAX) }]
      : [],
  );
  return [...changes, ...began, ...acted];
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
