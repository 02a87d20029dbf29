/**
 * The activities of the benchmark: two tools that do nothing, through the product's own wrapper (params and output
 * checked against their schemas, policy asked, grant verified, output redacted), and the real `check_graph`,
 * `ask_approval` and `store_report`. The policy is a constant where a worker of the product reads its file, and log
 * lines are dropped: what is compared is the interpreter. Both sides of a comparison use this one table.
 */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import { z } from "zod";
import { callerClient } from "../src/activities/acting/caller-client.js";
import { createWriteLog } from "../src/activities/acting/write-log.js";
import { type ActivityTable, createActivities } from "../src/activities/create-activities.js";
import { defineTool } from "../src/activities/define-tool.js";
import { createRegistry } from "../src/activities/registry.js";
import { DEFAULT_POLICY, type Policy } from "../src/core/policy.js";
import { createAuditLog } from "../src/platform/audit/log.js";
import { createFolder } from "../src/platform/blobs/folder.js";
import { createBlobStore } from "../src/platform/blobs.js";
import { createLog } from "../src/platform/log.js";
import { createRecords } from "../src/platform/records/records.js";
import { createReportStore } from "../src/platform/reports.js";
import { loadSigner } from "../src/platform/signing.js";
import { createWriteLedger } from "../src/platform/temporal/write-ledger.js";
import type { Config } from "../src/schema/config.js";
import { APPROVAL_TIMEOUT_MAX_SECONDS, NODES_HARD_MAX, RUN_TIMEOUT_MAX_SECONDS } from "../src/vocabulary/limits.js";
import { checkByHand, type HandChecks } from "./by-hand/check.js";
import { AT_ONCE } from "./shapes.js";

const POLICY: Policy = {
  ...DEFAULT_POLICY,
  execution: {
    ...DEFAULT_POLICY.execution,
    enable_remediation: true,
    max_nodes_per_workflow: NODES_HARD_MAX,
    max_concurrency: AT_ONCE,
    workflow_timeout_seconds: RUN_TIMEOUT_MAX_SECONDS,
  },
  tools: { allowed: ["noop", "act"], blocked: [], require_approval: [] },
  node_types: { allowed: ["analysis", "rollback"], blocked: [] },
  approval: { timeout_seconds: APPROVAL_TIMEOUT_MAX_SECONDS, require_for_production: true },
};

/** The interpreter's queue. Writes of all sides ask the one ledger there: the workers of the others know no ledger. */
export const LEDGER_QUEUE = "ours";

const CONFIG: Config = { files: { roots: [] }, sources: {}, targets: {}, channels: {} };

export interface Bench {
  activities: ActivityTable;
  /** Resolves when the node `act` of this run acts. */
  acted(runId: string): Promise<void>;
}

export async function createBenchActivities(): Promise<Bench> {
  const waiting = new Map<string, () => void>();
  const noop = defineTool({
    name: "noop",
    description: "Adds one.",
    nodeTypes: ["analysis"],
    effect: "none",
    params: z.strictObject({ n: z.number().optional() }),
    output: z.strictObject({ n: z.number() }),
    run: ({ n = 0 }) => Promise.resolve({ n: n + 1 }),
  });
  const act = defineTool({
    name: "act",
    description: "Changes nothing, behind a gate.",
    nodeTypes: ["rollback"],
    effect: "write",
    idempotency: "key",
    params: z.strictObject({}),
    output: z.strictObject({ done: z.boolean() }),
    reach: () => ({ urls: [], environment: "staging", problems: [] }),
    run(_, { runId }) {
      waiting.get(runId)?.();
      return Promise.resolve({ done: true });
    },
  });
  const registry = createRegistry({ config: CONFIG });
  const faults = [noop, act].flatMap((tool) => registry.register(tool));
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  const home = mkdtempSync(join(tmpdir(), "autoops-bench-"));
  const signer = await loadSigner(join(home, "key.json"));
  if (!signer.ok) throw new Error(signer.problem.message);
  const checks: HandChecks = {
    askCaller: callerClient(),
    records: createRecords(createFolder(join(home, "approvals"))),
    ledger: createWriteLedger(
      () => ({ client: Context.current().client, taskQueue: LEDGER_QUEUE }),
      createWriteLog(createRecords(createFolder(join(home, "writes"))), Date.now),
    ),
    audit: createAuditLog({
      directory: join(home, "audit"),
      signer: signer.signer,
      now: Date.now,
      onProblem: () => undefined,
    }),
  };
  const activities = createActivities({
    ...checks,
    config: CONFIG,
    registry,
    policy: () => Promise.resolve({ ok: true, policy: POLICY }),
    checkUrl: () => undefined,
    fetch: () => Promise.reject(new Error("the benchmark reaches nothing")),
    secret: () => "",
    blobs: createBlobStore(join(home, "blobs")),
    reports: createReportStore(join(home, "reports")),
    signer: signer.signer,
    draft: () => ({ ok: false, problems: [] }),
    log: createLog("fatal"),
    now: () => Date.now(),
  });
  return {
    activities: {
      ...activities,
      // The product's own activity lets nothing act that is no run of the product.
      act_by_hand: async (runId: string, unchecked?: boolean) => {
        if (unchecked !== true) await checkByHand(checks);
        waiting.get(runId)?.();
        return { done: true };
      },
    },
    acted: (runId) =>
      new Promise((resolve) => {
        waiting.set(runId, () => {
          waiting.delete(runId);
          resolve();
        });
      }),
  };
}
