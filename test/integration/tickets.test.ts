/** Tickets and messages in real runs: one for one node whatever gets lost, gates that stand in PagerDuty, and no secret anywhere. */
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import type { StartedWorker } from "../../src/worker.js";
import { type Lossy, lossyWay } from "../support/lossy.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { API_KEY, type PagerDuty, ROUTING_KEY, startPagerDuty } from "../support/pagerduty.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let shop: Service;
let pagerduty: PagerDuty;
let way: Lossy;
let machine: Machine;
let worker: StartedWorker;
let client: Client;

beforeAll(async () => {
  server = await startTestDevServer();
  shop = await startService();
  pagerduty = await startPagerDuty();
  way = await lossyWay(pagerduty.url);
  machine = createMachine(server.address);
  Object.assign(machine.variables, { PD_ROUTING: ROUTING_KEY, PD_API: API_KEY });
  const action = { method: "POST", url: `${shop.url}/version`, idempotency: "key" };
  machine.config({
    facade_url: "https://autoops.example.com",
    channels: { oncall: { kind: "pagerduty", routing_key: "env:PD_ROUTING", url: way.url } },
    trackers: {
      incidents: { kind: "pagerduty", url: way.url, token: "env:PD_API", service: "PSHOP01", from: "a@example.com" },
    },
    targets: { shop: { kind: "http", environment: "staging", actions: { rollback: action } } },
  });
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["ticket_create", "ticket_update", "notification", "rollback"] },
    node_types: { allowed: ["ticket_create", "ticket_update", "notification", "rollback"] },
    approval: { notify_channel: "pagerduty:oncall" },
  });
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await way?.stop();
  await pagerduty?.stop();
  await shop?.close();
  await server?.stop();
  machine?.remove();
});
beforeEach(() => {
  pagerduty.incidents.splice(0);
  pagerduty.events.splice(0);
  pagerduty.alerts.clear();
});

const node = (type: string, params: object, more: object = {}) => ({
  id: type,
  name: type,
  type,
  tool: type,
  params,
  ...more,
});
async function start(workflowId: string, ...nodes: Array<ReturnType<typeof node>>) {
  const edges = nodes.slice(1).map(({ id }, at) => ({ from_node_id: nodes[at]?.id ?? "", to_node_id: id }));
  const graph = { id: "g", name: "g", goal_description: "tell people", nodes, edges };
  return client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args: [{ graph, requester: "rita" }] });
}

test("answers that are lost cost no ticket, no note and no alert twice, and no secret stands in history", async () => {
  way.loseAnswer("POST", /\/incidents$/);
  // The same attempt cannot look for what it made: the next one must.
  way.answerInstead("GET", /\/incidents\?/, { status: 200, body: '{"incidents":[]}' });
  way.answerInstead("GET", /\/incidents\?/, { status: 503 });
  way.loseAnswer("POST", /\/notes$/);
  way.loseAnswer("POST", /\/enqueue$/);
  const handle = await start(
    "tell-1",
    node("ticket_create", { tracker: "incidents", title: "Checkout fails", description: "12 % fail" }),
    node("ticket_update", {
      tracker: "incidents",
      ticket: "{{ ticket_create.ticket }}",
      comment: "see {{ ticket_create.url }}",
      status: "acknowledged",
    }),
    node("notification", { channel: "oncall", title: "Checkout fails", message: "ticket {{ ticket_create.ticket }}" }),
  );
  const report = (await handle.result()) as Report;
  expect(report.outcome, JSON.stringify(report.nodes)).toBe("succeeded");
  expect(pagerduty.incidents).toMatchObject([{ title: "Checkout fails", status: "acknowledged", notes: [{}] }]);
  expect(pagerduty.incidents[0]?.body).toContain("https://autoops.example.com/#/runs/tell-1");
  expect(pagerduty.alerts.size).toBe(1);
  const history = JSON.stringify(await handle.fetchHistory());
  for (const secret of [ROUTING_KEY, API_KEY]) {
    expect(history).not.toContain(secret);
    expect(history).not.toContain(Buffer.from(secret).toString("base64").slice(0, -3));
    expect(machine.lines.join("\n")).not.toContain(secret);
  }
}, 60_000);

test("a gate is an alert until it is answered", async () => {
  const handle = await start("mend-1", node("rollback", { target: "shop", version: "41" }));
  const gate = await openGate(handle, "rollback");
  expect(gate).toBeDefined();
  const [alert] = pagerduty.alerts.values();
  expect(alert).toMatchObject({ status: "triggered", summary: "Approval needed: rollback (run mend-1)" });
  await handle.signal("approve", { node_id: "rollback", approver: "ann" });
  expect(((await handle.result()) as Report).outcome).toBe("succeeded");
  expect(alert?.status).toBe("resolved");
}, 60_000);

test("a policy that asks before messages are sent opens a gate, and rejecting it sends none", async () => {
  machine.policy({
    tools: { allowed: ["ticket_create"], require_approval: ["ticket_create"] },
    node_types: { allowed: ["ticket_create"] },
    // The vote comes from a plain client, which signs nothing.
    approval: { require_for_production: false },
  });
  const handle = await start("ask-1", node("ticket_create", { tracker: "incidents", title: "Not yet" }));
  await openGate(handle, "ticket_create");
  await handle.signal("reject", { node_id: "ticket_create", approver: "ann" });
  expect(((await handle.result()) as Report).outcome).toBe("rejected");
  expect(pagerduty.incidents).toEqual([]);
}, 60_000);
