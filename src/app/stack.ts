/** `autoops discover`: the declared sources asked, as the worker on this machine would ask them, for what the stack consists of. */
import { randomUUID } from "node:crypto";
import type { ToolContext } from "../activities/define-tool.js";
import { type Discovered, discover } from "../activities/discover/discover.js";
import { createGuardedFetch } from "../platform/http/guarded-fetch.js";
import { createHostGuard } from "../platform/http/host-guard.js";
import { createSecretResolver } from "../platform/secrets.js";
import type { StackMap } from "../schema/map.js";
import { declaredUrls } from "./declared-urls.js";
import type { Local } from "./local.js";

/** One question. */
const ASK_TIMEOUT_MS = 15_000;
/** All of them: a person waits. */
const ALL_MAX_MS = 120_000;

/** Reads only. What a person wrote into the map that was there stays. */
export async function discoverStack(local: Local, signal: AbortSignal): Promise<Discovered> {
  const slow = AbortSignal.any([signal, AbortSignal.timeout(ALL_MAX_MS)]);
  const { map, notes } = await discover(local.config, lookContext(local, slow));
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

/** What a look is given outside a run. Nothing is kept: what is read is looked at and forgotten. */
export function lookContext({ config, policy, environment }: Local, signal: AbortSignal): ToolContext {
  const secret = createSecretResolver((name) => environment.secretFrom(name));
  const reaching = { network: policy.network, declaredUrls: declaredUrls(config) };
  const guarded = createGuardedFetch({ ...reaching, resolveSecret: secret });
  const id = randomUUID();
  return {
    config,
    fetch: (url, request = {}) => guarded(url, { ...request, timeoutMs: ASK_TIMEOUT_MS }),
    hosts: createHostGuard(reaching),
    blobs: { put: () => Promise.resolve(""), get: () => Promise.resolve("") },
    signal,
    heartbeat: () => undefined,
    secret,
    idempotencyKey: id,
    attempt: 1,
    nodeId: "discover",
    runId: id,
    requester: "",
    now: () => Date.now(),
    log: { info: () => undefined, warn: () => undefined },
  };
}
