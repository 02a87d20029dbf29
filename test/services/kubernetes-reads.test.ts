/** What is read of a real cluster: logs and events of pods, rollouts, ConfigMaps, Helm's releases, Argo CD's syncs. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkSource } from "../../src/activities/connectors/check-source.js";
import { changeHistory } from "../../src/activities/tools/change-history.js";
import { logCollector } from "../../src/activities/tools/log-collector.js";
import { type Source, sourceSchema } from "../../src/schema/config.js";
import { HELM } from "../support/chart.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { reachingContext } from "../support/local-server.js";
import { hasSlowServices } from "../support/services.js";
import { configOf, failureOf } from "../support/tool-context.js";

const ago = (seconds: number): string => `${new Date(Date.now() - seconds * 1_000).toISOString().slice(0, -1)}000000Z`;
const POD_LOG = `${ago(7_200)} stdout F long ago
${ago(60)} stdout F starting checkout
${ago(50)} stderr F ERROR payment failed
${ago(50)} stderr F     at PaymentClient.charge(PaymentClient.java:17)
${ago(40)} stdout F {"level":"warn","msg":"retrying","attempt":2}
${ago(30)} stdout F password=hunter2hunter2
`;
const PREVIOUS_LOG = `${ago(90)} stderr F FATAL out of memory\n`;
const APPS = "/apis/apps/v1/namespaces/shop";
const MERGE = "application/strategic-merge-patch+json";

describe.skipIf(!hasSlowServices)(
  "reading a cluster (needs the Kubernetes control plane: npm run test:services)",
  () => {
    let plane: KubernetesPlane;
    beforeAll(async () => {
      plane = await startKubernetes({ podLog: POD_LOG, previousLog: PREVIOUS_LOG });
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "argocd" } });
      await deploy("checkout");
      await deploy("search");
      await ready("checkout", 2);
      await ready("search", 1);
    }, 240_000);
    afterAll(() => plane?.stop(), 60_000);

    const labelled = (name: string, image: string) => ({
      metadata: { labels: { app: name }, annotations: {} as Record<string, string> },
      spec: {
        containers: [{ name: "app", image, envFrom: [{ configMapRef: { name: `${name}-settings`, optional: true } }] }],
      },
    });
    async function deploy(name: string): Promise<void> {
      const spec = {
        replicas: name === "checkout" ? 2 : 1,
        selector: { matchLabels: { app: name } },
        template: labelled(name, `registry.example.com/${name}:1`),
      };
      await plane.ask("POST", `${APPS}/deployments`, { metadata: { name }, spec });
    }
    async function ready(name: string, replicas: number): Promise<void> {
      const isReady = async () => {
        const { status, metadata } = await plane.ask("GET", `${APPS}/deployments/${name}`);
        expect(status).toMatchObject({
          observedGeneration: metadata.generation,
          updatedReplicas: replicas,
          replicas,
          readyReplicas: replicas,
        });
      };
      await vi.waitFor(isReady, { timeout: 60_000, interval: 200 });
    }
    const patch = (name: string, body: object) =>
      plane.ask("PATCH", `${APPS}/deployments/${name}?fieldManager=pipeline`, body, MERGE);
    const setImage = (name: string, tag: string, annotations = {}) =>
      patch(name, {
        metadata: { annotations },
        spec: { template: { spec: { containers: [{ name: "app", image: `registry.example.com/${name}:${tag}` }] } } },
      });

    const source = (more: object = {}): Source =>
      sourceSchema.parse({ kind: "kubernetes", cluster: "prod", namespace: "shop", ...more });
    function context(own: Source = source(), user?: "viewer" | "nobody", server = plane.server) {
      const declared = { server, allow_exec: false };
      const token = user === "viewer" ? plane.token("viewer") : "of-nobody";
      const cluster =
        user === undefined
          ? { ...declared, kubeconfig: plane.kubeconfig }
          : { ...declared, token: "env:KUBE_TOKEN", ca: plane.ca };
      const config = configOf({ clusters: { prod: cluster }, sources: { shop: own } });
      return reachingContext(config, { now: () => Date.now() }, { KUBE_TOKEN: token });
    }
    async function collect(params: object = {}, given = context()) {
      const output = logCollector.output.parse(
        await logCollector.run(logCollector.params.parse({ source: "shop", ...params }), given),
      );
      const text = (await given.blobs.get(output.blob)).trim();
      const lines = text === "" ? [] : text.split("\n").map((line) => JSON.parse(line));
      return { output, lines, logs: lines.filter(({ fields }) => fields.kind !== "event") };
    }
    const changes = async (params: object = {}, given = context()) =>
      changeHistory.output.parse(
        await changeHistory.run(changeHistory.params.parse({ source: "shop", ...params }), given),
      );

    test("lines of every pod in range come with pod and container, traces joined, secrets hidden", async () => {
      const { output, logs } = await collect({}, context(source({ selector: "app=checkout" })));
      const pods = [...new Set(logs.map(({ fields }) => fields.pod))];
      expect(pods).toHaveLength(2);
      const ofOne = logs.filter(({ fields }) => fields.pod === pods[0]);
      expect(ofOne.map(({ level, message }) => [level, message])).toEqual([
        ["unknown", "starting checkout"],
        ["error", "ERROR payment failed\n    at PaymentClient.charge(PaymentClient.java:17)"],
        ["warn", "retrying"],
        ["unknown", expect.not.stringContaining("hunter2")],
      ]);
      expect(ofOne[2].fields).toMatchObject({ container: "app", attempt: 2, node: expect.stringMatching(/^node-/) });
      expect(output).toMatchObject({ path: "prod/shop", unreadable: [], truncated: false });
      expect(output.query).toContain("pods with app=checkout in prod/shop");
      expect(output.files).toContain(`${pods[0]}/app`);
      expect(output.findings[0]?.statement).toMatch(/^shop: 2 of \d+ lines are errors$/);
    });

    test("events of the selected pods and of what owns them are lines as well", async () => {
      const { lines } = await collect({}, context(source({ selector: "app=checkout", include: ["events"] })));
      const objects = lines.map(({ fields }) => fields.object as string);
      expect(objects).toContain("Deployment checkout");
      expect(objects.some((object) => object.startsWith("Pod checkout-"))).toBe(true);
      expect(objects.some((object) => object.includes("search"))).toBe(false);
      expect(lines[0].message).toMatch(/^\w+ checkout\S*: \w+: /);
    });

    test("a query narrows the pods, and level and text mean what they mean elsewhere", async () => {
      const { logs } = await collect({ query: "app=search", level: "error" });
      expect(logs.map(({ message }) => message.split("\n")[0])).toEqual(["ERROR payment failed"]);
      const both = await collect({ query: "app=search" }, context(source({ selector: "app=checkout" })));
      expect(both.lines).toEqual([]);
      expect((await failureOf(collect({ query: "app in (" }))).code).toBe("source-refused");
    });

    test("of many lines the newest are kept, and what was left is told", async () => {
      const given = context(source({ selector: "app=search", include: ["logs"] }));
      const { output, logs } = await collect({ since: "24h", max_lines: 1 }, given);
      expect(logs).toHaveLength(1);
      expect(output.truncated).toBe(true);
    });

    test("a container that was restarted is read before and after, and an image that cannot be pulled is no failure", async () => {
      for (const [name, image] of Object.entries({ broken: "a:crash", missing: "a:pull" })) {
        const spec = { containers: [{ name: "app", image }] };
        await plane.ask("POST", "/api/v1/namespaces/shop/pods", {
          metadata: { name, labels: { app: "broken" } },
          spec,
        });
      }
      const isWaiting = async () => {
        for (const name of ["broken", "missing"]) {
          const { status } = await plane.ask("GET", `/api/v1/namespaces/shop/pods/${name}`);
          expect(status.containerStatuses?.[0]?.state?.waiting).toBeDefined();
        }
      };
      await vi.waitFor(isWaiting, { timeout: 60_000, interval: 200 });
      const { output, logs } = await collect(
        {},
        context(source({ selector: "app=broken", include: ["logs", "previous_logs"] })),
      );
      expect(output.files.sort()).toEqual(["broken/app", "broken/app (previous)"]);
      const previous = logs.filter(({ fields }) => fields.previous === true);
      expect(previous.map(({ level, message }) => [level, message])).toEqual([["fatal", "FATAL out of memory"]]);
    });

    test("rollouts, rollbacks, restarts and scaling are changes with who, what before and why", async () => {
      await setImage("checkout", "2", { "kubernetes.io/change-cause": "release 2 of the pool" });
      await ready("checkout", 2);
      const restart = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
      await patch("checkout", { spec: { template: { metadata: { annotations: restart } } } });
      await ready("checkout", 2);
      const { changes: told, unreadable, truncated, sources } = await changes({ service: "checkout" });
      expect([unreadable, truncated]).toEqual([[], false]);
      const rollouts = told.filter(({ kind }) => kind === "rollout").reverse();
      expect(rollouts.map(({ what, version, previous }) => [what, version, previous])).toEqual([
        [
          "Deployment checkout, revision 1: registry.example.com/checkout:1",
          "registry.example.com/checkout:1",
          undefined,
        ],
        [
          "Deployment checkout, revision 2: image registry.example.com/checkout:2 (release 2 of the pool)",
          "registry.example.com/checkout:2",
          "registry.example.com/checkout:1",
        ],
        expect.arrayContaining(["Deployment checkout, revision 3: restarted, the image as before"]),
      ]);
      expect(rollouts.at(-1)).toMatchObject({ by: "pipeline", where: "prod/shop", source: "shop" });
      // The steps of a rollout are no scaling.
      expect(told.filter(({ kind }) => kind === "scale")).toEqual([]);
      expect(sources[0]?.query).toContain("rollouts, config_maps, events, argocd, helm in prod/shop of checkout");
      await patch("checkout", {
        spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": null } } } },
      });
      await setImage("checkout", "1");
      await ready("checkout", 2);
      const before = Date.now() - 60_000;
      const [newest] = (await changes({ service: "checkout" })).changes.filter(({ kind }) => kind === "rollout");
      expect(newest?.what).toMatch(
        /^Deployment checkout, revision \d: rolled back to what ran before, registry.example.com\/checkout:1/,
      );
      expect(Date.parse(newest?.time ?? "")).toBeGreaterThan(before);
    }, 120_000);

    test("scaling is a change, with who did it", async () => {
      const wanted = { spec: { replicas: 3 } };
      await plane.ask(
        "PATCH",
        `${APPS}/deployments/search/scale?fieldManager=amy`,
        wanted,
        "application/merge-patch+json",
      );
      await ready("search", 3);
      const isTold = async () => {
        const { changes: told } = await changes({ service: "search" });
        expect(told.filter(({ kind }) => kind === "scale")).toMatchObject([
          { what: "Deployment search was scaled from 1 to 3", version: "3", previous: "1", by: "amy" },
        ]);
      };
      await vi.waitFor(isTold, { timeout: 20_000, interval: 200 });
    });

    test("revisions of StatefulSets are changes, and a rollout that does not finish is told to", async () => {
      const spec = {
        serviceName: "db",
        replicas: 1,
        selector: { matchLabels: { app: "db" } },
        template: labelled("db", "db:1"),
      };
      await plane.ask("POST", `${APPS}/statefulsets`, { metadata: { name: "db" }, spec });
      const next = { spec: { template: { spec: { containers: [{ name: "app", image: "db:2" }] } } } };
      await plane.ask("PATCH", `${APPS}/statefulsets/db`, next, MERGE);
      const stuck = {
        replicas: 1,
        progressDeadlineSeconds: 1,
        selector: { matchLabels: { app: "stuck" } },
        template: labelled("stuck", "a:pull"),
      };
      await plane.ask("POST", `${APPS}/deployments`, { metadata: { name: "stuck" }, spec: stuck });
      const bothThere = async () => {
        const db = await changes({ service: "db" });
        expect(db.changes.map(({ what }) => what)).toEqual(
          expect.arrayContaining(["StatefulSet db, revision 2: image db:2"]),
        );
        const [rollout] = (await changes({ service: "stuck" })).changes;
        expect(rollout?.what).toContain("the rollout does not finish (ProgressDeadlineExceeded)");
      };
      await vi.waitFor(bothThere, { timeout: 60_000, interval: 500 });
    }, 90_000);

    test("ConfigMaps tell who wrote which keys, never a value; of a service, only those that it uses", async () => {
      const maps = "/api/v1/namespaces/shop/configmaps";
      await plane.ask("POST", `${maps}?fieldManager=amy`, {
        metadata: { name: "search-settings" },
        data: { POOL: "hunter2hunter2" },
      });
      await plane.ask("POST", `${maps}?fieldManager=amy`, { metadata: { name: "unrelated" }, data: { A: "1" } });
      await plane.ask(
        "PATCH",
        `${maps}/search-settings?fieldManager=bob`,
        { data: { LIMIT: "5" } },
        "application/merge-patch+json",
      );
      const output = await changes({ service: "search" });
      const config = output.changes.filter(({ kind }) => kind === "config");
      expect(config.map(({ what, by }) => [what, by])).toEqual(
        expect.arrayContaining([
          ["ConfigMap search-settings was written, keys LIMIT", "bob"],
          [expect.stringMatching(/^ConfigMap search-settings was (?:created|written), keys POOL$/), "amy"],
        ]),
      );
      expect(config.some(({ what }) => what.includes("unrelated"))).toBe(false);
      expect(JSON.stringify(output)).not.toContain("hunter2");
      const all = await changes();
      expect(all.changes.some(({ what }) => what.includes("ConfigMap unrelated"))).toBe(true);
      expect(all.changes.some(({ what }) => what.includes("kube-root-ca"))).toBe(false);
    });

    test.skipIf(HELM === undefined)(
      "releases of Helm are changes; nothing of their values is told (needs helm)",
      async () => {
        const chart = join(plane.folder, "chart");
        mkdirSync(join(chart, "templates"), { recursive: true });
        const version = (one: string) =>
          writeFileSync(join(chart, "Chart.yaml"), `apiVersion: v2\nname: shop\nversion: ${one}\nappVersion: "7"\n`);
        writeFileSync(
          join(chart, "templates/map.yaml"),
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-helm}\ndata: {a: {{ .Values.a | quote }}}\n",
        );
        const helm = (...args: string[]) =>
          execFileSync(HELM ?? "", ["-n", "shop", "--kubeconfig", plane.kubeconfig, ...args], {
            env: { HOME: plane.folder },
            stdio: "pipe",
          });
        version("1.0.0");
        helm("install", "front", chart, "--set", "a=hunter2hunter2");
        version("1.1.0");
        helm("upgrade", "front", chart, "--set", "a=hunter2hunter2");
        const output = await changes({ service: "front" });
        expect(output.changes.map(({ kind, what, version: own, previous }) => [kind, what, own, previous])).toEqual([
          [
            "helm_release",
            "Helm release front, revision 2, deployed: Upgrade complete",
            "shop-1.1.0 (app 7)",
            "shop-1.0.0 (app 7)",
          ],
          [
            "helm_release",
            "Helm release front, revision 1, superseded: Install complete",
            "shop-1.0.0 (app 7)",
            undefined,
          ],
        ]);
        expect(JSON.stringify(output)).not.toContain("hunter2");
      },
    );

    test("syncs of Argo CD into the namespace are changes, once there is an Argo CD", async () => {
      const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
      const names = {
        kind: "Application",
        listKind: "ApplicationList",
        plural: "applications",
        singular: "application",
      };
      const versions = [{ name: "v1alpha1", served: true, storage: true, schema: { openAPIV3Schema: open } }];
      await plane.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
        metadata: { name: "applications.argoproj.io" },
        spec: { group: "argoproj.io", scope: "Namespaced", names, versions },
      });
      const origin = { repoURL: "https://git.example.com/shop", path: "deploy", targetRevision: "main" };
      const application = (name: string, namespace: string) => ({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name },
        spec: {
          destination: { namespace, server: "https://kubernetes.default.svc" },
          source: origin,
          project: "default",
        },
        status: {
          history: [
            {
              id: 0,
              revision: "a".repeat(40),
              deployedAt: new Date(Date.now() - 120_000).toISOString(),
              source: origin,
              initiatedBy: { automated: true },
            },
            {
              id: 1,
              revision: "b".repeat(40),
              deployedAt: new Date(Date.now() - 60_000).toISOString(),
              source: origin,
              initiatedBy: { username: "amy" },
            },
          ],
        },
      });
      const path = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";
      const isThere = () => plane.ask("POST", path, application("front", "shop"));
      await vi.waitFor(isThere, { timeout: 30_000, interval: 500 });
      await plane.ask("POST", path, application("other", "elsewhere"));
      const given = context(source({ argocd_url: "https://argocd.example.com" }));
      const synced = (await changes({}, given)).changes.filter(({ kind }) => kind === "argocd_sync");
      const link = "https://argocd.example.com/applications/argocd/front";
      const what = "Argo CD synced front from https://git.example.com/shop deploy";
      expect(synced).toMatchObject([
        { what, version: "bbbbbbbbbbbb", previous: "aaaaaaaaaaaa", by: "amy", link },
        { what, version: "aaaaaaaaaaaa", by: "automated sync", link },
      ]);
    });

    test("a right that is missing is told part by part, and the rest is read", async () => {
      const rules = [
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
        { apiGroups: ["apps"], resources: ["*"], verbs: ["list"] },
        { apiGroups: [""], resources: ["events"], verbs: ["list"] },
      ];
      const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop";
      await plane.ask("POST", `${rbac}/roles`, { metadata: { name: "reader" }, rules });
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" };
      const subjects = [{ kind: "User", name: "viewer", apiGroup: roleRef.apiGroup }];
      await plane.ask("POST", `${rbac}/rolebindings`, { metadata: { name: "reader" }, roleRef, subjects });
      const given = context(source(), "viewer");
      const isBound = async () => expect((await changes({}, given)).changes.length).toBeGreaterThan(0);
      await vi.waitFor(isBound, { timeout: 30_000, interval: 500 });
      const told = await changes({}, given);
      expect(told.truncated).toBe(true);
      expect(told.unreadable.map(({ path, code }) => [path, code])).toEqual(
        expect.arrayContaining([
          ["config_maps of prod/shop", "permission-missing"],
          ["helm of prod/shop", "permission-missing"],
        ]),
      );
      expect(told.unreadable.find(({ path }) => path.startsWith("helm"))?.message).toContain(
        "viewer may not list secrets",
      );
      const logs = await collect({}, given);
      expect(logs.output.files).toEqual(["events"]);
      expect(logs.output.truncated).toBe(true);
      expect(logs.output.unreadable[0]).toMatchObject({ code: "permission-missing" });
      const onlyLogs = context(source({ include: ["logs"] }), "viewer");
      expect((await failureOf(collect({}, onlyLogs))).code).toBe("permission-missing");
      expect(await checkSource("shop", source(), given)).toMatchObject({
        ok: false,
        problem: { code: "permission-missing" },
      });
    });

    test("wrong credentials, no server and no such cluster are told apart, and the check names what is there", async () => {
      expect((await failureOf(collect({}, context(source(), "nobody")))).code).toBe("source-denied");
      expect((await failureOf(changes({}, context(source(), "nobody")))).code).toBe("source-denied");
      const nowhere = context(source(), "nobody", "https://127.0.0.1:9");
      expect((await failureOf(collect({}, nowhere))).code).toBe("source-unreachable");
      const given = context();
      given.config.clusters = {};
      expect((await failureOf(changes({}, given))).code).toBe("config-invalid");
      const onlyHelm = context(source({ include: ["helm"] }));
      expect((await failureOf(collect({}, onlyHelm))).code).toBe("source-not-configured");
      const onlyLogs = context(source({ include: ["logs"] }));
      expect((await failureOf(changes({}, onlyLogs))).code).toBe("source-not-configured");
      const helm = source({ include: ["helm"] });
      const said = { ok: true, says: expect.stringMatching(/^\d changes? of the last day$/) };
      expect(await checkSource("shop", helm, onlyHelm)).toEqual(said);
      const verdict = await checkSource("shop", source(), context());
      expect(verdict).toEqual({ ok: true, says: expect.stringMatching(/^\d+ pods, \d+ changes of the last day$/) });
      const empty = source({ selector: "app=absent" });
      expect(await checkSource("shop", empty, context(empty))).toMatchObject({
        ok: false,
        problem: { code: "source-empty" },
      });
    });
  },
);
