import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findCluster } from "../../src/app/find-cluster.js";
import { findLocally } from "../../src/app/find-stack.js";
import { loadLocal } from "../../src/app/local.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "find-stack-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: admin@Shop_Prod
contexts:
  - { name: other, context: { cluster: b, user: u } }
  - { name: admin@Shop_Prod, context: { cluster: a, user: u } }
clusters:
  - { name: a, cluster: { server: "https://k.example:6443" } }
  - { name: b, cluster: { server: "https://other.example" } }
users:
  - { name: u, user: { token: never-read } }
`;
async function found(variables: Record<string, string>, folder = home) {
  const local = await loadLocal({ AUTOOPS_HOME: join(home, ".autoops"), HOME: home, ...variables });
  if (!local.ok) throw new Error(local.problems[0]?.message);
  return findLocally(local, folder);
}

describe("what is on this machine", () => {
  test("the environment names servers before their usual ports are asked, whether they answer or not", async () => {
    const variables = {
      PROMETHEUS_URL: "https://prom.example/prometheus/",
      ALERTMANAGER_URL: "http://am.example:9093",
      JAEGER_QUERY_URL: "http://jaeger.example",
      LOKI_ADDR: "http://loki.example:3100",
    };
    expect(await found(variables)).toMatchObject({
      prometheus: "https://prom.example/prometheus",
      alertmanager: "http://am.example:9093",
      jaeger: "http://jaeger.example",
      loki: "http://loki.example:3100",
    });
  });

  test("what is no address of a server is not taken", async () => {
    expect((await found({ JAEGER_URL: "jaeger", LOKI_URL: "file:///etc/passwd" })).jaeger).toBeUndefined();
  });

  test("the repository of the working folder is found from below, and that of this product is nobody's stack", async () => {
    const below = join(home, "shop", "src");
    mkdirSync(join(home, "shop", ".git"), { recursive: true });
    mkdirSync(below);
    expect((await found({}, below)).git).toBe(join(home, "shop"));
    writeFileSync(join(home, "shop", "package.json"), '{ "name": "autoops-architect" }');
    expect((await found({}, below)).git).toBeUndefined();
  });
});

describe("a kubeconfig", () => {
  const written = (text: string, name = "config") => {
    mkdirSync(join(home, ".kube"), { recursive: true });
    const file = join(home, ".kube", name);
    writeFileSync(file, text);
    return file;
  };

  test("gives the cluster of its current context, under a name that config.yaml takes", async () => {
    const kubeconfig = written(KUBECONFIG);
    const cluster = {
      name: "admin-shop-prod",
      server: "https://k.example:6443",
      context: "admin@Shop_Prod",
      kubeconfig,
    };
    expect(await findCluster({ HOME: home })).toEqual(cluster);
    expect(
      await findCluster({ HOME: home, KUBECONFIG: written(KUBECONFIG.replace("k.example", "two.example"), "two") }),
    ).toMatchObject({
      server: "https://two.example:6443",
    });
  });

  test.each([
    ["is absent", undefined],
    ["is no YAML", "{ ["],
    ["has no context", "clusters: []"],
    ["leads to a server without TLS", KUBECONFIG.replaceAll("https://", "http://")],
  ])("that %s gives none", async (_, text) => {
    if (text !== undefined) written(text);
    expect(await findCluster({ HOME: home })).toBeUndefined();
  });
});
