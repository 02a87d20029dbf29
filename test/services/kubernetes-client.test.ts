/** The client of a declared cluster against a real API server: signing in, reading, and what its refusals mean. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubernetesFailure } from "../../src/activities/connectors/kubernetes/answers.js";
import { clusterNamed } from "../../src/activities/connectors/kubernetes/client.js";
import type { Cluster } from "../../src/schema/config/clusters.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { reachingContext } from "../support/local-server.js";
import { hasSlowServices } from "../support/services.js";
import { configOf, failureOf } from "../support/tool-context.js";

describe.skipIf(!hasSlowServices)(
  "a cluster (needs the Kubernetes control plane: npm run test:services)",
  { timeout: 120_000 },
  () => {
    let plane: KubernetesPlane;
    beforeAll(async () => {
      plane = await startKubernetes();
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
    }, 200_000);
    afterAll(() => plane?.stop(), 60_000);

    const client = (cluster: Partial<Cluster>, variables: Record<string, string> = {}) => {
      const declared = { server: plane.server, allow_exec: false, ...cluster };
      return clusterNamed("prod", reachingContext(configOf({ clusters: { prod: declared } }), {}, variables));
    };

    test("is read by a kubeconfig, through the package's own classes and as plain JSON", async () => {
      const cluster = await client({ kubeconfig: plane.kubeconfig });
      const { items } = await cluster.api((k8s) => k8s.CoreV1Api).listNode();
      expect(items.map(({ metadata }) => metadata?.name)).toEqual(["node-1", "node-2"]);
      expect(await cluster.call("GET", "/api/v1/namespaces/shop")).toMatchObject({ metadata: { name: "shop" } });
    });

    test("is read by a token that config.yaml refers to", async () => {
      const cluster = await client({ token: "env:KUBE_TOKEN", ca: plane.ca }, { KUBE_TOKEN: plane.token("admin") });
      expect(await cluster.call("GET", "/version")).toMatchObject({ major: "1" });
    });

    test("is not spoken to without its own certificate authority", async () => {
      const cluster = await client({ token: "env:KUBE_TOKEN" }, { KUBE_TOKEN: plane.token("admin") });
      const failure = await failureOf(cluster.call("GET", "/version"));
      expect(failure).toMatchObject({ code: "source-unreachable", sent: false });
      expect(failure.message).toContain("certificate");
    });

    test("says which right is missing, of whom, on what and where", async () => {
      const cluster = await client({ token: "env:KUBE_TOKEN", ca: plane.ca }, { KUBE_TOKEN: plane.token("viewer") });
      const reading = cluster.api((k8s) => k8s.AppsV1Api).listNamespacedDeployment({ namespace: "shop" });
      const failure = await failureOf(reading);
      expect(failure).toBeInstanceOf(KubernetesFailure);
      expect(failure).toMatchObject({ code: "permission-missing", status: 403 });
      expect(failure.message).toBe("in the cluster prod, viewer may not list deployments.apps in the namespace shop");
      expect(failure.hint).toContain("the verb list on deployments.apps");
    });

    test("tells a wrong token from a missing object", async () => {
      const wrong = await client({ token: "env:KUBE_TOKEN", ca: plane.ca }, { KUBE_TOKEN: "of-nobody" });
      expect(await failureOf(wrong.call("GET", "/version"))).toMatchObject({ code: "source-denied" });
      const right = await client({ kubeconfig: plane.kubeconfig });
      const failure = await failureOf(right.call("GET", "/api/v1/namespaces/absent"));
      expect(failure).toMatchObject({ code: "object-not-found", status: 404 });
      expect(failure.message).toContain('namespaces "absent" not found');
    });

    test("signs in by a program only where config.yaml allows it", async () => {
      const path = join(plane.folder, "exec-kubeconfig");
      const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential" };
      const said = JSON.stringify({ ...credential, status: { token: plane.token("admin") } });
      const exec = { apiVersion: credential.apiVersion, command: "/bin/echo", args: [said], interactiveMode: "Never" };
      const clusters = [{ name: "t", cluster: { server: plane.server, "certificate-authority": plane.ca } }];
      const users = [{ name: "u", user: { exec } }];
      const contexts = [{ name: "t", context: { cluster: "t", user: "u" } }];
      writeFileSync(path, JSON.stringify({ kind: "Config", clusters, users, contexts, "current-context": "t" }), {
        mode: 0o600,
      });
      const failure = await failureOf(client({ kubeconfig: path }));
      expect(failure).toMatchObject({ code: "config-invalid" });
      expect(failure.message).toContain("starting a program (/bin/echo)");
      const cluster = await client({ kubeconfig: path, allow_exec: true });
      expect(await cluster.call("GET", "/version")).toMatchObject({ major: "1" });
    });
  },
);
