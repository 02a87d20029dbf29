/** Rates held by one keeper for two real workers, and a run whose reads come too often. */
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import { createRateKeeper } from "../../src/platform/temporal/rate-keeper.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let service: Service;
let machine: Machine;
let workers: StartedWorker[] = [];
let client: Client;

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  machine.config({
    sources: { releases: { kind: "deployments", url: `${service.url}/releases` } },
    rates: { slow: { kinds: ["deployments"], per_minute: 1, burst: 2 } },
  });
  machine.policy({ network: { allowed_hosts: ["127.0.0.1"] } });
  service.answers["/releases"] = () => ({
    text: JSON.stringify({ deployments: [{ version: "1", deployed_at: "2026-11-22T10:00:00Z" }] }),
  });
  workers = [await machine.startWorker(), await machine.startWorker()];
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await service?.close();
  await server?.stop();
  machine?.remove();
});

test("what two workers take together is what the rate allows", async () => {
  const keepers = [1, 2].map(() => createRateKeeper(() => ({ client, taskQueue: "autoops" })));
  const take = { rate: "shared", perMinute: 0.01, burst: 5, count: 1, maxWaitMs: 0 };
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => keepers[index % 2]?.take(take)));
  expect(answers.filter((answer) => answer?.ok)).toHaveLength(5);
  await keepers[0]?.hold({ rate: "held", forMs: 60_000 });
  expect(await keepers[1]?.take({ ...take, rate: "held" })).toMatchObject({ ok: false });
});

const graph: GraphInput = {
  id: "three-reads",
  name: "three reads",
  goal_description: "look at the releases",
  nodes: ["a", "b", "c"].map((id) => ({
    id,
    name: id,
    type: "log_collection" as const,
    tool: "deployment_history",
    params: { source: "releases" },
    retry_count: 0,
    continue_on_failure: true,
  })),
  edges: [
    { from_node_id: "a", to_node_id: "b" },
    { from_node_id: "b", to_node_id: "c" },
  ],
};

test("a run that asks too often is told so, and the source is not asked again", async () => {
  const before = service.received.length;
  const args = [{ graph, requester: "rita" }];
  const handle = await client.workflow.start("runGraph", { taskQueue: "autoops", workflowId: "often", args });
  const report = (await handle.result()) as Report;
  expect(report.nodes.map(({ id, status }) => [id, status])).toEqual([
    ["a", "succeeded"],
    ["b", "succeeded"],
    ["c", "failed"],
  ]);
  expect(report.nodes[2]?.failure).toMatchObject({ code: "rate-limited", message: expect.stringContaining("slow") });
  expect(service.received.length - before).toBe(2);
}, 60_000);
