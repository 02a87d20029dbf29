/** `autoops discover`: the declared sources asked, as the worker on this machine would ask them, for what the stack consists of. */
import type { ToolContext } from "../activities/define-tool.js";
import { type Discovered, discover } from "../activities/discover/discover.js";
import type { StackMap } from "../schema/map.js";
import type { Local } from "./local.js";
import { readingContext } from "./reading-context.js";

/** One question. */
const ASK_TIMEOUT_MS = 15_000;
/** All of them: a person waits. */
const ALL_MAX_MS = 120_000;

/** Reads only. What a person wrote into the map that was there stays. */
export async function discoverStack(local: Local, signal: AbortSignal): Promise<Discovered> {
  const slow = AbortSignal.any([signal, AbortSignal.timeout(ALL_MAX_MS)]);
  const { map, notes } = await discover(local.config, readContext(local, slow));
  return { map: local.map === undefined ? map : withPersonal(map, local.map), notes };
}

/** Calls and names that people gave. */
function withPersonal(found: StackMap, before: StackMap): StackMap {
  const services = Object.entries(found.services).map(([name, service]) => {
    const calls = (before.services[name]?.calls ?? []).filter(
      ({ to, from }) => from === "person" && to in found.services && !service.calls.some((one) => one.to === to),
    );
    return [name, { ...service, calls: [...service.calls, ...calls].sort((a, b) => (a.to < b.to ? -1 : 1)) }] as const;
  });
  return { ...found, services: Object.fromEntries(services) };
}

export const readContext = (local: Local, signal: AbortSignal): ToolContext =>
  readingContext(local, { nodeId: "discover", timeoutMs: ASK_TIMEOUT_MS, signal });
