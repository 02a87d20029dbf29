/** Descriptions and tables of kinds beside pods, and folders as tools lay them out, by `kubernetes_state` itself. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { paramsSchema, type StateOutput } from "../../../src/activities/tools/kit/kubernetes-state/schema.js";
import { kubernetesState } from "../../../src/activities/tools/kubernetes-state.js";
import { type Item, podsOf, shop, unready, waiting } from "../../support/cluster-world.js";
import { configOf, contextOf } from "../../support/tool-context.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dumps-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}
async function look(): Promise<StateOutput> {
  const config = configOf({ clusters: { incident: { dumps: folder, server: "", allow_exec: false } } as never });
  const context = contextOf(config, { now: () => Date.now() });
  const params = paramsSchema.parse({ cluster: "incident", namespace: "shop" });
  return kubernetesState.run(params as never, context) as Promise<StateOutput>;
}
const allOf = ({ causes, notices }: StateOutput): string[] =>
  [...causes, ...notices].map(({ code, object }) => `${code} ${object.kind}/${object.name}`);
const list = (kind: string, items: Item[]): string => JSON.stringify({ kind: `${kind}List`, items });

async function putShop(kinds: readonly string[], world = shop()): Promise<void> {
  for (const kind of kinds) await put(`${kind}.json`, list(kind, world.items[kind] ?? []));
}

const INGRESS = (service: string, name: string, tls = "") => `Name:             shop
Labels:           <none>
Namespace:        shop
Address:          203.0.113.9
Ingress Class:    ${name}
Default backend:  <default>
${tls}Rules:
  Host              Path  Backends
  ----              ----  --------
  shop.example.com
                    /   ${service} (10.1.0.9:8080)
Annotations:        <none>
Events:             <none>
`;
const POLICY = (ingress: string, egress: string, types: string) => `Name:         guard
Namespace:    shop
Created on:   2026-11-22 10:00:00 +0000 UTC
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app=cart
  ${ingress}
  ${egress}
  Policy Types: ${types}
`;
const NONE_IN = "Allowing ingress traffic:\n    <none> (Selected pods are isolated for ingress connectivity)";
const FROM_FRONTEND =
  "Allowing ingress traffic:\n    To Port: <any> (traffic allowed to all ports)\n    From:\n      PodSelector: app=frontend";
const NO_DNS =
  "Allowing egress traffic:\n    To Port: 6379/TCP\n    To:\n      PodSelector: app=redis\n    ----------\n    To Port: 443/TCP\n    To: <any> (traffic not restricted by destination)";
const SCALER = (
  conditions: string,
  metric = "<unknown> / 80%",
) => `Name:                                                  cart
Namespace:                                             shop
Labels:                                                <none>
Annotations:                                           <none>
CreationTimestamp:                                     Sun, 22 Nov 2026 11:00:00 +0000
Reference:                                             Deployment/cart
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  ${metric}
Min replicas:                                          1
Max replicas:                                          2
Deployment pods:                                       2 current / 2 desired
Conditions:
  Type           Status  Reason                   Message
  ----           ------  ------                   -------
  AbleToScale    True    SucceededGetScale        the HPA controller was able to get the target's current scale
${conditions}
Events:          <none>
`;
const JOB = `Name:             import
Namespace:        shop
Selector:         batch.kubernetes.io/controller-uid=1
Labels:           <none>
Annotations:      <none>
Parallelism:      1
Completions:      1
Completion Mode:  NonIndexed
Suspend:          false
Backoff Limit:    6
Start Time:       Sun, 22 Nov 2026 11:40:00 +0000
Pods Statuses:    0 Active (0 Ready) / 0 Succeeded / 7 Failed
Pod Template:
  Labels:  job-name=import
  Containers:
   main:
    Image:        registry.example.com/report:v1
Events:
  Type     Reason                Age    From            Message
  ----     ------                ----   ----            -------
  Warning  BackoffLimitExceeded  3m31s  job-controller  Job has reached the specified backoff limit
`;
const CRON = `Name:                          nightly
Namespace:                     shop
Labels:                        <none>
Annotations:                   <none>
Schedule:                      61 * * * *
Concurrency Policy:            Forbid
Suspend:                       False
Successful Job History Limit:  3
Failed Job History Limit:      1
Starting Deadline Seconds:     <unset>
Selector:                      <unset>
Parallelism:                   <unset>
Completions:                   <unset>
Pod Template:
  Labels:  <none>
  Containers:
   main:
    Image:         registry.example.com/report:v1
Last Schedule Time:  <unset>
Active Jobs:         <none>
Events:
  Type     Reason               Age   From                Message
  ----     ------               ----  ----                -------
  Warning  UnparseableSchedule  30s   cronjob-controller  unparseable schedule: "61 * * * *" : end of range (61) above maximum (59): 61
`;
const BUDGET = `Name:           cart
Namespace:      shop
Min available:  2
Selector:       app=cart
Status:
    Allowed disruptions:  0
    Current:              2
    Desired:              2
    Total:                2
Events:         <none>
`;
const CLAIM = `Name:          data
Namespace:     shop
StorageClass:  fast
Status:        Pending
Volume:
Labels:        <none>
Annotations:   <none>
Finalizers:    [kubernetes.io/pvc-protection]
Capacity:
Access Modes:
VolumeMode:    Filesystem
Used By:       cart-1
Events:
  Type     Reason              Age                 From                         Message
  ----     ------              ----                ----                         -------
  Warning  ProvisioningFailed  6s (x12 over 2m1s)  persistentvolume-controller  storageclass.storage.k8s.io "fast" not found
`;
const SET = `Name:               ledger
Namespace:          shop
CreationTimestamp:  Sun, 22 Nov 2026 10:00:00 +0000
Selector:           app=ledger
Labels:             app=ledger
Annotations:        <none>
Replicas:           3 desired | 1 total
Update Strategy:    RollingUpdate
  Partition:        0
Pods Status:        0 Running / 1 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  app=ledger
  Containers:
   ledger:
    Image:        postgres:16
Volume Claims:
  Name:          data
  StorageClass:  fast
Events:
  Type     Reason        Age                  From                    Message
  ----     ------        ----                 ----                    -------
  Warning  FailedCreate  3s (x14 over 41s)    statefulset-controller  create Pod ledger-0 in StatefulSet ledger failed error: pods "ledger-0" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5
`;

describe("descriptions", () => {
  const KNOWN = ["Pod", "Deployment", "ReplicaSet", "Service", "EndpointSlice", "IngressClass", "Secret"];
  test.each([
    ["Ingress: no such service", INGRESS("nope:80", "nginx"), "k8s-ingress-backend-missing Ingress/shop"],
    ["Ingress: another port", INGRESS("frontend:8999", "nginx"), "k8s-ingress-backend-port-wrong Ingress/shop"],
    ["Ingress: no such class", INGRESS("frontend:80", "traefik"), "k8s-ingress-class-missing Ingress/shop"],
    [
      "Ingress: a certificate that is not there",
      INGRESS("frontend:80", "nginx", "TLS:\n  shop-tls terminates shop.example.com\n"),
      "k8s-ingress-certificate-missing Ingress/shop",
    ],
    [
      "NetworkPolicy: nothing in",
      POLICY(NONE_IN, "Not affecting egress traffic", "Ingress"),
      "k8s-network-policy-blocks-ingress NetworkPolicy/guard",
    ],
    [
      "NetworkPolicy: out, and not to DNS",
      POLICY("Not affecting ingress traffic", NO_DNS, "Egress"),
      "k8s-network-policy-blocks-dns NetworkPolicy/guard",
    ],
    [
      "HorizontalPodAutoscaler: no metrics",
      SCALER(
        "  ScalingActive  False   FailedGetResourceMetric  the HPA was unable to compute the replica count: no metrics returned",
      ),
      "k8s-autoscaler-metrics-missing HorizontalPodAutoscaler/cart",
    ],
    [
      "HorizontalPodAutoscaler: at its limit, far above its target",
      SCALER(
        "  ScalingLimited  True   TooManyReplicas  the desired replica count is more than the maximum",
        "190% (95m) / 80%",
      ),
      "k8s-autoscaler-at-limit HorizontalPodAutoscaler/cart",
    ],
    ["Job: it has failed", JOB, "k8s-job-back-off-limit Job/import"],
    ["CronJob: its schedule", CRON, "k8s-cron-job-schedule-invalid CronJob/nightly"],
    ["PodDisruptionBudget", BUDGET, "k8s-budget-blocks-eviction PodDisruptionBudget/cart"],
    ["PersistentVolumeClaim", CLAIM, "k8s-claim-class-missing PersistentVolumeClaim/data"],
    ["StatefulSet", SET, "k8s-quota-exceeded ResourceQuota/compute"],
  ])("%s", async (_, text, named) => {
    await putShop(KNOWN);
    await put("described.txt", text);
    const output = await look();
    expect(output.unreadable).toEqual([]);
    expect(allOf(output)).toContain(named);
  });

  test("of what is well, beside all others that are, name nothing", async () => {
    await putShop(KNOWN);
    await put("ingress.txt", INGRESS("frontend:80", "nginx"));
    await put("policy.txt", POLICY(FROM_FRONTEND, "Not affecting egress traffic", "Ingress"));
    await put("scaler.txt", SCALER("  ScalingActive  True  ValidMetricFound  the HPA was able", "40% (20m) / 80%"));
    const output = await look();
    expect(output.causes).toEqual([]);
    expect(output.counts).toMatchObject({ Ingress: 1, NetworkPolicy: 1, HorizontalPodAutoscaler: 1 });
  });

  test("of Secrets and ConfigMaps tell their keys, and no value", async () => {
    const world = shop();
    waiting(world, "cart", "CreateContainerConfigError", "couldn't find key password in Secret shop/cart-db");
    await putShop(["Pod", "Deployment", "ReplicaSet"], world);
    await put(
      "secrets.txt",
      "Name:         cart-db\nNamespace:    shop\nLabels:       <none>\nAnnotations:  <none>\n\nType:  Opaque\n\nData\n====\nuser:  6 bytes\n",
    );
    await put(
      "maps.txt",
      "Name:         settings\nNamespace:    shop\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\nLOG_LEVEL:\n----\nhush-hush\n\nEvents:  <none>\n",
    );
    const output = await look();
    expect(allOf(output)[0]).toBe("k8s-secret-key-missing Deployment/cart");
    expect(output.counts).toMatchObject({ Secret: 1, ConfigMap: 1 });
    expect(JSON.stringify(output)).not.toContain("hush-hush");
  });
});

const table = (rows: readonly string[][]): string => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)) + 3);
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("")).join("\n");
};

describe("tables", () => {
  test.each([
    [
      "nodes",
      [
        ["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
        ["node-1", "NotReady", "<none>", "9d", "v1.31.4"],
        ["node-2", "Ready", "<none>", "9d", "v1.31.4"],
      ],
      "k8s-node-not-ready Node/node-1",
    ],
    [
      "services with selectors",
      [
        ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR"],
        ["catalog", "ClusterIP", "10.96.0.11", "<none>", "3550/TCP", "9d", "app=catalogue"],
      ],
      "k8s-service-selector-unmatched Service/catalog",
    ],
    [
      "autoscalers",
      [
        ["NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"],
        ["cart", "Deployment/cart", "cpu: <unknown>/80%", "1", "5", "2", "9d"],
      ],
      "k8s-autoscaler-metrics-missing HorizontalPodAutoscaler/cart",
    ],
    [
      "jobs",
      [
        ["NAME", "STATUS", "COMPLETIONS", "DURATION", "AGE"],
        ["import", "Failed", "0/1", "9m", "10m"],
      ],
      "k8s-job-back-off-limit Job/import",
    ],
    [
      "schedules",
      [
        ["NAME", "SCHEDULE", "TIMEZONE", "SUSPEND", "ACTIVE", "LAST SCHEDULE", "AGE"],
        ["nightly", "*/5 * * * *", "<none>", "True", "0", "3d", "90d"],
      ],
      "k8s-cron-job-suspended CronJob/nightly",
    ],
  ])("of %s", async (_, rows, named) => {
    await putShop(["Pod", "Deployment", "ReplicaSet"]);
    await put("get.txt", `${table(rows)}\n`);
    const output = await look();
    expect(output.unreadable).toEqual([]);
    expect(allOf(output)).toContain(named);
  });

  test("of claims, with an event that says why", async () => {
    await put(
      "pods.txt",
      `${table([
        ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        ["cart-5c9dd8b6c4-q7zkp", "0/1", "Pending", "0", "9m"],
      ])}\n`,
    );
    await put(
      "pvc.txt",
      `${table([
        ["NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "AGE"],
        ["data", "Pending", "", "", "", "fast", "9m"],
      ])}\n`,
    );
    await put(
      "events.txt",
      `${table([
        ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"],
        [
          "9s",
          "Warning",
          "ProvisioningFailed",
          "persistentvolumeclaim/data",
          'storageclass.storage.k8s.io "fast" not found',
        ],
      ])}\n`,
    );
    expect(allOf(await look())[0]).toBe("k8s-claim-class-missing PersistentVolumeClaim/data");
  });

  test("of everything in one file, as `kubectl get all` writes them: what is not ready is told, and no label is missed", async () => {
    await put(
      "all.txt",
      [
        table([
          ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
          ["pod/cart-5c9dd8b6c4-q7zkp", "0/1", "CrashLoopBackOff", "7 (1m ago)", "12m"],
          ["pod/web-7f9dd8b6c4-x2b5k", "1/1", "Running", "0", "9d"],
        ]),
        table([
          ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"],
          ["service/cart", "ClusterIP", "10.96.0.3", "<none>", "7070/TCP", "9d"],
          ["service/web", "ClusterIP", "10.96.0.4", "<none>", "80/TCP", "9d"],
        ]),
        table([
          ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"],
          ["deployment.apps/cart", "0/1", "1", "0", "9d"],
          ["deployment.apps/web", "1/1", "1", "1", "9d"],
        ]),
        table([
          ["NAME", "DESIRED", "CURRENT", "READY", "AGE"],
          ["replicaset.apps/cart-5c9dd8b6c4", "1", "1", "0", "12m"],
          ["replicaset.apps/web-7f9dd8b6c4", "1", "1", "1", "9d"],
        ]),
      ].join("\n\n"),
    );
    const output = await look();
    expect(output.unreadable).toEqual([]);
    expect(output.causes.map(({ object }) => `${object.kind}/${object.name}`)).toEqual(["Deployment/cart"]);
  });

  test("of a kind that nobody knows are named, and the others of the file are read", async () => {
    await put(
      "get.txt",
      `${table([
        ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        ["web-7f9dd8b6c4-x2b5k", "1/1", "Running", "0", "9d"],
      ])}\n\n${table([
        ["NAME", "SPARKLE", "AGE"],
        ["a", "much", "9d"],
      ])}\n`,
    );
    const output = await look();
    expect(output.unreadable.map(({ message }) => message).join()).toContain("get.txt");
    expect(output.counts).toMatchObject({ Pod: 1 });
  });
});

describe("folders as tools lay them out", () => {
  const crashed = () => {
    const world = shop();
    waiting(world, "cart", "CrashLoopBackOff", "back-off", { last: { exitCode: 1, reason: "Error" } });
    return world;
  };
  const LINE = "redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.";

  test("must-gather", async () => {
    const world = crashed();
    const root = "must-gather.local/quay-io-x/";
    await put(
      `${root}namespaces/shop/core/pods.yaml`,
      list("Pod", world.items.Pod?.filter(({ metadata }) => metadata.namespace === "shop") ?? []),
    );
    await put(`${root}namespaces/shop/core/services.yaml`, list("Service", world.items.Service ?? []));
    await put(`${root}namespaces/shop/apps/deployments.yaml`, list("Deployment", world.items.Deployment ?? []));
    for (const node of world.items.Node ?? [])
      await put(
        `${root}cluster-scoped-resources/core/nodes/${node.metadata.name}.yaml`,
        JSON.stringify({ kind: "Node", ...node }),
      );
    const name = podsOf(world, "cart")[0].metadata.name;
    await put(`${root}namespaces/shop/pods/${name}/cart/cart/logs/previous.log`, `${LINE}\n`);
    const output = await look();
    expect(output.counts).toMatchObject({ Node: 3 });
    expect(allOf(output)[0]).toBe("k8s-dependency-credentials-wrong Deployment/cart");
  });

  test("cluster-info dump without a folder: lists and logs in one text", async () => {
    const world = crashed();
    const name = podsOf(world, "cart")[0].metadata.name;
    const parts = ["Node", "Event", "Service", "Deployment", "ReplicaSet", "Pod"].map((kind) =>
      JSON.stringify({ kind: `${kind}List`, apiVersion: "v1", items: world.items[kind] ?? [] }, null, 4),
    );
    const logs = `==== START logs for container cart of pod shop/${name} ====\nINFO starting\n{"broken": \n${LINE}\n==== END logs for container cart of pod shop/${name} ====`;
    await put("dump.txt", `${parts.join("\n")}\n${logs}\n`);
    const output = await look();
    expect(output.unreadable).toEqual([]);
    expect(allOf(output)[0]).toBe("k8s-dependency-credentials-wrong Deployment/cart");
  });

  test("what is there of services alone concludes nothing of their pods", async () => {
    const world = shop();
    unready(world, "cart");
    await putShop(["Service"], world);
    await put(
      "pods.txt",
      `${table([
        ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        ["cart-5c9dd8b6c4-q7zkp", "1/1", "Running", "0", "9d"],
      ])}\n`,
    );
    expect((await look()).causes).toEqual([]);
  });
});
