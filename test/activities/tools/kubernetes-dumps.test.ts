/** A folder of dumps in place of a cluster: each form in which kubectl writes, by `kubernetes_state` itself. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { paramsSchema, type StateOutput } from "../../../src/activities/tools/kit/kubernetes-state/schema.js";
import { kubernetesState } from "../../../src/activities/tools/kubernetes-state.js";
import {
  add,
  event,
  get,
  type Item,
  podsOf,
  remove,
  shop,
  unready,
  type World,
  waiting,
} from "../../support/cluster-world.js";
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

async function look(more: Item = {}): Promise<StateOutput> {
  const config = configOf({ clusters: { incident: { dumps: folder, server: "", allow_exec: false } } as never });
  const context = contextOf(config, { now: () => Date.now() });
  return kubernetesState.run(
    paramsSchema.parse({ cluster: "incident", namespace: "shop", ...more }) as never,
    context,
  ) as Promise<StateOutput>;
}
const firstOf = ({ causes }: StateOutput): string =>
  causes[0] === undefined ? "nothing" : `${causes[0].code} ${causes[0].object.kind}/${causes[0].object.name}`;

const yaml = (value: Item, indent = ""): string =>
  typeof value !== "object" || value === null
    ? JSON.stringify(value)
    : Array.isArray(value)
      ? value.length === 0
        ? "[]"
        : value.map((one) => `\n${indent}- ${yaml(one, `${indent}  `).trimStart()}`).join("")
      : Object.entries(value).length === 0
        ? "{}"
        : Object.entries(value)
            .filter(([, one]) => one !== undefined)
            .map(([key, one]) => `\n${indent}${JSON.stringify(key)}: ${yaml(one, `${indent}  `)}`)
            .join("");

const lower = (kind: string): string => kind.toLowerCase();
const FORMS: Record<string, (world: World) => Promise<void>> = {
  "lists as JSON": async ({ items }) => {
    for (const [kind, list] of Object.entries(items))
      if (list.length > 0)
        await put(
          `${lower(kind)}s.json`,
          JSON.stringify({ apiVersion: "v1", kind: "List", items: list.map((item) => ({ kind, ...item })) }),
        );
  },
  "lists as YAML": async ({ items }) => {
    for (const [kind, list] of Object.entries(items))
      if (list.length > 0)
        await put(
          `get/${lower(kind)}.yaml`,
          `apiVersion: v1\nkind: List\nitems:${yaml(list.map((item) => ({ kind, ...item })))}\n`,
        );
  },
  "typed lists, as the API writes them": async ({ items }) => {
    for (const [kind, list] of Object.entries(items))
      if (list.length > 0) await put(`${kind}.json`, JSON.stringify({ kind: `${kind}List`, items: list }));
  },
  "one file of many documents": async ({ items }) => {
    const all = Object.entries(items).flatMap(([kind, list]) => list.map((item) => `kind: ${kind}${yaml(item)}\n`));
    await put("all.yaml", all.join("---\n"));
  },
  "a folder by namespace, as cluster-info dump makes it": async ({ items }) => {
    for (const [kind, list] of Object.entries(items))
      for (const namespace of new Set(list.map(({ metadata }) => metadata.namespace ?? "")))
        await put(
          `${namespace === "" ? "." : namespace}/${lower(kind)}s.json`,
          JSON.stringify({
            kind: `${kind}List`,
            apiVersion: "v1",
            items: list.filter(({ metadata }) => (metadata.namespace ?? "") === namespace),
          }),
        );
  },
};

const BREAKS: Record<string, { breaks: (world: World) => void; first: string }> = {
  "an image that is not there": {
    breaks: (world) =>
      waiting(
        world,
        "catalog",
        "ErrImagePull",
        'failed to resolve reference "registry.example.com/shop/catalog:v9": not found',
      ),
    first: "k8s-image-not-found Deployment/catalog",
  },
  "a selector that fits nothing": {
    breaks: (world) => {
      get(world, "Service", "catalog").spec.selector = { app: "catalogue" };
      get(world, "EndpointSlice", "catalog-abcde").endpoints = [];
    },
    first: "k8s-service-selector-unmatched Service/catalog",
  },
  "a policy that lets nothing in": {
    breaks: (world) =>
      void add(world, "NetworkPolicy", {
        metadata: { name: "guard", namespace: "shop" },
        spec: { podSelector: { matchLabels: { app: "cart" } }, policyTypes: ["Ingress"] },
      }),
    first: "k8s-network-policy-blocks-ingress NetworkPolicy/guard",
  },
  "a service that was deleted": {
    breaks: (world) => {
      remove(world, "Service", "redis");
      remove(world, "EndpointSlice", "redis-abcde");
    },
    first: "k8s-service-missing Service/redis",
  },
};

describe.each(Object.entries(FORMS))("%s", (_, write) => {
  test.each(Object.entries(BREAKS))("%s", async (name, { breaks, first }) => {
    const world = shop();
    breaks(world);
    await write(world);
    const output = await look();
    // Objects one by one do not tell that there are no others.
    if (_.startsWith("one file") && name.includes("deleted")) expect(firstOf(output)).toBe("nothing");
    else expect(firstOf(output)).toBe(first);
  });

  test("a well namespace names nothing, and values of Secrets stay out", async () => {
    await write(shop());
    const output = await look();
    expect(output.healthy).toBe(true);
    expect(output.workloads.map(({ workload }) => workload)).toContain("Deployment shop/cart");
    expect(JSON.stringify(output)).not.toContain("c2VjcmV0");
  });
});

const DESCRIBED = `Name:             catalog-7f9dd8b6c4-x2b5k
Namespace:        shop
Priority:         0
Service Account:  default
Node:             node-1/10.0.0.11
Start Time:       Sun, 22 Nov 2026 11:40:00 +0000
Labels:           app=catalog
                  pod-template-hash=7f9dd8b6c4
Annotations:      <none>
Status:           Running
IP:               10.1.0.9
Controlled By:  ReplicaSet/catalog-7f9dd8b6c4
Containers:
  server:
    Container ID:   containerd://1
    Image:          registry.example.com/shop/catalog:v2
    Port:           3550/TCP
    Host Port:      0/TCP
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Sun, 22 Nov 2026 11:58:00 +0000
      Finished:     Sun, 22 Nov 2026 11:58:20 +0000
    Ready:          False
    Restart Count:  7
    Limits:
      memory:  32Mi
    Requests:
      cpu:        100m
      memory:     32Mi
    Liveness:     grpc <pod>:3550  delay=0s timeout=1s period=10s #success=1 #failure=3
    Environment:
      PORT:   3550
      TOKEN:  <set to the key 'token' in secret 'catalog'>  Optional: false
    Mounts:
      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access (ro)
Conditions:
  Type              Status
  Initialized       True
  Ready             False
  ContainersReady   False
  PodScheduled      True
Volumes:
  kube-api-access:
    Type:                    Projected (a volume that contains injected data from multiple sources)
QoS Class:                   Burstable
Node-Selectors:              <none>
Events:
  Type     Reason   Age                   From     Message
  ----     ------   ----                  ----     -------
  Warning  BackOff  61s (x30 over 12m)    kubelet  Back-off restarting failed container server in pod catalog-7f9dd8b6c4-x2b5k_shop
`;

describe("texts that people read", () => {
  test("a described pod", async () => {
    await put("describe-pods.txt", DESCRIBED);
    const output = await look();
    expect(firstOf(output)).toBe("k8s-container-out-of-memory Deployment/catalog");
    expect(output.causes[0]?.what).toContain("32Mi");
  });

  test("several described pods in one file, and a described node that is not ready", async () => {
    const well = DESCRIBED.replaceAll("catalog", "cart")
      .replace(/State: {10}Waiting\n.*\n/, "State:          Running\n")
      .replace("Ready:          False", "Ready:          True")
      .replace("Ready             False", "Ready             True")
      .replace(/ {4}Last State[\s\S]*?Ready:/, "    Ready:")
      .replace("Restart Count:  7", "Restart Count:  0")
      .replace(/Events:[\s\S]*/, "Events:  <none>\n");
    await put("pods.txt", `${well}\n\n${DESCRIBED}`);
    const output = await look();
    expect(output.workloads.map(({ workload }) => workload).sort()).toEqual([
      "Deployment shop/cart",
      "Deployment shop/catalog",
    ]);
    expect(firstOf(output)).toBe("k8s-container-out-of-memory Deployment/catalog");
  });

  test("a described node", async () => {
    await put(
      "node.txt",
      `Name:               node-2
Roles:              <none>
Labels:             kubernetes.io/hostname=node-2
Taints:             node.kubernetes.io/unreachable:NoExecute
                    node.kubernetes.io/unreachable:NoSchedule
Unschedulable:      false
Conditions:
  Type             Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------    -----------------                 ------------------                ------              -------
  MemoryPressure   Unknown   Sun, 22 Nov 2026 11:40:00 +0000   Sun, 22 Nov 2026 11:41:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.
  Ready            Unknown   Sun, 22 Nov 2026 11:40:00 +0000   Sun, 22 Nov 2026 11:41:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.
Capacity:
  cpu:                4
Allocatable:
  cpu:                4
System Info:
  Kubelet Version:  v1.29.1
`,
    );
    expect(firstOf(await look())).toBe("k8s-node-not-ready Node/node-2");
  });

  test("a described service and a described Deployment", async () => {
    await put(
      "shop/describe.txt",
      `Name:              catalog
Namespace:         shop
Labels:            <none>
Annotations:       <none>
Selector:          app=catalogue
Type:              ClusterIP
IP Family Policy:  SingleStack
IP:                10.96.0.11
Port:              grpc  3550/TCP
TargetPort:        3550/TCP
Endpoints:         <none>
Session Affinity:  None
Events:            <none>


Name:                   catalog
Namespace:              shop
Labels:                 app=catalog
Selector:               app=catalog
Replicas:               1 desired | 1 updated | 1 total | 1 available | 0 unavailable
StrategyType:           RollingUpdate
Pod Template:
  Labels:  app=catalog
  Containers:
   server:
    Image:      registry.example.com/shop/catalog:v2
    Port:       3550/TCP
    Host Port:  0/TCP
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
Events:          <none>
`,
    );
    await put(
      "pods.txt",
      "NAME                       READY   STATUS    RESTARTS   AGE   IP          NODE\ncatalog-7f9dd8b6c4-x2b5k   1/1     Running   0          5d    10.1.0.9    node-1\n",
    );
    expect(firstOf(await look())).toBe("k8s-service-selector-unmatched Service/catalog");
  });

  test("tables of pods and of events", async () => {
    await put(
      "get-pods.txt",
      "NAMESPACE   NAME                        READY   STATUS             RESTARTS      AGE   IP          NODE     NOMINATED NODE   READINESS GATES\nshop        catalog-7f9dd8b6c4-x2b5k    0/1     ImagePullBackOff   0             12m   10.1.0.9    node-1   <none>           <none>\nshop        cart-5c9dd8b6c4-q7zkp       1/1     Running            2 (5d ago)    12d   10.1.0.8    node-1   <none>           <none>\n",
    );
    await put(
      "events.txt",
      'NAMESPACE   LAST SEEN   TYPE      REASON      OBJECT                           MESSAGE\nshop        2m10s       Warning   Failed      pod/catalog-7f9dd8b6c4-x2b5k     Failed to pull image "registry.example.com/shop/catalog:v9": rpc error: code = NotFound desc = failed to resolve reference: not found\nshop        45s         Normal    BackOff     pod/catalog-7f9dd8b6c4-x2b5k     Back-off pulling image "registry.example.com/shop/catalog:v9"\n',
    );
    const output = await look();
    expect(firstOf(output)).toBe("k8s-image-not-found Deployment/catalog");
    // Tables name neither the image nor the containers.
    expect(output.causes[0]?.what).toBe("Deployment shop/catalog cannot pull registry.example.com/shop/catalog:v9");
    expect(output.causes[0]?.evidence[0]).toMatchObject({ from: "container waiting", text: "ImagePullBackOff" });
  });
});

describe("logs by the names of their files", () => {
  const crashed = async (path: (pod: string) => string): Promise<StateOutput> => {
    const world = shop();
    waiting(world, "cart", "CrashLoopBackOff", "back-off", { last: { exitCode: 1, reason: "Error" } });
    await FORMS["lists as JSON"]?.(world);
    const [pod] = podsOf(world, "cart");
    await put(
      path(pod.metadata.name),
      "INFO starting\nredis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.\n",
    );
    return look();
  };
  test.each([
    (pod: string) => `shop/${pod}/logs.txt`,
    (pod: string) => `logs/${pod}.log`,
    (pod: string) => `${pod}_cart_previous.log`,
    (pod: string) => `namespaces/shop/pods/${pod}/cart/cart/logs/previous.log`,
    () => "logs/cart.log",
  ])("way %#", async (path) => {
    expect(firstOf(await crashed(path))).toBe("k8s-dependency-credentials-wrong Deployment/cart");
  });
});

describe("what a folder does not hold", () => {
  test("is not concluded from: one failing pod beside all services", async () => {
    const world = shop();
    unready(world, "cart");
    event(
      world,
      "Pod",
      podsOf(world, "cart")[0].metadata.name,
      "Unhealthy",
      "Readiness probe failed: HTTP probe failed with statuscode: 500",
    );
    world.items.Pod = podsOf(world, "cart").slice(0, 1);
    await FORMS["lists as JSON"]?.(world);
    const output = await look();
    expect(
      output.causes
        .map(({ code }) => code)
        .filter((code) => /selector|without-workload|dns|proxy|endpoints/.test(code)),
    ).toEqual([]);
    expect(firstOf(output)).toMatch(/Deployment\/cart$/);
  });

  test("is refused where it is nothing of Kubernetes, or not there", async () => {
    await put("notes.txt", "hello");
    await expect(look()).rejects.toMatchObject({ code: "source-answer-invalid" });
    await rm(folder, { recursive: true });
    await expect(look()).rejects.toMatchObject({ code: "file-not-found" });
  });

  test("what is in no known form, no text, or whose log nobody can tell is named, not passed over", async () => {
    await put("pods.json", JSON.stringify({ kind: "PodList", items: shop().items.Pod }));
    await put("strange.txt", "who knows what this is\n");
    await put("everything.tar", "pods\0\0more");
    const { unreadable, findings } = await look();
    const said = unreadable.map(({ kind, message }) => `${kind} ${message}`).join("\n");
    expect(said).toContain("File in no form that is known here: strange.txt");
    expect(said).toContain("everything.tar is no text; unpack an archive first");
    expect(findings.filter(({ statement }) => statement === "File could not be read")).toHaveLength(2);
  });

  test("what PowerShell wrote is read: UTF-16, and UTF-8 with a mark", async () => {
    const world = shop();
    const text = (kind: string) => JSON.stringify({ kind: `${kind}List`, items: world.items[kind] ?? [] });
    await writeFile(join(folder, "pods.json"), Buffer.from(`\ufeff${text("Pod")}`, "utf16le"));
    await put("services.json", `\ufeff${text("Service")}`);
    const { counts, unreadable } = await look();
    expect(counts).toMatchObject({ Pod: world.items.Pod?.length, Service: world.items.Service?.length });
    expect(unreadable).toEqual([]);
  });

  test("a link does not lead out of it", async () => {
    const outside = await mkdtemp(join(tmpdir(), "outside-"));
    await writeFile(join(outside, "pods.json"), JSON.stringify({ kind: "PodList", items: shop().items.Pod }));
    await put("notes.txt", "hello");
    await symlink(join(outside, "pods.json"), join(folder, "pods.json"));
    await symlink(outside, join(folder, "more"));
    await expect(look()).rejects.toMatchObject({ code: "source-answer-invalid" });
    await rm(outside, { recursive: true });
  });

  test("text that is nested without end, or odd, harms nothing", async () => {
    await put("deep.json", "[".repeat(100_000));
    await put("deep.yaml", `kind: List\nitems: ${"[".repeat(20_000)}`);
    await put(
      "odd.yaml",
      "kind: Pod\nmetadata: 5\n---\n: :\n---\nkind: Deployment\nmetadata: {name: a, namespace: shop}\nspec: {replicas: 0, template: 7}\n",
    );
    await put("pods.json", JSON.stringify({ kind: "PodList", items: shop().items.Pod }));
    expect((await look()).healthy).toBe(true);
  });
});

test("objects of other makers in a folder count without being declared; kinds that nothing is known of do not", async () => {
  const world = shop();
  await FORMS["lists as JSON"]?.(world);
  await put(
    "chaos.yaml",
    [
      "apiVersion: chaos-mesh.org/v1alpha1",
      "kind: StressChaos",
      "metadata: { name: burn, namespace: shop }",
      "spec: { mode: all, selector: { namespaces: [shop], labelSelectors: { app: catalog } } }",
      "status: { conditions: [{ type: AllInjected, status: 'True' }, { type: AllRecovered, status: 'False' }] }",
      "---",
      "apiVersion: example.com/v1",
      "kind: Gadget",
      "metadata: { name: g, namespace: shop }",
      "status: { conditions: [{ type: Ready, status: 'False', message: broken }] }",
    ].join("\n"),
  );
  const output = await look();
  expect(firstOf(output)).toBe("k8s-fault-injected Deployment/catalog");
  expect(output.causes).toHaveLength(1);
});
