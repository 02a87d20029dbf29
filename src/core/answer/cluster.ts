/**
 * Reads what a look at a cluster came to: the object to mend in the cluster's own words, in place of the ranking over services
 * that was made from it. Outputs come from outside this run's code, so every field is looked at.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json, JsonObject } from "../../schema/json.js";
import type { Judgement, Sureness } from "./answer.js";
import type { AnswerNode } from "./source.js";
import { capital, readable, shortened, unended } from "./words.js";

const WHAT_MAX = 220;
const FACT_MAX = 300;
const FACTS_READ = 4;
const OTHERS_SHOWN = 2;
/** Two pieces of evidence that begin alike say the same. */
const SAME_CHARS = 60;
const RECENT_MS = 6 * 3_600_000;
/** From here on the evidence of a look decides alone. */
const LIKELY_SCORE = 0.8;

/** The first look counts: a later one tells what a remedy did. */
export function clusterJudgement(nodes: readonly AnswerNode[], ranked: Judgement | undefined): Judgement | undefined {
  const node = nodes.find(({ status, output }) => status === "succeeded" && isState(object(output)));
  if (node === undefined) return ranked;
  const told = object(node.output);
  const [first] = list(told.causes).map(object);
  if (first === undefined) return isSilent(ranked) ? healthy(node, told, ranked) : ranked;
  if (ranked !== undefined && !restsOn(ranked, node.id)) return ranked;
  return ofCause(node, told, first, ranked);
}

const isState = (told: JsonObject): boolean =>
  typeof told.healthy === "boolean" && Array.isArray(told.causes) && typeof told.cluster === "string";

const isSilent = (ranked: Judgement | undefined): boolean => ranked === undefined || ranked.causes.length === 0;

/** The ranking names what the look named: it adds how sure that is. */
const restsOn = ({ causes: [best] }: Judgement, id: string): boolean =>
  best === undefined || best.facts.some(({ kind, node }) => kind === "state" && node === id);

function healthy({ id }: AnswerNode, told: JsonObject, ranked: Judgement | undefined): Judgement {
  const counts = object(told.counts);
  const count = (kind: string, name: string): string =>
    `${typeof counts[kind] === "number" ? counts[kind] : 0} ${name}${counts[kind] === 1 ? "" : "s"}`;
  const looked = `${count("Pod", "pod")}, ${count("Service", "service")} and ${count("Node", "node")} were looked at`;
  return {
    ...(ranked ?? EMPTY),
    node: id,
    isTrouble: false,
    headline: `Nothing is wrong with the objects of ${placeOf(told)}: ${looked}`,
    missing: missingOf(told),
  };
}

const EMPTY: Judgement = {
  node: "",
  sureness: "none",
  rule: "",
  causes: [],
  ruledOut: [],
  next: [],
  notLookedAt: [],
};

function ofCause(node: AnswerNode, told: JsonObject, first: JsonObject, ranked: Judgement | undefined): Judgement {
  const what = sentence(first);
  const subject = refText(object(first.object));
  const changed = recentChange(text(first.changed), text(told.at));
  const query = text(told.query) ?? "";
  const evidence = list(first.evidence).map(object);
  const facts = evidence
    .filter((one, index) => evidence.findIndex((other) => isSame(other, one)) === index)
    .slice(0, FACTS_READ)
    .map((one) => ({ kind: "state", text: factText(one), node: node.id, query }));
  const change =
    changed === undefined ? [] : [{ kind: "change", text: `changed last: ${changed}`, node: node.id, query }];
  const others = list(told.causes)
    .slice(1, 1 + OTHERS_SHOWN)
    .map((one) => unended(sentence(object(one))));
  const advice = [text(first.next), ...others.map((one) => `also wrong: ${one}`), confirmText(first)];
  return {
    ...(ranked ?? EMPTY),
    node: node.id,
    isTrouble: true,
    sureness: surenessOf(first, ranked),
    headline: what,
    service: subject,
    trouble: what,
    causes: [{ service: subject, text: text(first.means) ?? what, facts: [...facts, ...change] }],
    ruledOut: [],
    next: [...advice.filter((one) => one !== undefined), ...(ranked?.next ?? [])],
    missing: missingOf(told),
  };
}

/** What an event repeats of a status is one fact. */
const isSame = (a: JsonObject, b: JsonObject): boolean =>
  a === b ||
  (typeof a.text === "string" && typeof b.text === "string" && a.text.startsWith(b.text.slice(0, SAME_CHARS)));

/** `Deployment shop/web at T: revision 2 …`; one of long ago decides nothing. */
function recentChange(changed: string | undefined, at: string | undefined): string | undefined {
  const changedMs = Date.parse(/ at (\d{4}-[\dT:.-]+Z)/.exec(changed ?? "")?.[1] ?? "");
  return Date.parse(at ?? "") - changedMs < RECENT_MS ? changed : undefined;
}

function surenessOf({ score }: JsonObject, ranked: Judgement | undefined): Sureness {
  if (ranked !== undefined && ["confirmed", "likely", "possible"].includes(ranked.sureness)) return ranked.sureness;
  return typeof score === "number" && score >= LIKELY_SCORE ? "likely" : "possible";
}

/** With the object at its front, unless the sentence has it. */
function sentence(cause: JsonObject): string {
  const subject = refText(object(cause.object));
  const what = shortened(text(cause.what) ?? text(cause.code) ?? "", WHAT_MAX);
  return capital(what.includes(subject) ? what : `${subject}: ${what}`);
}

function refText({ kind, namespace, name }: JsonObject): string {
  const place = typeof namespace === "string" ? `${namespace}/` : "";
  return `${text(kind) ?? "object"} ${place}${text(name) ?? ""}`;
}

const factText = (one: JsonObject): string =>
  shortened(`${text(one.object) ?? ""}, ${text(one.from) ?? ""}: ${text(one.text) ?? ""}`, FACT_MAX);

function confirmText({ confirm }: JsonObject): string | undefined {
  const told = text(confirm);
  return told === undefined ? undefined : `to make sure: ${told.charAt(0).toLowerCase()}${told.slice(1)}`;
}

const placeOf = ({ cluster, namespace }: JsonObject): string =>
  typeof namespace === "string" ? `namespace ${namespace} of ${String(cluster)}` : `the cluster ${String(cluster)}`;

const missingOf = ({ unreadable }: JsonObject): string[] =>
  list(unreadable)
    .map(object)
    .map(({ kind, message }) => `${text(kind) ?? "A kind"}: ${text(message) ?? "it could not be read"}`);

const object = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? readable(value) : undefined;
