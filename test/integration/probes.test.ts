/** Probes in a real run: names and hosts that a graph gets only while it runs are held to the policy that is in force then. */

import { type AddressInfo, createServer, type Server } from "node:net";
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let machine: Machine;
let worker: StartedWorker;
let client: Client;
let listener: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  server = await startTestDevServer();
  listener = createServer((socket) => {
    connections++;
    socket
      .on("error", () => undefined)
      .resume()
      .end("no TLS here\r\n");
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  port = (listener.address() as AddressInfo).port;
  machine = createMachine(server.address);
  machine.policy({ network: { allowed_hosts: ["127.0.0.1", "*.shop.example"] } });
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await worker?.stop();
  await new Promise((resolve) => listener.close(resolve));
  await server?.stop();
  machine?.remove();
});

const echo = (id: string, message: string) => ({
  id,
  name: id,
  type: "analysis" as const,
  tool: "echo",
  params: { message },
});
const probe = (id: string, tool: string, params: GraphInput["nodes"][number]["params"]) => ({
  ...{ id, name: id, type: "metric_query" as const, tool, params },
  ...{ retry_count: 0, continue_on_failure: true },
});

async function codesOf(nodes: GraphInput["nodes"], workflowId: string): Promise<Record<string, string>> {
  const edges = nodes.slice(1).map(({ id }) => ({ from_node_id: nodes[0]?.id ?? "", to_node_id: id }));
  const graph: GraphInput = { id: "g", name: "g", goal_description: "look", nodes, edges };
  const handle = await client.workflow.start("runGraph", {
    taskQueue: "autoops",
    workflowId,
    args: [{ graph, requester: "rita" }],
  });
  const report = (await handle.result()) as Report;
  return Object.fromEntries(report.nodes.map(({ id, status, failure }) => [id, failure?.code ?? status]));
}

test("a host or a name from an earlier node is refused by the worker, and nothing is connected to", async () => {
  const codes = await codesOf(
    [
      echo("named", "10.0.0.1"),
      probe("elsewhere", "tls_probe", { host: "{{ named.message }}" }),
      probe("here", "tls_probe", { host: "{{ '127.0.0.1' }}", port }),
      probe("leak", "dns_probe", { name: "{{ 'stolen.evil.test' }}" }),
      probe("machine", "host_metrics", {}),
    ],
    "refused",
  );
  expect(codes).toEqual({
    named: "succeeded",
    elsewhere: "host-not-allowed",
    here: "address-not-allowed",
    leak: "host-not-allowed",
    machine: "succeeded",
  });
  expect(connections).toBe(0);
});

test("the policy that the file holds at the call decides", async () => {
  const nodes = [echo("named", "127.0.0.1"), probe("here", "tls_probe", { host: "{{ named.message }}", port })];
  machine.policy({ network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] } });
  expect(await codesOf(nodes, "allowed")).toEqual({ named: "succeeded", here: "succeeded" });
  expect(connections).toBe(1);
});
