/**
 * Reads what a search for a cause came to from its output: of `autoRCA`, of `diagnosis`, or of any tool that answers in
 * their shape. Outputs come from outside this run's code, so every field is looked at.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json, JsonObject } from "../../schema/json.js";
import type { Judgement, Sureness } from "./answer.js";
import { clusterJudgement } from "./cluster.js";
import type { AnswerNode } from "./source.js";
import { readable, shortened } from "./words.js";

const SURENESS = new Set(["confirmed", "likely", "possible", "inconclusive"]);
const ACTS = new Set(["rollback", "service_restart", "scale_action", "config_update"]);
const TEXT_MAX = 300;
const LIST_MAX = 8;

/** The newest one: a later search knows more. */
export function judgementOf(nodes: readonly AnswerNode[]): Judgement | undefined {
  const found = nodes.flatMap((node) => {
    const judgement = node.status === "succeeded" ? readJudgement(node) : undefined;
    return judgement === undefined ? [] : [{ judgement, atMs: node.endedAtMs ?? 0 }];
  });
  const newest = found.reduce<(typeof found)[number] | undefined>(
    (newest, one) => (newest === undefined || one.atMs >= newest.atMs ? one : newest),
    undefined,
  )?.judgement;
  return clusterJudgement(nodes, newest);
}

function readJudgement({ id, output }: AnswerNode): Judgement | undefined {
  const told = object(output);
  const certainty = text(told.certainty);
  if (certainty === undefined || !SURENESS.has(certainty) || !Array.isArray(told.causes)) return undefined;
  const trouble = object(told.trouble);
  const isTold =
    typeof told.trouble === "boolean" ? told.trouble : told.headline === undefined ? undefined : told.trouble !== null;
  return {
    node: id,
    isTrouble: isTold,
    sureness: certainty as Sureness,
    isBlind: told.blind === true ? true : undefined,
    rule: text(told.rule) ?? "",
    headline: text(told.headline),
    service: text(trouble.service) ?? text(object(list(told.causes)[0]).service),
    trouble: text(trouble.text),
    began: beganOf(trouble, told),
    causes: list(told.causes).map(causeOf),
    ruledOut: list(told.set_aside).map((one) => ({
      what: text(object(one).what) ?? "",
      why: text(object(one).why) ?? "",
    })),
    next: nextOf(told),
    notLookedAt: list(told.not_looked_at).map((one) => ({
      node: text(object(one).node) ?? "",
      why: text(object(one).why) ?? "",
    })),
  };
}

function beganOf(trouble: JsonObject, told: JsonObject): Judgement["began"] {
  const toMs = instant(trouble.began ?? told.began);
  if (toMs === undefined) return undefined;
  const fromMs = instant(trouble.not_before ?? told.not_before);
  return { fromMs, toMs };
}

function causeOf(value: Json): Judgement["causes"][number] {
  const told = object(value);
  return {
    service: text(told.service) ?? "",
    text: text(told.cause) ?? "",
    facts: list(told.evidence).map((one) => {
      const fact = object(one);
      return {
        kind: text(fact.kind) ?? "",
        text: text(fact.text) ?? "",
        atMs: instant(fact.at),
        node: text(fact.node) ?? "",
        query: text(fact.query) ?? "",
      };
    }),
  };
}

/** Advice in words; of calls that another graph could make, those whose source is declared. */
function nextOf({ advice, next }: JsonObject): string[] {
  const calls = list(next).flatMap((one): string[] => {
    if (typeof one === "string") return [one];
    const { tool, params, why } = object(one);
    const source = text(object(params).source);
    if (typeof tool !== "string" || typeof why !== "string" || source?.startsWith("none declared")) return [];
    // What changes production is not a look: the plan asks about it, or the answer says how to be asked.
    if (ACTS.has(tool)) return [];
    return [`look further with ${tool}${source === undefined ? "" : ` on ${source}`}: ${readable(why)}`];
  });
  return [...list(advice).filter((one) => typeof one === "string"), ...calls];
}

const object = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value.slice(0, LIST_MAX) : []);
const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? shortened(readable(value), TEXT_MAX) : undefined;

function instant(value: Json | undefined): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
