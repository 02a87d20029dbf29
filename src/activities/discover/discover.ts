/** Learns a stack from the declared sources: what it consists of, what each thing is, who calls whom, whose log is whose. Reads only. */
import type { Config } from "../../schema/config.js";
import type { StackMap } from "../../schema/map.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import { assemble } from "./assemble.js";
import type { FoundStack } from "./found.js";
import { discoverCluster } from "./kubernetes.js";
import { discoverLogs } from "./logs.js";
import { discoverPrometheus } from "./prometheus.js";
import { discoverSockets } from "./sockets.js";
import { discoverTraces } from "./traces.js";

/** As many as the map takes of one service. */
const ALSO_MAX = 30;

export interface Discovered {
  map: StackMap;
  /** What could not be asked, in words. */
  notes: string[];
}

export async function discover(config: Config, context: ToolContext): Promise<Discovered> {
  const notes: string[] = [];
  const stacks: FoundStack[] = [];
  for (const { name, ask } of askable(config, context)) {
    try {
      stacks.push(await ask());
    } catch (error) {
      if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
      notes.push(`${name} could not be asked: ${error.message}`);
    }
  }
  const [sockets, logs] = await Promise.all([
    discoverSockets(stacks.flatMap(({ services }) => services)),
    discoverLogs(config, context, notes),
  ]);
  for (const service of stacks.flatMap(({ services }) => services)) {
    service.also = [...new Set([...service.also, ...(sockets.addresses.get(service.name) ?? [])])].slice(0, ALSO_MAX);
  }
  const unmonitored: FoundStack = { services: sockets.unmonitored, calls: [], alertRules: [], notes: [] };
  return {
    map: assemble([...stacks, unmonitored], logs, config, sockets),
    notes: [...notes, ...stacks.flatMap((one) => one.notes)],
  };
}

/** What metrics show comes first: the others add to it. */
function askable(config: Config, context: ToolContext): Array<{ name: string; ask: () => Promise<FoundStack> }> {
  const sources = Object.entries(config.sources).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...sources.flatMap(([name, source]) =>
      source.kind === "prometheus" ? [{ name, ask: () => discoverPrometheus({ ...source, name }, context) }] : [],
    ),
    ...Object.entries(config.clusters ?? {})
      .flatMap(([name, { dumps }]) => (dumps === undefined ? [name] : []))
      .sort()
      .map((name) => ({ name, ask: () => discoverCluster(name, context) })),
    ...sources.flatMap(([name, source]) =>
      source.kind === "jaeger" ? [{ name, ask: () => discoverTraces({ ...source, name }, context) }] : [],
    ),
  ];
}
