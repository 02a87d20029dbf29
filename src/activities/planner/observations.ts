/** The looks of an investigation: what alerts, health, series, logs, clusters, traces and changes. Each node only reads. */
import { below, topologyOf } from "../../core/investigation/topology.js";
import type { Config } from "../../schema/config.js";
import type { GraphInput } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import type { StackMap } from "../../schema/map.js";
import { kindsThat } from "../connectors/sources.js";
import type { ServiceParam } from "../tools/kit/investigation/evidence-schema.js";
import { healthOf } from "../tools/kit/investigation/health-rules.js";

export const STEPS_MAX = 2;
const LOGS_PER_NODE = 15;
const LOG_NODES_MAX = 2;
const CHANGE_SOURCES_MAX = 5;
const METRIC_SOURCES_MAX = 3;
const CLUSTERS_MAX = 3;
const TRACED_MAX = 3;
const WINDOW = "1h";

export type Node = GraphInput["nodes"][number];
/** A service of the map, with what its looks need. */
export type Scoped = ServiceParam & {
  source?: string;
  logs: string[];
  traces: Array<{ source: string; name: string }>;
};

export interface SearchedFor {
  map: StackMap;
  config: Config;
  window?: string;
  /** Of the goal, that may stand for a thing of this house. */
  words?: readonly string[];
}

export const componentOf = ({ name, kinds, calls, runs_on: runsOn }: Scoped) => ({
  ...{ name, kinds, role: "", calls, runsOn },
});

/** What a node's params carry of a service. */
export function slim({ source: _, logs: __, signals: ___, traces: ____, ...rest }: Scoped): JsonObject {
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0,
    ),
  ) as JsonObject;
}

export const withSignals = (one: Scoped): JsonObject => ({
  ...slim(one),
  ...(Object.keys(one.signals).length === 0 ? {} : { signals: one.signals as JsonObject }),
});

export function observationsOf(
  { map, config, window = WINDOW, words = [] }: SearchedFor,
  scope: readonly Scoped[],
  target: string | undefined,
): Node[] {
  const sources = [...new Set(scope.flatMap(({ source }) => source ?? []))].filter((name) =>
    Object.hasOwn(config.sources, name),
  );
  const many = sources.length > 1;
  const common = { since: window, scrape_seconds: map.scrape_seconds };
  const metric = (id: string, name: string, tool: string, params: JsonObject): Node => ({
    ...{ id, name, type: "metric_query" as const, tool, params, continue_on_failure: true, timeout_seconds: 60 },
  });
  const nodes = sources.slice(0, METRIC_SOURCES_MAX).flatMap((source, index): Node[] => {
    const tail = many ? `_${index + 1}` : "";
    const own = scope.filter((one) => one.source === source);
    const parts = partsOf(own, target);
    return [
      metric(`alerts${tail}`, "List what alerts, and since when", "alerts_active", {
        source,
        services: scope.map(slim),
        ...common,
      }),
      ...parts.map(({ id, name, services }) => {
        const others = scope.filter((one) => !services.includes(one)).map(slim);
        const params = {
          source,
          services: services.map(withSignals),
          ...(others.length === 0 ? {} : { others }),
          ...common,
        };
        return metric(`health_${id}${tail}`, name, "health_check", params);
      }),
      metric(`series${tail}`, "Look through every series for what changed", "series_scan", {
        source,
        services: own.map(slim),
        ...(words.length === 0 ? {} : { words: [...words] }),
        ...common,
      }),
    ];
  });
  return [
    ...nodes,
    ...logNodes(scope, config, target, window),
    ...clusterNodes(config),
    ...traceNodes(scope, config, target, window),
    ...changeNodes(config),
  ];
}

/** What is complained about with what it needs, the machines, and the rest: three looks, so that each can be read. */
function partsOf(
  own: readonly Scoped[],
  target: string | undefined,
): Array<{ id: string; name: string; services: Scoped[] }> {
  const isHost = ({ kinds: [main] }: Scoped) => main !== undefined && healthOf(main)?.role === "host";
  const topology = topologyOf(own.map(componentOf));
  const near = target === undefined ? undefined : below(topology, target, STEPS_MAX);
  const hosts = own.filter(isHost);
  const services = own.filter((one) => !isHost(one));
  const close = services.filter(({ name }) => near?.has(name) ?? true);
  const rest = services.filter((one) => !close.includes(one));
  return [
    {
      id: "near",
      name:
        target === undefined ? "Check the health of every service" : `Check the health of ${target} and what it needs`,
      services: close,
    },
    { id: "rest", name: "Check the health of the other services", services: rest },
    { id: "hosts", name: "Check the health of the machines", services: hosts },
  ].filter(({ services: list }) => list.length > 0);
}

function logNodes(scope: readonly Scoped[], config: Config, target: string | undefined, since: string): Node[] {
  const topology = topologyOf(scope.map(componentOf));
  const near = target === undefined ? undefined : below(topology, target, STEPS_MAX);
  const logs = scope.flatMap(({ name, logs: own }) =>
    own.filter((source) => Object.hasOwn(config.sources, source)).map((source) => ({ source, service: name })),
  );
  const sorted = [...logs].sort(
    (a, b) => Number(near?.has(b.service) ?? false) - Number(near?.has(a.service) ?? false),
  );
  const parts = Array.from({ length: LOG_NODES_MAX }, (_, index) =>
    sorted.slice(index * LOGS_PER_NODE, (index + 1) * LOGS_PER_NODE),
  ).filter((part) => part.length > 0);
  return parts.map((part, index) => ({
    id: index === 0 ? "logs" : "logs_more",
    name: "Read the logs for what is new in them",
    type: "log_collection",
    tool: "log_scan",
    continue_on_failure: true,
    timeout_seconds: 60,
    params: { logs: part, services: scope.map(slim), since },
  }));
}

type Declared = Config["sources"][string];

/** What changed in the last hours, by the histories that belong to what is looked at. */
export function changeNodes(config: Config, belongs: (source: Declared) => boolean = () => true): Node[] {
  const kinds = kindsThat("readChanges");
  const names = Object.entries(config.sources)
    .filter(([, source]) => kinds.includes(source.kind) && belongs(source))
    .map(([name]) => name)
    .sort();
  if (names.length === 0) return [];
  const params = { sources: names.slice(0, CHANGE_SOURCES_MAX), since: "6h" };
  return [
    {
      id: "changes",
      name: "List what changed in the last hours",
      type: "log_collection",
      tool: "change_history",
      continue_on_failure: true,
      timeout_seconds: 30,
      params,
    },
  ];
}

/** What the objects of each declared cluster say; the API server needs no metrics for it. */
function clusterNodes({ clusters = {} }: Config): Node[] {
  const names = Object.keys(clusters).sort().slice(0, CLUSTERS_MAX);
  return names.map((cluster, index) => ({
    id: index === 0 ? "cluster" : `cluster_${index + 1}`,
    name: `Read the state of the cluster ${cluster}`,
    type: "log_collection",
    tool: "kubernetes_state",
    continue_on_failure: true,
    timeout_seconds: 60,
    params: { cluster },
  }));
}

/** Traces of what is complained about, or else of what nobody calls: where errors begin below it. */
function traceNodes(scope: readonly Scoped[], config: Config, target: string | undefined, since: string): Node[] {
  const called = new Set(scope.flatMap(({ calls }) => calls));
  const fronts = scope.filter(({ name }) => (target === undefined ? !called.has(name) : name === target));
  const traced = (list: readonly Scoped[]) =>
    list.flatMap(({ traces }) => traces.filter(({ source }) => Object.hasOwn(config.sources, source)));
  const chosen = traced(fronts).length > 0 ? traced(fronts) : traced(scope);
  return chosen.slice(0, TRACED_MAX).map(({ source, name }, index) => ({
    id: index === 0 ? "traces" : `traces_${index + 1}`,
    name: `Read traces of ${name}`,
    type: "trace_collection",
    tool: "trace_collector",
    continue_on_failure: true,
    timeout_seconds: 30,
    params: { source, service: name, since },
  }));
}
