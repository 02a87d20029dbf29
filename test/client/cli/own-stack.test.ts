/** `init`, `discover` and `doctor` from an empty home: files are written once, and never over what is there. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { createReportStore } from "../../../src/platform/reports.js";
import { localServer } from "../../support/local-server.js";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "own-stack-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(...argv: string[]) {
  const out: string[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
  const environment = { ...process.env, AUTOOPS_HOME: join(home, ".autoops"), TEMPORAL_ADDRESS: "127.0.0.1:9" };
  const exit = await runProgram([...argv, "--json"], ({ json }) => {
    const print = createPrinter({ stdout, stderr: { write: () => true }, json, plain: true });
    const interrupt = new AbortController().signal;
    return { print, stdout, stdin: process.stdin, environment, canAsk: false, interrupt } as unknown as Session;
  });
  await new Promise((sent) => setImmediate(sent));
  return { exit, document: JSON.parse(out.join("")) };
}

/** As much of Prometheus as a discovery asks: one job with a counter whose label has a form of its own. */
const ANSWERS: Record<string, unknown> = {
  "/api/v1/targets": {
    activeTargets: [
      {
        labels: { job: "till", instance: "10.0.0.1:80" },
        scrapeUrl: "http://10.0.0.1:80/metrics",
        health: "up",
        scrapeInterval: "5s",
      },
    ],
  },
  "/api/v1/label/__name__/values": ["till_sales_requests_total", "up"],
  "/api/v1/series": [
    { __name__: "till_sales_requests_total", job: "till", status: "5xx" },
    { __name__: "till_sales_requests_total", job: "till", status: "2xx" },
  ],
  "/api/v1/rules": { groups: [{ name: "g", rules: [{ name: "TillDown", query: "up == 0", type: "alerting" }] }] },
  "/api/v1/query": { resultType: "vector", result: [{ metric: {}, value: [1, "1"] }] },
};
const prometheus = (more: Record<string, unknown> = {}) =>
  localServer((request, response) => {
    const data = { ...ANSWERS, ...more }[(request.url ?? "").split("?")[0] ?? ""];
    response.writeHead(data === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ status: "success", data }));
  });

test("init writes a configuration, a policy that changes nothing, and a map; nobody else may read them", async () => {
  const server = await prometheus();
  mkdirSync(join(home, "logs"));
  writeFileSync(
    join(home, "logs", "till.log"),
    `${JSON.stringify({ time: new Date().toISOString(), level: "info", message: "up" })}\n`,
  );
  const { exit, document } = await call("init", "--yes", "--prometheus", server.url, "--logs", join(home, "logs"));
  expect(exit).toBe(0);
  expect(document.map.services.till).toMatchObject({ kinds: ["service"], logs: ["till-log"] });
  expect(document.map.services.till.signals.errors).toContain('status=~"5.*"');
  expect(document.map.alert_rules).toEqual([{ source: "prometheus", name: "TillDown", expr: "up == 0" }]);
  for (const name of ["config.yaml", "safety.yaml", "map.yaml"]) {
    expect(statSync(join(home, ".autoops", name)).mode & 0o077).toBe(0);
  }
  const before = readFileSync(join(home, ".autoops", "map.yaml"), "utf8");
  expect((await call("discover", "--check")).exit).toBe(0);
  expect((await call("init", "--yes")).exit).toBe(0);
  expect(readFileSync(join(home, ".autoops", "map.yaml"), "utf8")).toBe(before);
});

test("the Alertmanager that Prometheus sends its alerts to is declared with it, whatever port it has; doctor misses it where it is not", async () => {
  const manager = await localServer((request, response) => {
    response.writeHead(request.url === "/am/api/v2/status" ? 200 : 404).end("{}");
  });
  const gone = "http://127.0.0.1:1/api/v2/alerts";
  const activeAlertmanagers = [{ url: gone }, { url: `${manager.url}/am/api/v2/alerts` }];
  const server = await prometheus({ "/api/v1/alertmanagers": { activeAlertmanagers, droppedAlertmanagers: [] } });
  const file = join(home, ".autoops", "config.yaml");
  const doctorMisses = async () =>
    (await call("doctor")).document.parts.some(({ part }: { part: string }) => part === "alertmanager");
  for (const words of [["init", "--yes"], ["discover"]]) {
    await call(...words, "--prometheus", server.url, "--logs", home);
    const text = readFileSync(file, "utf8");
    expect(text).toContain(`alertmanager: ${manager.url}/am\n`);
    expect(await doctorMisses()).toBe(false);
    writeFileSync(file, text.replace(/ +alertmanager: .*\n/, ""), { mode: 0o600 });
    expect(await doctorMisses()).toBe(true);
    rmSync(file);
  }
});

test("what a person added to the map stays, and what differs is told", async () => {
  const server = await prometheus();
  await call("init", "--yes", "--prometheus", server.url, "--logs", home);
  const file = join(home, ".autoops", "map.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("till:", "old:"), { mode: 0o600 });
  const { exit, document } = await call("discover", "--check");
  expect(exit).not.toBe(0);
  expect(document.changes).toEqual(["- old", "+ till (service)"]);
});

test("a configuration that is there is not written over", async () => {
  const server = await prometheus();
  await call("init", "--yes", "--prometheus", server.url, "--logs", home);
  const { exit, document } = await call("discover", "--prometheus", "http://127.0.0.1:1");
  expect(exit).toBe(2);
  expect(document.problems[0].message).toContain("is there already");
});

test("with nothing declared, discover, investigate and doctor name the command that helps", async () => {
  for (const word of ["discover", "investigate", "doctor"]) {
    const { exit, document } = await call(word);
    expect([word, exit === 0, JSON.stringify(document).includes("autoops init")]).toEqual([word, false, true]);
  }
});

test("doctor tells what a good answer still lacks", async () => {
  const server = await prometheus();
  await call("init", "--yes", "--prometheus", server.url, "--logs", join(home, "none"));
  const { document } = await call("doctor");
  const parts = Object.fromEntries(document.parts.map((one: { part: string; state: string }) => [one.part, one.state]));
  expect(parts).toMatchObject({
    prometheus: "fine",
    map: "fine",
    logs: "missing",
    dependencies: "missing",
    temporal: "missing",
  });
});

test("a log that nobody wrote to lately is missing to doctor, and not broken: an error log should be empty", async () => {
  const server = await prometheus();
  const logs = join(home, "logs");
  mkdirSync(logs);
  writeFileSync(join(logs, "error.log"), "");
  await call("init", "--yes", "--prometheus", server.url, "--logs", logs);
  const { exit, document } = await call("doctor");
  expect(exit).toBe(0);
  const silent = document.parts.filter(({ says }: { says: string }) => says.includes("holds nothing"));
  expect(silent).toEqual([expect.objectContaining({ state: "missing", mend: expect.stringContaining("path") })]);
});

test("discover --kubeconfig declares the cluster where there is no configuration, and says what it could not ask", async () => {
  const kubeconfig = join(home, "kube.yaml");
  const cluster = { clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:9" } }] };
  const user = {
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [{ name: "shop", context: { cluster: "c", user: "u" } }],
  };
  writeFileSync(kubeconfig, JSON.stringify({ "current-context": "shop", ...cluster, ...user }));
  const { exit, document } = await call("discover", "--kubeconfig", kubeconfig);
  expect(exit).toBe(0);
  expect(document.notes.join()).toMatch(/shop could not be asked/);
  expect(readFileSync(join(home, ".autoops", "config.yaml"), "utf8")).toContain("server: https://127.0.0.1:9");
  const bad = await call("discover", "--kubeconfig", join(home, "none.yaml"));
  expect(bad.document.problems[0]).toMatchObject({ code: "usage" });
});

test("the report of a run whose server has ended with it is read from what was kept; of no run it says what is missing", async () => {
  const nodes = [{ id: "look", name: "Look", type: "analysis", status: "succeeded", attempts: 1 }];
  const report = {
    ...{ runId: "kept-1", graphId: "g", name: "Look", goal: "is it well?", requester: "ann", dryRun: false },
    ...{ outcome: "succeeded", startedAtMs: 1, endedAtMs: 2, nodes, edges: [], gates: [], findings: [], decisions: [] },
  };
  await createReportStore(join(home, ".autoops", "reports")).put(report as never);
  expect(await call("report", "kept-1")).toMatchObject({
    exit: 0,
    document: { ok: true, report: { runId: "kept-1", goal: "is it well?" } },
  });
  expect(await call("report", "none")).toMatchObject({
    exit: 7,
    document: { ok: false, problems: [{ code: "temporal-unreachable" }] },
  });
});

test.each([
  ["init", "--yes", "--prometheus", "not-a-url"],
  ["discover", "--prometheus", "not-a-url"],
  ["discover", "--prometheus", "ftp://127.0.0.1/x"],
  ["discover", "--prometheus", ""],
  ["discover", "--logs", "/nonexistent/logs"],
  ["discover", "--logs", ""],
  ["init", "--yes", "--kubeconfig", "/etc/hostname"],
  ["discover", "--kubeconfig", "/nonexistent/config"],
])(
  "%s %s %s %s: what cannot be looked at is refused, and nothing is written that would refuse everything after it",
  async (...argv) => {
    const { exit, document } = await call(...argv.filter((one) => one !== undefined));
    expect(exit).toBe(2);
    expect(document.problems[0].message.length).toBeGreaterThan(10);
    expect(existsSync(join(home, ".autoops", "config.yaml"))).toBe(false);
  },
);

test.each([
  ["--since", "yesterday", "a number with a unit"],
  ["--since", "0m", "a number with a unit"],
  ["--since", "5", "a number with a unit"],
  ["--workload", "checkout", "a kind and a name"],
  ["--workload", "deployment/", "a kind and a name"],
  ["--dumps", "/nonexistent/dumps", "there is no folder /nonexistent/dumps"],
  ["--dumps", "/etc/hostname", "is no folder"],
])("investigate %s %s is refused at once, before any server is looked for", async (option, value, says) => {
  const { exit, document } = await call("investigate", option, value);
  expect(exit).toBe(2);
  expect(document.problems[0].message).toContain(says);
});

test.each([[""], ["garbage"], ["- 1"], ["a: ["], ["version: 1\nservices: 7"]])(
  "a map.yaml that holds %j is told with the way out",
  async (text) => {
    mkdirSync(join(home, ".autoops"), { mode: 0o700 });
    writeFileSync(join(home, ".autoops", "map.yaml"), text, { mode: 0o600 });
    for (const argv of [
      ["discover", "--check"],
      ["plan", "checkout returns 500s"],
    ]) {
      const { exit, document } = await call(...argv);
      expect(exit).toBe(2);
      expect(document.problems[0]).toMatchObject({
        message: expect.stringContaining("map.yaml"),
        hint: expect.any(String),
      });
    }
  },
);
