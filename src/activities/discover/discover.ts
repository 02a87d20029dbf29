/** Learns a stack from the declared sources: what it consists of, what each thing is, who calls whom, whose log is whose. Reads only. */
import type { Config } from "../../schema/config.js";
import type { StackMap } from "../../schema/map.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import { assemble } from "./assemble.js";
import type { FoundStack } from "./found.js";
import { discoverLogs } from "./logs.js";
import { discoverPrometheus } from "./prometheus.js";

export interface Discovered {
  map: StackMap;
  /** What could not be asked, in words. */
  notes: string[];
}

export async function discover(config: Config, context: ToolContext): Promise<Discovered> {
  const notes: string[] = [];
  const stacks: FoundStack[] = [];
  for (const [name, source] of Object.entries(config.sources).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (source.kind !== "prometheus") continue;
    try {
      stacks.push(await discoverPrometheus({ ...source, name }, context));
    } catch (error) {
      if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
      notes.push(`${name} could not be asked: ${error.message}`);
    }
  }
  const logs = await discoverLogs(config, context, notes);
  return { map: assemble(stacks, logs, config), notes: [...notes, ...stacks.flatMap((one) => one.notes)] };
}
