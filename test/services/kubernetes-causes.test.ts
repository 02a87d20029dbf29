/**
 * Causes brought about on a real control plane, each in a namespace of its own: named first, at the object to mend, and gone
 * after the mend. kwok plays the kubelets: what it shows of containers is told by the tags of images.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { draftGraph } from "../../src/activities/planner/draft.js";
import { kubernetesState } from "../../src/activities/tools/kubernetes-state.js";
import { createPrinter } from "../../src/client/cli/print.js";
import { runProgram } from "../../src/client/cli/program.js";
import type { Session } from "../../src/client/cli/session.js";
import type { Report } from "../../src/core/report.js";
import { configFileSchema } from "../../src/schema/config.js";
import { FAULTS, type Fault, type Request } from "../support/kubernetes-faults.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { reachingContext } from "../support/local-server.js";
import { createMachine, openGate } from "../support/machine.js";
import { hasSlowServices } from "../support/services.js";
import { startTestDevServer } from "../support/temporal.js";
import { configOf } from "../support/tool-context.js";

const NEEDS = "needs the Kubernetes control plane: npm run test:services";
const APPEARS = { timeout: 45_000, interval: 500 };

describe.skipIf(!hasSlowServices)(`causes on a cluster (${NEEDS})`, { timeout: 120_000 }, () => {
  let plane: KubernetesPlane;
  beforeAll(async () => {
    plane = await startKubernetes();
    await Promise.all(FAULTS.map(make));
    await apply(
      [{ path: "/api/v1/namespaces", body: { metadata: { name: "well" } } }, ...wellNamespace("well")],
      "well",
    );
  }, 300_000);
  afterAll(() => plane?.stop(), 60_000);

  const nameOf = ({ code }: Fault): string => code.replace(/^k8s-/, "t-");
  const filled = (text: string, namespace: string): string => text.replaceAll("$NS", namespace);

  async function apply(requests: readonly Request[], namespace: string): Promise<void> {
    for (const { method = "POST", path, body, type } of requests) {
      const document = body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body), namespace));
      await plane.ask(method, filled(path, namespace), document, type);
    }
  }

  async function make(fault: Fault): Promise<void> {
    const name = nameOf(fault);
    const metadata = { name, labels: fault.labels ?? {} };
    await plane.ask("POST", "/api/v1/namespaces", { metadata });
    await apply(fault.make, name);
  }

  async function look(namespace: string) {
    const cluster = { server: plane.server, allow_exec: false, kubeconfig: plane.kubeconfig };
    const context = reachingContext(configOf({ clusters: { prod: cluster } }), { now: () => Date.now() });
    const params = kubernetesState.params.parse({ cluster: "prod", namespace, logs: "failing" });
    return kubernetesState.output.parse(await kubernetesState.run(params, context));
  }

  test.concurrent.for(FAULTS)("$code", async (fault, { expect }) => {
    const namespace = nameOf(fault);
    const expected = `${fault.code} of ${filled(fault.object, namespace)}`;
    await expect.poll(async () => (await look(namespace)).named[0] ?? "nothing", APPEARS).toBe(expected);
    await apply(fault.mend, namespace);
    await expect.poll(async () => (await look(namespace)).named, APPEARS).not.toContain(expected);
  });

  test("a namespace that is well names nothing, with all this beside it", async () => {
    const { healthy, causes } = await look("well");
    expect(causes).toEqual([]);
    expect(healthy).toBe(true);
  });

  test("investigate finds it with a kubeconfig alone: no policy, no configuration, no server of one's own", async () => {
    const home = mkdtempSync(join(tmpdir(), "investigate-"));
    await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "lone" } });
    await apply(deployment("web", "shop/web:pull1"), "lone");
    await expect.poll(async () => (await look("lone")).named[0] ?? "", APPEARS).toContain("k8s-image-not-found");
    const { exit, document } = await call(home, "investigate", "--kubeconfig", plane.kubeconfig, "--namespace", "lone");
    expect(exit).toBe(0);
    expect(document.answer).toMatchObject({
      healthy: false,
      causes: [{ code: "k8s-image-not-found", object: { kind: "Deployment", namespace: "lone", name: "web" } }],
    });
    rmSync(home, { recursive: true, force: true });
  });

  test("a goal with a remedy rolls back at its gate, and the analyser says that the code is gone", async () => {
    const server = await startTestDevServer();
    const machine = createMachine(server.address);
    try {
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "mended" } });
      await apply(deployment("web", "shop/web:v1"), "mended");
      await expect.poll(async () => (await look("mended")).workloads[0]?.ready, APPEARS).toBe(2);
      const containers = [{ name: "app", image: "shop/web:pull2" }];
      await apply([patch("deployments/web", { spec: { template: { spec: { containers } } } })], "mended");
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
      expect(report.text).toContain("verified");
      expect((await look("mended")).healthy).toBe(true);
      await worker.stop();
    } finally {
      await server.stop();
      machine.remove();
    }
  });
});

const APPS = "/apis/apps/v1/namespaces/$NS";
const MERGE = "application/strategic-merge-patch+json";
const patch = (path: string, body: object): Request => ({
  method: "PATCH",
  path: `${APPS}/${path}`,
  body,
  type: MERGE,
});

function deployment(name: string, image: string): Request[] {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "app", image }] } };
  const spec = { replicas: 2, selector: { matchLabels: labels }, template };
  return [{ path: `${APPS}/deployments`, body: { metadata: { name }, spec } }];
}

const wellNamespace = (_: string): Request[] => [
  ...deployment("web", "shop/web:1"),
  {
    path: "/api/v1/namespaces/$NS/services",
    body: { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } },
  },
];

async function call(home: string, ...argv: string[]) {
  const out: string[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
  const { KUBECONFIG: _, ...rest } = process.env;
  // A home of its own, and the servers of this machine's cache.
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const own = { HOME: home, AUTOOPS_HOME: join(home, ".autoops"), XDG_CACHE_HOME: cache };
  const environment = { ...rest, ...own, TEMPORAL_ADDRESS: "127.0.0.1:9" };
  const exit = await runProgram([...argv, "--json"], ({ json }) => {
    const print = createPrinter({ stdout, stderr: { write: () => true }, json, plain: true });
    const interrupt = new AbortController().signal;
    return { print, stdout, stdin: process.stdin, environment, canAsk: false, interrupt } as unknown as Session;
  });
  await new Promise((sent) => setImmediate(sent));
  return { exit, document: JSON.parse(out.join("")) };
}
