/** Ways to sign in to a cluster that end otherwise than well: each its own problem, and none an anonymous request. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clusterNamed } from "../../../../src/activities/connectors/kubernetes/client.js";
import type { HttpRequest } from "../../../../src/platform/http/contract.js";
import { configOf, contextOf, failureOf } from "../../../support/tool-context.js";

const SERVER = "https://cluster.example:6443";
const API = "client.authentication.k8s.io/v1";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "exec-plugin-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
};

const signing = new AbortController().signal;
/** The requests of one call with such a user, or the failure that it ends in. */
async function sent(user: object, cluster: object = {}, signal: AbortSignal = signing): Promise<HttpRequest[]> {
  const requests: HttpRequest[] = [];
  const kubeconfig = file(
    "kubeconfig",
    JSON.stringify({
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: SERVER, ...cluster } }],
      contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
      users: [{ name: "u", user }],
      "current-context": "main",
    }),
  );
  const context = contextOf(configOf({ clusters: { prod: { server: SERVER, kubeconfig, allow_exec: true } } }), {
    signal,
    fetch: (url, request = {}) => {
      requests.push(request);
      return Promise.resolve({ status: 200, headers: {}, text: "{}", ms: 1, url });
    },
  });
  await (await clusterNamed("prod", context)).call("GET", "/version");
  return requests;
}

const program = (script: string): string => file("plugin", `#!/bin/sh\n${script}\n`, 0o700);
const exec = (command: string, more: object = {}) => ({ exec: { apiVersion: API, command, ...more } });
const answers = (status: object, more: object = {}) =>
  program(`echo '${JSON.stringify({ apiVersion: API, kind: "ExecCredential", status, ...more })}'`);

describe("what a user of a kubeconfig has", () => {
  test("a token in a file is read, also beside a token, and relative to the kubeconfig", async () => {
    file("token", "from-the-file\n");
    for (const user of [{ tokenFile: "token" }, { tokenFile: join(folder, "token"), token: "old" }]) {
      expect(await sent(user)).toMatchObject([{ headers: { authorization: "Bearer from-the-file" } }]);
    }
  });

  test("nothing at all is an anonymous request, as the file says", async () => {
    const [request] = await sent({});
    expect(Object.keys(request?.headers ?? {})).not.toContain("authorization");
  });

  test("impersonation goes along", async () => {
    expect(await sent({ token: "t", as: "robot" })).toMatchObject([{ headers: { "impersonate-user": "robot" } }]);
  });

  test.each<[string, object, string, string]>([
    ["a certificate without its key", { "client-certificate-data": "Q0VSVA==" }, "config-invalid", "without its key"],
    ["a key without its certificate", { "client-key-data": "S0VZ" }, "config-invalid", "without its certificate"],
    ["a name without a password", { username: "u" }, "config-invalid", "username and password together"],
    ["groups to impersonate", { token: "t", as: "a", "as-groups": ["g"] }, "config-invalid", "as-groups"],
    ["keys that nobody knows", { tokenfile: "x" }, "config-invalid", "nothing to sign in with (tokenfile)"],
    ["an empty token", { token: "" }, "config-invalid", "nothing to sign in with"],
    ["a token file that is missing", { tokenFile: "none" }, "file-not-found", "none"],
  ])("%s is refused", async (_, user, code, words) => {
    const failure = await failureOf(sent(user));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
  });

  test("a token file that is empty is refused", async () => {
    file("token", "\n");
    expect(await failureOf(sent({ tokenFile: "token" }))).toMatchObject({ code: "config-invalid" });
  });
});

describe("a program that signs in", () => {
  test("gives a token, or a certificate with its key", async () => {
    expect(await sent(exec(answers({ token: "abc" })))).toMatchObject([{ headers: { authorization: "Bearer abc" } }]);
    const pair = answers({ clientCertificateData: "CERT", clientKeyData: "KEY" });
    expect(await sent(exec(pair))).toMatchObject([{ tls: { cert: "CERT", key: "KEY" } }]);
  });

  test("is told what kubectl tells it, with its variables, and none of ours", async () => {
    const seen = join(folder, "seen");
    const script = `printf '%s|%s|%s' "$KUBERNETES_EXEC_INFO" "$MINE" "$(env | grep -c ^AUTOOPS_)" > ${seen}`;
    const said = JSON.stringify({ apiVersion: API, kind: "ExecCredential", status: { token: "t" } });
    program(`${script}\necho '${said}'`);
    const extensions = [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }];
    const more = { provideClusterInfo: true, env: [{ name: "MINE", value: "yes" }] };
    // A path is relative to the kubeconfig.
    await sent(exec("./plugin", more), { "tls-server-name": "api", extensions });
    const [info = "", mine, ours] = readFileSync(seen, "utf8").split("|");
    expect(JSON.parse(info)).toEqual({
      apiVersion: API,
      kind: "ExecCredential",
      spec: { interactive: false, cluster: { server: SERVER, "tls-server-name": "api", config: { audience: "x" } } },
    });
    expect([mine, ours]).toEqual(["yes", "0"]);
  });

  test("without provideClusterInfo it is told nothing of the cluster", async () => {
    const seen = join(folder, "seen");
    program(`printf '%s' "$KUBERNETES_EXEC_INFO" > ${seen}\necho '{}'`);
    await failureOf(sent(exec("./plugin")));
    expect(JSON.parse(readFileSync(seen, "utf8")).spec).toEqual({ interactive: false });
  });

  test.each<[string, () => object, string, string]>([
    ["is missing", () => exec("/nowhere/plugin"), "file-not-found", "is not there"],
    ["is missing from PATH", () => exec("no-such-plugin-of-ours"), "file-not-found", "is not there"],
    ["may not be started", () => exec(file("plain", "#!/bin/sh\n", 0o600)), "file-unreadable", "cannot be started"],
    ["answers nothing", () => exec(program("true")), "source-answer-invalid", "answered with nothing"],
    ["answers with text", () => exec(program("echo please log in")), "source-answer-invalid", "text that is no JSON"],
    ["answers with other JSON", () => exec(program("echo '{}'")), "source-answer-invalid", "another kind of JSON"],
    ["gives no credential", () => exec(answers({})), "source-answer-invalid", "no token and no client certificate"],
    [
      "gives half a pair",
      () => exec(answers({ clientCertificateData: "CERT" })),
      "source-answer-invalid",
      "certificate without its key",
    ],
    [
      "answers in another version",
      () => exec(answers({ token: "t" }, { apiVersion: "client.authentication.k8s.io/v1beta1" })),
      "source-answer-invalid",
      "where client.authentication.k8s.io/v1 was asked for",
    ],
    [
      "fails",
      () => exec(program("echo noise >&2; echo the session has expired >&2; exit 3")),
      "source-denied",
      "ended with exit code 3: the session has expired",
    ],
    ["wants a terminal", () => exec("plugin", { interactiveMode: "Always" }), "config-invalid", "a terminal"],
    ["has no version", () => ({ exec: { command: "plugin" } }), "config-invalid", "must have an apiVersion"],
  ])("that %s has its own problem", async (_, user, code, words) => {
    const failure = await failureOf(sent(user()));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
  });

  test("says how it is installed, where the kubeconfig knows", async () => {
    const failure = await failureOf(sent(exec("/nowhere/plugin", { installHint: "get it\nfrom the shelf" })));
    expect(failure.hint).toBe("get it from the shelf");
  });

  test("that hangs is ended with all that it started", async () => {
    const pids = join(folder, "pids");
    program(`sleep 600 & echo $! $$ > ${pids}\nwait`);
    const stop = new AbortController();
    const failed = failureOf(sent(exec("./plugin"), {}, stop.signal));
    await expect.poll(() => existsSync(pids) && readFileSync(pids, "utf8"), { timeout: 20_000 }).toMatch(/\n$/);
    stop.abort();
    expect(await failed).toMatchObject({ code: "timed-out" });
    const alive = (pid: number): boolean => {
      try {
        process.kill(pid, 0);
        // One that has ended and was not reaped yet is no program any more.
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
      } catch {
        return false;
      }
    };
    for (const pid of readFileSync(pids, "utf8").trim().split(" ").map(Number)) {
      await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
    }
  });
});
