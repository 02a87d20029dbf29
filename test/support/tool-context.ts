/** A context for running one tool in a test: real blobs in memory, no network unless given, a fixed clock. */
import { createHash } from "node:crypto";
import { type ToolContext, ToolFailure, toolFailure } from "../../src/activities/define-tool.js";
import type { Config } from "../../src/schema/config.js";

export const NOW = Date.parse("2026-11-22T12:00:00.000Z");

export function configOf(parts: Partial<Config> = {}): Config {
  return { files: { roots: [] }, sources: {}, targets: {}, channels: {}, ...parts };
}

const unreached = (): Promise<never> => Promise.reject(toolFailure("host-not-allowed", "this test reaches nothing"));

export function contextOf(config: Config, parts: Partial<ToolContext> = {}): ToolContext {
  const blobs = new Map<string, string>();
  return {
    config,
    fetch: unreached,
    hosts: { resolve: unreached, checkName: unreached },
    blobs: {
      put(data) {
        const reference = `blob:sha256:${createHash("sha256").update(data).digest("hex")}`;
        blobs.set(reference, data);
        return Promise.resolve(reference);
      },
      get(reference) {
        const data = blobs.get(reference);
        if (data === undefined) throw toolFailure("not-found", `there is no blob ${reference}`);
        return Promise.resolve(data);
      },
    },
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    secret: (reference) => {
      throw toolFailure("secret-missing", `${reference} is not set`);
    },
    idempotencyKey: "key",
    attempt: 1,
    nodeId: "node",
    runId: "run",
    requester: "tester",
    now: () => NOW,
    log: { info: () => undefined, warn: () => undefined },
    ...parts,
  };
}

/** The code of the `ToolFailure` that a call ends in; a call that succeeds, or fails otherwise, fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<ToolFailure> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ToolFailure) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}
