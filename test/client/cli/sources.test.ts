/** `autoops sources check` against servers of this machine: what is fine, and what is wrong with the rest. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { localServer } from "../../support/local-server.js";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "sources-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function declare(sources: Record<string, object>, more: object = {}): void {
  const config = { version: "1.0", files: { roots: [join(home, "logs")] }, sources, ...more };
  writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
}

async function call(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
  const stderr = { write: (text: string) => err.push(text) };
  const environment = { ...process.env, AUTOOPS_HOME: home, KEY: "the-key-of-the-store" };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const interrupt = new AbortController().signal;
    return { print, stdout, stdin: process.stdin, environment, canAsk: false, interrupt } as unknown as Session;
  });
  await new Promise((sent) => setImmediate(sent));
  return { exit, out: out.join(""), err: err.join("") };
}
const server = (status: number, text: string, type = "application/json") =>
  localServer((_, response) => response.writeHead(status, { "content-type": type }).end(text));

const UP = JSON.stringify({
  status: "success",
  data: { resultType: "vector", result: [{ metric: {}, value: [1, "3"] }] },
});
const NOTHING = JSON.stringify({ status: "success", data: { resultType: "vector", result: [] } });

test("all fine: what each holds is told, and the exit code is 0", async () => {
  mkdirSync(join(home, "logs"));
  writeFileSync(
    join(home, "logs", "app.log"),
    `{"time":"${new Date().toISOString()}","level":"info","message":"hi"}\n`,
  );
  const prometheus = await server(200, UP);
  const jaeger = await server(200, '{"data":["web","db"],"total":2}');
  const page = await server(200, "up 1\n", "text/plain");
  declare({
    app: { kind: "files", path: join(home, "logs", "app.log") },
    metrics: { kind: "prometheus", url: prometheus.url },
    page: { kind: "exposition", url: page.url },
    traces: { kind: "jaeger", url: jaeger.url },
  });
  const { exit, out } = await call("sources", "check");
  expect(exit).toBe(0);
  expect(out).toMatch(/fine\s+app\s+files\s+the newest line is of /);
  expect(out).toMatch(/fine\s+metrics\s+prometheus\s+3 scraped targets/);
  expect(out).toMatch(/fine\s+traces\s+jaeger\s+2 services: web, db/);
});

test("each fault has its code; --json lists them; the exit code is not 0", async () => {
  const [denied, empty, other, broken] = await Promise.all([
    server(401, "no"),
    server(200, NOTHING),
    server(200, "<html>a page</html>", "text/html"),
    server(503, "later"),
  ]);
  const loki = { kind: "loki", selector: '{app="x"}' };
  declare({
    broken: { ...loki, url: broken.url },
    denied: { kind: "prometheus", url: denied.url, headers: { Authorization: "Bearer env:KEY" } },
    empty: { kind: "prometheus", url: empty.url },
    gone: { kind: "zipkin", url: "http://127.0.0.1:9" },
    other: { kind: "jaeger", url: other.url },
    unset: { kind: "tempo", url: other.url, headers: { Authorization: "Bearer env:NOT_SET_ANYWHERE" } },
    nofile: { kind: "files", path: join(home, "logs", "none.log") },
  });
  const { exit, out } = await call("sources", "check", "--json");
  expect(exit).not.toBe(0);
  const { ok, sources } = JSON.parse(out) as {
    ok: boolean;
    sources: Array<{ name: string; problem: { code: string } }>;
  };
  expect(ok).toBe(false);
  expect(Object.fromEntries(sources.map(({ name, problem }) => [name, problem.code]))).toMatchObject({
    broken: "source-error",
    denied: "source-denied",
    empty: "source-empty",
    gone: "source-unreachable",
    other: "source-answer-invalid",
    unset: "secret-missing",
  });
  expect(out).not.toContain("the-key-of-the-store");
  expect(denied.received[0]?.headers.authorization).toBe("Bearer the-key-of-the-store");
});

test("one source by its name alone; an unknown name asks nothing", async () => {
  const one = await server(200, UP);
  const two = await server(200, UP);
  declare({ one: { kind: "prometheus", url: one.url }, two: { kind: "prometheus", url: two.url } });
  expect((await call("sources", "check", "one")).exit).toBe(0);
  expect(two.received).toHaveLength(0);
  const { exit, err } = await call("sources", "check", "three");
  expect(exit).toBe(2);
  expect(err).toContain("there are: one, two");
  expect(one.received).toHaveLength(1);
});

test("trackers and channels are asked who we are, and nothing that people would see; what cannot be asked is left out", async () => {
  const jira = await localServer(({ url }, response) => {
    const answers: Record<string, object> = {
      "/rest/api/3/myself": { displayName: "AutoOps" },
      "/rest/api/3/project/OPS": { key: "OPS", name: "Operations" },
    };
    response.writeHead(url in answers ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(answers[url] ?? {}));
  });
  const slack = await server(200, '{"ok":true,"team":"Shop","user":"autoops"}');
  const denied = await server(401, "{}");
  declare(
    {},
    {
      slack: { token: "env:KEY", api_url: `${slack.url}/api/` },
      trackers: {
        issues: { kind: "github", url: denied.url, token: "env:KEY", repository: "o/r" },
        jira: {
          kind: "jira",
          edition: "cloud",
          url: jira.url,
          headers: { Authorization: "Bearer env:KEY" },
          project: "OPS",
        },
      },
      channels: {
        chat: { kind: "slack", channel: "#ops" },
        hook: { kind: "webhook", url: `${slack.url}/hook` },
        mail: {
          kind: "email",
          host: "127.0.0.1",
          port: 9,
          security: "none",
          from: "a@example.com",
          to: ["b@example.com"],
        },
      },
    },
  );
  const { exit, out } = await call("sources", "check");
  expect(exit).not.toBe(0);
  expect(out).toMatch(/source-denied\s+issues\s+github/);
  expect(out).toMatch(/fine\s+jira\s+jira\s+AutoOps sees the project OPS \(Operations\)/);
  expect(out).toMatch(/fine\s+chat\s+slack\s+signed in as autoops in Shop/);
  expect(out).toMatch(/source-unreachable\s+mail\s+email/);
  expect(out).not.toContain("hook");
  expect(slack.received.map(({ url }) => url)).toEqual(["/api/auth.test"]);
  const { out: one } = await call("sources", "check", "jira", "--json");
  expect(JSON.parse(one)).toMatchObject({ ok: true, sources: [{ section: "trackers", name: "jira", ok: true }] });
});

const SLACK = { token: "env:SLACK_TOKEN", signing_secret: "env:SLACK_SECRET" };
test.each<[string, object, object]>([
  ["a Slack channel without the section slack", { notify_channel: "slack:#ops-approvals" }, {}],
  ["a webhook that is not declared", { notify_channel: "webhook:ops" }, {}],
  ["a pager that is a webhook", { notify_channel: "pagerduty:ops" }, { channels: { ops: hook() } }],
  [
    "a channel of an escalation",
    { rules: [{ name: "r", escalate: [{ after_seconds: 60, channel: "webhook:leads" }] }] },
    { slack: SLACK },
  ],
])("%s cannot tell anybody of a gate, and check and policy show say so", async (_, approval, config) => {
  declare({}, config);
  writeFileSync(join(home, "safety.yaml"), JSON.stringify({ version: "1.0", approval }), { mode: 0o600 });
  const name = /"((?:slack|webhook|pagerduty):[^"]+)"/.exec(JSON.stringify(approval))?.[1] ?? "";
  const checked = await call("sources", "check");
  expect(checked.exit).not.toBe(0);
  expect(checked.out).toContain(name);
  expect(checked.err).toContain("approvers cannot be notified there");
  const shown = await call("policy", "show");
  expect(shown.exit).toBe(0);
  expect(shown.err).toContain(`names ${name}, and approvers cannot be notified there`);
});

function hook() {
  return { kind: "webhook", url: "https://hooks.example.com/ops" };
}

test("a channel that can deliver is no fault", async () => {
  declare({}, { channels: { ops: hook() } });
  const approval = { notify_channel: "webhook:ops" };
  writeFileSync(join(home, "safety.yaml"), JSON.stringify({ version: "1.0", approval }), { mode: 0o600 });
  expect((await call("sources", "check")).exit).toBe(0);
  expect((await call("policy", "show")).err).not.toContain("nobody is told");
});
