/** Memory of real runs: what a worker remembers of them, what of that was verified, and that a plan stays the same beside it. */
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { loadMemory, type Memory } from "../../src/app/memory.js";
import type { Report } from "../../src/core/report.js";
import { digestOf } from "../../src/platform/digest.js";
import type { KeptWhole } from "../../src/platform/memory/contents.js";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { describeMemory, got, PAGE_KEY } from "../support/memory.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const soon = { timeout: 20_000, interval: 50 };
const SECRET = "an-undistinguished-word";

describeMemory("memory of real runs (needs better-sqlite3-multiple-ciphers)", () => {
  let server: TestDevServer;
  let service: Service;
  let machine: Machine;
  let worker: StartedWorker;
  let variables: Record<string, string>;
  let up = 0;

  beforeAll(async () => {
    server = await startTestDevServer();
    service = await startService();
    service.answers["/metrics"] = () => ({ text: `up ${up}\n` });
    service.answers["/rollback"] = () => ({ text: "{}" });
    machine = createMachine(server.address);
    machine.config({
      memory: { enabled: true },
      sources: {
        "shop-metrics": {
          kind: "exposition",
          environment: "staging",
          url: `${service.url}/metrics`,
          headers: { "X-Key": "env:SHOP_KEY" },
        },
      },
      targets: {
        shop: {
          kind: "http",
          environment: "staging",
          actions: { rollback: { method: "POST", url: `${service.url}/rollback`, idempotency: "key" } },
        },
      },
    });
    machine.policy({
      execution: { enable_remediation: true },
      tools: { allowed: ["metric_query", "rollback"] },
      node_types: { allowed: ["metric_query", "rollback", "decision", "wait"] },
    });
    const cache = cacheDirectory(process.env) ?? "";
    variables = { AUTOOPS_CACHE_DIR: cache, AUTOOPS_MEMORY_KEY: PAGE_KEY, SHOP_KEY: SECRET };
    worker = await machine.startWorker({ variables });
  }, 120_000);
  afterAll(async () => {
    await worker?.stop();
    await service?.close();
    await server?.stop();
    machine?.remove();
  });

  async function memory(): Promise<Memory> {
    const loaded = await loadMemory({ ...machine.variables, ...variables });
    if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
    return loaded.memory;
  }

  async function run(
    workflowId: string,
    given: GraphInput,
    { dry = false, taskQueue = "autoops" } = {},
  ): Promise<Report> {
    const client = new Client({ connection: server.connection, namespace: server.namespace });
    const handle: WorkflowHandle = await client.workflow.start("runGraph", {
      taskQueue,
      workflowId,
      args: [{ graph: given, requester: "rita", dry_run: dry }],
    });
    if (!dry && given.nodes.some(({ type }) => type === "rollback")) {
      await openGate(handle, "mend");
      await handle.signal("approve", { node_id: "mend", approver: "ann", comment: `as ${SECRET} says` });
    }
    return (await handle.result()) as Report;
  }

  /** Once the history was read too. */
  async function kept(runId: string): Promise<KeptWhole> {
    const { store } = await memory();
    return vi.waitFor(async () => {
      const value = got(await store.get(runId));
      if (value?.entry.graph_digest === undefined) throw new Error(`${runId} is not kept whole yet`);
      return value;
    }, soon);
  }

  test("a run that mended and looked again is kept as verified, with its graph, votes and what was changed", async () => {
    up = 1;
    const given = graph();
    expect(await run("shop-1", given)).toMatchObject({ outcome: "succeeded" });
    const { entry, origin, graph: keptGraph } = await kept("shop-1");
    expect(origin).toBe("run");
    expect(entry).toMatchObject({
      goal: "the shop returns 500s since the last deploy; roll it back",
      outcome: "succeeded",
      verification: { status: "verified", checks: ["recovered"] },
      graph_digest: digestOf(given),
      service: "shop",
      environment: "staging",
      requester: "rita",
      playbook: { id: "by-hand" },
      decisions: [{ node: "mend", status: "approved", votes: [{ decision: "approve", approver: "ann" }] }],
      writes: [{ node: "mend", status: "succeeded", target: "shop" }],
    });
    expect(keptGraph).toMatchObject({ id: "shop", nodes: [{ id: "mend" }, { id: "look" }, { id: "recovered" }] });
    expect(JSON.stringify([entry, keptGraph])).not.toContain(SECRET);
  });

  test("a run after which it did not recover is kept as failed, whatever the run says of itself", async () => {
    up = 0;
    expect(await run("shop-2", graph())).toMatchObject({ outcome: "succeeded" });
    expect((await kept("shop-2")).entry.verification).toEqual({ status: "failed", checks: ["recovered"] });
  });

  test("a run that only looked proves nothing, and a dry run is not kept", async () => {
    up = 1;
    const looks = graph();
    const [, look] = looks.nodes;
    if (look === undefined) throw new Error("the graph has a second node");
    await run("shop-dry", graph(), { dry: true });
    await run("shop-3", { ...looks, nodes: [look], edges: [] });
    expect((await kept("shop-3")).entry).toMatchObject({ verification: { status: "none", checks: [] }, writes: [] });
    expect(got(await (await memory()).store.get("shop-dry"))).toBeUndefined();
  });

  test("a run that cannot be remembered ends like any other, and the worker says why", async () => {
    const taskQueue = "without-memory";
    const before = machine.lines.length;
    const other = await machine.startWorker({
      variables: { ...variables, AUTOOPS_MEMORY_KEY: "too short" },
      taskQueue,
    });
    up = 1;
    expect(await run("shop-4", graph(), { taskQueue })).toMatchObject({ outcome: "succeeded" });
    await other.stop();
    const lines = machine.lines.slice(before).filter((line) => line.includes("not remembered"));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines[0]).toContain("memory-key-wrong");
    expect(lines.join()).not.toContain("too short");
    expect(got(await (await memory()).store.get("shop-4"))).toBeUndefined();
  });

  test("runs that resemble a goal are found, the verified one first; an unlike goal finds none", async () => {
    await kept("shop-1");
    await kept("shop-2");
    const similar = got(await (await memory()).similarRuns("shop gives 500s after the deployment", 5));
    expect(similar[0]?.run).toBe("shop-1");
    expect(similar.map(({ run }) => run)).toContain("shop-2");
    expect(similar[0]).toMatchObject({ verification: "verified", writes: ["mend: succeeded"] });
    expect(got(await (await memory()).similarRuns("renew the certificate of the mail relay", 5))).toEqual([]);
  });
});

function graph(): GraphInput {
  return {
    id: "shop",
    name: "mend the shop",
    goal_description: "the shop returns 500s since the last deploy; roll it back",
    metadata: { playbook: "by-hand", parameters: { service: "shop" } },
    nodes: [
      { id: "mend", name: "mend", type: "rollback", tool: "rollback", params: { target: "shop", version: "1" } },
      {
        id: "look",
        name: "look",
        type: "metric_query",
        tool: "metric_query",
        params: { source: "shop-metrics", gauge: "up" },
      },
      { id: "recovered", name: "recovered", type: "decision", params: { expression: "look.value == 1" } },
    ],
    edges: [
      { from_node_id: "mend", to_node_id: "look" },
      { from_node_id: "look", to_node_id: "recovered" },
    ],
  };
}
