/**
 * The next round of an investigation: what was not looked at yet and could tell the likeliest causes apart, as a second
 * read-only graph. Nothing is planned where nothing new could.
 */
import type { GraphInput } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import { kindsThat } from "../connectors/sources.js";
import type { DraftResult } from "../contract.js";
import type { CarriedEvidence, DiagnosisOutput } from "../tools/kit/investigation/diagnosis-schema.js";
import { drafted, paramsOf } from "./investigation.js";
import { type Node, type Scoped, type SearchedFor, slim, withSignals } from "./observations.js";

const ROUNDS_MAX = 3;
/** Causes with this share of the best one's score might be it as well. */
const RIVAL_SHARE = 0.6;
const RIVALS_MAX = 4;
const LOGS_MAX = 10;
/** Of what began before the first round looked. */
const FARTHER = "24h";
const NODE_NAME_MAX_CHARS = 120;

type Reported = Pick<DiagnosisOutput, "certainty" | "trouble" | "causes" | "signs" | "meant">;

export interface RoundInput extends SearchedFor {
  goal: string;
  /** 2 or 3. */
  round: number;
  /** The round before: its run, its graph, and what it came to. */
  before: { runId: string; graph: Pick<GraphInput, "nodes">; told: Reported };
  /** Graphs of all rounds so far. */
  graphs: ReadonlyArray<Pick<GraphInput, "nodes">>;
}

/** Undefined where the answer is sure enough, nothing is wrong, or nothing new could tell causes apart. */
export function planRound(input: RoundInput): DraftResult | undefined {
  const { before, round, graphs } = input;
  const { told } = before;
  if (round > ROUNDS_MAX || told.trouble === null || told.certainty !== "inconclusive") return undefined;
  const all = paramsOf(input.map);
  const rivals = rivalsOf(told, all);
  const looks = [
    ...unseenServices(rivals, all, input),
    ...unreadLogs(rivals, all, input),
    ...traces(rivals, input),
    ...farther(told, rivals, input),
  ].filter((node) => !graphs.some(({ nodes }) => nodes.some((one) => isSame(one, node))));
  if (looks.length === 0) return undefined;
  const cause = causeNode(input, rivals, all);
  const name = `Round ${round}: what would tell ${rivals.map(({ name: one }) => one).join(", ")} apart`;
  return drafted(input.goal, name.slice(0, NODE_NAME_MAX_CHARS), [...looks, cause], { round, follows: before.runId });
}

function rivalsOf({ causes, trouble }: Reported, all: readonly Scoped[]): Scoped[] {
  const least = RIVAL_SHARE * (causes[0]?.score ?? 0);
  const names = causes.filter(({ score }) => score >= least).map(({ service }) => service);
  const wanted = new Set([...names.slice(0, RIVALS_MAX - 1), ...(trouble === null ? [] : [trouble.service])]);
  return all.filter(({ name }) => wanted.has(name));
}

/** The same question, whichever round asked it. */
const isSame = (one: Pick<Node, "tool" | "params">, other: Node): boolean =>
  one.tool === other.tool && JSON.stringify(one.params) === JSON.stringify(other.params);

/** What the rivals call or run on, and no round has looked at: of a large stack the first saw a part. */
function unseenServices(rivals: readonly Scoped[], all: readonly Scoped[], input: RoundInput): Node[] {
  const seen = new Set(input.graphs.flatMap(({ nodes }) => nodes.flatMap(({ tool, params }) => seenBy(tool, params))));
  const near = new Set(rivals.flatMap(({ name, calls, runs_on: hosts }) => [name, ...calls, ...hosts]));
  const callers = all.filter(({ calls }) => rivals.some(({ name }) => calls.includes(name)));
  const fresh = all.filter((one) => (near.has(one.name) || callers.includes(one)) && !seen.has(one.name));
  return bySource(fresh, input).flatMap(({ source, services, tail }): Node[] => {
    const common = { source, scrape_seconds: input.map.scrape_seconds, since: input.window ?? "1h" };
    return [
      metric(`health_further${tail}`, `Check the health of ${listed(services)}`, "health_check", {
        ...common,
        services: services.map(withSignals),
      }),
      metric(`series_further${tail}`, `Look through the series of ${listed(services)}`, "series_scan", {
        ...common,
        services: services.map(slim),
      }),
    ];
  });
}

function seenBy(tool: string | null | undefined, params: JsonObject | undefined): string[] {
  if (tool !== "health_check" || !Array.isArray(params?.services)) return [];
  return params.services.flatMap((one) =>
    typeof one === "object" && one !== null && !Array.isArray(one) && typeof one.name === "string" ? [one.name] : [],
  );
}

function unreadLogs(rivals: readonly Scoped[], all: readonly Scoped[], { graphs, config, window }: RoundInput): Node[] {
  const read = new Set(
    graphs.flatMap(({ nodes }) =>
      nodes.flatMap(({ params }) => (Array.isArray(params?.logs) ? params.logs : []).map((one) => JSON.stringify(one))),
    ),
  );
  const near = new Set(rivals.flatMap(({ name, calls }) => [name, ...calls]));
  const logs = all
    .filter(({ name }) => near.has(name))
    .flatMap(({ name, logs: own }) => own.map((source) => ({ source, service: name })))
    .filter((log) => Object.hasOwn(config.sources, log.source) && !read.has(JSON.stringify(log)))
    .slice(0, LOGS_MAX);
  if (logs.length === 0) return [];
  const services = all.filter(({ name }) => near.has(name)).map(slim);
  const params = { logs, services, since: window ?? "1h" };
  const common = { type: "log_collection" as const, tool: "log_scan", continue_on_failure: true, timeout_seconds: 60 };
  return [{ id: "logs_further", name: "Read logs that no round has read", ...common, params }];
}

/** Where errors begin below each of them. */
function traces(rivals: readonly Scoped[], { config, window = "1h" }: RoundInput): Node[] {
  const chosen = rivals.flatMap((one) => one.traces).filter(({ source }) => Object.hasOwn(config.sources, source));
  return chosen.slice(0, RIVALS_MAX).map(({ source, name }, index) => ({
    id: `traces_further_${index + 1}`,
    name: `Read traces of ${name}`,
    type: "trace_collection",
    tool: "trace_collector",
    continue_on_failure: true,
    timeout_seconds: 30,
    params: { source, service: name, since: window },
  }));
}

/** What had begun before anybody looked: when it did, and what was changed then. */
function farther({ causes: [best], signs }: Reported, rivals: readonly Scoped[], input: RoundInput): Node[] {
  const own = signs.filter(({ service, current }) => service === best?.service && current);
  const isOld = own.length > 0 && own.every(({ onset }) => onset === null || onset.from === null);
  if (!isOld || input.window === FARTHER) return [];
  const looks = bySource(rivals, input).map(({ source, services, tail }) =>
    metric(`health_earlier${tail}`, `Look a day back at ${listed(services)}`, "health_check", {
      source,
      services: services.map(withSignals),
      since: FARTHER,
      scrape_seconds: input.map.scrape_seconds,
    }),
  );
  const histories = Object.entries(input.config.sources)
    .filter(([, { kind }]) => kindsThat("readChanges").includes(kind))
    .map(([name]) => name)
    .sort();
  if (histories.length === 0) return looks;
  const common = { type: "log_collection" as const, tool: "change_history", continue_on_failure: true };
  const params = { sources: histories.slice(0, 5), since: FARTHER };
  return [
    ...looks,
    { id: "changes_earlier", name: "List what changed in a day", ...common, timeout_seconds: 30, params },
  ];
}

function bySource(
  services: readonly Scoped[],
  { config }: RoundInput,
): Array<{ source: string; services: Scoped[]; tail: string }> {
  const names = [...new Set(services.flatMap(({ source }) => source ?? []))].filter((name) =>
    Object.hasOwn(config.sources, name),
  );
  return names.slice(0, 3).map((source, index) => ({
    source,
    services: services.filter((one) => one.source === source),
    tail: index === 0 ? "" : `_${index + 1}`,
  }));
}

const metric = (id: string, name: string, tool: string, params: JsonObject): Node => ({
  ...{ id, name: name.slice(0, NODE_NAME_MAX_CHARS), type: "metric_query", tool, params },
  ...{ continue_on_failure: true, timeout_seconds: 60 },
});

const listed = (services: readonly Scoped[]): string => services.map(({ name }) => name).join(", ");

/** It weighs what it is given of earlier rounds beside what is new. */
function causeNode({ before, graphs }: RoundInput, rivals: readonly Scoped[], all: readonly Scoped[]): Node {
  const first = graphs[0]?.nodes.find(({ tool }) => tool === "diagnosis");
  const scope = new Set([
    ...seenBy("health_check", first?.params),
    ...rivals.flatMap(({ name, calls, runs_on: hosts }) => [name, ...calls, ...hosts]),
  ]);
  const services = all.filter(({ name }) => scope.has(name)).map(slim);
  const target = first?.params?.target;
  const { about, words } = first?.params ?? {};
  const earlier = before.told.signs.map((sign) => ({ ...sign, node: nodeOf(sign, before.runId) }));
  return {
    id: "cause",
    name: "Tell what is ill itself, with all that the rounds saw",
    type: "rca_call",
    tool: "diagnosis",
    timeout_seconds: 30,
    params: {
      ...{ services, earlier },
      ...(typeof target === "string" ? { target } : {}),
      ...(Array.isArray(about) ? { about } : {}),
      ...(Array.isArray(words) ? { words } : {}),
      ...(before.told.meant === undefined ? {} : { meant: before.told.meant }),
    },
  };
}

/** `RUN/NODE`: a sign that was carried once keeps where it was first seen. */
const nodeOf = ({ node }: CarriedEvidence, runId: string): string =>
  (node.includes("/") ? node : `${runId}/${node}`).slice(-NODE_NAME_MAX_CHARS);
