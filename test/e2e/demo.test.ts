/** `autoops demo`, the built program on real input: approved, rejected, expired, left; and nothing of it stays. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, isAlive, type Running, start, temporaryFolder } from "../client/cli/support/program.js";

afterAll(endAll);

const RUN_MS = 120_000;

interface Open {
  demo: Running;
  runId: string;
  home: string;
  env: Record<string, string>;
  /** Every process that the demo has started, and theirs. */
  pids: number[];
}

/** Starts the demo and waits until its gate is open. */
async function openGate(...options: string[]): Promise<Open> {
  const demo = start(["demo", ...options]);
  const [, address = "", namespace = "", home = "", runId = ""] = await demo.until(
    /TEMPORAL_ADDRESS=(\S+) TEMPORAL_NAMESPACE=(\S+) AUTOOPS_HOME=(\S+) node \S+ approve (\S+) rollback/,
    90_000,
  );
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, AUTOOPS_HOME: home };
  return { demo, runId, home, env, pids: descendants(demo.pid) };
}

function descendants(pid: number): number[] {
  const table = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  const pairs = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  for (const parents = [pid]; parents.length > 0; ) {
    const parent = parents.pop();
    for (const [child = 0, of] of pairs) {
      if (of !== parent) continue;
      parents.push(child);
      found.push(child);
    }
  }
  return found;
}

async function expectNothingLeft({ pids, home }: Open): Promise<void> {
  expect(pids.length).toBeGreaterThanOrEqual(3);
  await expect.poll(() => pids.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  expect(existsSync(dirname(home))).toBe(false);
}

test("approved from a second process, it rolls back, measures that it helped, reports, ends with 0 and leaves nothing", {
  timeout: RUN_MS,
}, async () => {
  const open = await openGate();
  const { demo, runId, env } = open;
  const told = demo.stdout();
  expect(told).toContain("remediation    disabled                 enabled");
  expect(told).toContain("defaults would refuse this graph");
  expect(told).toContain("[remediation-disabled]");
  expect(told).toContain("⛔ rollback  Roll checkout back");
  expect(told.indexOf("⛔ rollback")).toBeLessThan(told.indexOf("Collect the log of checkout started"));
  expect(told).toMatch(/Cause, likely: version 2 of checkout/);
  expect(told).toMatch(/deadline {2}\d{4}-/);
  const before = await autoops(["status", runId, "--json"], { env });
  const view = JSON.parse(before.stdout) as { run: { nodes: Array<{ id: string; status: string }> } };
  expect(view.run.nodes.find(({ id }) => id === "rollback")?.status).toBe("asking");
  expect((await autoops(["approve", runId, "rollback", "--comment", "as planned"], { env })).code).toBe(0);
  const ended = await demo.ended;
  expect(ended.stderr).not.toContain("error");
  expect(ended.stdout).toContain("as planned");
  expect(ended.stdout).toContain("2 → 1");
  expect(ended.stdout).toContain("checkout now runs version 1");
  expect(ended.stdout).toContain("verified");
  expect(ended.stdout).toMatch(/Temporal Web UI: http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\//);
  expect(ended.code).toBe(0);
  await expectNothingLeft(open);
});

test("rejected, the service is not touched, the report says so, exit 4", { timeout: RUN_MS }, async () => {
  const open = await openGate("--json");
  const { demo, runId, env } = open;
  expect((await autoops(["reject", runId, "rollback", "--comment", "not now"], { env })).code).toBe(0);
  const ended = await demo.ended;
  expect(ended.code).toBe(4);
  const document = JSON.parse(ended.stdout) as { status: string; version: string; report: { text: string } };
  expect(document).toMatchObject({ ok: false, status: "rejected", version: "2" });
  expect(document.report.text).toContain("was not carried out");
  expect(document.report.text).toContain("not now");
  expect(ended.stderr).toContain("checkout now runs version 2: it was not touched");
  await expectNothingLeft(open);
});

test("unanswered, the gate expires after the policy's time, nothing approves itself, exit 4", {
  timeout: RUN_MS,
}, async () => {
  const policy = readFileSync("demo/safety.yaml", "utf8").replace(
    "timeout_seconds: 300\n  require",
    "timeout_seconds: 6\n  require",
  );
  expect(policy).toContain("timeout_seconds: 6\n");
  const open = await openGate("--policy", writeFile(temporaryFolder(), "safety.yaml", policy));
  const ended = await open.demo.ended;
  expect(ended.code).toBe(4);
  expect(ended.stdout).toContain("nobody answered until");
  expect(ended.stdout).toContain("checkout now runs version 2: it was not touched");
  await expectNothingLeft(open);
});

test("Ctrl-C at the gate ends everything: exit 130, no process and no file stays", { timeout: RUN_MS }, async () => {
  const open = await openGate();
  open.demo.signal("SIGINT");
  const ended = await open.demo.ended;
  expect(ended.code).toBe(130);
  expect(ended.stdout).not.toContain("goes on");
  await expectNothingLeft(open);
});

test("Ctrl-C twice ends it at once, and still nothing stays", { timeout: RUN_MS }, async () => {
  const open = await openGate();
  open.demo.signal("SIGINT");
  open.demo.signal("SIGTERM");
  expect((await open.demo.ended).code).toBe(130);
  await expectNothingLeft(open);
});

test("without its worker the demo says so and ends: exit 1", { timeout: RUN_MS }, async () => {
  const open = await openGate();
  const [, worker = ""] = await open.demo.until(/worker \(process (\d+)\)/);
  process.kill(Number(worker), "SIGKILL");
  const ended = await open.demo.ended;
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("[worker-lost]");
  expect(ended.stdout).not.toContain("checkout now runs version 1");
  await expectNothingLeft(open);
});

test("Ctrl-C while it is still starting ends everything too", { timeout: RUN_MS }, async () => {
  const before = new Set(readdirSync(tmpdir()).filter((name) => name.startsWith("autoops-demo-")));
  const demo = start(["demo"]);
  await demo.until(/checkout service on/);
  const pids = descendants(demo.pid);
  demo.signal("SIGINT");
  expect((await demo.ended).code).toBe(130);
  await expect.poll(() => pids.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith("autoops-demo-") && !before.has(name));
  expect(after).toEqual([]);
});

test("killed without a chance to clean up, the processes that it started still end", { timeout: RUN_MS }, async () => {
  const { demo, pids, home } = await openGate();
  expect(pids.length).toBeGreaterThanOrEqual(3);
  demo.signal("SIGKILL");
  await demo.ended;
  await expect.poll(() => pids.filter(isAlive), { timeout: 30_000 }).toEqual([]);
  // A folder cannot remove itself: the next one to empty the temporary files does.
  rmSync(dirname(home), { recursive: true, force: true });
});

test("a policy file that is not there is told before anything is planned, and nothing stays", async () => {
  const ended = await autoops(["demo", "--policy", "/nowhere/safety.yaml", "--json"]);
  expect(ended.code).toBe(2);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, problems: [{ code: "file-not-found" }] });
});
