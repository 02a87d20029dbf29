/** A gate whose people cannot be told, with the real asking and a channel that refuses: it can be answered, and it closes on time. */
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const TIMEOUT_SECONDS = 8;
let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let client: Client;

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  service.answers["/ops"] = async () => ({ status: 500, text: "down" });
  machine = createMachine(server.address);
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  machine.config({
    targets: { shop: { kind: "http", environment: "staging", actions: { rollback } } },
    channels: { ops: { kind: "webhook", url: `${service.url}/ops` } },
  });
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["rollback"] },
    node_types: { allowed: ["rollback"] },
    approval: { notify_channel: "webhook:ops", timeout_seconds: TIMEOUT_SECONDS },
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

const graph: GraphInput = {
  id: "roll-back",
  name: "roll the shop back",
  goal_description: "the shop answers 500",
  nodes: [
    { id: "mend", name: "roll back", type: "rollback", tool: "rollback", params: { target: "shop", version: "1" } },
  ],
  edges: [],
};

const start = (workflowId: string) =>
  client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args: [{ graph, requester: "rita" }] });
const asked = () => service.received.filter(({ path }) => path === "/ops").length;
const acted = () => service.received.filter(({ path }) => path === "/rollback").length;

test("a gate of which nobody could be told is open and can be answered", async () => {
  const handle = await start("answered");
  const { digest, notices } = await openGate(handle, "mend");
  expect(asked()).toBeGreaterThan(0);
  expect(notices).toMatchObject([{ channel: "webhook:ops", ok: false }]);
  await handle.signal("approve", { node_id: "mend", approver: "ann", digest });
  const report = (await handle.result()) as Report;
  expect(report.outcome).toBe("succeeded");
  expect(report.text).toContain("webhook:ops could not be told: it answered 500");
  expect(acted()).toBe(1);
});

test("a gate of which nobody could be told expires at its deadline, and nothing is done", async () => {
  const before = acted();
  const handle = await start("expired");
  const { deadlineMs, openedAtMs } = await openGate(handle, "mend");
  expect((deadlineMs ?? 0) - openedAtMs).toBe(TIMEOUT_SECONDS * 1_000);
  const report = (await handle.result()) as Report;
  expect(report.outcome).toBe("expired");
  const { closedAtMs = 0 } = report.gates[0] ?? {};
  expect(closedAtMs).toBeGreaterThanOrEqual(deadlineMs ?? Number.POSITIVE_INFINITY);
  expect(acted()).toBe(before);
});
