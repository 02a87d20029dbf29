/** The worker's side of an attack: the real activities with real keys, and a target that counts what was done to it. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { z } from "zod";
import { type ActivityTable, createActivities } from "../../../src/activities/create-activities.js";
import { defineTool } from "../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createRegistry } from "../../../src/activities/registry.js";
import type { Policy } from "../../../src/core/policy.js";
import type { Records } from "../../../src/platform/records/records.js";
import type { Signer, Verifier } from "../../../src/platform/signing.js";
import type { CallingRun } from "../../../src/platform/temporal/calling-run.js";
import type { Environment } from "../../../src/vocabulary/node-types.js";
import { callerStub, recordsStub } from "../approvals.js";
import { type AuditStub, auditStub } from "../audit.js";
import { type LedgerStub, ledgerStub } from "../ledger.js";

/** The target honours keys: the same key does a thing once. */
export interface Target {
  /** By idempotency key: what was done. */
  effects: Map<string, unknown>;
  policy: Policy;
  /** The policy's file cannot be read any more. */
  policyIsLost?: boolean;
  /** What the worker verifies with now. */
  verifier: Pick<Verifier, "verify" | "verifyOrder">;
  /** Where approvals are used up. */
  records: Records;
  /** Milliseconds since the epoch. */
  nowMs: number;
  audit: AuditStub;
  ledger: LedgerStub;
  environment: Environment;
  signer: Signer;
  /** For a worker. */
  activities: ActivityTable;
  /** Where it is not a run of ours that waits for the action: what the server says of the caller. */
  said: Partial<CallingRun>;
  call<T>(type: string, input: unknown, where: Where): Promise<T>;
}

interface Where {
  runId: string;
  activityId?: string;
  attempt?: number;
}

export const RUN_ID = "attacked";
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const quiet = (): void => undefined;
/** The SDK's own: refusals are what is expected here. */
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
const unused = (): never => {
  throw new Error("not used here");
};

export interface TargetOptions {
  signer: Signer;
  /** What the worker verifies with; default: the signer itself. */
  verifier?: Pick<Verifier, "verify" | "verifyOrder">;
  policy: Policy;
  environment: Environment;
  nowMs: number;
}

export function createTarget({ signer, verifier = signer, policy, environment, nowMs }: TargetOptions): Target {
  const rollback = defineTool({
    name: "rollback",
    description: "acts",
    nodeTypes: ["rollback"],
    effect: "write",
    idempotency: "key",
    params: z.strictObject({ target: z.string(), version: z.string() }),
    output: z.strictObject({ done: z.boolean() }),
    reach: ({ target: name }, { targets }) => {
      const known = targets[String(name)]?.environment ?? "production";
      return { urls: [], target: String(name), environment: known, problems: [] };
    },
    async run(given, context) {
      target.effects.set(context.idempotencyKey, given);
      return { done: true };
    },
  });
  const reader = defineTool({
    name: "reader",
    description: "reads",
    nodeTypes: ["log_collection"],
    effect: "read",
    params: z.strictObject({}),
    output: z.strictObject({ version: z.string() }),
    reach: () => ({ urls: [], environment, problems: [] }),
    run: async () => ({ version: "1" }),
  });
  const http = { kind: "http" as const, actions: {} };
  const config: Dependencies["config"] = {
    files: { roots: [] },
    sources: {},
    targets: { shop: { ...http, environment }, till: { ...http, environment } },
    channels: {},
  };
  const registry = createRegistry({ config });
  for (const tool of [rollback, reader]) {
    // biome-ignore lint/suspicious/noExplicitAny: the registry holds tools of any params
    const [problem] = registry.register(tool as any, { builtIn: true });
    if (problem !== undefined) throw new Error(problem.message);
  }
  const ledger = ledgerStub(() => target.nowMs);
  const dependencies: Dependencies = {
    config,
    registry,
    policy: async () => {
      if (target.policyIsLost !== true) return { ok: true, policy: target.policy };
      return { ok: false, problems: [{ code: "policy-invalid", at: "safety.yaml", message: "it cannot be read" }] };
    },
    checkUrl: () => undefined,
    fetch: unused,
    secret: unused,
    blobs: { put: unused, get: unused },
    reports: { put: async () => undefined, get: async () => undefined },
    signer: {
      verify: (...asked) => target.verifier.verify(...asked),
      verifyOrder: (...asked) => target.verifier.verifyOrder(...asked),
    },
    ledger,
    records: {
      id: () => target.records.id(),
      create: (...one) => target.records.create(...one),
      read: (name) => target.records.read(name),
    },
    askCaller: callerStub(() => target.said),
    audit: auditStub(),
    draft: unused,
    log: silent,
    now: () => target.nowMs,
  };
  const activities: ActivityTable = createActivities(dependencies);
  const target: Target = {
    effects: new Map(),
    policy,
    verifier,
    records: recordsStub(),
    nowMs,
    audit: dependencies.audit as AuditStub,
    ledger,
    environment,
    signer,
    activities,
    said: {},
    call: async <T>(type: string, input: unknown, { runId, activityId = type, attempt = 1 }: Where) => {
      const workflowExecution = { workflowId: RUN_ID, runId };
      const isLocal = type === "store_report";
      const info = {
        activityId,
        activityType: type,
        attempt,
        isLocal,
        workflowExecution,
        startToCloseTimeoutMs: 60_000,
      };
      const environment = new MockActivityEnvironment(info, { logger });
      return (await environment.run(activities[type] as (input: unknown) => Promise<T>, input)) as T;
    },
  };
  return target;
}
