/** What stands in the shell of the CLI or the façade makes a run stricter, whatever the worker's own variables say. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadLocal } from "../../src/app/local.js";
import { run } from "../../src/client/cli/commands/run.js";
import { startFacade } from "../../src/client/http/server.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { createClient, type RunsClient } from "../../src/index.js";
import { createLog } from "../../src/platform/log.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createSession } from "../client/cli/support/session.js";
import { createMachine, type Machine, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["http_probe", "rollback"] },
    node_types: { allowed: ["metric_query", "rollback"] },
    network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] },
  });
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  machine.config({ targets: { shop: { kind: "http", environment: "staging", actions: { rollback } } } });
  worker = await machine.startWorker();
});
afterAll(async () => {
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});

const probing = (): GraphInput => ({
  id: "probe",
  name: "probe the shop",
  goal_description: "see whether it answers",
  nodes: [{ id: "look", name: "look", type: "metric_query", tool: "http_probe", params: { url: `${service.url}/` } }],
  edges: [],
});
const mending = (): GraphInput => ({
  ...probing(),
  nodes: [{ id: "mend", name: "mend", type: "rollback", tool: "rollback", params: { target: "shop", version: "1" } }],
});

/** With the variables of one shell. */
async function inShell<T>(variables: Record<string, string>, work: (runs: RunsClient) => Promise<T>): Promise<T> {
  const client = await createClient({ variables: { ...machine.variables, ...variables } });
  if (!client.ok) throw new Error(JSON.stringify(client.problems));
  try {
    return await work(client.value);
  } finally {
    await client.value.close();
  }
}

async function reportOf(runs: RunsClient, graph: GraphInput): Promise<Report | string[]> {
  const started = await runs.start({ graph, requester: "rita", trigger: "test" });
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  const report = await runs.report(started.value.runId, 20_000);
  if (!report.ok) return report.problems.map(({ code }) => code);
  if (report.value === undefined) throw new Error("the run goes on");
  return report.value;
}

async function gatesOf(variables: Record<string, string>): Promise<{ run: string[]; preview: string[] }> {
  const local = await loadLocal({ ...machine.variables, ...variables });
  const parsed = parseGraph(probing());
  if (!local.ok || !parsed.ok) throw new Error("the machine is not set up");
  const outcome = local.check(parsed.graph);
  const preview = outcome.ok ? Object.keys(outcome.verdict.gates) : [];
  const run = await inShell(variables, async (runs) => {
    const started = await runs.start({ graph: probing(), requester: "rita", trigger: "test" });
    if (!started.ok) throw new Error(JSON.stringify(started.problems));
    const { runId } = started.value;
    const seen = async (): Promise<RunView> => {
      const stop = new AbortController();
      for await (const { kind } of runs.happenings(runId, { signal: stop.signal })) {
        if (kind !== "gate-opened" && kind !== "run-ended") continue;
        stop.abort();
      }
      const answer = await runs.view(runId);
      if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
      return answer.value.view;
    };
    const view = await seen();
    await runs.cancel(runId);
    return view.nodes.filter(({ gated }) => gated).map(({ id }) => id);
  });
  return { run, preview };
}

describe("a dry run that the shell asks for", () => {
  test("through the library nothing is executed", async () => {
    service.received.length = 0;
    const report = await inShell({ AUTOOPS_DRY_RUN: "true" }, (runs) => reportOf(runs, probing()));
    expect(report).toMatchObject({ dryRun: true, outcome: "succeeded" });
    expect(service.received).toHaveLength(0);
  });

  test("false in the shell lifts nothing and asks for nothing", async () => {
    service.received.length = 0;
    const report = await inShell({ AUTOOPS_DRY_RUN: "false" }, (runs) => reportOf(runs, probing()));
    expect(report).toMatchObject({ dryRun: false });
    expect(service.received).toHaveLength(1);
  });

  test("through the command, which says so before and after", async () => {
    service.received.length = 0;
    const file = join(machine.home, "probe.json");
    writeFileSync(file, JSON.stringify(probing()));
    const heard = createSession();
    const environment = { ...machine.variables, AUTOOPS_DRY_RUN: "1" };
    const ending = await run({ ...heard.session, environment }, [file], {});
    expect(ending.exit).toBe(0);
    expect(heard.out()).toMatch(/dry run: nothing is executed[\s\S]*started \S+ \(dry run\)/);
    expect(service.received).toHaveLength(0);
  });

  test("through HTTP", async () => {
    service.received.length = 0;
    const opened = await openRuns({ ...machine.variables, AUTOOPS_DRY_RUN: "true" });
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    const common = { runs: opened.value.runs, operator: "ann", staticDir: "/nonexistent", log: createLog("fatal") };
    const started = await startFacade({ ...common, host: "127.0.0.1", port: 0 });
    if (!started.ok) throw new Error(JSON.stringify(started.problems));
    try {
      const answer = await fetch(`${started.facade.url}/api/v1/runs`, {
        method: "POST",
        body: JSON.stringify({ graph: probing() }),
        headers: { "content-type": "application/json" },
      });
      const { runId, dryRun } = (await answer.json()) as { runId: string; dryRun?: boolean };
      expect(dryRun).toBe(true);
      expect(await opened.value.runs.report(runId, 20_000)).toMatchObject({ ok: true, value: { dryRun: true } });
      expect(service.received).toHaveLength(0);
    } finally {
      await started.facade.stop();
      await opened.value.close();
    }
  });
});

test("an approval that the shell asks for is asked in the run, as the preview shows", async () => {
  expect(await gatesOf({ AUTOOPS_REQUIRE_APPROVAL: "true" })).toEqual({ run: ["look"], preview: ["look"] });
  expect(await gatesOf({})).toEqual({ run: [], preview: [] });
});

test("remediation that the shell switches off is refused by the worker, too", async () => {
  const variables = { AUTOOPS_ENABLE_REMEDIATION: "false" };
  expect(await inShell(variables, (runs) => reportOf(runs, mending()))).toEqual(["remediation-disabled"]);
  expect(service.writes()).toHaveLength(0);
});

test("what the shell would loosen stays as the worker has it", async () => {
  machine.policy({ execution: { enable_remediation: false } });
  const variables = { AUTOOPS_ENABLE_REMEDIATION: "true" };
  const codes = await inShell(variables, (runs) => reportOf(runs, mending()));
  expect(codes).toContain("remediation-disabled");
});

test("a home that cannot be written hides no run; only signing says what is wrong", async () => {
  // Nobody makes a folder there, not even root.
  await inShell({ AUTOOPS_HOME: "/sys/autoops-home" }, async (runs) => {
    const listed = await runs.list({ limit: 5 });
    if (!listed.ok) throw new Error(JSON.stringify(listed.problems));
    const runId = listed.value.runs[0]?.runId ?? "";
    expect(await runs.view(runId)).toMatchObject({ ok: true });
  });
});

test.each(["abc", "AAAA", "", "!"])("a damaged cursor (%j) is refused at once, and never sent", async (damage) => {
  await inShell({}, async (runs) => {
    const first = await runs.list({ limit: 1 });
    if (!first.ok || first.value.next === undefined) throw new Error("there must be a second page");
    const { next } = first.value;
    expect(await runs.list({ limit: 1, cursor: next })).toMatchObject({ ok: true });
    const cursor = damage === "" ? next.slice(0, -2) : `${next.slice(0, 8)}${damage}`;
    expect(await runs.list({ limit: 1, cursor })).toMatchObject({
      ok: false,
      problems: [{ code: "field-invalid", at: "cursor" }],
    });
  });
});
