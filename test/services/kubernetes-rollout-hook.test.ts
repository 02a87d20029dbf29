/**
 * Rollouts on a real control plane, seen by a worker's watch: each is validated by one run, also where workers come and go,
 * and one that is stuck has its roll-back ready behind a gate.
 */
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadLocal } from "../../src/app/local.js";
import { readWorkloads } from "../../src/app/rollout-preview.js";
import { createIncidents, type ListedIncident } from "../../src/client/incidents.js";
import type { Report } from "../../src/core/report.js";
import { isRolloutHook } from "../../src/schema/config/hooks.js";
import type { StartedWorker } from "../../src/worker.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { createMachine, type Machine, openGate } from "../support/machine.js";
import { hasSlowServices } from "../support/services.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const NEEDS = "needs the Kubernetes control plane: npm run test:services";
const APPEARS = { timeout: 90_000, interval: 500 };
const MERGE = "application/strategic-merge-patch+json";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/rolled/deployments";

describe.skipIf(!hasSlowServices)(`rollouts that a hook watches (${NEEDS})`, { timeout: 400_000 }, () => {
  let plane: KubernetesPlane;
  let server: TestDevServer;
  let machine: Machine;
  let worker: StartedWorker;
  let client: Client;
  const stands = async () => {
    const { memo } = await client.workflow.getHandle("rollouts-rollouts").describe();
    return JSON.stringify(memo);
  };
  beforeAll(async () => {
    [plane, server] = await Promise.all([startKubernetes(), startTestDevServer()]);
    machine = createMachine(server.address);
    client = new Client({ connection: server.connection, namespace: server.namespace });
    machine.config({
      clusters: { prod: { server: plane.server, kubeconfig: plane.kubeconfig } },
      targets: {
        web: {
          ...{ kind: "kubernetes", cluster: "prod", namespace: "rolled", workload: "deployment/web" },
          ...{ environment: "staging", actions: { rollback: {} } },
        },
      },
      hooks: {
        rollouts: { kind: "kubernetes", targets: ["web"], every_seconds: 5, debounce_seconds: 1, cooldown_seconds: 2 },
      },
    });
    machine.policy({
      execution: { enable_remediation: true },
      tools: { allowed: ["kubernetes_state", "autoRCA", "rollback"] },
      node_types: { allowed: ["log_collection", "rca_call", "rollback"] },
    });
    await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "rolled" } });
    worker = await machine.startWorker();
    await vi.waitFor(async () => expect(await stands()).toContain("is not there"), APPEARS);
  }, 240_000);
  afterAll(async () => {
    await worker?.stop();
    await server?.stop();
    await plane?.stop();
    machine?.remove();
  }, 90_000);

  const deploy = (image: string) =>
    plane.ask(
      "PATCH",
      `${DEPLOYMENTS}/web`,
      { spec: { template: { spec: { containers: [{ name: "app", image }] } } } },
      MERGE,
    );
  async function incidents(): Promise<ListedIncident[]> {
    const listed = await createIncidents(client).list(50);
    if (!listed.ok) throw new Error(JSON.stringify(listed.problems));
    return listed.value;
  }
  const incidentOf = async (revision: string) =>
    (await incidents()).find(({ view }) => view?.key.revision === revision)?.view;
  test("one run each, with workers that come and go; what is stuck is rolled back at its gate", async () => {
    await plane.ask("POST", DEPLOYMENTS, deployment("shop/web:v1"));
    await expect.poll(async () => (await incidentOf("1"))?.run?.outcome, APPEARS).toBe("succeeded");
    await expect.poll(stands, APPEARS).toContain("is complete");
    // Seen by a second worker, and ended while none was there.
    await deploy("shop/web:v2");
    await worker.stop();
    await expect
      .poll(async () => (await plane.ask("GET", `${DEPLOYMENTS}/web`)).status.updatedReplicas, APPEARS)
      .toBe(2);
    worker = await machine.startWorker();
    await expect.poll(async () => (await incidentOf("2"))?.run?.outcome, APPEARS).toBe("succeeded");

    // Scaling is no rollout.
    await plane.ask("PATCH", `${DEPLOYMENTS}/web`, { spec: { replicas: 3 } }, MERGE);
    await deploy("shop/web:pull3");
    await plane.ask("PATCH", `${DEPLOYMENTS}/web`, { spec: { progressDeadlineSeconds: 5 } }, MERGE);
    await expect.poll(async () => (await incidentOf("3"))?.run?.id, APPEARS).toBeTruthy();
    const id = (await incidentOf("3"))?.run?.id ?? "";
    const handle = client.workflow.getHandle(id);
    await openGate(handle, "mend");
    // A worker that is started anew, with the watch and its gate as they stand.
    await worker.stop();
    worker = await machine.startWorker();
    await handle.signal("approve", { node_id: "mend", approver: "ann" });
    const report = (await handle.result()) as Report;
    expect(report.text).toContain("cannot pull");
    expect(report.outcome).toBe("succeeded");
    expect((await plane.ask("GET", `${DEPLOYMENTS}/web`)).spec.template.spec.containers[0].image).toBe("shop/web:v2");

    // The roll-back is a rollout of its own, and is validated, too.
    await expect.poll(async () => (await incidentOf("4"))?.run?.outcome, APPEARS).toBe("succeeded");
    const { count } = await client.workflow.count("WorkflowType = 'runGraph'");
    expect(count).toBe(4);
    expect((await incidents()).map(({ view }) => view?.key.revision).sort()).toEqual(["1", "2", "3", "4"]);
  });

  test("are told beforehand what they would start, and how each workload stands", async () => {
    const local = await loadLocal(machine.variables);
    if (!local.ok) throw new Error(JSON.stringify(local.problems));
    const hook = local.config.hooks?.rollouts;
    if (!isRolloutHook(hook)) throw new Error("it is no such hook");
    const [seen] = await readWorkloads(local, "rollouts", hook, new AbortController().signal);
    expect(seen).toMatchObject({
      target: "web",
      watched: { rollout: { image: "shop/web:v2", ended: "complete" } },
      alert: { labels: { outcome: "complete", workload: "deployment/web", environment: "staging" } },
    });
  });
});

function deployment(image: string): object {
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "app", image }] } };
  return { metadata: { name: "web" }, spec: { replicas: 2, selector: { matchLabels: labels }, template } };
}
