/** A plan made from the map: what alerts and is down, health, series, logs and changes near the trouble, then the cause. Reads only. */
import { createHash } from "node:crypto";
import { below, topologyOf } from "../../core/investigation/topology.js";
import type { Config } from "../../schema/config.js";
import { type GraphInput, graphSchema } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import type { StackMap } from "../../schema/map.js";
import { parseWith } from "../../schema/problems.js";
import { kindsThat } from "../connectors/sources.js";
import type { DraftResult } from "../contract.js";
import type { ServiceParam } from "../tools/investigation/evidence-schema.js";
import { healthOf } from "../tools/investigation/health-rules.js";
import { mentioned } from "../tools/investigation/who.js";

export const INVESTIGATION = "investigation";
/** Services that one plan looks at: all of a small stack, the near ones of a large one. */
const SERVICES_MAX = 50;
const STEPS_MAX = 2;
const INSTANCES_MAX = 30;
const LOGS_PER_NODE = 15;
const CHANGE_SOURCES_MAX = 5;
const WINDOW = "1h";
const ID_DIGITS = 12;

export interface InvestigationInput {
  goal: string;
  map: StackMap;
  config: Config;
  /** What an alert's labels or the words say. */
  service?: string;
  window?: string;
}

type Node = GraphInput["nodes"][number];

export function planInvestigation(input: InvestigationInput): DraftResult {
  const all = paramsOf(input.map);
  const target = targetOf(input, all);
  const scope = scopeOf(all, target);
  const looks = looksOf(input, scope, target);
  const nodes: Node[] = [
    ...looks,
    {
      id: "cause",
      name: "Tell what is ill itself, below what only suffers",
      type: "rca_call",
      tool: "diagnosis",
      timeout_seconds: 30,
      params: { services: scope.map(slim), ...(target === undefined ? {} : { target }) },
    },
  ];
  const edges = looks.map(({ id }) => ({ from_node_id: id, to_node_id: "cause", on: "always" as const }));
  const name = target === undefined ? "What is wrong in the stack" : `What is wrong with ${target}`;
  const digest = createHash("sha256")
    .update(JSON.stringify([input.goal, nodes]))
    .digest("hex");
  const draft: GraphInput = {
    id: `${INVESTIGATION}-${digest.slice(0, ID_DIGITS)}`,
    name,
    goal_description: input.goal,
    nodes,
    edges,
    metadata: {
      planner: "playbook",
      playbook: INVESTIGATION,
      ...(target === undefined ? {} : { parameters: { service: target } }),
    },
  };
  const parsed = parseWith(graphSchema, draft, { at: INVESTIGATION });
  if (!parsed.ok) return parsed;
  return { ok: true, graph: parsed.value, planner: "playbook", playbook: INVESTIGATION, score: 1, notices: [] };
}

function paramsOf(map: StackMap): Array<ServiceParam & { source?: string; logs: string[] }> {
  return Object.entries(map.services).map(([name, service]) => ({
    name,
    kinds: service.kinds,
    labels: service.labels ?? {},
    instances: service.instances.slice(0, INSTANCES_MAX),
    also: service.also,
    calls: service.calls.map(({ to }) => to),
    runs_on: service.runs_on,
    signals: service.signals,
    logs: service.logs,
    ...(service.source === undefined ? {} : { source: service.source }),
  }));
}

type Scoped = ReturnType<typeof paramsOf>[number];

/** Of those that the goal names, the one that needs most: what people complain about stands in front. */
function targetOf({ goal, service }: InvestigationInput, all: readonly Scoped[]): string | undefined {
  const topology = topologyOf(all.map(componentOf));
  const found = [...(service === undefined ? [] : mentioned(service, all)), ...mentioned(goal, all)];
  const depth = (name: string) => below(topology, name).size;
  return found.map(({ name }) => name).sort((a, b) => depth(b) - depth(a))[0];
}

const componentOf = ({ name, kinds, calls, runs_on: runsOn }: Scoped) => ({ name, kinds, role: "", calls, runsOn });

function scopeOf(all: readonly Scoped[], target: string | undefined): Scoped[] {
  if (all.length <= SERVICES_MAX) return [...all];
  const topology = topologyOf(all.map(componentOf));
  const near = target === undefined ? new Map<string, number>() : below(topology, target, STEPS_MAX);
  const callers = all.filter(({ calls }) => target !== undefined && calls.includes(target));
  const chosen = new Set([...near.keys(), ...callers.map(({ name }) => name)]);
  const needed = (name: string) =>
    all.filter(({ calls, runs_on: hosts }) => calls.includes(name) || hosts.includes(name)).length;
  const rest = all.filter(({ name }) => !chosen.has(name)).sort((a, b) => needed(b.name) - needed(a.name));
  return [...all.filter(({ name }) => chosen.has(name)), ...rest].slice(0, SERVICES_MAX);
}

/** What a node's params carry of a service. */
function slim({ source: _, logs: __, signals: ___, ...rest }: Scoped): JsonObject {
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0,
    ),
  ) as JsonObject;
}

const withSignals = (one: Scoped): JsonObject => ({
  ...slim(one),
  ...(Object.keys(one.signals).length === 0 ? {} : { signals: one.signals as JsonObject }),
});

function looksOf(
  { map, config, window = WINDOW }: InvestigationInput,
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
  const nodes = sources.slice(0, 3).flatMap((source, index): Node[] => {
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
        ...common,
      }),
    ];
  });
  return [...nodes, ...logNodes(scope, config, target, window), ...changeNodes(config)];
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
  const parts = [sorted.slice(0, LOGS_PER_NODE), sorted.slice(LOGS_PER_NODE, 2 * LOGS_PER_NODE)].filter(
    (part) => part.length > 0,
  );
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

function changeNodes(config: Config): Node[] {
  const names = Object.entries(config.sources)
    .filter(([, { kind }]) => kindsThat("readChanges").includes(kind))
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
