/** The cluster of a kubeconfig, as kubectl would find it; what cannot be used is refused with a way out. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clusterOfKubeconfig } from "../../src/app/kubeconfig-cluster.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const TEXT = `apiVersion: v1
kind: Config
clusters:
  - { name: a, cluster: { server: "https://10.0.0.1:6443" } }
  - { name: b, cluster: { server: "https://10.0.0.2:6443" } }
  - { name: plain, cluster: { server: "http://10.0.0.3:8080" } }
users: [{ name: me, user: { token: hunter2hunter2 } }]
contexts:
  - { name: "arn:aws:eks:eu-west-1:1:cluster/prod", context: { cluster: a, user: me, namespace: shop } }
  - { name: staging, context: { cluster: b, user: me } }
  - { name: plain, context: { cluster: plain, user: me } }
  - { name: lost, context: { cluster: gone, user: me } }
current-context: "arn:aws:eks:eu-west-1:1:cluster/prod"
`;

function written(text = TEXT, name = "config"): string {
  const path = join(home, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

test("the current context gives server, name and namespace", async () => {
  const kubeconfig = written();
  expect(await clusterOfKubeconfig({ kubeconfig }, {})).toEqual({
    ok: true,
    name: "prod",
    namespace: "shop",
    cluster: {
      server: "https://10.0.0.1:6443",
      kubeconfig,
      context: "arn:aws:eks:eu-west-1:1:cluster/prod",
      allow_exec: false,
    },
  });
});

test("another context may be named, and a program that signs in allowed", async () => {
  const found = await clusterOfKubeconfig({ kubeconfig: written(), context: "staging", allowExec: true }, {});
  expect(found).toMatchObject({
    ok: true,
    name: "staging",
    cluster: { server: "https://10.0.0.2:6443", allow_exec: true },
  });
  expect(found).not.toHaveProperty("namespace");
});

test("without a file, KUBECONFIG and then the home's are read", async () => {
  const first = written(TEXT.replaceAll("cluster/prod", "cluster/first"), "first");
  expect(await clusterOfKubeconfig({}, { KUBECONFIG: `${first}:/nowhere`, HOME: home })).toMatchObject({
    name: "first",
  });
  mkdirSync(join(home, ".kube"));
  written(TEXT.replaceAll("cluster/prod", "cluster/own"), ".kube/config");
  expect(await clusterOfKubeconfig({}, { HOME: home })).toMatchObject({ name: "own" });
});

test.each([
  ["a context that is not there", { context: "nope" }, "has no context"],
  ["a cluster that is not there", { context: "lost" }, "names no server"],
  ["a server without TLS", { context: "plain" }, "https"],
  ["no file", { kubeconfig: "/nowhere/config" }, "does not exist"],
])("%s is refused", async (_, asked, message) => {
  const found = await clusterOfKubeconfig({ kubeconfig: written(), ...asked }, {});
  expect(found.ok).toBe(false);
  expect(JSON.stringify(found)).toContain(message);
  expect(JSON.stringify(found)).not.toContain("hunter2");
});

test("a file that others may write is refused, and none that does not parse is shown", async () => {
  const open = written();
  chmodSync(open, 0o666);
  expect((await clusterOfKubeconfig({ kubeconfig: open }, {})).ok).toBe(false);
  const broken = await clusterOfKubeconfig({ kubeconfig: written("users: [hunter2hunter2", "broken") }, {});
  expect(broken.ok).toBe(false);
  expect(JSON.stringify(broken)).not.toContain("hunter2");
});
