/**
 * A real Kubernetes control plane for a test file: etcd, kube-apiserver, kube-controller-manager and kube-scheduler, with
 * kwok in the place of kubelets. `npm run test:services` builds the programs. Everything listens on loopback, on ports
 * that were free, in a directory of its own; `stop` ends the processes by their ids and waits for them.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { stages } from "./kubernetes-stages.js";
import { freePort, slowProgram } from "./services.js";

/** Lines as a container runtime writes them; every pod has them. */
const POD_LOG = `2026-11-22T18:00:00.000000000Z stdout F starting checkout
2026-11-22T18:00:01.000000000Z stderr F NullPointerException at PaymentClient.charge
`;
const CONTROLLERS = [
  ...["node-lifecycle-controller", "deployment-controller", "replicaset-controller", "statefulset-controller"],
  ...["daemonset-controller", "namespace-controller", "garbage-collector-controller", "disruption-controller"],
  ...[
    "horizontal-pod-autoscaler-controller",
    "serviceaccount-controller",
    "resourcequota-controller",
    "job-controller",
    "cronjob-controller",
    "persistentvolume-binder-controller",
  ],
];

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever object they asked for
type Answer = any;

export interface KubernetesPlane {
  server: string;
  folder: string;
  /** Of the administrator; owner only. */
  kubeconfig: string;
  /** Path of the certificate that the API server's is verified with. */
  ca: string;
  /** The bearer token of `admin`, or of a user without any right: `viewer`, `operator`. */
  token(user: "admin" | "viewer" | "operator"): string;
  /** The API's answer to the administrator; fails the test where it is not of 2xx. */
  ask(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** `previousLog`: of containers that were restarted (images tagged `crash…`). */
export async function startKubernetes({
  podLog = POD_LOG,
  previousLog = POD_LOG,
  nodes = 2,
} = {}): Promise<KubernetesPlane> {
  const folder = mkdtempSync(join(tmpdir(), "kubernetes-"));
  chmodSync(folder, 0o700);
  const children: ChildProcess[] = [];
  const run = (name: string, args: string[]): void => {
    const out = openSync(join(folder, `${name}.log`), "w");
    children.push(spawn(slowProgram(name), args, { stdio: ["ignore", out, out], cwd: folder }));
  };
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await ended(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { ...(await start({ folder, run, podLog, previousLog, nodes })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Starting {
  folder: string;
  podLog: string;
  previousLog: string;
  nodes: number;
  run(name: string, args: string[]): void;
}

async function start({ folder, run, podLog, previousLog, nodes }: Starting): Promise<Omit<KubernetesPlane, "stop">> {
  const [clientPort, peerPort, apiPort, kwokPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const tokens = { admin: randomToken(), viewer: randomToken(), operator: randomToken() };
  const at = (name: string) => join(folder, name);
  const certs = at("certs");
  mkdirSync(certs);
  const key = spawnSync("openssl", ["genrsa", "-out", at("sa.key"), "2048"]);
  expect(key.status, "openssl genrsa").toBe(0);
  const groups = { admin: "system:masters", viewer: "people", operator: "people" };
  const rows = Object.entries(tokens).map(([user, token]) => `${token},${user},${user},"${groups[user as "admin"]}"\n`);
  writeFileSync(at("tokens.csv"), rows.join(""), { mode: 0o600 });
  writeFileSync(at("pod.log"), podLog);
  writeFileSync(at("pod.log.previous"), previousLog);
  writeFileSync(at("stages.yaml"), stages(at("pod.log")));

  const [etcd, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
  run("etcd", [
    ...["--name=t", `--data-dir=${at("etcd")}`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
    ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=t=${peer}`],
    "--unsafe-no-fsync",
  ]);
  run("kube-apiserver", [
    ...[`--etcd-servers=${etcd}`, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"],
    ...[`--secure-port=${apiPort}`, `--cert-dir=${certs}`, `--service-account-key-file=${at("sa.key")}`],
    ...[
      `--service-account-signing-key-file=${at("sa.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
    ],
    ...["--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", `--token-auth-file=${at("tokens.csv")}`],
    ...["--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none"],
    "--enable-priority-and-fairness=false",
  ]);
  const server = `https://127.0.0.1:${apiPort}`;
  const ca = join(certs, "apiserver.crt");
  const send = (method: string, path: string, body?: unknown, contentType = "application/json") =>
    exchange(`${server}${path}`, { method, token: tokens.admin, ca: readFileSync(ca), body, contentType });
  const isReady = async () => expect((await send("GET", "/readyz")).text).toMatch(/^ok/);
  await vi.waitFor(isReady, { timeout: 90_000, interval: 200 });

  const kubeconfig = at("kubeconfig");
  writeFileSync(kubeconfig, kubeconfigOf(server, ca, tokens.admin), { mode: 0o600 });
  const common = [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0"];
  run("kube-controller-manager", [
    ...common,
    "--use-service-account-credentials=false",
    `--controllers=${CONTROLLERS.join(",")}`,
  ]);
  run("kube-scheduler", common);
  run("kwok", [
    ...[`--kubeconfig=${kubeconfig}`, "--manage-all-nodes=true", "--node-lease-duration-seconds=40"],
    ...[`--config=${at("stages.yaml")}`, `--server-address=127.0.0.1:${kwokPort}`, "--node-ip=127.0.0.1"],
    ...[`--node-port=${kwokPort}`, `--tls-cert-file=${ca}`, `--tls-private-key-file=${join(certs, "apiserver.key")}`],
  ]);
  const ask: KubernetesPlane["ask"] = async (method, path, body, contentType) => {
    const { status, text } = await send(method, path, body, contentType);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };
  for (let number = 1; number <= nodes; number++) await ask("POST", "/api/v1/nodes", nodeOf(`node-${number}`));
  const areReady = async () => {
    const { items } = await ask("GET", "/api/v1/nodes");
    expect(items.filter((node: Answer) => (node.spec.taints ?? []).length === 0)).toHaveLength(nodes);
  };
  await vi.waitFor(areReady, { timeout: 60_000, interval: 200 });
  return { server, folder, kubeconfig, ca, token: (user) => tokens[user], ask };
}

const randomToken = (): string => randomBytes(16).toString("hex");

const nodeOf = (name: string) => {
  const capacity = { cpu: "16", memory: "64Gi", pods: "110" };
  const metadata = { name, labels: { "kubernetes.io/hostname": name } };
  return { apiVersion: "v1", kind: "Node", metadata, spec: {}, status: { allocatable: capacity, capacity } };
};

const kubeconfigOf = (server: string, ca: string, token: string): string => `apiVersion: v1
kind: Config
clusters: [{name: t, cluster: {server: "${server}", certificate-authority: "${ca}"}}]
users: [{name: admin, user: {token: "${token}"}}]
contexts: [{name: t, context: {cluster: t, user: admin}}]
current-context: t
`;

interface Exchange {
  method: string;
  token: string;
  ca: Buffer;
  body: unknown;
  contentType: string;
}

function exchange(url: string, { method, token, ca, body, contentType }: Exchange) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": contentType };
    const sent = request(url, { method, ca, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The API server takes some seconds to stop: whoever has not ended by then is ended. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(late);
}
