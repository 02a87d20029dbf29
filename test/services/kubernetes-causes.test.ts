/**
 * Causes brought about on a real control plane, each in a namespace of its own: named first, at the object to mend, and gone
 * after the mend. kwok plays the kubelets: what it shows of containers is told by the tags of images.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubernetesState } from "../../src/activities/tools/kubernetes-state.js";
import { createPrinter } from "../../src/client/cli/print.js";
import { runProgram } from "../../src/client/cli/program.js";
import type { Session } from "../../src/client/cli/session.js";
import { FAULTS, type Fault, type Request } from "../support/kubernetes-faults.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { reachingContext } from "../support/local-server.js";
import { hasSlowServices } from "../support/services.js";
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
});

const APPS = "/apis/apps/v1/namespaces/$NS";
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
