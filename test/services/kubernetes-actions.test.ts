/** The actions on workloads of a real cluster: what changes, what people see before, and what takes it back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/schema/json.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { type Shop, shopOf } from "../support/kubernetes-shop.js";
import { hasSlowServices } from "../support/services.js";

const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

describe.skipIf(!hasSlowServices)(
  "a workload (needs the Kubernetes control plane: npm run test:services)",
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

    const image = { deployment: "shop/checkout:v41", statefulset: "shop/orders:v41", daemonset: "shop/agent:v41" };

    test.each([["deployment"], ["statefulset"], ["daemonset"]] as const)(
      "that is a %s is restarted: every pod is a new one, and the progress is told",
      async (kind) => {
        await shop.make(kind, `restart-${kind}`, image[kind]);
        const before = (await shop.pods(`restart-${kind}`)).map(({ metadata }) => metadata.uid);
        const beats: string[] = [];
        const target = { workload: `${kind}/restart-${kind}` };
        const output = await shop.act(
          "service_restart",
          target,
          {},
          { heartbeat: (said) => void beats.push(said ?? "") },
        );
        expect(output).toMatchObject({ changed: true, cluster: "prod", namespace: "shop", workload: target.workload });
        expect(output.after).toContain("restarted at 20");
        const pods = await shop.pods(`restart-${kind}`);
        expect(pods).toHaveLength(2);
        expect(pods.filter(({ metadata }) => before.includes(metadata.uid))).toEqual([]);
        expect(
          beats.filter((said) => /rollout of .*: \d of 2 updated, \d available/.test(said)).length,
        ).toBeGreaterThan(0);
        const { metadata } = await shop.read(kind, `restart-${kind}`);
        expect(metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toContain("autoops");
      },
    );

    test.each([["deployment"], ["statefulset"]] as const)(
      "that is a %s is scaled up and, by what it was, down",
      async (kind) => {
        await shop.make(kind, `scale-${kind}`, image[kind]);
        const target = { workload: `${kind}/scale-${kind}` };
        const up = await shop.act("scale_action", target, { replicas: 4 });
        expect(up).toMatchObject({ changed: true, previous_replicas: 2, after: `image ${image[kind]}, 4 replica(s)` });
        expect(up.findings[0]?.statement).toBe(`${target.workload} in shop was scaled from 2 to 4`);
        expect(await shop.pods(`scale-${kind}`)).toHaveLength(4);
        const down = await shop.act("scale_action", target, { replicas: up.previous_replicas ?? 0 });
        expect(down).toMatchObject({ changed: true, previous_replicas: 4 });
        expect(await shop.pods(`scale-${kind}`)).toHaveLength(2);
        const again = await shop.act("scale_action", target, { replicas: 2 });
        expect(again).toMatchObject({ changed: false });
        expect(again.findings[0]?.statement).toContain("already: nothing was changed");
      },
    );

    test.each([["deployment"], ["statefulset"], ["daemonset"]] as const)(
      "that is a %s goes back to a revision by its number or image, and forward again by what it was",
      async (kind) => {
        const name = `rollback-${kind}`;
        const target = { workload: `${kind}/${name}` };
        await shop.make(kind, name, "shop/checkout:v41");
        const container = { name: "app", image: "shop/checkout:v42", env: [{ name: "NEW", value: "1" }] };
        await shop.change(kind, name, { spec: { template: { spec: { containers: [container] } } } });
        await shop.act("service_restart", target);
        const back = await shop.act("rollback", target, { version: "v41" });
        expect(back.previous_revision).toBe("revision:3");
        expect(back.after).toContain("image shop/checkout:v41");
        const template = (await shop.read(kind, name)).spec.template;
        expect(template.spec.containers[0]).toMatchObject({ image: "shop/checkout:v41" });
        // What the earlier template did not have is gone, and nothing of the controllers' own has come in.
        expect(template.spec.containers[0].env).toBeUndefined();
        expect(template.metadata.labels).toEqual({ app: name });
        expect(template.metadata.annotations?.[RESTARTED_AT]).toBeUndefined();
        const forth = await shop.act("rollback", target, { version: back.previous_revision ?? "" });
        expect(forth.after).toContain("image shop/checkout:v42");
        expect((await shop.read(kind, name)).spec.template.metadata.annotations[RESTARTED_AT]).toBeDefined();
        const same = await shop.act("rollback", target, { version: "v42" });
        expect(same).toMatchObject({ changed: false });
      },
    );

    test("gets other environment variables, and what they were takes it back", async () => {
      const containers: JsonObject[] = [
        { name: "side", image: "shop/side:1" },
        {
          name: "app",
          image: "shop/checkout:v41",
          env: [
            { name: "LOG_LEVEL", value: "info" },
            { name: "DB_PASSWORD", value: "hunter2hunter2" },
          ],
        },
      ];
      const template = { metadata: { labels: { app: "env" } }, spec: { containers } };
      await shop.make("deployment", "env", "unused", { template });
      const target = { workload: "deployment/env", container: "app" };
      const values = { LOG_LEVEL: "debug", RETRIES: 3, DB_PASSWORD: "other" };
      const output = await shop.act("config_update", target, { values });
      expect(output).toMatchObject({
        changed: true,
        previous_values: { LOG_LEVEL: "info" },
        added: ["RETRIES"],
        withheld: ["DB_PASSWORD"],
      });
      expect(JSON.stringify(output)).not.toContain("hunter2");
      const env = async () => (await shop.read("deployment", "env")).spec.template.spec.containers[1].env;
      expect(await env()).toEqual([
        { name: "LOG_LEVEL", value: "debug" },
        { name: "DB_PASSWORD", value: "other" },
        { name: "RETRIES", value: "3" },
      ]);
      const undo = { values: output.previous_values ?? {}, unset: output.added ?? [] };
      expect(await shop.act("config_update", target, undo)).toMatchObject({ changed: true });
      expect(await env()).toEqual([
        { name: "LOG_LEVEL", value: "info" },
        { name: "DB_PASSWORD", value: "other" },
      ]);
    });

    test("reads a ConfigMap whose keys are changed, and is restarted where its declaration says so", async () => {
      await shop.make("deployment", "reader", image.deployment);
      const data = { LOG_LEVEL: "info", "app.yaml": "a: 1\nb: 2\n" };
      await plane.ask("POST", "/api/v1/namespaces/shop/configmaps", { metadata: { name: "settings" }, data });
      const update = { configmap: "settings", restart: true };
      const target = { workload: "deployment/reader", actions: { config_update: update } };
      const output = await shop.act("config_update", target, { values: { LOG_LEVEL: "debug", LIMIT: 5 } });
      expect(output).toMatchObject({
        previous_values: { LOG_LEVEL: "info" },
        added: ["LIMIT"],
        before: 'LOG_LEVEL="info", LIMIT=(not set)',
      });
      expect(output.after).toBe('LOG_LEVEL="debug", LIMIT="5"');
      const read = () => plane.ask("GET", "/api/v1/namespaces/shop/configmaps/settings");
      expect((await read()).data).toEqual({ LOG_LEVEL: "debug", LIMIT: "5", "app.yaml": data["app.yaml"] });
      const { annotations } = (await shop.read("deployment", "reader")).spec.template.metadata;
      expect(annotations[RESTARTED_AT]).toBeDefined();
      const undo = { values: output.previous_values ?? {}, unset: output.added ?? [] };
      await shop.act("config_update", { ...target, actions: { config_update: { ...update, restart: false } } }, undo);
      expect((await read()).data).toEqual(data);
      expect((await shop.read("deployment", "reader")).spec.template.metadata.annotations).toEqual(annotations);
    });

    test("is shown as it is and as it would be, with the pods it touches; the dry run changes nothing", async () => {
      await shop.make("deployment", "shown", "shop/checkout:v41");
      await shop.change("deployment", "shown", {
        spec: { template: { spec: { containers: [{ name: "app", image: "shop/checkout:v42" }] } } },
      });
      const budget = {
        metadata: { name: "shown-budget" },
        spec: { minAvailable: 1, selector: { matchLabels: { app: "shown" } } },
      };
      await plane.ask("POST", "/apis/policy/v1/namespaces/shop/poddisruptionbudgets", budget);
      const target = { workload: "deployment/shown" };
      const before = await shop.read("deployment", "shown");
      const back = await shop.preview("rollback", target, { version: "1" });
      expect(back).toContain("deployment/shown in shop: image shop/checkout:v42, 2 replica(s), revision 2 → ");
      expect(back).toContain(
        "→ image shop/checkout:v41, as in revision 1; replaces 2 pod(s), at most 25% unavailable at a time",
      );
      expect(back).toContain("the PodDisruptionBudget shown-budget");
      expect(await shop.preview("scale_action", target, { replicas: 5 })).toContain("→ 5 replica(s); adds 3 pod(s)");
      expect(await shop.preview("service_restart", target)).toContain("→ restarted at 20");
      const secret = { values: { API_TOKEN: "abcdefghijklmnop", MODE: "fast" } };
      expect(await shop.preview("config_update", target, secret)).toContain('API_TOKEN=[redacted], MODE="fast"');
      expect((await shop.read("deployment", "shown")).spec).toEqual(before.spec);
      expect((await shop.read("deployment", "shown")).metadata.annotations["autoops.dev/actions"]).toBeUndefined();
    });
  },
);
