/** The least rights that docs/kubernetes.md gives are enough for every action, against a real cluster. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocumentText } from "../../src/schema/document.js";
import type { JsonObject } from "../../src/schema/json.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { type Shop, shopOf } from "../support/kubernetes-shop.js";
import { hasSlowServices } from "../support/services.js";

const DOCUMENT = join(resolve(import.meta.dirname, "../.."), "docs/kubernetes.md");

function documentedRole(): JsonObject {
  const text = /```yml\n(apiVersion: rbac[\s\S]*?)```/.exec(readFileSync(DOCUMENT, "utf8"))?.[1] ?? "";
  const parsed = parseDocumentText(text, DOCUMENT);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value as JsonObject;
}

describe.skipIf(!hasSlowServices)(
  "rights (needs the Kubernetes control plane: npm run test:services)",
  { timeout: 120_000 },
  () => {
    let plane: KubernetesPlane;
    let shop: Shop;
    beforeAll(async () => {
      plane = await startKubernetes();
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
      shop = shopOf(plane, "shop");
      const group = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop";
      await plane.ask("POST", `${group}/roles`, documentedRole());
      const subjects = [{ kind: "User", name: "operator", apiGroup: "rbac.authorization.k8s.io" }];
      const roleRef = { kind: "Role", name: "autoops-actions", apiGroup: "rbac.authorization.k8s.io" };
      await plane.ask("POST", `${group}/rolebindings`, { metadata: { name: "operator" }, subjects, roleRef });
      const map = { metadata: { name: "checkout-config" }, data: { LOG_LEVEL: "info" } };
      await plane.ask("POST", "/api/v1/namespaces/shop/configmaps", map);
    }, 200_000);
    afterAll(() => plane?.stop(), 60_000);

    test.each([["deployment"], ["statefulset"], ["daemonset"]] as const)(
      "are enough for every action on a %s",
      async (kind) => {
        await shop.make(kind, "checkout", "shop/checkout:v41");
        await shop.deploy(kind, "checkout", "shop/checkout:v42");
        const target = { workload: `${kind}/checkout` };
        const user = { user: "operator" } as const;
        expect(await shop.act("service_restart", target, {}, user)).toMatchObject({ changed: true });
        expect(await shop.act("rollback", target, { version: "v41" }, user)).toMatchObject({ changed: true });
        if (kind !== "daemonset") {
          expect(await shop.act("scale_action", target, { replicas: 3 }, user)).toMatchObject({ changed: true });
        }
        const values = { LOG_LEVEL: `debug-${kind}` };
        expect(await shop.act("config_update", target, { values }, user)).toMatchObject({ changed: true });
        const actions = { config_update: { configmap: "checkout-config", restart: true } };
        expect(await shop.act("config_update", { ...target, actions }, { values }, user)).toMatchObject({
          changed: true,
        });
      },
    );

    test("are not enough for a workload that they do not name", async () => {
      await shop.make("deployment", "other", "shop/other:v1");
      const acting = shop.act("service_restart", { workload: "deployment/other" }, {}, { user: "operator" });
      await expect(acting).rejects.toMatchObject({ code: "permission-missing" });
    });
  },
);
