/** compose.yaml, the Dockerfile and the Helm chart: what they would start is what the product can run, and nothing weaker. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { loadLocal } from "../../src/app/local.js";
import { readEnvironment } from "../../src/platform/environment.js";
import { loadSigner, loadVerifier } from "../../src/platform/signing.js";
import { PLANNER_QUEUE, SEARCH_ATTRIBUTES } from "../../src/vocabulary/names.js";
import { GIVEN, HELM, type Manifest, render } from "../support/chart.js";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** Every variable that the code or Temporal's own settings read. */
const KNOWN = new Set(
  [
    "src/platform/environment.ts",
    "node_modules/@temporalio/envconfig/lib/envconfig-toml.js",
    "src/client/runs/connected-runs.ts",
  ]
    .flatMap((file) => read(file).match(/\b(?:AUTOOPS|TEMPORAL)_[A-Z_]*[A-Z]\b/g) ?? [])
    .concat("NODE_ENV"),
);
const unknownIn = (names: string[]) => names.filter((name) => !KNOWN.has(name));

/** `name:1.2.3` (or 16.4, as its makers count), with what may follow: never a tag that moves. */
const PINNED = /^[a-z0-9./-]+:v?\d+(\.\d+)+[\w.-]*(@sha256:[0-9a-f]{64})?$/;

test("only names that the code reads are known", () => {
  expect(unknownIn(["AUTOOPS_HOME", "AUTOOPS_BUILD_ID", "TEMPORAL_ADDRESS", "TEMPORAL_UI_URL"])).toEqual([]);
  expect(unknownIn(["AUTOOPS_HOMES", "TEMPORAL_ADRESS"])).toEqual(["AUTOOPS_HOMES", "TEMPORAL_ADRESS"]);
});

describe("compose.yaml", () => {
  const { services, networks } = parse(read("compose.yaml")) as Manifest;
  const all: [string, Manifest][] = Object.entries(services);

  test("publishes ports on this machine's loopback alone", () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port: string) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  });

  test.each(all)("%s has no part of the host and no way to more rights", (_, service) => {
    for (const key of ["privileged", "cap_add", "devices", "network_mode", "pid", "ipc", "userns_mode", "cgroup"]) {
      expect.soft(service, key).not.toHaveProperty(key);
    }
    expect(service.security_opt).toContain("no-new-privileges:true");
    for (const volume of service.volumes ?? []) {
      expect.soft(volume.source).not.toMatch(/docker\.sock|^\/|^~/);
      if (volume.type === "bind") expect.soft(volume.bind).toEqual({ create_host_path: false });
    }
  });

  test("pins every image, and takes every password from outside", () => {
    const images = all.map(([, { image }]) => image);
    expect(images.filter((image) => !PINNED.test(image))).toEqual([]);
    const secrets = all.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|PWD|KEY$|TOKEN/.test(name)),
    );
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(([, value]) => !/^\$\{\w+:\?/.test(String(value)))).toEqual([]);
  });

  test("the worker's root is read-only, its user is given, and it can write neither policy nor configuration", () => {
    const { worker } = services;
    expect(worker).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
    expect(worker.user).toMatch(/^\$\{AUTOOPS_UID:\?.*\}:\$\{AUTOOPS_GID:\?.*\}$/);
    const writable = worker.volumes.filter((volume: Manifest) => volume.read_only !== true);
    expect(writable.map(({ target }: Manifest) => target)).toEqual([worker.environment.AUTOOPS_HOME]);
    for (const name of ["AUTOOPS_SAFETY_CONFIG", "AUTOOPS_CONFIG"]) {
      const mount = worker.volumes.find(({ target }: Manifest) => target === worker.environment[name]);
      expect.soft(mount, name).toMatchObject({ read_only: true });
      expect.soft(mount.source.startsWith(`${writable[0].source}/`), name).toBe(false);
    }
  });

  test("the worker's variables are those that the product reads, with values that it takes", () => {
    const { environment } = services.worker;
    expect(unknownIn(Object.keys(environment))).toEqual([]);
    expect(readEnvironment(environment)).toMatchObject({ ok: true });
  });

  test("registers exactly the search attributes that a worker wants", () => {
    const words: string[] = services["search-attributes"].command.map((word: string) => word.split("=")[1]);
    const given = Object.fromEntries(words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1]]] : [])));
    expect(given).toEqual(SEARCH_ATTRIBUTES);
    expect(services.worker.depends_on["search-attributes"].condition).toBe("service_completed_successfully");
  });

  test("the database is reached by Temporal alone, and the files it mounts are there", () => {
    expect(networks.database).toEqual({ internal: true });
    expect(all.filter(([, service]) => service.networks.includes("database")).map(([name]) => name)).toEqual([
      "postgres",
      "temporal",
    ]);
    const file = "deploy/compose/dynamic-config.yaml";
    expect(services.temporal.volumes[0].source).toBe(`./${file}`);
    const dynamic = parse(read(file)) as Manifest;
    expect(dynamic["matching.numTaskqueueReadPartitions"][0].constraints.taskQueueName).toBe(PLANNER_QUEUE);
  });
});

describe("the Dockerfile", () => {
  const lines = read("Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line));
  const words = (instruction: string) =>
    lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.split(/\s+/).slice(1));
  const copies = words("COPY");
  const fromContext = copies.filter(([first]) => !first?.startsWith("--from")).flatMap((copy) => copy.slice(0, -1));

  test("begins with pinned images of a Node that the package takes, on glibc", () => {
    const images = words("FROM").map(([image = ""]) => image);
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/^node:20\.(19|[2-9]\d)\.\d+-bookworm-slim$/);
  });

  test("copies only files that are there, each of which its ignore file lets in", () => {
    expect(fromContext.length).toBeGreaterThan(5);
    expect(fromContext.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    const allowed = read(".dockerignore").match(/(?<=^!).+$/gm) ?? [];
    expect(read(".dockerignore")).toMatch(/^\*$/m);
    expect(allowed.sort()).toEqual([...new Set(fromContext)].sort());
  });

  test("the image gets what the build copies or makes, and all that the program reads beside its code", () => {
    const copied = copies
      .filter(([first]) => first === "--from=build")
      .flatMap((copy) => copy.slice(1, -1))
      .map((path) => path.replace("/build/", ""));
    expect(copied.sort()).toEqual(["dist", "node_modules", "package.json", "playbooks", "temporal-dev.yaml"]);
    for (const made of copied.filter((file) => !["dist", "node_modules"].includes(file))) {
      expect.soft(fromContext, made).toContain(made);
    }
  });

  test("runs as a user that is not root, and starts what the package calls autoops", () => {
    expect(words("USER")).toEqual([["10001:10001"]]);
    const [entry] = words("ENTRYPOINT");
    const { bin } = JSON.parse(read("package.json")) as { bin: { autoops: string } };
    expect(entry?.join(" ")).toBe(`["node", "/opt/autoops/${bin.autoops}"]`);
    expect(lines.findLastIndex((line) => line.startsWith("USER"))).toBeGreaterThan(
      lines.findLastIndex((line) => line.startsWith("RUN")),
    );
  });

  test("fetches nothing but packages of the lock file, runs none of their scripts, and holds no secret", () => {
    expect(words("ADD")).toEqual([]);
    const runs = words("RUN").map((run) => run.join(" "));
    expect(runs.filter((run) => /curl|wget|apt|git /.test(run))).toEqual([]);
    expect(runs.filter((run) => /npm (ci|install)/.test(run))).toEqual([
      "npm ci --ignore-scripts --no-audit --no-fund",
    ]);
    const variables = words("ENV").flatMap((env) => env.map((pair) => pair.split("=")[0] ?? ""));
    expect(unknownIn(variables.filter((name) => name !== ""))).toEqual([]);
    expect(words("ARG")).toEqual([]);
  });
});

const without = HELM === undefined ? " (skipped: helm is absent, run node scripts/provide-services.mjs)" : "";
const helmTest = test.skipIf(HELM === undefined);

/** Renders what must render. */
function chart(values: object = {}) {
  const rendered = render({ ...GIVEN, ...values });
  if (!rendered.ok) throw new Error(rendered.message);
  const one = (kind: string): Manifest => rendered.manifests.find((manifest) => manifest.kind === kind);
  const pod = one("Deployment").spec.template;
  return { ...rendered, one, pod, worker: pod.spec.containers[0] };
}

/** All that can be switched on. */
const FULL = {
  replicaCount: 3,
  home: { accessMode: "ReadWriteMany" },
  workerDeployment: { name: "autoops", buildId: "1.2.3-abc" },
  temporal: {
    address: "ops.a1b2c.tmprl.cloud:7233",
    namespace: "ops.a1b2c",
    apiKey: { existingSecret: "temporal-key" },
    tls: { enabled: true, existingSecret: "temporal-tls", ca: true, serverName: "temporal.example.com" },
  },
  secretEnv: { SHOP_TOKEN: { secret: "shop", key: "token" } },
  metrics: { enabled: true, from: [{ namespaceSelector: { matchLabels: { team: "monitoring" } } }] },
  networkPolicy: {
    egress: [{ to: [{ ipBlock: { cidr: "10.1.2.3/32" } }], ports: [{ protocol: "TCP", port: 9090 }] }],
  },
};

/** What a worker needs to verify, and nothing to sign with. */
const PUBLIC = { approvalKey: { existingSecret: "" }, approvalPublicKeys: { existingConfigMap: "autoops-public" } };

describe("the chart", () => {
  helmTest.each([
    ["with the least that it wants", {}],
    ["with all that can be switched on", FULL],
  ])(`%s, starts pods that Kubernetes calls restricted${without}`, (_, values) => {
    const { pod, one } = chart(values);
    expect(pod.spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(one("ServiceAccount").automountServiceAccountToken).toBe(false);
    expect(pod.spec.serviceAccountName).toBe(one("ServiceAccount").metadata.name);
    for (const container of [...pod.spec.initContainers, ...pod.spec.containers]) {
      expect.soft(container.securityContext, container.name).toEqual({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect.soft(container.image).toMatch(PINNED);
      expect.soft(container.resources.limits.memory, container.name).toBeDefined();
    }
    for (const volume of pod.spec.volumes) {
      const [kind] = Object.keys(volume).filter((key) => key !== "name");
      expect.soft(["configMap", "secret", "emptyDir", "persistentVolumeClaim"]).toContain(kind);
    }
  });

  helmTest(`gives pods a token of the cluster only where it is asked for${without}`, () => {
    const { pod, one } = chart({ serviceAccountToken: true });
    expect(pod.spec.automountServiceAccountToken).toBe(true);
    expect(one("ServiceAccount").automountServiceAccountToken).toBe(false);
  });

  helmTest(
    `makes no role, no service, no secret, and no way in but to the metrics for who may read them${without}`,
    () => {
      const { manifests, one, pod } = chart(FULL);
      expect(manifests.map(({ kind }) => kind).sort()).toEqual([
        "ConfigMap",
        "Deployment",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "ServiceAccount",
      ]);
      const { spec } = one("NetworkPolicy");
      expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
      expect(spec.ingress).toEqual([{ from: FULL.metrics.from, ports: [{ protocol: "TCP", port: 9464 }] }]);
      for (const values of [{}, { metrics: { enabled: true } }, { metrics: { ...FULL.metrics, enabled: false } }]) {
        expect.soft(chart(values).one("NetworkPolicy").spec.ingress).toEqual([]);
      }
      const ports = spec.egress.map(({ ports: some }: Manifest) => some.map(({ port }: Manifest) => port));
      expect(ports).toEqual([[53, 53], [7233], [9090]]);
      for (const kind of ["NetworkPolicy", "PodDisruptionBudget", "Deployment"]) {
        const selector = one(kind).spec.podSelector ?? one(kind).spec.selector;
        expect.soft(pod.metadata.labels, kind).toMatchObject(selector.matchLabels);
      }
    },
  );

  helmTest(`takes secrets by reference alone${without}`, () => {
    const { worker, pod } = chart(FULL);
    const fromSecrets = worker.env.filter((variable: Manifest) => variable.valueFrom !== undefined);
    expect(fromSecrets.map((variable: Manifest) => [variable.name, variable.valueFrom.secretKeyRef.name])).toEqual([
      ["TEMPORAL_API_KEY", "temporal-key"],
      ["SHOP_TOKEN", "shop"],
    ]);
    const secrets = pod.spec.volumes.flatMap((volume: Manifest) => volume.secret ?? []);
    expect(secrets.map(({ secretName }: Manifest) => secretName)).toEqual(["autoops-approval", "temporal-tls"]);
    for (const { defaultMode } of secrets) expect(defaultMode & 0o337).toBe(0);
  });

  helmTest.each([{}, FULL, PUBLIC])(
    `gives a worker variables that it reads, with values that it takes${without}`,
    (values) => {
      const { worker } = chart(values);
      const own = worker.env.filter(({ name }: Manifest) => name !== "SHOP_TOKEN");
      expect(unknownIn(own.map(({ name }: Manifest) => name))).toEqual([]);
      const variables = Object.fromEntries(own.map(({ name, value }: Manifest) => [name, value]));
      expect(readEnvironment(variables)).toMatchObject({ ok: true });
      expect("TEMPORAL_TLS" in variables).toBe(values === FULL);
    },
  );

  helmTest(
    `mounts policy and configuration as files that nobody can write, and starts anew when they change${without}`,
    () => {
      const { worker, pod } = chart();
      const { configMap } = pod.spec.volumes.find(({ name }: Manifest) => name === "settings");
      expect(configMap.defaultMode & 0o222).toBe(0);
      const files = worker.volumeMounts.filter(({ name }: Manifest) => name === "settings");
      expect(files).toEqual(
        ["safety.yaml", "config.yaml"].map((file) => ({
          name: "settings",
          mountPath: `/etc/autoops/${file}`,
          subPath: file,
          readOnly: true,
        })),
      );
      const sum = (values: object) => chart(values).pod.metadata.annotations["checksum/settings"];
      expect(sum({ safety: { version: "1.0", execution: { dry_run: true } } })).not.toBe(sum({}));
    },
  );

  helmTest(`writes files that a worker loads, from a folder of root's and from no other${without}`, async () => {
    const { one } = chart({ safety: { version: "1.0", execution: { max_concurrency: 7 } } });
    const folder = mkdtempSync(join(tmpdir(), "autoops-settings-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const load = async (name: string, mode: number) => {
      const settings = join(folder, name);
      mkdirSync(settings);
      for (const [file, text] of Object.entries(one("ConfigMap").data as Record<string, string>)) {
        writeFileSync(join(settings, file), text, { mode: 0o444 });
      }
      chmodSync(settings, mode);
      return loadLocal({
        HOME: folder,
        AUTOOPS_SAFETY_CONFIG: join(settings, "safety.yaml"),
        AUTOOPS_CONFIG: join(settings, "config.yaml"),
      });
    };
    expect(await load("image", 0o755)).toMatchObject({ ok: true, policy: { execution: { max_concurrency: 7 } } });
    // How Kubernetes makes the folder of a ConfigMap: why each file is mounted by itself.
    expect(await load("volume", 0o777)).toMatchObject({ ok: false, problems: [{ code: "file-unsafe" }] });
  });

  helmTest(`hands the key to the worker's user alone${without}`, () => {
    const { pod, worker } = chart();
    const [copying] = pod.spec.initContainers;
    expect(copying.command.at(-1)).toMatch(/^umask 077; cp /);
    const names = (container: Manifest) => container.volumeMounts.map(({ name }: Manifest) => name);
    expect(names(copying)).toEqual(["key-secret", "key"]);
    expect(names(worker)).not.toContain("key-secret");
    expect(worker.volumeMounts).toContainEqual({ name: "key", mountPath: "/run/key", readOnly: true });
    expect(pod.spec.volumes.find(({ name }: Manifest) => name === "key").emptyDir.medium).toBe("Memory");
  });

  helmTest(`gives a worker the public keys alone where they are what it is given${without}`, () => {
    const { pod, worker, text } = chart(PUBLIC);
    const [copying] = pod.spec.initContainers;
    expect(copying.command.at(-1)).toMatch(/^umask 077; .*mkdir .*; cp \/run\/public\//);
    expect(copying.volumeMounts.map(({ name }: Manifest) => name)).toEqual(["public-keys", "key"]);
    expect(worker.volumeMounts.map(({ name }: Manifest) => name)).not.toContain("public-keys");
    const { configMap } = pod.spec.volumes.find(({ name }: Manifest) => name === "public-keys");
    expect(configMap).toEqual({ name: "autoops-public", defaultMode: 0o444 });
    expect(pod.spec.volumes.filter(({ secret }: Manifest) => secret !== undefined)).toEqual([]);
    expect(worker.env).toContainEqual({ name: "AUTOOPS_APPROVAL_PUBLIC_KEYS", value: "/run/key/public" });
    expect(text).not.toContain("AUTOOPS_APPROVAL_KEY_FILE");
  });

  helmTest(`what copies the public keys makes a folder that a worker trusts${without}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "autoops-public-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const signer = await loadSigner(join(folder, "approval-key.json"));
    if (!signer.ok) throw new Error(signer.problem.message);
    const source = join(folder, "approval-key.public");
    // As Kubernetes makes the folders of ConfigMap and emptyDir volumes: open to all.
    const key = join(folder, "key");
    mkdirSync(key);
    for (const open of [source, key]) chmodSync(open, 0o777);
    expect(await loadVerifier(source)).toMatchObject({ ok: false, problem: { code: "file-unsafe" } });
    const [program, flags, script] = chart(PUBLIC).pod.spec.initContainers[0].command as [string, string, string];
    const here = script.replaceAll("/run/key", key).replaceAll("/run/public", source);
    execFileSync(program, [flags, here]);
    // The worker sees the volume read-only; here nothing but its mode can say so.
    chmodSync(key, 0o755);
    expect(await loadVerifier(join(key, "public"))).toMatchObject({ ok: true });
  });

  helmTest(`asks a worker whether it lives and is ready, where it answers${without}`, () => {
    const { worker } = chart(FULL);
    const variable = (name: string) => worker.env.find((one: Manifest) => one.name === name)?.value;
    expect(variable("AUTOOPS_WORKER_HEALTH_ADDRESS")).toBe("0.0.0.0:9465");
    expect(variable("AUTOOPS_WORKER_METRICS_ADDRESS")).toBe("0.0.0.0:9464");
    expect(worker.ports).toEqual([
      { name: "health", containerPort: 9465 },
      { name: "metrics", containerPort: 9464 },
    ]);
    const asked = [worker.startupProbe, worker.livenessProbe, worker.readinessProbe].map(({ httpGet }) => httpGet);
    expect(asked).toEqual(["/readyz", "/livez", "/readyz"].map((path) => ({ path, port: "health" })));
    // More than one failed answer, and longer than a busy worker may be silent.
    const { periodSeconds, failureThreshold } = worker.livenessProbe;
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(60);
  });

  helmTest(`opens no port where neither is wanted${without}`, () => {
    const { worker, text } = chart({ health: { enabled: false } });
    for (const key of ["ports", "startupProbe", "livenessProbe", "readinessProbe"])
      expect(worker).not.toHaveProperty(key);
    expect(text).not.toContain("AUTOOPS_WORKER_");
  });

  helmTest(`one disk goes from the old pod to the new, a shared one serves both${without}`, () => {
    expect(chart().one("Deployment").spec.strategy).toEqual({ type: "Recreate" });
    expect(chart(FULL).one("Deployment").spec.strategy.type).toBe("RollingUpdate");
    expect(chart().one("PersistentVolumeClaim").metadata.annotations).toEqual({ "helm.sh/resource-policy": "keep" });
    const existing = chart({ home: { existingClaim: "kept" } });
    expect(existing.one("PersistentVolumeClaim")).toBeUndefined();
    expect(existing.text).toContain("claimName: kept");
  });

  helmTest.each([
    ["an image without a repository", { image: { repository: "" } }, "image.repository must be given"],
    ["a tag that moves", { image: { ...GIVEN.image, tag: "latest" } }, "not latest"],
    ["no address of Temporal", { temporal: { address: "" } }, "temporal.address must be given"],
    ["an address without a port", { temporal: { address: "temporal" } }, "must be host:port"],
    ["no approval key", { approvalKey: { existingSecret: "" } }, "approvalKey.existingSecret must be given"],
    ["both kinds of keys", { approvalPublicKeys: { existingConfigMap: "a" } }, "and not both"],
    ["one port for two", { metrics: { enabled: true, port: 9465 } }, "must differ"],
    ["two workers on a disk of one", { replicaCount: 2 }, "needs home.accessMode ReadWriteMany"],
    ["a build without a deployment", { workerDeployment: { buildId: "1" } }, "must be given together"],
    ["certificates without TLS", { temporal: { ...GIVEN.temporal, tls: { existingSecret: "a" } } }, "tls.enabled"],
    ["a secret over a setting", { secretEnv: { AUTOOPS_DRY_RUN: { secret: "a", key: "b" } } }, "AUTOOPS_DRY_RUN"],
  ])(`refuses %s${without}`, (_, values, message) => {
    const rendered = render({ ...GIVEN, ...values });
    expect(rendered.ok ? "rendered" : rendered.message).toContain(message);
  });
});
