/** A plan made from the map: what alerts and is down, health, series, logs and changes near the trouble, then the cause. Reads only. */
import { createHash } from "node:crypto";
import { below, topologyOf } from "../../core/investigation/topology.js";
import { type GraphInput, graphSchema } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import type { StackMap } from "../../schema/map.js";
import { parseWith } from "../../schema/problems.js";
import type { DraftResult } from "../contract.js";
import { themesOf, wordsOf } from "../tools/kit/investigation/themes.js";
import { mentioned } from "../tools/kit/investigation/who.js";
import {
  componentOf,
  type Node,
  observationsOf,
  type Scoped,
  type SearchedFor,
  STEPS_MAX,
  slim,
} from "./observations.js";

export const INVESTIGATION = "investigation";
/** Services that one plan looks at: all of a small stack, the near ones of a large one. */
const SERVICES_MAX = 50;
const INSTANCES_MAX = 30;
const ID_DIGITS = 12;

export interface InvestigationInput extends SearchedFor {
  goal: string;
  /** What an alert's labels or the words say. */
  service?: string;
  /** Where an alert was measured: an instance of one service alone stands for it. */
  instance?: string;
}

export function planInvestigation(input: InvestigationInput): DraftResult {
  const all = paramsOf(input.map);
  const target = targetOf(input, all);
  const scope = scopeOf(all, target);
  const about = themesOf(input.goal);
  const words = wordsOf(input.goal);
  const looks = observationsOf({ ...input, words }, scope, target);
  const nodes: Node[] = [
    ...looks,
    {
      id: "cause",
      name: "Tell what is ill itself, below what only suffers",
      type: "rca_call",
      tool: "diagnosis",
      timeout_seconds: 30,
      params: {
        services: scope.map(slim),
        ...(target === undefined ? {} : { target }),
        ...(about.length === 0 ? {} : { about }),
        ...(words.length === 0 ? {} : { words }),
      },
    },
  ];
  const name = target === undefined ? "What is wrong in the stack" : `What is wrong with ${target}`;
  return drafted(input.goal, name, nodes, target === undefined ? {} : { parameters: { service: target } });
}

/** All looks lead to the last node, whatever becomes of them. */
export function drafted(goal: string, name: string, nodes: readonly Node[], more: JsonObject): DraftResult {
  const last = nodes.at(-1)?.id ?? "";
  const edges = nodes.slice(0, -1).map(({ id }) => ({ from_node_id: id, to_node_id: last, on: "always" as const }));
  const digest = createHash("sha256")
    .update(JSON.stringify([goal, nodes]))
    .digest("hex");
  const draft: GraphInput = {
    id: `${INVESTIGATION}-${digest.slice(0, ID_DIGITS)}`,
    name,
    goal_description: goal,
    nodes: [...nodes],
    edges,
    metadata: { planner: "playbook", playbook: INVESTIGATION, ...more },
  };
  const parsed = parseWith(graphSchema, draft, { at: INVESTIGATION });
  if (!parsed.ok) return parsed;
  return { ok: true, graph: parsed.value, planner: "playbook", playbook: INVESTIGATION, score: 1, notices: [] };
}

export function paramsOf(map: StackMap): Scoped[] {
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
    traces: service.traces,
    ...(service.source === undefined ? {} : { source: service.source }),
  }));
}

/** Of those that the goal names, the one that needs most: what people complain about stands in front. */
function targetOf({ goal, service, instance }: InvestigationInput, all: readonly Scoped[]): string | undefined {
  const topology = topologyOf(all.map(componentOf));
  const named = [...(service === undefined ? [] : mentioned(service, all)), ...mentioned(goal, all)];
  const measured = all.filter(({ instances }) => instance !== undefined && instances.includes(instance));
  const found = named.length > 0 || measured.length !== 1 ? named : measured;
  const depth = (name: string) => below(topology, name).size;
  return found.map(({ name }) => name).sort((a, b) => depth(b) - depth(a))[0];
}

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
