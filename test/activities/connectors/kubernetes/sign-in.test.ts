/** What a cluster's declaration and its kubeconfig may say. Nothing of it is sent anywhere. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clusterNamed } from "../../../../src/activities/connectors/kubernetes/client.js";
import type { HttpRequest } from "../../../../src/platform/http/contract.js";
import type { Cluster } from "../../../../src/schema/config/clusters.js";
import { configOf, contextOf, failureOf } from "../../../support/tool-context.js";

const SERVER = "https://cluster.example:6443";
const TOKEN = "kubeconfig-token-value";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sign-in-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
};
const kubeconfig = (user: object, cluster: object = {}, current = "main"): string => {
  const clusters = [{ name: "c", cluster: { server: SERVER, ...cluster } }];
  const contexts = [{ name: "main", context: { cluster: "c", user: "u" } }];
  const users = [{ name: "u", user }];
  return file("kubeconfig", JSON.stringify({ kind: "Config", clusters, contexts, users, "current-context": current }));
};

/** The requests that a client of the cluster makes for one call. */
async function sent(cluster: Partial<Cluster>): Promise<HttpRequest[]> {
  const requests: HttpRequest[] = [];
  const config = configOf({ clusters: { prod: { server: SERVER, allow_exec: false, ...cluster } } });
  const context = contextOf(config, {
    fetch: (url, request = {}) => {
      expect(url).toBe(`${SERVER}/version`);
      requests.push(request);
      return Promise.resolve({ status: 200, headers: {}, text: "{}", ms: 1, url });
    },
  });
  await (await clusterNamed("prod", context)).call("GET", "/version");
  return requests;
}

describe("a kubeconfig", () => {
  test("gives its token, and certificates relative to its own directory", async () => {
    mkdirSync(join(folder, "pki"));
    file("pki/ca.crt", "CA");
    const path = kubeconfig({ token: TOKEN }, { "certificate-authority": "pki/ca.crt", "tls-server-name": "api" });
    expect(await sent({ kubeconfig: path })).toMatchObject([
      { headers: { authorization: `Bearer ${TOKEN}` }, tls: { ca: "CA", serverName: "api" }, redirect: "refuse" },
    ]);
  });

  test("gives a client's certificate, inline or a name and password", async () => {
    const inline = { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" };
    expect(await sent({ kubeconfig: kubeconfig(inline) })).toMatchObject([{ tls: { cert: "CERT", key: "KEY" } }]);
    const basic = kubeconfig({ username: "u", password: "p" });
    expect(await sent({ kubeconfig: basic })).toMatchObject([{ headers: { authorization: "Basic dTpw" } }]);
  });

  test.each([
    [
      "another server",
      () => kubeconfig({ token: TOKEN }, { server: "https://elsewhere.example" }),
      "config.yaml declares",
    ],
    ["no verification", () => kubeconfig({ token: TOKEN }, { "insecure-skip-tls-verify": true }), "must verify"],
    ["a proxy", () => kubeconfig({ token: TOKEN }, { "proxy-url": "http://proxy.example" }), "must not name a proxy"],
    ["a program", () => kubeconfig({ exec: { command: "/bin/false" } }), "starting a program (/bin/false)"],
    ["a dropped provider", () => kubeconfig({ "auth-provider": { name: "gcp" } }), "the provider gcp"],
    ["a context that it lacks", () => kubeconfig({ token: TOKEN }, {}, "gone"), 'no context "gone"'],
    ["no kubeconfig in it", () => file("kubeconfig", `{ ${TOKEN}`), "is not one"],
  ])("with %s is refused, in words that show no secret", async (_, path, words) => {
    const failure = await failureOf(sent({ kubeconfig: path() }));
    expect(failure).toMatchObject({ code: "config-invalid", retryable: false });
    expect(failure.message).toContain(words);
    expect(`${failure.message} ${failure.hint}`).not.toContain(TOKEN);
  });

  test("that others may write, or whose files they may write or that are missing, is refused", async () => {
    const open = kubeconfig({ token: TOKEN });
    chmodSync(open, 0o666);
    expect(await failureOf(sent({ kubeconfig: open }))).toMatchObject({
      code: "file-unsafe",
      hint: `chmod go-w ${open}`,
    });
    rmSync(open);
    expect(await failureOf(sent({ kubeconfig: open }))).toMatchObject({ code: "file-not-found" });
    file("ca.crt", "CA", 0o666);
    const names = kubeconfig({ token: TOKEN }, { "certificate-authority": "ca.crt" });
    expect(await failureOf(sent({ kubeconfig: names }))).toMatchObject({ code: "file-unsafe" });
    const lacks = kubeconfig({ "client-certificate": "none.crt", "client-key": "none.key" });
    expect(await failureOf(sent({ kubeconfig: lacks }))).toMatchObject({ code: "file-not-found" });
  });
});

test("a token stays a reference until the request, with the authority that is declared beside it", async () => {
  const ca = file("ca.crt", "CA");
  expect(await sent({ token: "env:KUBE_TOKEN", ca })).toMatchObject([
    { headers: { authorization: "Bearer env:KUBE_TOKEN" }, tls: { ca: "CA" } },
  ]);
});

test("outside a pod there is no service account to sign in as", async () => {
  const failure = await failureOf(sent({ in_cluster: true }));
  expect(failure).toMatchObject({ code: "file-not-found" });
  expect(failure.message).toContain("/var/run/secrets/kubernetes.io/serviceaccount");
});
