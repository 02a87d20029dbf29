/** Whole runs that act on a real cluster: from config.yaml through the gate to the pods, and back again. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDefaultRegistry } from "../../src/activities/registry.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { undoGraph } from "../../src/core/run/undo-graph.js";
import { type Graph, graphSchema } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { type Shop, shopOf } from "../support/kubernetes-shop.js";
import { createMachine, type Machine, openGate } from "../support/machine.js";
import { hasSlowServices } from "../support/services.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const NEEDS = "needs the Kubernetes control plane: npm run test:services";

describe.skipIf(!hasSlowServices)(`a run on a cluster (${NEEDS})`, { timeout: 120_000 }, () => {
  let plane: KubernetesPlane;
  let shop: Shop;
  let server: TestDevServer;
  let machine: Machine;
  let worker: StartedWorker;
  let client: Client;
  beforeAll(async () => {
    [plane, server] = await Promise.all([startKubernetes(), startTestDevServer()]);
    await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
    shop = shopOf(plane, "shop");
    machine = createMachine(server.address);
    const target = {
      kind: "kubernetes",
      cluster: "prod",
      namespace: "shop",
      workload: "deployment/checkout",
      environment: "staging",
    };
    machine.config({
      clusters: { prod: { server: plane.server, kubeconfig: plane.kubeconfig } },
      targets: {
        shop: { ...target, actions: { rollback: {}, service_restart: {}, scale_action: { max_replicas: 6 } } },
      },
    });
    const allowed = ["rollback", "scale_action", "service_restart"];
    machine.policy({
      execution: { enable_remediation: true },
      tools: { allowed },
      node_types: { allowed },
      limits: { staging: { max_scale_step: { replicas: 2 } } },
    });
    worker = await machine.startWorker();
    client = new Client({ connection: server.connection, namespace: server.namespace });
    await shop.make("deployment", "checkout", "shop/checkout:v41");
  }, 240_000);
  afterAll(async () => {
    await worker?.stop();
    await server?.stop();
    await plane?.stop();
    machine?.remove();
  }, 60_000);

  const graphOf = (id: string, tool: string, params: object, more: object = {}): Graph =>
    graphSchema.parse({
      ...{ id: "g", name: "g", goal_description: "repair it", edges: [] },
      nodes: [{ id, name: id, type: tool, tool, params: { target: "shop", ...params }, timeout_seconds: 60, ...more }],
    });
  let count = 0;
  const start = (graph: Graph): Promise<WorkflowHandle> =>
    client.workflow.start("runGraph", {
      taskQueue: "autoops",
      workflowId: `cluster-${++count}`,
      args: [{ graph, requester: "rita" }],
    });
  async function approved(graph: Graph, node: string) {
    const handle = await start(graph);
    const gate = await openGate(handle, node);
    await handle.signal("approve", { node_id: node, approver: "ann" });
    const report = (await handle.result()) as Report;
    return { gate, report, view: (await handle.query("runView")) as RunView };
  }
  const imageNow = async () => (await shop.read("deployment", "checkout")).spec.template.spec.containers[0].image;

  test("shows the dry run at the gate, goes back to a version, and what was there before takes it back", async () => {
    await shop.deploy("deployment", "checkout", "shop/checkout:v42");
    const undo = { tool: "rollback", params: { target: "shop", version: "{{ back.previous_revision }}" } };
    const graph = graphOf("back", "rollback", { version: "v41" }, { undo });
    const { gate, report, view } = await approved(graph, "back");
    expect(gate.preview?.before).toContain(
      "deployment/checkout in shop: image shop/checkout:v42, 2 replica(s), revision 2",
    );
    expect(gate.preview?.after).toContain("image shop/checkout:v41, as in revision 1; replaces 2 pod(s)");
    expect(report.outcome).toBe("succeeded");
    expect(report.findings[0]?.statement).toContain(
      "deployment/checkout in shop went back to revision 1 (shop/checkout:v41)",
    );
    expect(await imageNow()).toBe("shop/checkout:v41");
    const registry = createDefaultRegistry();
    const made = undoGraph(graph, view, (tool) => registry.find(tool)?.nodeTypes[0]);
    if (!made.ok) throw new Error(JSON.stringify(made.problems));
    expect((await approved(made.graph, "back")).report.outcome).toBe("succeeded");
    expect(await imageNow()).toBe("shop/checkout:v42");
  });

  test("tells what was refused before anybody is asked, and keeps the policy's step as well as the declared bounds", async () => {
    const beyond = await (await start(graphOf("up", "scale_action", { replicas: 9 })))
      .result()
      .catch((error: Error) => error);
    expect(JSON.stringify(beyond)).toContain("must be from 1 to 6, got 9");
    const { report } = await approved(graphOf("up", "scale_action", { replicas: 6 }), "up");
    expect(report.outcome).toBe("failed");
    expect(report.nodes[0]?.failure?.message).toContain("from 2 to 6");
    expect((await shop.read("deployment", "checkout")).spec.replicas).toBe(2);
    const more = await approved(graphOf("up", "scale_action", { replicas: 4 }), "up");
    expect(more.report.outcome).toBe("succeeded");
    expect((await shop.read("deployment", "checkout")).spec.replicas).toBe(4);
  });

  test("that outlasts its time says that the change was made, and tells its progress as long as it goes on", async () => {
    await shop.deploy("deployment", "checkout", "shop/checkout:slow1");
    const handle = await start(graphOf("again", "service_restart", {}, { timeout_seconds: 8 }));
    await openGate(handle, "again");
    await handle.signal("approve", { node_id: "again", approver: "ann" });
    const beats = async () => {
      const { raw } = await handle.describe();
      const [pending] = raw.pendingActivities ?? [];
      return Buffer.from(pending?.heartbeatDetails?.payloads?.[0]?.data ?? []).toString();
    };
    await expect
      .poll(beats, { timeout: 20_000, interval: 200 })
      .toMatch(/rollout of deployment\/checkout: \d of 4 updated/);
    const report = (await handle.result()) as Report;
    expect(report.nodes[0]?.failure).toMatchObject({ code: "rollout-unfinished" });
    expect(report.text).toContain("was carried out at");
    expect(report.text).toContain("its rollout was still going on when the time was up");
  });

  test("leaves no credential of the cluster in logs or audit", () => {
    const token = plane.token("admin");
    expect(machine.lines.length).toBeGreaterThan(0);
    expect(machine.lines.join("\n")).not.toContain(token);
    const audit = readdirSync(join(machine.home, "audit")).map((file) =>
      readFileSync(join(machine.home, "audit", file), "utf8"),
    );
    expect(audit.join("")).toContain("service_restart");
    expect(audit.join("")).not.toContain(token);
  });
});
