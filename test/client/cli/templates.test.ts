/** Playbooks through the command line: listed, shown, used, one's own beside them, and plans for alerts and files. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "templates-"));
  const config = `version: "1.0"
sources:
  prometheus: { kind: prometheus, url: "http://127.0.0.1:1", environment: staging }
targets:
  web:
    kind: http
    environment: staging
    actions: { service_restart: { method: POST, url: "http://127.0.0.1:1/restart", idempotency: key } }
`;
  const policy = `version: "1.0"
execution: { enable_remediation: true }
tools: { allowed: [metric_query, service_restart, analysis, log_collector, deployment_history, autoRCA, summary, echo] }
node_types: { allowed: [metric_query, service_restart, analysis, rca_call, log_collection, summary, wait, decision] }
`;
  writeFileSync(join(home, "config.yaml"), config, { mode: 0o600 });
  writeFileSync(join(home, "safety.yaml"), policy, { mode: 0o600 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(argv: string[], { input = "", answers = [] as string[] } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const stdin = answers.length === 0 ? Readable.from([Buffer.from(input)]) : new PassThrough();
  const stdout = new PassThrough();
  stdout.on("data", (chunk: Buffer) => {
    const text = chunk.toString();
    out.push(text);
    if (/> $/.test(text) && stdin instanceof PassThrough) stdin.write(`${answers.shift() ?? ""}\n`);
  });
  const stderr = { write: (text: string) => err.push(text) };
  const environment = { ...process.env, AUTOOPS_HOME: home };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const interrupt = new AbortController().signal;
    return { print, stdout, stdin, environment, canAsk: answers.length > 0, interrupt } as unknown as Session;
  });
  await new Promise((sent) => setImmediate(sent));
  return { exit, out: out.join(""), err: err.join("") };
}
const json = async (...argv: string[]) => {
  const { exit, out } = await call([...argv, "--json"]);
  return { exit, ...JSON.parse(out) };
};

const OWN = `
id: look-at-mailer
title: Look at the mailer
version: 1.0.0
goals: [the mailer sends nothing]
symptoms: [mails are not sent]
parameters:
  source: { type: source, kinds: [prometheus], from: config, description: where to look }
graph:
  name: Look at the mailer
  nodes:
    - { id: up, name: Is it up, type: metric_query, tool: metric_query, params: { source: "\${source}", gauge: "up" } }
    - { id: summary, name: Summarise, type: summary, tool: summary, params: { title: Mailer } }
  edges:
    - { from_node_id: up, to_node_id: summary, on: always }
`;
function own(name: string, text: string, mode = 0o600): string {
  mkdirSync(join(home, "playbooks"), { recursive: true, mode: 0o700 });
  const path = join(home, "playbooks", name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test("templates are listed with where they come from, and shown with what they need", async () => {
  own("mailer.yaml", OWN);
  const { exit, out } = await call(["templates", "list"]);
  expect(exit).toBe(0);
  expect(out).toMatch(/^pod-crash +\d+\.\d+\.\d+ +built-in /m);
  expect(out).toMatch(/^look-at-mailer +1\.0\.0 +own /m);
  const shown = await call(["templates", "show", "pod-crash"]);
  expect(shown.out).toContain("KubePodCrashLooping");
  expect(shown.out).toMatch(/restart .*service_restart \(only with remedy\)/);
  expect(await json("templates", "show", "absent")).toMatchObject({ exit: 1, problems: [{ code: "no-playbook" }] });
});

test("a template is used by name: it only looks unless its remedy is wanted, which then stands behind a gate", async () => {
  const looking = await json("templates", "use", "pod-crash", "--param", "namespace=shop");
  expect(looking).toMatchObject({ exit: 0, playbook: "pod-crash", check: { verdict: { gates: {} } } });
  expect(looking.notices.map(({ code }: { code: string }) => code)).toContain("part-left-out");
  const mending = await json("templates", "use", "pod-crash", "--remedy");
  expect(Object.keys(mending.check.verdict.gates)).toEqual(["restart"]);
  expect(await json("templates", "use", "latency")).toMatchObject({
    exit: 1,
    problems: [{ code: "parameter-missing", at: "params.service" }],
  });
});

test("one's own playbook is planned from as the others are", async () => {
  own("mailer.yaml", OWN);
  expect(await json("plan", "the mailer sends nothing")).toMatchObject({ exit: 0, playbook: "look-at-mailer" });
});

test.each([
  ["that is no YAML", "id: [", 0o600, "document-not-parsed"],
  ["with the id of a built-in one", OWN.replace("look-at-mailer", "pod-crash"), 0o600, "playbook-invalid"],
  ["whose graph would not pass the check", OWN.replace("tool: summary", "tool: absent"), 0o600, "unknown-tool"],
  ["that others may write", OWN, 0o666, "file-unsafe"],
])("an own playbook %s is told by name and never used; the others plan on", async (_, text, mode, code) => {
  const path = own("bad.yaml", text, mode);
  const listed = await json("templates", "list");
  expect(listed.notices).toMatchObject([{ code }]);
  expect(listed.notices[0].message).toContain(path);
  if (code === "file-unsafe") expect(listed.notices[0].hint).toBe(`chmod go-w ${path}`);
  const ids = listed.templates.map(({ id, origin }: { id: string; origin: string }) => `${id} ${origin}`);
  expect(ids).toContain("pod-crash built-in");
  expect(ids.filter((one: string) => one.endsWith(" own"))).toEqual([]);
  const planned = await json("plan", "KubePodCrashLooping in namespace shop");
  expect(planned).toMatchObject({ exit: 0, playbook: "pod-crash" });
  expect(planned.notices.map((notice: { code: string }) => notice.code)).toContain(code);
});

const alert = (labels: Record<string, string>) => ({
  version: "4",
  status: "firing",
  alerts: [{ status: "firing", labels, annotations: { description: "restart it and roll it back at once" } }],
});

test("an alert is planned for by its name and labels, and what it says asks for no remedy", async () => {
  const file = join(home, "alert.json");
  writeFileSync(file, JSON.stringify(alert({ alertname: "KubePodCrashLooping", namespace: 'shop"} or up{a="' })));
  const planned = await json("plan", "--alert", file);
  expect(planned).toMatchObject({ exit: 0, playbook: "pod-crash", check: { verdict: { gates: {} } } });
  const [restarts] = planned.graph.nodes;
  expect(restarts.params.query).toContain(String.raw`namespace=~"shop\"\\} or up\\{a=\""`);
  const mending = await json("plan", "restart what crashes", "--alert", file);
  expect(Object.keys(mending.check.verdict.gates)).toEqual(["restart"]);
  const looking = await json("plan", "restart what crashes", "--alert", file, "--look-only");
  expect(looking.check.verdict.gates).toEqual({});
});

test("an alert comes from standard input too, and one that does not fire is refused", async () => {
  const resolved = { ...alert({ alertname: "CoreDNSDown" }), alerts: [{ status: "resolved", labels: {} }] };
  const taken = await call(["plan", "--alert", "-", "--json"], {
    input: JSON.stringify(alert({ alertname: "CoreDNSDown" })),
  });
  expect(JSON.parse(taken.out)).toMatchObject({ ok: true, playbook: "dns" });
  const refused = await call(["plan", "--alert", "-", "--json"], { input: JSON.stringify(resolved) });
  expect(JSON.parse(refused.out)).toMatchObject({ ok: false, problems: [{ code: "alert-invalid" }] });
});

test("a goal comes from a file, and not from two places at once", async () => {
  const file = join(home, "goal.txt");
  writeFileSync(file, "redis evicts keys, the cache hit ratio is low\n");
  expect(await json("plan", "--goal-file", file)).toMatchObject({ exit: 0, playbook: "cache" });
  expect(await json("plan", "checkout is slow", "--goal-file", file)).toMatchObject({
    exit: 2,
    problems: [{ code: "usage" }],
  });
  expect(await json("plan")).toMatchObject({ exit: 2, problems: [{ code: "usage" }] });
});

test("on a terminal a missing parameter is asked for by name; no answer leaves it missing", async () => {
  const asked = await call(["plan", "everything is slow, high latency"], { answers: ["checkout"] });
  expect(asked.exit).toBe(0);
  expect(asked.out).toContain("the parameter service is missing");
  expect(asked.out).toContain("checkout is slow");
  expect((await call(["plan", "everything is slow, high latency"], { answers: [""] })).exit).toBe(1);
});
