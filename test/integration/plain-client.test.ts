/** Nothing of ours but the worker: runs are started, seen and answered by Temporal's own client and command line. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createActivities } from "../../src/activities/create-activities.js";
import type { Dependencies } from "../../src/activities/dependencies.js";
import { applyWhitelist } from "../../src/activities/registry.js";
import { loadLocal } from "../../src/app/local.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { loadSigner } from "../../src/platform/signing.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { createDependencies, type StartedWorker } from "../../src/worker.js";
import {
  collecting,
  createMachine,
  type Machine,
  openGate,
  type Service,
  startService,
  viewWhen,
} from "../support/machine.js";
import { provideCli } from "../support/provide.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { statuses, workflowBundle } from "../support/workflows.js";

const OPEN = {
  execution: { enable_remediation: true },
  tools: { allowed: ["echo", "rollback"] },
  node_types: { allowed: ["analysis", "rollback"] },
};

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let client: Client;
let cli: string;

beforeAll(async () => {
  cli = await provideCli(() => undefined);
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  machine.config({
    targets: {
      shop: { kind: "http", environment: "staging", actions: { rollback } },
      // Declares no environment, so it counts as production.
      bank: { kind: "http", actions: { rollback } },
    },
  });
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});
beforeEach(() => {
  machine.policy(OPEN);
  service.received.length = 0;
});

function graphFor(target: string): GraphInput {
  return {
    id: "roll-back",
    name: "roll the shop back",
    goal_description: "the shop answers 500",
    nodes: [
      { id: "look", name: "look at it", type: "analysis", tool: "echo", params: { message: "version 1" } },
      { id: "mend", name: "roll back", type: "rollback", tool: "rollback", params: { target, version: "1" } },
      { id: "tell", name: "say so", type: "analysis", tool: "echo", params: { message: "{{ mend.action }}" } },
    ],
    edges: [
      { from_node_id: "look", to_node_id: "mend" },
      { from_node_id: "mend", to_node_id: "tell" },
    ],
  };
}

let count = 0;
function start(graph: GraphInput, taskQueue = "autoops"): Promise<WorkflowHandle> {
  const workflowId = `plain-${++count}`;
  return client.workflow.start("runGraph", { taskQueue, workflowId, args: [{ graph, requester: "rita" }] });
}
const reportOf = async (handle: WorkflowHandle): Promise<Report> => (await handle.result()) as Report;

describe("a plain @temporalio/client", () => {
  test("starts a run, approves it by signal, and the target is acted on once", async () => {
    const handle = await start(graphFor("shop"));
    const gate = await openGate(handle, "mend");
    expect(gate).toMatchObject({ target: "shop", environment: "staging", params: { target: "shop", version: "1" } });
    expect(service.received).toEqual([]);
    await handle.signal("approve", { node_id: "mend", approver: "ann", comment: "go" });
    const report = await reportOf(handle);
    expect(report).toMatchObject({ outcome: "succeeded", requester: "rita" });
    expect(report.gates[0]?.votes).toMatchObject([{ approver: "ann", comment: "go", verified: false }]);
    expect(service.received).toMatchObject([{ method: "POST", path: "/rollback", body: '{"to":"1"}' }]);
  });

  test("a rejected write leaves the target untouched and says who rejected it", async () => {
    const handle = await start(graphFor("shop"));
    await openGate(handle, "mend");
    await handle.signal("reject", { node_id: "mend", approver: "bob", comment: "not now" });
    const report = await reportOf(handle);
    expect(report.outcome).toBe("rejected");
    expect(statuses(report)).toEqual({ look: "succeeded", mend: "rejected", tell: "skipped" });
    expect(report.text).toContain("rejected by bob: not now");
    expect(service.received).toEqual([]);
  });

  test("signals that cannot be read, name another node or another action change nothing", async () => {
    const handle = await start(graphFor("shop"));
    const gate = await openGate(handle, "mend");
    for (const payload of [null, "mend", [], {}, { node_id: "mend" }, { node_id: "look", approver: "eve" }]) {
      await handle.signal("approve", payload);
    }
    await handle.signal("approve", { node_id: "mend", approver: "eve", digest: "0".repeat(64) });
    expect(await openGate(handle, "mend")).toMatchObject({ digest: gate.digest, votes: [] });
    expect(service.received).toEqual([]);
    await handle.signal("reject", { node_id: "mend", approver: "bob" });
    expect((await reportOf(handle)).gates[0]?.refused).toEqual({ "stale-digest": 1 });
  });
});

describe("in what counts as production", () => {
  test("an unsigned approval does nothing, and one signed with the machine's key acts", async () => {
    const handle = await start(graphFor("bank"));
    const gate = await openGate(handle, "mend");
    expect(gate).toMatchObject({ environment: "production", signed: true });
    await handle.signal("approve", { node_id: "mend", approver: "ann" });
    const forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.";
    await handle.signal("approve", { node_id: "mend", approver: "ann", token: forged });
    await handle.signal("reject", { node_id: "mend", approver: "eve" });
    const { gates } = await viewWhen(handle, refuses(3));
    expect(gates).toMatchObject([{ status: "open", votes: [], refused: { "not-allowed": 3 } }]);
    expect(service.received).toEqual([]);

    const token = await signed(handle, "approve", gate.digest ?? "");
    await handle.signal("approve", { node_id: "mend", approver: "somebody else", token });
    const report = await reportOf(handle);
    expect(report.outcome).toBe("succeeded");
    // Who voted is who signed, not who the signal says.
    expect(report.gates[0]?.votes).toMatchObject([{ approver: "ann", verified: true }]);
    expect(service.received).toHaveLength(1);
    expect(JSON.stringify(report)).not.toContain(token);
  });

  test("a signature for one run, or for the opposite, approves nothing in another", async () => {
    const other = await start(graphFor("bank"));
    const handle = await start(graphFor("bank"));
    const elsewhere = await openGate(other, "mend");
    const gate = await openGate(handle, "mend");
    const tokens = [
      await signed(other, "approve", elsewhere.digest ?? ""),
      await signed(other, "approve", gate.digest ?? ""),
      await signed(handle, "approve", elsewhere.digest ?? ""),
      await signed(handle, "reject", gate.digest ?? ""),
    ];
    for (const token of tokens) await handle.signal("approve", { node_id: "mend", approver: "ann", token });
    const { gates } = await viewWhen(handle, refuses(4));
    expect(gates).toMatchObject([{ status: "open", votes: [], refused: { "not-allowed": 4 } }]);
    for (const run of [other, handle]) await run.cancel();
    expect((await reportOf(handle)).outcome).toBe("cancelled");
    expect(service.received).toEqual([]);
  });
});

const refuses = (times: number) => (view: RunView) => view.gates[0]?.refused["not-allowed"] === times;

async function signed(handle: WorkflowHandle, decision: "approve" | "reject", digest: string): Promise<string> {
  const loaded = await loadSigner(join(machine.home, "approval-key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const { runKey } = (await handle.query("runView")) as RunView;
  const claims = {
    v: 2 as const,
    runKey,
    nodeId: "mend",
    digest,
    decision,
    subject: "ann",
    groups: [],
    channel: "test",
  };
  return (await loaded.signer.sign(claims, Date.now())).token;
}

describe("a policy that was tightened while the gate was open", () => {
  const tightened: Array<[string, object, string]> = [
    ["blocks the tool", { ...OPEN, tools: { ...OPEN.tools, blocked: ["rollback"] } }, "policy-changed"],
    ["no longer allows the tool", { ...OPEN, tools: { allowed: ["echo"] } }, "policy-changed"],
    ["blocks the type", { ...OPEN, node_types: { ...OPEN.node_types, blocked: ["rollback"] } }, "policy-changed"],
    ["disables remediation", { ...OPEN, execution: { enable_remediation: false } }, "policy-changed"],
    ["cannot be read any more", { ...OPEN, colour: "red" }, "policy-invalid"],
  ];
  test.each(tightened)("refuses the approved write where it %s, and the target is untouched", async (_, file, code) => {
    const handle = await start(graphFor("shop"));
    await openGate(handle, "mend");
    machine.policy(file);
    await handle.signal("approve", { node_id: "mend", approver: "ann" });
    const report = await reportOf(handle);
    expect(report.outcome).toBe("failed");
    expect(report.nodes.find(({ id }) => id === "mend")?.failure?.code).toBe(code);
    expect(service.received).toEqual([]);
  });
});

describe("a tool that the worker lacks", () => {
  test("is refused before anything runs, with all that is wrong", async () => {
    const graph = graphFor("shop");
    const nodes = graph.nodes.map((node) => ({ ...node, tool: node.id === "look" ? "no_such_tool" : node.tool }));
    const handle = await start({ ...graph, nodes });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: "graph-refused", message: expect.stringContaining("no_such_tool is not registered") },
    });
    expect(service.received).toEqual([]);
  });

  test("fails the node where another worker knew the tool when the run began", async () => {
    const [knowing, lacking] = [await dependencies(), await dependencies()];
    expect(applyWhitelist(lacking.registry, ["rollback"])).toEqual([]);
    const connection = await NativeConnection.connect({ address: server.address });
    const common = { connection, namespace: server.namespace, taskQueue: "mixed" };
    const checks = await Worker.create({
      ...common,
      workflowBundle: await workflowBundle(),
      activities: createActivities(knowing),
      enableNonLocalActivities: false,
    });
    const acts = await Worker.create({ ...common, activities: createActivities(lacking) });
    try {
      const report = await acts.runUntil(checks.runUntil(async () => reportOf(await start(graphFor("shop"), "mixed"))));
      expect(report.outcome).toBe("failed");
      expect(report.nodes[0]?.failure).toMatchObject({ code: "tool-not-registered" });
      expect(report.nodes[0]?.failure?.message).toBe("this worker has no tool echo");
    } finally {
      await connection.close();
    }
    expect(service.received).toEqual([]);
  });
});

async function dependencies(): Promise<Dependencies> {
  const local = await loadLocal(machine.variables);
  const made = local.ok ? await createDependencies(local, collecting([])) : local;
  if (!made.ok) throw new Error("the test's own files are wrong");
  return made.value;
}

describe("the temporal command line", () => {
  async function temporal(...words: string[]): Promise<string> {
    const argv = [...words, "--address", server.address, "--namespace", server.namespace];
    const env = { PATH: process.env.PATH, HOME: machine.home };
    return (await promisify(execFile)(cli, argv, { env, maxBuffer: 20_000_000 })).stdout;
  }
  const json = async (...words: string[]) => JSON.parse(await temporal(...words, "--output", "json"));

  test("starts a run, reads it, approves it, and tells its result and search attributes", async () => {
    const file = join(machine.home, "input.json");
    writeFileSync(file, JSON.stringify({ graph: graphFor("shop"), requester: "rita" }));
    const id = "by-hand";
    await temporal(
      ...["workflow", "start", "--task-queue", "autoops", "--type", "runGraph"],
      ...["--workflow-id", id, "--input-file", file],
    );
    await openGate(client.workflow.getHandle(id), "mend");

    const asked = await json("workflow", "query", "--workflow-id", id, "--type", "runView");
    const view = (asked.queryResult?.[0] ?? asked) as RunView;
    expect(view).toMatchObject({ runId: id, status: "waiting", requester: "rita", environment: "staging" });
    expect(view.gates).toMatchObject([{ nodeId: "mend", status: "open" }]);
    const described = JSON.stringify(await json("workflow", "describe", "--workflow-id", id));
    expect(service.received).toEqual([]);

    const answer = JSON.stringify({ node_id: "mend", approver: "ann" });
    await temporal("workflow", "signal", "--workflow-id", id, "--name", "approve", "--input", answer);
    const report = await reportOf(client.workflow.getHandle(id));
    expect(report.outcome).toBe("succeeded");
    expect(service.received).toHaveLength(1);
    expect(JSON.stringify(await json("workflow", "result", "--workflow-id", id))).toContain("The run succeeded.");

    for (const name of ["AutoopsStatus", "AutoopsEnvironment", "AutoopsRisk", "AutoopsTargets"]) {
      expect.soft(described).toContain(name);
    }
    const { searchAttributes } = await client.workflow.getHandle(id).describe();
    expect(searchAttributes).toMatchObject({
      AutoopsStatus: ["succeeded"],
      AutoopsEnvironment: ["staging"],
      AutoopsRisk: ["write"],
      AutoopsTargets: ["shop"],
      AutoopsPendingApprovals: [0],
    });
  });

  test("finds the runs that wait for a person by their search attributes", async () => {
    const handle = await start(graphFor("shop"));
    await openGate(handle, "mend");
    await expect
      .poll(async () => {
        const query = 'AutoopsPendingApprovals > 0 AND AutoopsTargets = "shop" AND ExecutionStatus = "Running"';
        const listed = (await json("workflow", "list", "--query", query)) as Array<{
          execution: { workflowId: string };
        }>;
        return listed.map(({ execution }) => execution.workflowId);
      })
      .toEqual([handle.workflowId]);
    await handle.signal("reject", { node_id: "mend", approver: "bob" });
    expect((await reportOf(handle)).outcome).toBe("rejected");
    expect(service.received).toEqual([]);
  });
});
