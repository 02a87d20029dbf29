/** What a tool or connector is given where it reads outside a run, on this machine. Nothing is kept: what is read is looked at and forgotten. */
import { randomUUID } from "node:crypto";
import type { ToolContext } from "../activities/define-tool.js";
import { createGuardedFetch } from "../platform/http/guarded-fetch.js";
import { createHostGuard } from "../platform/http/host-guard.js";
import { createSecretResolver } from "../platform/secrets.js";
import { declaredUrls } from "./declared-urls.js";
import type { Local } from "./local.js";

/** `timeoutMs`: of one request. */
export function readingContext(
  { config, policy, environment }: Local,
  { nodeId, timeoutMs, signal }: { nodeId: string; timeoutMs: number; signal: AbortSignal },
): ToolContext {
  const secret = createSecretResolver((name) => environment.secretFrom(name));
  const reaching = { network: policy.network, declaredUrls: declaredUrls(config) };
  const guarded = createGuardedFetch({ ...reaching, resolveSecret: secret });
  const id = randomUUID();
  return {
    config,
    fetch: (url, request = {}) => guarded(url, { ...request, timeoutMs }),
    hosts: createHostGuard(reaching),
    blobs: { put: () => Promise.resolve(""), get: () => Promise.resolve("") },
    signal,
    heartbeat: () => undefined,
    secret,
    idempotencyKey: id,
    attempt: 1,
    nodeId,
    runId: id,
    requester: "",
    now: () => Date.now(),
    log: { info: () => undefined, warn: () => undefined },
  };
}
