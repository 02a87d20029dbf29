/** What the map knows of the service that a goal is about: a playbook is told it and does not ask. */
import type { Json, JsonObject } from "../../schema/json.js";
import type { MapService, SignalName, StackMap } from "../../schema/map.js";
import type { Parameter } from "../../schema/playbook.js";
import { mentioned, named } from "../tools/kit/investigation/who.js";
import { ANSWERS, ANY_CODE, withCodes } from "../tools/kit/metrics/catalogue.js";

export type OnMap = { name: string } & Pick<MapService, "source" | "logs" | "signals">;

/** Parameters of playbooks that stand for a signal of the map. */
const SELECTORS: Readonly<Record<string, SignalName>> = { errors_selector: "errors", requests_selector: "requests" };

/** The one that `service` names; else the only one that the words name. */
export function onMap(words: string, service: string | undefined, map: StackMap | undefined): OnMap | undefined {
  if (map === undefined) return undefined;
  const all = Object.entries(map.services).map(([name, { kinds, labels = {}, instances, also }]) => ({
    ...{ name, kinds, labels, instances, also },
  }));
  const [only, second] = service === undefined ? mentioned(words, all) : [];
  const name = service === undefined ? (second === undefined ? only?.name : undefined) : named(service, all);
  const found = name === undefined ? undefined : map.services[name];
  return name === undefined || found === undefined ? undefined : { name, ...found };
}

/** The source that holds what the parameter asks for, of those that it may have. */
export function sourceOnMap({ logs, source }: OnMap, candidates: readonly string[]): string | undefined {
  return [...logs, source].find((name) => name !== undefined && candidates.includes(name));
}

/** The counter behind a signal, as a selector. */
export function selectorOnMap(name: string, { signals }: OnMap): string | undefined {
  const signal = Object.hasOwn(SELECTORS, name) ? SELECTORS[name] : undefined;
  if (signal === undefined) return undefined;
  return /^sum\(rate\(([^[\]]+)\[\$w\]\)\)$/.exec(signals[signal] ?? "")?.[1];
}

/** Signals that a playbook asks for and this service does not give. */
export function lacking(parameters: Readonly<Record<string, Parameter>>, { signals }: OnMap): SignalName[] {
  const wanted = Object.keys(parameters).flatMap((name) =>
    Object.hasOwn(SELECTORS, name) ? (SELECTORS[name] ?? []) : [],
  );
  return [...new Set(wanted)].filter((signal) => signals[signal] === undefined);
}

/** Seconds that a rate spans where a node does not say. */
const WINDOW_SECONDS = 300;

/** By signal of `metric_query`: what it needs of the map, and the query made of that. */
const READS: Readonly<Record<string, (signals: OnMap["signals"]) => string | undefined>> = {
  request_rate: ({ requests }) => requests,
  error_rate: ({ errors }) => errors && `(${errors} or vector(0))`,
  error_ratio: ({ errors, requests }) => errors && requests && `(${errors} or vector(0)) / ${requests}`,
  ...Object.fromEntries(ANSWERS.map(([signal, codes]) => [signal, answersOf(codes)])),
  ...Object.fromEntries([50, 95, 99].map((percent) => [`latency_p${percent}`, quantileOf(percent / 100)])),
};

function answersOf(codes: string) {
  return ({ errors, requests }: OnMap["signals"]): string | undefined => {
    const [failed] = /[A-Za-z_]\w{0,100}=~"5\.\*"/.exec(errors ?? "") ?? [];
    const wanted = failed && withCodes(failed, codes);
    const known = failed && withCodes(failed, ANY_CODE);
    if (!errors || !requests || !wanted || !known) return undefined;
    const some = errors.replace(failed, () => wanted);
    const any = errors.replace(failed, () => known).replace(/^sum\(/, "count(");
    return `(${some} or vector(0)) / ${requests} and on () ${any} > 0`;
  };
}

/** A mean time is no percentile. */
function quantileOf(quantile: number) {
  return ({ latency }: OnMap["signals"]): string | undefined =>
    latency?.startsWith("histogram_quantile(")
      ? latency.replace(/^histogram_quantile\([\d.]{1,6},/, `histogram_quantile(${quantile},`)
      : undefined;
}

/** The filled nodes of a playbook, whose reads of this service's signals carry the query that gives them here. */
export function signalsOnMap(value: Json, known: OnMap): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => signalsOnMap(one, known));
  const filled: JsonObject = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, signalsOnMap(one as Json, known)]),
  );
  const query = reads(filled, known) ? READS[String(filled.signal)]?.(known.signals) : undefined;
  if (query === undefined || query === "") return filled;
  const window = typeof filled.window_seconds === "number" ? filled.window_seconds : WINDOW_SECONDS;
  return { ...filled, signal_query: query.replaceAll("[$w]", () => `[${window}s]`) };
}

const reads = ({ source, service, signal }: JsonObject, known: OnMap): boolean =>
  typeof signal === "string" &&
  Object.hasOwn(READS, signal) &&
  service === known.name &&
  (known.source === undefined || source === known.source);

/** Signals of the service that the filled nodes read and the map does not have: the usual names are tried. */
export function unreadOnMap(value: Json, known: OnMap): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap((one) => unreadOnMap(one as Json, known));
  const own = Array.isArray(value) ? {} : value;
  const isUnread = reads(own, known) && own.signal_query === undefined;
  return [...new Set(isUnread ? [String(own.signal), ...below] : below)];
}
