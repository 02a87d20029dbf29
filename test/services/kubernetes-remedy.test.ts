/**
 * A remedy on a real control plane: a rollout whose image does not exist is named, rolled back at its gate by a real worker,
 * and the analyser that named it says that it is gone. kwok plays the kubelets.
 */
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { draftGraph } from "../../src/activities/planner/draft.js";
import { kubernetesState } from "../../src/activities/tools/kubernetes-state.js";
import type { Report } from "../../src/core/report.js";
import { configFileSchema } from "../../src/schema/config.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { reachingContext } from "../support/local-server.js";
import { createMachine, openGate } from "../support/machine.js";
import { hasSlowServices } from "../support/services.js";
import { startTestDevServer } from "../support/temporal.js";
import { configOf } from "../support/tool-context.js";

const NEEDS = "needs the Kubernetes control plane: npm run test:services";
const APPEARS = { timeout: 45_000, interval: 500 };
const MERGE = "application/strategic-merge-patch+json";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/mended/deployments";

describe.skipIf(!hasSlowServices)(`a remedy on a cluster (${NEEDS})`, { timeout: 240_000 }, () => {
  let plane: KubernetesPlane;
  beforeAll(async () => {
    plane = await startKubernetes();
  }, 180_000);
  afterAll(() => plane?.stop(), 60_000);

  async function look(namespace: string) {
    const cluster = { server: plane.server, allow_exec: false, kubeconfig: plane.kubeconfig };
    const context = reachingContext(configOf({ clusters: { prod: cluster } }), { now: () => Date.now() });
    const params = kubernetesState.params.parse({ cluster: "prod", namespace, logs: "failing" });
    return kubernetesState.output.parse(await kubernetesState.run(params, context));
  }

  test("a goal with a remedy rolls back at its gate, and the analyser says that the code is gone", async () => {
    const server = await startTestDevServer();
    const machine = createMachine(server.address);
    try {
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "mended" } });
      await plane.ask("POST", DEPLOYMENTS, deployment("shop/web:v1"));
      await expect.poll(async () => (await look("mended")).workloads[0]?.ready, APPEARS).toBe(2);
      const containers = [{ name: "app", image: "shop/web:pull2" }];
      await plane.ask("PATCH", `${DEPLOYMENTS}/web`, { spec: { template: { spec: { containers } } } }, MERGE);
      await expect.poll(async () => (await look("mended")).named[0] ?? "", APPEARS).toContain("k8s-image-not-found");
      const file = {
        clusters: { prod: { server: plane.server, kubeconfig: plane.kubeconfig } },
        targets: {
          web: {
            kind: "kubernetes",
            cluster: "prod",
            namespace: "mended",
            workload: "deployment/web",
            environment: "staging",
            actions: { rollback: {} },
          },
        },
      };
      machine.config(file);
      const allowed = ["kubernetes_state", "autoRCA", "rollback"];
      machine.policy({
        execution: { enable_remediation: true },
        tools: { allowed },
        node_types: { allowed: ["log_collection", "rca_call", "rollback"] },
      });
      const worker = await machine.startWorker();
      const config = configOf(configFileSchema.parse({ version: "1.0", ...file }) as never);
      const goal = "pods of web do not start in namespace mended since the deploy; roll it back";
      const drafted = draftGraph({ goal, requester: "rita" }, { playbooks: [], config });
      if (!drafted.ok) throw new Error(JSON.stringify(drafted.problems));
      const client = new Client({ connection: server.connection, namespace: server.namespace });
      const handle = await client.workflow.start("runGraph", {
        taskQueue: "autoops",
        workflowId: "mend",
        args: [{ graph: drafted.graph, requester: "rita" }],
      });
      const early = handle.result().then((report) => {
        throw new Error(`it ended before its gate: ${(report as Report).text}`);
      });
      await Promise.race([openGate(handle, "mend"), early]);
      early.catch(() => undefined);
      await handle.signal("approve", { node_id: "mend", approver: "ann" });
      const report = (await handle.result()) as Report;
      expect(report.outcome).toBe("succeeded");
      expect(report.text).toContain("Mended; the check no longer finds this: Deployment mended/web cannot pull");
      expect(report.text).toContain("verified: by the check after it");
      expect((await look("mended")).healthy).toBe(true);
      await worker.stop();
    } finally {
      await server.stop();
      machine.remove();
    }
  });
});

function deployment(image: string): object {
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "app", image }] } };
  return { metadata: { name: "web" }, spec: { replicas: 2, selector: { matchLabels: labels }, template } };
}
