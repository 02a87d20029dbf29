/** Runs the real workflows on the time-skipping server, with tools that do what the test says. */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Context } from "@temporalio/activity";
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { bundleWorkflowCode, Worker } from "@temporalio/worker";
import type { AskCall, AskResult, TellCall, ToolCall } from "../../src/activities/contract.js";
import { withRequestTime } from "../../src/activities/request-time.js";
import { checkAgainst } from "../../src/core/check.js";
import type { Policy } from "../../src/core/policy.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { digestOf } from "../../src/platform/digest.js";
import type { Graph, GraphInput } from "../../src/schema/graph.js";
import type { Json, JsonObject } from "../../src/schema/json.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import type { Question } from "../../src/schema/question.js";
import type { Problem } from "../../src/vocabulary/problems.js";
import { sharedModules } from "../../src/worker/shared-modules.js";
import { contextWith, openPolicy } from "./graphs.js";
import { quietRuntime } from "./temporal.js";

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
let bundle: ReturnType<typeof bundleWorkflowCode> | undefined;

/** The workflows, bundled once a test file. */
export function workflowBundle(): ReturnType<typeof bundleWorkflowCode> {
  const workflowsPath = fileURLToPath(new URL("../../src/workflows/index.ts", import.meta.url));
  const preloadModules = sharedModules(dirname(workflowsPath));
  bundle ??= bundleWorkflowCode({ workflowsPath, preloadModules, logger: silent });
  return bundle;
}

export interface Stage {
  /** What each tool does, by node id; a node that is not named returns `{}`. */
  tools?: Record<string, (call: ToolCall) => Promise<Json> | Json>;
  policy?: Policy;
  /** Replaces the asking. */
  ask?: (call: AskCall) => Promise<AskResult>;
  /** Replaces the check of tokens. */
  verify?: (vote: { token: string }) => Promise<unknown>;
}

export interface Staged {
  /** Ids of nodes whose tool was called, in order, each attempt. */
  calls: string[];
  asked: AskCall[];
  told: TellCall[];
  reports: Report[];
  /** The activity table, for a worker of the test's own. */
  activities: Record<string, (...args: never[]) => Promise<unknown>>;
}

/** Fake activities that check graphs for real and keep account of what was called. */
export function stage({ tools = {}, policy = openPolicy(), ask, verify }: Stage = {}): Staged {
  const staged: Staged = { calls: [], asked: [], told: [], reports: [], activities: {} };
  const tool = async (call: ToolCall): Promise<Json> => {
    const id = Context.current().info.activityId;
    staged.calls.push(id);
    return (await tools[id]?.(call)) ?? {};
  };
  staged.activities = {
    check_graph: withRequestTime(async (input: { graph: GraphInput }) => {
      const parsed = parseGraph(input.graph);
      return parsed.ok ? checkAgainst(parsed.graph, contextWith(policy)) : parsed;
    }),
    ask_approval: async (call: AskCall): Promise<AskResult> => {
      staged.asked.push(call);
      if (ask !== undefined) return ask(call);
      return answerOf(call, `nonce-${staged.asked.length}`);
    },
    tell_approvers: async (call: TellCall) => {
      staged.told.push(call);
      return { notices: (call.channels ?? ["webhook:policy"]).map((channel) => ({ channel, ok: true })) };
    },
    check_edit: withRequestTime(async ({ params }: { params: JsonObject }) => {
      if (params.version !== "bad") return { ok: true as const };
      const problems: Problem[] = [{ code: "params-invalid", at: "edit.params", message: "it is bad" }];
      return { ok: false as const, problems };
    }),
    verify_vote: withRequestTime(
      async (vote: { token: string }) => (await verify?.(vote)) ?? { ok: false, reason: "no" },
    ),
    seal_state: async () => ({ seal: "sealed" }),
    prove_state: async (_: unknown, __: string, seal: unknown) => ({ proven: seal === "sealed" }),
    store_report: async (report: Report) => {
      staged.reports.push(report);
    },
    reader: tool,
    thinker: tool,
    teller: tool,
    rollback: tool,
  };
  return staged;
}

export function answerOf(call: AskCall, nonce: string): AskResult {
  const { runKey, nodeId, tool, params, target, policyDigest, undo } = call;
  const digest = digestOf({ runKey, nonce, node: nodeId, tool, params, target, policyDigest, undo });
  const askedIn = Context.current().info.workflowExecution?.runId ?? "";
  const question = questionOfCall(call, digest, askedIn);
  return { nonce, digest, askedIn, question, shown: params, ...(undo ? { shownUndo: undo.params } : {}), notices: [] };
}

/** As much of it as the workflow hands on without looking at it. */
const questionOfCall = ({ nodeId, runKey }: AskCall, digest: string, askedIn: string): Question =>
  ({ v: 2, node: nodeId, runKey, askedIn, nonce: digest.slice(0, 32) }) as Question;

let count = 0;

/** Starts a worker for `staged`, runs `act` beside the run of `graph`, and gives the run's report. */
export async function play(
  environment: TestWorkflowEnvironment,
  graph: Graph,
  staged: Staged,
  act: (handle: WorkflowHandle, staged: Staged) => Promise<unknown> = async () => undefined,
): Promise<Report> {
  quietRuntime();
  const taskQueue = `q${++count}-${process.pid}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: staged.activities,
    maxHeartbeatThrottleInterval: "100ms",
  });
  return worker.runUntil(async () => {
    const handle = await environment.client.workflow.start("runGraph", {
      taskQueue,
      workflowId: `run-${taskQueue}`,
      args: [{ graph, requester: "rita" }],
    });
    try {
      // Time stands still while the test acts; waiting for the result lets the server skip it.
      await act(handle, staged);
      return (await handle.result()) as Report;
    } catch (error) {
      await handle.terminate("the test is over").catch(() => undefined);
      throw error;
    }
  });
}

/** Waits until a gate of the node is open; gives its view. */
export async function gateOf(handle: WorkflowHandle, node: string) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const view = (await handle.query("runView")) as RunView | null;
    const gate = view?.gates.find((open) => open.nodeId === node && open.status === "open");
    if (gate !== undefined) return gate;
    await new Promise((resume) => setTimeout(resume, 30));
  }
  throw new Error(`no gate of ${node} opened`);
}

/** The status of each node in a report. */
export function statuses(report: Report): Record<string, string> {
  return Object.fromEntries(report.nodes.map((node) => [node.id, node.status]));
}
