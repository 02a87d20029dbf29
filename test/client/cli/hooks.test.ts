/** Hooks through the command line: listed with their rules, and tried with an alert from a file. Nothing is sent. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hooks-"));
  const config = `version: "1.0"
hooks:
  pager:
    kind: alertmanager
    secret: env:PAGER_SECRET
    group_by: [alertname, namespace]
    rules:
      - match: { alertname: "KubePod*" }
        playbook: service-unreachable
        params: { url: "http://127.0.0.1:1/health", service: "{{ labels.service }}" }
      - match: { alertname: Restart }
        playbook: service-unreachable
        mode: run
        params: { url: "http://127.0.0.1:1/health" }
`;
  writeFileSync(join(home, "config.yaml"), config, { mode: 0o600 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(...argv: string[]) {
  const out: string[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
  const stderr = { write: (text: string) => out.push(text) };
  const exit = await runProgram([...argv, "--json"], ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const environment = { ...process.env, AUTOOPS_HOME: home };
    const interrupt = new AbortController().signal;
    return { print, stdout, stdin: Readable.from([]), environment, canAsk: false, interrupt } as unknown as Session;
  });
  await new Promise((sent) => setImmediate(sent));
  const text = out.join("");
  return { exit, ...JSON.parse(text.slice(text.indexOf("{"))) };
}
const alertFile = (...labels: object[]): string => {
  const file = join(home, "alert.json");
  const alerts = labels.map((own) => ({ status: "firing", labels: own, annotations: {} }));
  writeFileSync(file, JSON.stringify({ version: "4", status: "firing", alerts }));
  return file;
};

test("the hooks are listed with their rules, without their secrets", async () => {
  const { exit, hooks } = await call("hooks", "list");
  expect(exit).toBe(0);
  expect(hooks).toMatchObject([
    { name: "pager", kind: "alertmanager", rules: [{ mode: "investigate" }, { mode: "run" }] },
  ]);
  expect(JSON.stringify(hooks)).not.toContain("PAGER_SECRET");
});

test("an alert in a file shows its incidents, the rule that fits, and what would start", async () => {
  const pod = { alertname: "KubePodCrashLooping", service: "checkout" };
  const file = alertFile(
    { ...pod, namespace: "a" },
    { ...pod, namespace: "b" },
    { alertname: "Watchdog" },
    { alertname: "Other" },
  );
  const { exit, incidents } = await call("hooks", "test", file, "--hook", "pager");
  expect(exit).toBe(0);
  expect(incidents).toHaveLength(3);
  expect(incidents[0]).toMatchObject({
    rule: 1,
    mode: "investigate",
    playbook: "service-unreachable",
    key: { namespace: "a" },
  });
  expect(incidents[0].graph.nodes.map(({ type }: { type: string }) => type)).not.toContain("service_restart");
  expect(incidents[2]).toMatchObject({ notes: [expect.stringMatching(/no rule of the hook fits/)] });
});

test("in a run that may act an alert does not say on what, unless the rule lets it", async () => {
  const file = alertFile({ alertname: "Restart", service: "checkout" });
  const { incidents } = await call("hooks", "test", file, "--hook", "pager");
  expect(incidents[0]).toMatchObject({ rule: 2, mode: "run", facts: {} });
  expect(incidents[0].graph).toBeUndefined();
  expect(incidents[0].notes.join()).toMatch(/the parameter service is missing/);
});

test("a hook that there is not, and what is no alert, are refused", async () => {
  expect(await call("hooks", "test", alertFile({}), "--hook", "nobody")).toMatchObject({
    exit: 5,
    problems: [{ code: "not-found" }],
  });
  writeFileSync(join(home, "alert.json"), "{}");
  expect(await call("hooks", "test", join(home, "alert.json"), "--hook", "pager")).toMatchObject({
    problems: expect.arrayContaining([expect.objectContaining({ code: "alert-invalid", at: "alert.version" })]),
  });
});
