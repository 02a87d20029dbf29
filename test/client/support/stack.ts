/**
 * A worker as the product has it, with tools made for tests and a clock of its own: what the clients of runs are
 * tested against. Each test file makes one and ends it.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, type Connection } from "@temporalio/client";
import { bundleWorkflowCode, NativeConnection as Native, type NativeConnection, Worker } from "@temporalio/worker";
import { z } from "zod";
import { callerClient } from "../../../src/activities/acting/caller-client.js";
import { ledgerClient } from "../../../src/activities/acting/ledger-client.js";
import { createWriteLog } from "../../../src/activities/acting/write-log.js";
import type { DraftResult } from "../../../src/activities/contract.js";
import { createActivities, createPlannerActivities } from "../../../src/activities/create-activities.js";
import { defineTool, toolFailure } from "../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { draftGraph, type PlannerContext } from "../../../src/activities/planner/draft.js";
import { offersOf } from "../../../src/activities/planner/offers.js";
import { createRegistry } from "../../../src/activities/registry.js";
import type { LocalPlanning } from "../../../src/client/runs/plan-preview.js";
import { createRuns, type Runs } from "../../../src/client/runs.js";
import { checkAgainst } from "../../../src/core/check.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";
import { explainGraph } from "../../../src/core/report/explain.js";
import type { AuditLog } from "../../../src/platform/audit/log.js";
import { createFolder } from "../../../src/platform/blobs/folder.js";
import { digestOf } from "../../../src/platform/digest.js";
import { createLog } from "../../../src/platform/log.js";
import { createRecords } from "../../../src/platform/records/records.js";
import { createReportStore, type ReportStore } from "../../../src/platform/reports.js";
import { loadSigner, type Signer } from "../../../src/platform/signing.js";
import { type GraphInput, graphSchema } from "../../../src/schema/graph.js";
import type { GoalInput } from "../../../src/schema/run-input.js";
import { PLANNER_QUEUE, RUN_QUEUE } from "../../../src/vocabulary/names.js";
import { NODE_TYPE_NAMES } from "../../../src/vocabulary/node-types.js";
import { auditStub } from "../../support/audit.js";
import { recordsInMemory } from "../../support/records.js";

export const POLICY: Policy = {
  ...DEFAULT_POLICY,
  execution: { ...DEFAULT_POLICY.execution, enable_remediation: true },
  tools: { ...DEFAULT_POLICY.tools, allowed: ["probe", "mend", "flaky", "slow"] },
  node_types: { ...DEFAULT_POLICY.node_types, allowed: [...NODE_TYPE_NAMES] },
};

export interface Stack {
  client: Client;
  runs: Runs;
  signer: Signer;
  reports: ReportStore;
  /** What `mend` has done: the effects, in order. */
  mended: string[];
  /** Nodes of `slow` that wait for this. */
  release(): void;
  /** Starts a worker; it polls until it is stopped. */
  startWorker(): Promise<RunningWorker>;
  /** What this machine's files would say, for the façade; the worker has the same policy. */
  local(): Promise<{ ok: true } & LocalPlanning>;
  /** From now on, for the worker and for `local`. */
  setPolicy(policy: Policy): void;
  /** Ends workers that still run, and what they stood on. */
  close(): Promise<void>;
}

export interface RunningWorker {
  stop(): Promise<void>;
}

export interface StackOptions {
  connection: Connection;
  address: string;
  namespace?: string;
  policy?: Policy;
  /** Absent: `runs` holds a signer. */
  signs?: boolean;
  draft?: GraphInput;
  /** Plans as the product does, with these playbooks; else every goal becomes `draft`. */
  planner?: PlannerContext;
  /** Default: one in memory. */
  audit?: AuditLog;
  /** Where alerts come in; default: nowhere. */
  hooks?: Dependencies["config"]["hooks"];
  /** Where people are told of gates, and the way there. Default: nowhere. */
  slack?: Pick<Dependencies["config"], "slack" | "facadeUrl"> & Pick<Dependencies, "fetch">;
}

export async function createStack(options: StackOptions): Promise<Stack> {
  const namespace = options.namespace ?? "default";
  const folder = await mkdtemp(join(tmpdir(), "autoops-stack-"));
  const loaded = await loadSigner(join(folder, "key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const { signer } = loaded;
  const reports = createReportStore(join(folder, "reports"));
  const mended: string[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const registry = createRegistry();
  for (const tool of tools(mended, released)) {
    const problems = registry.register(tool, { builtIn: true });
    if (problems[0] !== undefined) throw new Error(problems[0].message);
  }
  const log = createLog("fatal");
  let policy = options.policy ?? POLICY;
  const draft = (input: GoalInput): DraftResult => {
    if (options.planner !== undefined) return draftGraph(input, options.planner);
    if (options.draft === undefined) {
      return { ok: false, problems: [{ code: "no-playbook", at: "goal", message: "no playbook fits" }] };
    }
    return { ok: true, graph: graphSchema.parse(options.draft), playbook: "test", score: 1, notices: [] };
  };
  const dependencies = {
    config: {
      files: { roots: [] },
      sources: {},
      targets: {},
      channels: {},
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
      slack: options.slack?.slack,
      facadeUrl: options.slack?.facadeUrl,
    },
    registry,
    policy: () => Promise.resolve({ ok: true as const, policy }),
    checkUrl: () => undefined,
    fetch: options.slack?.fetch ?? (() => Promise.reject(toolFailure("host-not-allowed", "this test reaches nothing"))),
    secret: () => "",
    blobs: { put: () => Promise.resolve(""), get: () => Promise.resolve("") },
    reports,
    signer,
    ledger: ledgerClient(createWriteLog(recordsInMemory(), Date.now)),
    records: createRecords(createFolder(join(folder, "approvals"))),
    askCaller: callerClient(),
    audit: options.audit ?? auditStub(),
    draft,
    log,
    now: Date.now,
  };
  const client = new Client({ connection: options.connection, namespace });
  const workers = new Set<RunningWorker>();
  let native: NativeConnection | undefined;
  const runs = createRuns({
    client,
    namespace,
    webUiUrl: "http://127.0.0.1:1",
    signer: options.signs === false ? undefined : signer,
    reports,
    idTail: () => Math.random().toString(36).slice(2, 12).padEnd(10, "0"),
    now: Date.now,
  });
  return {
    client,
    runs,
    signer,
    reports,
    mended,
    release: () => release(),
    async local() {
      const context = { policy, policyDigest: digestOf(policy), catalogue: registry, checkUrl: () => undefined };
      return {
        ok: true,
        draft,
        check: (graph) => checkAgainst(graph, context),
        explain: (graph) => explainGraph(graph, context),
        offers: () =>
          options.planner === undefined ? [] : offersOf(options.planner.playbooks, options.planner.config),
      };
    },
    setPolicy(next) {
      policy = next;
    },
    async startWorker() {
      native ??= await Native.connect({ address: options.address });
      const common = { connection: native, namespace, shutdownGraceTime: 0, stickyQueueScheduleToStartTimeout: 1_000 };
      const main = await Worker.create({
        ...common,
        taskQueue: RUN_QUEUE,
        workflowBundle: await bundle(),
        activities: createActivities(dependencies),
      });
      const planner = await Worker.create({
        ...common,
        taskQueue: PLANNER_QUEUE,
        activities: createPlannerActivities(dependencies),
      });
      const ended = Promise.all([main.run(), planner.run()]);
      const running: RunningWorker = {
        async stop() {
          if (!workers.delete(running)) return;
          main.shutdown();
          planner.shutdown();
          await ended;
        },
      };
      workers.add(running);
      return running;
    },
    async close() {
      for (const worker of [...workers]) await worker.stop();
      await native?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let bundled: ReturnType<typeof bundleWorkflowCode> | undefined;
function bundle(): ReturnType<typeof bundleWorkflowCode> {
  const silent = { log: noop, trace: noop, debug: noop, info: noop, warn: noop, error: noop };
  bundled ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL("../../../src/workflows/index.ts", import.meta.url)),
    logger: silent,
  });
  return bundled;
}
const noop = (): void => undefined;

function tools(mended: string[], released: Promise<void>) {
  const anything = z.record(z.string(), z.json());
  return [
    defineTool({
      name: "probe",
      description: "gives its params back, with what it found",
      nodeTypes: ["metric_query", "log_collection"],
      effect: "read",
      params: anything,
      output: anything,
      run: async (params) => ({
        ...params,
        findings: [{ statement: "the rate of errors is 12 %", evidence: ["checkout 500s: 12 of 100"] }],
      }),
    }),
    defineTool({
      name: "flaky",
      description: "fails as often as it is told",
      nodeTypes: ["metric_query"],
      effect: "read",
      params: z.object({ failures: z.number(), final: z.boolean().optional() }),
      output: anything,
      run: async ({ failures, final }, { attempt }) => {
        if (attempt <= failures) {
          throw toolFailure("source-unreachable", "the source is away", {
            hint: "look whether it runs",
            retryable: final !== true,
          });
        }
        return { attempt };
      },
    }),
    defineTool({
      name: "slow",
      description: "works until the test lets go or the run is cancelled",
      nodeTypes: ["metric_query"],
      effect: "read",
      params: anything,
      output: anything,
      run: async (_, { signal }) => {
        await Promise.race([
          released,
          new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
        ]);
        return {};
      },
    }),
    defineTool({
      name: "mend",
      description: "writes its param down",
      nodeTypes: ["rollback"],
      effect: "write",
      idempotency: "key",
      params: z.object({ version: z.string() }),
      output: anything,
      run: async ({ version }) => {
        mended.push(version);
        return { version };
      },
    }),
  ];
}

/** A graph of the given nodes and edges (`["a", "b"]`, with more as a third entry). */
export function graphOf(
  nodes: Array<Partial<GraphInput["nodes"][number]> & { id: string; type: GraphInput["nodes"][number]["type"] }>,
  edges: Array<[string, string, object?]> = [],
  more: Partial<GraphInput> = {},
): GraphInput {
  return {
    id: "g",
    name: "mend the checkout",
    goal_description: "checkout returns 500s; find out why",
    nodes: nodes.map((node) => ({ name: `node ${node.id}`, ...node })),
    edges: edges.map(([from_node_id, to_node_id, rest]) => ({ from_node_id, to_node_id, ...rest })),
    ...more,
  };
}

/** Looks, then asks, then writes. */
export const GATED = graphOf(
  [
    { id: "look", type: "metric_query", tool: "probe", params: { query: "errors", target: "v1" } },
    { id: "mend", type: "rollback", tool: "mend", params: { version: "{{ look.target }}" } },
  ],
  [["look", "mend"]],
);
