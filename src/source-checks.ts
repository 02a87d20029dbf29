/** `autoops sources check`: the declared sources, asked as the worker on this machine would, under its network policy. */
import { randomUUID } from "node:crypto";
import type { ToolContext } from "./activities/define-tool.js";
import { checkSource, type SourceVerdict } from "./activities/source-check.js";
import { type Local, loadLocal } from "./local.js";
import type { Variables } from "./platform/environment.js";
import { declaredUrls } from "./platform/http/declared-urls.js";
import { createGuardedFetch } from "./platform/http/guarded-fetch.js";
import { createHostGuard } from "./platform/http/host-guard.js";
import { createSecretResolver } from "./platform/secrets.js";
import type { Problem } from "./vocabulary/problems.js";

/** One question, shorter than a tool has: a person waits. */
const CHECK_TIMEOUT_MS = 10_000;

export interface CheckedSource {
  name: string;
  kind: string;
  verdict: SourceVerdict;
}

/** Checks every source, or the named one; one after the other, in the order of their names. */
export async function checkSources(
  variables: Variables,
  name: string | undefined,
  signal: AbortSignal,
): Promise<{ ok: true; sources: CheckedSource[] } | { ok: false; problems: Problem[] }> {
  const local = await loadLocal(variables);
  if (!local.ok) return local;
  const declared = Object.entries(local.config.sources).sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = declared.filter(([known]) => name === undefined || known === name);
  if (name !== undefined && wanted.length === 0) {
    const message = `config.yaml declares no source ${JSON.stringify(name.slice(0, 63))}`;
    const hint = `declared sources: ${declared.map(([known]) => known).join(", ") || "none"}`;
    return { ok: false, problems: [{ code: "source-not-configured", at: "sources", message, hint }] };
  }
  const context = contextOf(local, signal);
  const sources: CheckedSource[] = [];
  for (const [known, source] of wanted) {
    sources.push({ name: known, kind: source.kind, verdict: await checkSource(known, source, context) });
  }
  return { ok: true, sources };
}

/** Nothing is kept: what is read is looked at and forgotten. */
function contextOf({ config, policy, environment }: Local, signal: AbortSignal): ToolContext {
  const secret = createSecretResolver((name) => environment.secretFrom(name));
  const reaching = { network: policy.network, declaredUrls: declaredUrls(config) };
  const guarded = createGuardedFetch({ ...reaching, resolveSecret: secret });
  const id = randomUUID();
  return {
    config,
    fetch: (url, request = {}) => guarded(url, { ...request, timeoutMs: CHECK_TIMEOUT_MS }),
    hosts: createHostGuard(reaching),
    blobs: { put: () => Promise.resolve(""), get: () => Promise.resolve("") },
    signal,
    heartbeat: () => undefined,
    secret,
    idempotencyKey: id,
    attempt: 1,
    nodeId: "check",
    runId: id,
    requester: "",
    now: () => Date.now(),
    log: { info: () => undefined, warn: () => undefined },
  };
}
