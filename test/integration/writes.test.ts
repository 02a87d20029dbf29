/** What holds writes back, for all workers together: pauses, writes an hour, change windows, and a ledger that is gone. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inspectPackage } from "../../src/app/tool-packages.js";
import type { OpenedRuns } from "../../src/client/runs/connected-runs.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import type { Report } from "../../src/core/report.js";
import { tailAudit } from "../../src/platform/audit/read.js";
import { addApproval } from "../../src/platform/tool-packages/approvals.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { packageFiles, writePackage } from "../support/tool-package.js";

let server: TestDevServer;
let service: Service;
let machine: Machine;
let workers: StartedWorker[] = [];
let client: Client;
let opened: OpenedRuns;

const ME = { by: "rita", groups: ["leads"], channel: "test" };
const write = (id: string, target: string, more: object = {}) => ({
  id,
  name: id,
  type: "rollback",
  tool: "rollback",
  params: { target, version: "1" },
  timeout_seconds: 40,
  ...more,
});
function graphOf(...nodes: Array<ReturnType<typeof write>>): GraphInput {
  const edges = nodes.slice(1).map(({ id }, index) => ({ from_node_id: nodes[index]?.id ?? "", to_node_id: id }));
  return { id: "g", name: "g", goal_description: "repair it", nodes, edges } as GraphInput;
}

const OPEN = {
  execution: { enable_remediation: true, undo_on_failure: true },
  tools: { allowed: ["rollback", "scale_action", "acme_flush"] },
  node_types: { allowed: ["rollback", "scale_action", "config_update"] },
  approval: { require_for_production: false },
};

let count = 0;
async function start(graph: GraphInput): Promise<WorkflowHandle> {
  const workflowId = `held-${++count}`;
  return client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args: [{ graph, requester: "rita" }] });
}
async function approve(handle: WorkflowHandle, node: string): Promise<void> {
  await openGate(handle, node);
  await handle.signal("approve", { node_id: node, approver: "ann" });
}
/** Starts a graph of one write, and agrees to it. */
async function wrote(target = "shop", more: object = {}): Promise<Report> {
  const handle = await start(graphOf(write("w", target, more)));
  await approve(handle, "w");
  return (await handle.result()) as Report;
}
const codeOf = (report: Report, node = "w") => report.nodes.find(({ id }) => id === node)?.failure?.code;
const acted = () => service.writes().map(({ path }) => path);
const audited = async (event: string) =>
  (await tailAudit(`${machine.home}/audit`, 200))
    .map(({ record }) => record)
    .filter((record) => record.event === event);

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  const action = (path: string) => ({ method: "POST", url: `${service.url}${path}`, idempotency: "key" });
  const http = { kind: "http", environment: "staging" };
  service.answers["/replicas"] = () => ({ text: '{"replicas":3}' });
  const acme = writePackage(join(machine.home, "acme"), packageFiles(join(machine.home, "flushed")));
  const looked = await inspectPackage(acme);
  if (!looked.ok) throw new Error(JSON.stringify(looked.problems));
  const approval = {
    name: "acme-tools",
    digest: looked.value.contents.digest,
    by: "ann",
    time: new Date().toISOString(),
  };
  await addApproval(join(machine.home, "approved-tools.json"), approval);
  machine.config({
    tool_packages: [{ path: "acme" }],
    targets: {
      shop: { ...http, actions: { rollback: action("/shop") } },
      till: { ...http, namespace: "payments", actions: { rollback: action("/till") } },
      lab: { ...http, environment: "test", actions: { rollback: action("/lab") } },
      stock: {
        ...http,
        actions: {
          scale_action: {
            ...action("/scale"),
            state: { url: `${service.url}/replicas`, read: "replicas", done_when: "{{ params.replicas }}" },
          },
        },
      },
    },
  });
  machine.policy(OPEN);
  workers = [await machine.startWorker(), await machine.startWorker()];
  client = new Client({ connection: server.connection, namespace: server.namespace });
  const runs = await openRuns(machine.variables);
  if (!runs.ok) throw new Error(JSON.stringify(runs.problems));
  opened = runs.value;
}, 120_000);
afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await opened?.close();
  await service?.close();
  await server?.stop();
  machine?.remove();
});
beforeEach(() => {
  service.received.length = 0;
  machine.policy(OPEN);
});
afterEach(async () => {
  const { writes } = opened;
  const view = await writes.view();
  if (view.ok && (view.value.pauses.length > 0 || view.value.lost)) await writes.resume({ ...ME, reason: "tidy" });
});

describe("a pause", { timeout: 60_000 }, () => {
  test("stops a run before its next write, and what was done is not undone until writes are resumed", async () => {
    const undo = { tool: "rollback", params: { target: "shop", version: "0" } };
    const handle = await start(graphOf(write("one", "shop", { undo }), write("two", "till")));
    await approve(handle, "one");
    await openGate(handle, "two");
    expect(acted()).toEqual(["/shop"]);
    const paused = await opened.writes.pause({ ...ME, scope: "all", reason: "checkout acts up" });
    expect(paused).toMatchObject({ ok: true, value: { counted: true } });
    await approve(handle, "two");
    const report = (await handle.result()) as Report;
    expect(report.outcome).toBe("failed");
    expect(codeOf(report, "two")).toBe("writes-paused");
    expect(report.nodes.find(({ id }) => id === "two")?.failure?.message).toContain("checkout acts up");
    expect(codeOf(report, "one.undo")).toBe("writes-paused");
    expect(acted()).toEqual(["/shop"]);
    const [line] = (await audited("writes-paused")).slice(-1);
    expect(line).toMatchObject({ actor: "rita", channel: "test", details: { scope: "all", verified: true } });
    expect((await audited("write-refused")).map(({ node, code }) => [node, code])).toEqual([
      ["two", "writes-paused"],
      ["one.undo", "writes-paused"],
    ]);

    const resumed = await opened.writes.resume({ ...ME, reason: "it is well again" });
    expect(resumed).toMatchObject({ ok: true, value: { ended: [{ scope: "all" }], view: { pauses: [] } } });
    expect((await audited("writes-resumed")).at(-1)).toMatchObject({ actor: "rita" });
    expect((await wrote("till")).outcome).toBe("succeeded");
    expect(acted()).toEqual(["/shop", "/till"]);
  });

  test("holds for its scope and no other", async () => {
    await opened.writes.pause({ ...ME, scope: "target:shop", reason: "shop" });
    await opened.writes.pause({ ...ME, scope: "namespace:payments", reason: "payments" });
    const production = await opened.writes.pause({ ...ME, scope: "environment:production", reason: "production" });
    expect(production.ok).toBe(true);
    expect([codeOf(await wrote("shop")), codeOf(await wrote("till"))]).toEqual(["writes-paused", "writes-paused"]);
    expect(acted()).toEqual([]);
    await opened.writes.resume({ ...ME, scope: "target:shop", reason: "shop is well" });
    expect([(await wrote("shop")).outcome, codeOf(await wrote("till"))]).toEqual(["succeeded", "writes-paused"]);
    expect(acted()).toEqual(["/shop"]);
    const view = await opened.writes.view();
    expect(view.ok && view.value.pauses.map(({ scope }) => scope)).toEqual([
      "namespace:payments",
      "environment:production",
    ]);
  });

  test("given while no worker runs holds from the first write of the next worker on", async () => {
    await wrote();
    const handle = await start(graphOf(write("w", "shop")));
    await openGate(handle, "w");
    for (const worker of workers) await worker.stop();
    workers = [];
    const paused = await opened.writes.pause({ ...ME, scope: "all", reason: "nobody is there" });
    expect(paused).toMatchObject({ ok: true, value: { counted: false } });
    await handle.signal("approve", { node_id: "w", approver: "ann" });
    workers = [await machine.startWorker(), await machine.startWorker()];
    expect(codeOf((await handle.result()) as Report)).toBe("writes-paused");
    expect(acted()).toEqual(["/shop"]);
  });

  test("is not ended by an order that no known key signed, nor by one for another pause", async () => {
    await opened.writes.pause({ ...ME, scope: "all", reason: "hold" });
    const handle = client.workflow.getHandle("autoops-ledger");
    for (const token of ["", "a.b.c", await forged()]) {
      const answer = await handle.executeUpdate<{ ok: boolean }, [string]>("resume", { args: [token] });
      expect(answer).toMatchObject({ ok: false, code: "order-refused" });
    }
    expect(codeOf(await wrote())).toBe("writes-paused");
    expect((await audited("order-refused")).length).toBeGreaterThanOrEqual(3);
    expect(acted()).toEqual([]);
  });

  /** By a key of another machine. */
  async function forged(): Promise<string> {
    const { loadSigner } = await import("../../src/platform/signing.js");
    const loaded = await loadSigner(`${machine.home}/elsewhere/key.json`);
    const view = await opened.writes.view();
    if (!loaded.ok || !view.ok) throw new Error("there is no other key");
    const pauses = view.value.pauses.map(({ id }) => id);
    const order = {
      kind: "resume" as const,
      pauses,
      reason: "let me",
      subject: "eve",
      groups: ["leads"],
      channel: "cli",
    };
    return loaded.signer.order(order, "forged-order", Date.now(), Date.now() + 60_000);
  }
});

describe("a tool of an approved package", { timeout: 60_000 }, () => {
  test("is asked about and held back as production, and acts once it may", async () => {
    const flush = write("w", "none", { type: "config_update", tool: "acme_flush", params: { cache: "carts" } });
    const flushed = async () => {
      const handle = await start(graphOf(flush));
      await approve(handle, "w");
      return (await handle.result()) as Report;
    };
    const file = join(machine.home, "flushed");
    await opened.writes.pause({ ...ME, scope: "environment:production", reason: "hold" });
    expect(codeOf(await flushed())).toBe("writes-paused");
    expect(existsSync(file)).toBe(false);
    await opened.writes.resume({ ...ME, reason: "go on" });
    expect((await flushed()).outcome).toBe("succeeded");
    expect(readFileSync(file, "utf8")).toBe("carts");
    expect((await audited("registry-changed")).at(-1)?.details).toMatchObject({ packages: [{ name: "acme-tools" }] });
  });
});

describe("a ledger that cannot be asked", { timeout: 60_000 }, () => {
  test("lets no write start once it was ended from outside, until a person resumes", async () => {
    await opened.writes.pause({ ...ME, scope: "all", reason: "hold" });
    await client.workflow.getHandle("autoops-ledger").terminate("somebody wants it gone");
    expect(codeOf(await wrote())).toBe("writes-unchecked");
    expect(acted()).toEqual([]);
    expect(await opened.writes.view()).toMatchObject({ ok: true, value: { lost: true } });
    expect(await opened.writes.resume({ ...ME, reason: "begin anew" })).toMatchObject({ ok: true });
    expect((await wrote()).outcome).toBe("succeeded");
    expect(acted()).toEqual(["/shop"]);
  });
});

describe("a ledger that was made to forget", { timeout: 120_000 }, () => {
  const ledger = () => client.workflow.getHandle("autoops-ledger");
  const scopes = async () => {
    const view = await opened.writes.view();
    return view.ok ? view.value.pauses.map(({ scope }) => scope) : [];
  };
  const held = async () => {
    expect(codeOf(await wrote())).toBe("writes-paused");
    expect(acted()).toEqual([]);
    // It was told again, so that people see what holds, and can end it as always.
    await expect.poll(scopes, { timeout: 10_000 }).toEqual(["target:shop"]);
  };

  test("by a reset to its start: what was paused stays paused until a person resumes", async () => {
    await opened.writes.pause({ ...ME, scope: "target:shop", reason: "hold" });
    const { runId } = await ledger().describe();
    const { events } = await ledger().fetchHistory();
    const first = events?.find((event) => event.workflowTaskCompletedEventAttributes != null);
    await client.workflowService.resetWorkflowExecution({
      namespace: server.namespace,
      workflowExecution: { workflowId: "autoops-ledger", runId },
      workflowTaskFinishEventId: first?.eventId,
      requestId: randomUUID(),
      reason: "somebody wants the pause gone",
      // Signals and updates of before are not given to it again.
      resetReapplyType: 2,
      resetReapplyExcludeTypes: [1, 2],
    });
    await expect.poll(scopes, { timeout: 10_000 }).toEqual([]);
    await held();
    expect(await opened.writes.resume({ ...ME, reason: "go on" })).toMatchObject({ ok: true });
    expect((await wrote()).outcome).toBe("succeeded");
  });

  test("by an end and a beginning: the same", async () => {
    await opened.writes.pause({ ...ME, scope: "target:shop", reason: "hold" });
    await ledger().terminate("somebody wants the pause gone");
    await client.workflow.start("keepLedger", { taskQueue: "autoops", workflowId: "autoops-ledger", args: [] });
    await held();
    expect(await opened.writes.resume({ ...ME, reason: "go on" })).toMatchObject({ ok: true });
    expect((await wrote()).outcome).toBe("succeeded");
  });

  test("forgets no write of the hour by it", async () => {
    machine.policy({ ...OPEN, limits: { test: { actions_per_hour: 2 } } });
    expect((await wrote("lab")).outcome).toBe("succeeded");
    expect((await wrote("lab")).outcome).toBe("succeeded");
    await ledger().terminate("somebody wants to write more");
    await client.workflow.start("keepLedger", { taskQueue: "autoops", workflowId: "autoops-ledger", args: [] });
    expect(codeOf(await wrote("lab"))).toBe("too-many-writes");
    expect(acted()).toEqual(["/lab", "/lab"]);
  });
});

describe("writes an hour", { timeout: 60_000 }, () => {
  test("are counted for two workers and all runs together", async () => {
    machine.policy({ ...OPEN, limits: { test: { actions_per_hour: 5 } } });
    // Two of them have started above.
    const reports = await Promise.all(Array.from({ length: 8 }, () => wrote("lab")));
    const codes = reports.map((report) => codeOf(report) ?? report.outcome).sort();
    expect(codes).toEqual([...Array(3).fill("succeeded"), ...Array(5).fill("too-many-writes")]);
    expect(acted()).toEqual(["/lab", "/lab", "/lab"]);
    // Another environment has a count of its own.
    expect((await wrote("shop")).outcome).toBe("succeeded");
  });
});

describe("caps that the policy lowered after the check", { timeout: 60_000 }, () => {
  const scale = (replicas: number) =>
    write("w", "stock", { type: "scale_action", tool: "scale_action", params: { target: "stock", replicas } });
  const scaled = async (replicas: number, limits: object) => {
    const handle = await start(graphOf(scale(replicas)));
    await openGate(handle, "w");
    machine.policy({ ...OPEN, limits: { staging: limits } });
    await approve(handle, "w");
    return (await handle.result()) as Report;
  };

  test("hold in the activity that acts: scale step, replicas, namespace, targets of the run", async () => {
    expect(codeOf(await scaled(9, { max_scale_step: { replicas: 5 } }))).toBe("cap-exceeded");
    expect(codeOf(await scaled(9, { max_scale_step: { factor: 2 } }))).toBe("cap-exceeded");
    expect(codeOf(await scaled(9, { max_replicas: 8 }))).toBe("cap-exceeded");
    expect(acted()).toEqual([]);

    const handle = await start(graphOf(write("one", "shop"), write("two", "till")));
    await approve(handle, "one");
    await openGate(handle, "two");
    machine.policy({ ...OPEN, limits: { staging: { targets_per_run: 1 } } });
    await approve(handle, "two");
    expect(codeOf((await handle.result()) as Report, "two")).toBe("cap-exceeded");
    const other = await start(graphOf(write("w", "till")));
    await openGate(other, "w");
    machine.policy({ ...OPEN, limits: { staging: { forbidden_namespaces: ["pay*"] } } });
    await approve(other, "w");
    expect(codeOf((await other.result()) as Report)).toBe("namespace-forbidden");
    expect(acted()).toEqual(["/shop"]);
    expect((await scaled(6, { max_scale_step: { factor: 2, replicas: 5 } })).outcome).toBe("succeeded");
  });
});

describe("a freeze", { timeout: 60_000 }, () => {
  const changes = {
    windows: [{ name: "year-end", mode: "freeze", starts: "2020-01-01T00:00:00Z", ends: "2999-01-01T00:00:00Z" }],
    override_groups: ["leads"],
    override_max_minutes: 30,
  };

  test("lets no write start, but under an override by a person whom the policy names, which is recorded", async () => {
    machine.policy({ ...OPEN, changes });
    expect(codeOf(await wrote())).toBe("writes-frozen");
    const order = { ...ME, environment: "staging" as const, minutes: 10, reason: "incident 4711" };
    expect(await opened.writes.override({ ...order, reason: " " })).toMatchObject({ ok: false });
    expect(await opened.writes.override({ ...order, groups: ["sre"] })).toMatchObject({
      ok: false,
      problems: [{ code: "order-refused" }],
    });
    expect(await opened.writes.override({ ...order, minutes: 60 })).toMatchObject({ ok: false });
    expect(codeOf(await wrote())).toBe("writes-frozen");
    expect(acted()).toEqual([]);

    expect(await opened.writes.override({ ...order, environment: "production" })).toMatchObject({ ok: true });
    expect(codeOf(await wrote())).toBe("writes-frozen");
    expect(await opened.writes.override(order)).toMatchObject({ ok: true });
    expect((await wrote()).outcome).toBe("succeeded");
    expect((await audited("override-given")).at(-1)).toMatchObject({ actor: "rita" });
    expect((await audited("override-used")).at(-1)).toMatchObject({
      actor: "rita",
      node: "w",
      details: { reason: "incident 4711" },
    });
    // Whoever the policy names no longer, overrides nothing any more.
    machine.policy({ ...OPEN, changes: { ...changes, override_groups: [] } });
    expect(codeOf(await wrote())).toBe("writes-frozen");
    expect(acted()).toEqual(["/shop"]);
  });
});
