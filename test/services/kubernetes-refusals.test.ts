/** What keeps an action on a workload from being carried out, against a real cluster. Each refusal changes nothing. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/schema/json.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { type Shop, shopOf } from "../support/kubernetes-shop.js";
import { hasSlowServices } from "../support/services.js";
import { failureOf } from "../support/tool-context.js";

describe.skipIf(!hasSlowServices)(
  "an action (needs the Kubernetes control plane: npm run test:services)",
  { timeout: 120_000 },
  () => {
    let plane: KubernetesPlane;
    let shop: Shop;
    beforeAll(async () => {
      plane = await startKubernetes();
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
      shop = shopOf(plane, "shop");
    }, 200_000);
    afterAll(() => plane?.stop(), 60_000);

    const deployment = async (name: string, spec: JsonObject = {}) => {
      await shop.make("deployment", name, "shop/checkout:v41", spec);
      return { workload: `deployment/${name}` };
    };
    const specOf = async (name: string) => (await shop.read("deployment", name)).spec;

    test("on a paused workload is refused with the command that resumes it; scaling is not", async () => {
      const target = await deployment("paused", { paused: false });
      await shop.change("deployment", "paused", { spec: { paused: true } });
      const spec = await specOf("paused");
      for (const [action, params] of [
        ["service_restart", {}],
        ["rollback", { version: "1" }],
        ["config_update", { values: { A: "1" } }],
      ] as const) {
        const failure = await failureOf(shop.act(action, target, params));
        expect(failure).toMatchObject({
          code: "rollout-paused",
          hint: "kubectl rollout resume deployment/paused -n shop",
        });
      }
      expect(await specOf("paused")).toEqual(spec);
      expect(await shop.act("scale_action", target, { replicas: 3 })).toMatchObject({ changed: true });
    });

    test("on pods that are replaced only when somebody deletes them is refused", async () => {
      await shop.make("statefulset", "by-hand", "shop/orders:1", { updateStrategy: { type: "OnDelete" } });
      const failure = await failureOf(shop.act("service_restart", { workload: "statefulset/by-hand" }));
      expect(failure).toMatchObject({ code: "target-refused" });
      expect(failure.message).toContain("updateStrategy OnDelete");
    });

    test("that scales what an autoscaler owns is refused with its name and bounds", async () => {
      const target = await deployment("scaled");
      const spec = {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "scaled" },
        ...{ minReplicas: 2, maxReplicas: 6 },
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
        ],
      };
      await plane.ask("POST", "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers", {
        metadata: { name: "scaled-hpa" },
        spec,
      });
      const failure = await failureOf(shop.act("scale_action", target, { replicas: 4 }));
      expect(failure).toMatchObject({ code: "replicas-autoscaled", retryable: false });
      expect(failure.message).toContain("the HorizontalPodAutoscaler scaled-hpa (2 to 6)");
      expect((await specOf("scaled")).replicas).toBe(2);
      await expect(shop.preview("scale_action", target, { replicas: 4 })).rejects.toMatchObject({
        code: "replicas-autoscaled",
      });
      expect(await shop.act("service_restart", target)).toMatchObject({ changed: true });
    });

    test("that scales below what a disruption budget wants is refused, down to it is not, and a rollout is told of it", async () => {
      const target = await deployment("kept", { replicas: 3 });
      const spec = {
        minAvailable: 2,
        selector: { matchExpressions: [{ key: "app", operator: "In", values: ["kept"] }] },
      };
      await plane.ask("POST", "/apis/policy/v1/namespaces/shop/poddisruptionbudgets", {
        metadata: { name: "kept-budget" },
        spec,
      });
      const failure = await failureOf(shop.act("scale_action", target, { replicas: 1 }));
      expect(failure).toMatchObject({ code: "disruption-not-allowed" });
      expect(failure.message).toContain("the PodDisruptionBudget kept-budget wants at least 2 pod(s)");
      expect((await specOf("kept")).replicas).toBe(3);
      expect(await shop.act("scale_action", target, { replicas: 2 })).toMatchObject({ changed: true });
      const output = await shop.act("service_restart", target);
      expect(output.findings[0]?.evidence.join()).toContain(
        "the PodDisruptionBudget kept-budget allows no disruption now",
      );
    });

    test("outside the bounds of config.yaml is refused before the cluster is asked", async () => {
      const target = await deployment("bounded");
      const actions = { scale_action: { min_replicas: 1, max_replicas: 4, max_step: 1 } };
      for (const replicas of [0, 5]) {
        const failure = await failureOf(shop.act("scale_action", { ...target, actions }, { replicas }));
        expect(failure).toMatchObject({ code: "params-invalid" });
        expect(failure.message).toContain(`must be from 1 to 4, got ${replicas}`);
      }
      const step = await failureOf(shop.act("scale_action", { ...target, actions }, { replicas: 4 }));
      expect(step).toMatchObject({ code: "params-invalid" });
      expect(step.message).toContain("has 2 replicas, and 4 is a step of 2");
      expect((await specOf("bounded")).replicas).toBe(2);
    });

    test("by whom it is not allowed names verb, resource and namespace", async () => {
      const target = await deployment("guarded");
      const rights = (verbs: string[], resources: string[], apiGroups = ["apps"]) => ({ verbs, resources, apiGroups });
      const role = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop";
      const first = await failureOf(shop.act("service_restart", target, {}, { user: "viewer" }));
      expect(first.message).toBe("in the cluster prod, viewer may not get deployments.apps in the namespace shop");
      const rules = [rights(["get", "list"], ["deployments"]), rights(["list"], ["poddisruptionbudgets"], ["policy"])];
      await plane.ask("POST", `${role}/roles`, { metadata: { name: "reader" }, rules });
      const subjects = [{ kind: "User", name: "viewer", apiGroup: "rbac.authorization.k8s.io" }];
      const roleRef = { kind: "Role", name: "reader", apiGroup: "rbac.authorization.k8s.io" };
      await plane.ask("POST", `${role}/rolebindings`, { metadata: { name: "reader" }, subjects, roleRef });
      const failure = await failureOf(shop.act("service_restart", target, {}, { user: "viewer" }));
      expect(failure).toMatchObject({ code: "permission-missing", retryable: undefined });
      expect(failure.message).toBe("in the cluster prod, viewer may not patch deployments.apps in the namespace shop");
      const scaling = await failureOf(shop.act("scale_action", target, { replicas: 3 }, { user: "viewer" }));
      expect(scaling.message).toContain("may not list horizontalpodautoscalers.autoscaling");
      expect((await specOf("guarded")).template.metadata.annotations).toBeUndefined();
      expect((await specOf("guarded")).replicas).toBe(2);
    });

    test("that goes back to a revision that is none names those that are; one that may mean two is not guessed", async () => {
      const target = await deployment("versions");
      await shop.deploy("deployment", "versions", "shop/checkout:1");
      await shop.act("service_restart", target);
      const failure = await failureOf(shop.act("rollback", target, { version: "v7" }));
      expect(failure).toMatchObject({ code: "revision-unknown" });
      expect(failure.hint).toBe("it keeps 3 (shop/checkout:1), 2 (shop/checkout:1), 1 (shop/checkout:v41)");
      const either = await failureOf(shop.act("rollback", target, { version: "1" }));
      expect(either).toMatchObject({ code: "revision-unknown", hint: "write revision:1 or revision:3" });
      expect((await specOf("versions")).template.spec.containers[0].image).toBe("shop/checkout:1");
      expect(await shop.act("rollback", target, { version: "revision:1" })).toMatchObject({ changed: true });
    });

    test("on what does not exist names what does", async () => {
      await deployment("there");
      const failure = await failureOf(shop.act("service_restart", { workload: "deployment/absent" }));
      expect(failure).toMatchObject({ code: "object-not-found" });
      expect(failure.message).toBe("the namespace shop of the cluster prod has no deployment/absent");
      expect(failure.hint).toContain("there");
      const container = await failureOf(
        shop.act("config_update", { workload: "deployment/there", container: "side" }, { values: { A: "1" } }),
      );
      expect(container).toMatchObject({ code: "object-not-found", hint: expect.stringContaining("it has app") });
      const actions = { config_update: { configmap: "absent", restart: false } };
      const map = await failureOf(
        shop.act("config_update", { workload: "deployment/there", actions }, { values: { A: "1" } }),
      );
      expect(map.message).toBe("the cluster prod has no configmap/absent in shop");
    });

    test("that a rule of the cluster refuses is told in the preview, and again where it acts", async () => {
      const target = await deployment("ruled");
      const group = "/apis/admissionregistration.k8s.io/v1";
      const resourceRules = [
        { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["deployments"] },
      ];
      const validations = [
        {
          expression: "object.metadata.name != 'ruled' || object.spec.replicas <= 3",
          message: "at most three of ruled",
        },
      ];
      const spec = { failurePolicy: "Fail", matchConstraints: { resourceRules }, validations };
      await plane.ask("POST", `${group}/validatingadmissionpolicies`, { metadata: { name: "few" }, spec });
      const binding = { policyName: "few", validationActions: ["Deny"] };
      await plane.ask("POST", `${group}/validatingadmissionpolicybindings`, {
        metadata: { name: "few" },
        spec: binding,
      });
      // A rule takes a moment until it holds.
      await expect
        .poll(
          () =>
            failureOf(shop.preview("scale_action", target, { replicas: 5 })).then(
              ({ code }) => code,
              () => "",
            ),
          { timeout: 30_000 },
        )
        .toBe("admission-refused");
      const failure = await failureOf(shop.act("scale_action", target, { replicas: 5 }));
      expect(failure).toMatchObject({ code: "admission-refused" });
      expect(failure.message).toContain("at most three of ruled");
      expect((await specOf("ruled")).replicas).toBe(2);
    });

    test("on settings that are no such thing, or not to be changed, is refused", async () => {
      const env = [{ name: "TOKEN_FILE", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }];
      const spec = {
        template: {
          metadata: { labels: { app: "set" } },
          spec: { containers: [{ name: "app", image: "shop/a:1", env }] },
        },
      };
      const target = await deployment("set", spec);
      const elsewhere = await failureOf(shop.act("config_update", target, { values: { TOKEN_FILE: "x" } }));
      expect(elsewhere).toMatchObject({
        code: "target-refused",
        message: expect.stringContaining("taken from elsewhere (fieldRef)"),
      });
      const maps = "/api/v1/namespaces/shop/configmaps";
      await plane.ask("POST", maps, {
        metadata: { name: "files" },
        data: { "app.yaml": "a: 1\nb: 2\n" },
        binaryData: { blob: "AAEC" },
      });
      await plane.ask("POST", maps, { metadata: { name: "fixed" }, immutable: true, data: { A: "1" } });
      const update = (configmap: string, values: JsonObject, keys?: string[]) =>
        failureOf(
          shop.act(
            "config_update",
            { ...target, actions: { config_update: { configmap, restart: false, keys } } },
            { values },
          ),
        );
      expect((await update("files", { "app.yaml": "a: 2" })).message).toContain("a text of several lines");
      expect((await update("files", { blob: "x" })).message).toContain("binary data");
      expect((await update("fixed", { A: "2" })).message).toContain("is immutable");
      expect(await update("files", { B: "2" }, ["A"])).toMatchObject({
        code: "params-invalid",
        hint: "config.yaml allows A",
      });
      expect(await update("files", { A: "[redacted:secret]" })).toMatchObject({ code: "params-invalid" });
      expect((await plane.ask("GET", `${maps}/files`)).data).toEqual({ "app.yaml": "a: 1\nb: 2\n" });
    });
  },
);
