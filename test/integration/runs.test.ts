/** Runs from outside, on the real server: what clients see of them with a worker and without one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fold } from "../../src/client/runs/fold.js";
import type { Decided, RunAnswer, RunHappening, RunSummary, Runs } from "../../src/client/runs.js";
import type { RunView } from "../../src/core/report/view.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { visibleLine } from "../../src/vocabulary/visible.js";
import { createStack, GATED, graphOf, POLICY, type RunningWorker, type Stack } from "../client/support/stack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;
let worker: RunningWorker;

beforeAll(async () => {
  server = await startTestDevServer();
  const { connection, address, namespace } = server;
  stack = await createStack({ connection, address, namespace, draft: GATED });
  worker = await stack.startWorker();
}, 120_000);
afterAll(async () => {
  await stack?.close();
  await server?.stop();
});

function good<T>(answer: { ok: true; value: T } | { ok: false; problems: unknown[] }): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.value;
}

async function start(graph: GraphInput, more: object = {}, runs: Runs = stack.runs): Promise<string> {
  return good(await runs.start({ graph, requester: "ann", trigger: "test", ...more })).runId;
}

/** Follows a run until something happens in it. */
async function until(runId: string, wanted: (happening: RunHappening) => boolean): Promise<RunHappening> {
  const stop = new AbortController();
  for await (const happening of stack.runs.happenings(runId, { signal: stop.signal })) {
    if (!wanted(happening)) continue;
    stop.abort();
    return happening;
  }
  throw new Error("the run ended before");
}
const opened = (runId: string) => until(runId, ({ kind }) => kind === "gate-opened");

async function decide(
  runId: string,
  node: string,
  decision: "approve" | "reject",
  more: object = {},
): Promise<Decided> {
  return good(await stack.runs.decide({ runId, node, decision, approver: "bob", channel: "test", ...more }));
}

/** The run by its history alone, beside what its worker says. */
async function bothViews(runId: string): Promise<{ folded: RunView; asked: RunView }> {
  const handle = stack.client.workflow.getHandle(runId);
  const asked = (await handle.query("runView")) as RunView;
  const fold = new Fold(runId, 0);
  for (const event of (await handle.fetchHistory()).events ?? []) fold.add(event);
  fold.endTask();
  return { folded: JSON.parse(JSON.stringify(fold.view())), asked };
}

describe("a view rebuilt from history is the worker's own", () => {
  async function same(runId: string): Promise<RunView> {
    const { folded, asked } = await bothViews(runId);
    expect(folded).toEqual(asked);
    return folded;
  }
  const ended = async (runId: string): Promise<RunView> => {
    expect(await stack.runs.report(runId, 20_000)).toMatchObject({ ok: true, value: { runId } });
    return same(runId);
  };

  test("at an open gate, and after it was approved", async () => {
    const runId = await start(GATED);
    await opened(runId);
    expect((await same(runId)).status).toBe("waiting");
    expect(await decide(runId, "mend", "approve", { comment: "go" })).toMatchObject({
      result: "accepted",
      counted: true,
    });
    const view = await ended(runId);
    expect(view.status).toBe("succeeded");
    expect(view.gates[0]?.votes).toMatchObject([{ approver: "bob", verified: true, comment: "go" }]);
    expect(stack.mended).toContain("v1");
  });

  test("where names hide characters; the labels that Temporal lists show each", async () => {
    const name = "re\u202estart\u200b \u{e0041}shop\u0007\nnow";
    const named = { ...GATED, name, goal_description: name, nodes: GATED.nodes.map((node) => ({ ...node, name })) };
    const runId = await start(named);
    await opened(runId);
    await same(runId);
    await decide(runId, "mend", "approve");
    await ended(runId);
    const handle = stack.client.workflow.getHandle(runId);
    const { raw } = await handle.describe();
    const summaries = [
      raw.executionConfig?.userMetadata?.summary,
      ...((await handle.fetchHistory()).events ?? []).map(({ userMetadata }) => userMetadata?.summary),
    ];
    const labels = summaries.flatMap((summary) =>
      summary?.data ? [String(JSON.parse(Buffer.from(summary.data).toString("utf8")))] : [],
    );
    expect(labels.filter((label) => label.includes("start")).length).toBeGreaterThanOrEqual(4);
    for (const label of labels) expect(label).toBe(visibleLine(label));
  });

  test("where decisions, conditions, skipped branches and reviews stand in the graph", async () => {
    const graph = graphOf(
      [
        { id: "look", type: "metric_query", tool: "probe", params: { rate: 12 } },
        { id: "bad", type: "decision", params: { expression: "look.rate > 5" } },
        { id: "never", type: "metric_query", tool: "probe" },
        { id: "ask", type: "human_review", params: { prompt: "is it so?" } },
        { id: "next", type: "metric_query", tool: "probe", params: { said: "{{ ask.decision }}" } },
        {
          id: "broken",
          type: "metric_query",
          tool: "probe",
          params: { x: "{{ look.absent }}" },
          continue_on_failure: true,
        },
        { id: "odd", type: "decision", params: { expression: "look.absent == 1" }, continue_on_failure: true },
      ],
      [
        ["look", "bad"],
        ["bad", "never", { condition: "not bad.value" }],
        ["bad", "ask", { condition: "bad.value" }],
        ["ask", "next"],
        ["look", "broken"],
        ["look", "odd"],
      ],
    );
    const runId = await start(graph);
    await opened(runId);
    await same(runId);
    expect((await decide(runId, "ask", "approve")).result).toBe("accepted");
    const view = await ended(runId);
    const status = Object.fromEntries(view.nodes.map((node) => [node.id, node.status]));
    expect(status).toEqual({
      look: "succeeded",
      bad: "succeeded",
      never: "skipped",
      ask: "succeeded",
      next: "succeeded",
      broken: "failed",
      odd: "failed",
    });
  });

  test("where tools fail for a while and for good", async () => {
    const graph = graphOf(
      [
        { id: "twice", type: "metric_query", tool: "flaky", params: { failures: 1 } },
        { id: "never", type: "metric_query", tool: "flaky", params: { failures: 9, final: true } },
        { id: "mend", type: "rollback", tool: "mend", params: { version: "v2" } },
      ],
      [
        ["never", "mend"],
        ["twice", "mend"],
      ],
    );
    const runId = await start(graph);
    const view = await ended(runId);
    expect(view.status).toBe("failed");
    expect(view.nodes[1]?.failure).toEqual({
      code: "source-unreachable",
      message: "the source is away",
      hint: "look whether it runs",
    });
    expect(stack.mended).not.toContain("v2");
  });

  test("where it was cancelled while a tool works, a wait waits and a gate is open", async () => {
    const graph = graphOf(
      [
        { id: "slow", type: "metric_query", tool: "slow" },
        { id: "wait", type: "wait", params: { seconds: 3_000 } },
        { id: "mend", type: "rollback", tool: "mend", params: { version: "v3" } },
        { id: "after", type: "metric_query", tool: "probe" },
      ],
      [
        ["slow", "after"],
        ["wait", "after"],
        ["mend", "after"],
      ],
    );
    const runId = await start(graph);
    await opened(runId);
    await same(runId);
    expect(await stack.runs.cancel(runId)).toEqual({ ok: true, value: { runId } });
    const view = await ended(runId);
    expect(view.status).toBe("cancelled");
    expect(view.gates[0]?.status).toBe("withdrawn");
    expect(stack.mended).not.toContain("v3");
    expect(await stack.runs.cancel(runId)).toMatchObject({ ok: false, problems: [{ code: "run-ended" }] });
  });

  test("where a wait has ended, and in a dry run", async () => {
    const waits = graphOf([{ id: "wait", type: "wait", params: { seconds: 1 } }]);
    expect((await ended(await start(waits))).nodes[0]?.output).toEqual({ waited_seconds: 1 });
    const dry = await ended(await start(GATED, { dryRun: true }));
    expect(dry).toMatchObject({ dryRun: true, status: "succeeded", gates: [] });
    expect(dry.nodes.map((node) => node.status)).toEqual(["planned", "planned"]);
  });

  test("where decisions were refused", async () => {
    const runId = await start(GATED);
    await opened(runId);
    const stale = await decide(runId, "mend", "approve", { digest: "0".repeat(64) });
    expect(stale).toMatchObject({ result: "stale-digest", counted: false });
    expect(await decide(runId, "nobody", "approve")).toMatchObject({ result: "node-not-found" });
    expect(await decide(runId, "look", "approve")).toMatchObject({ result: "gate-not-open" });
    const handle = stack.client.workflow.getHandle(runId);
    await handle.signal("approve", { node_id: "mend", approver: "mallory" });
    await handle.signal("approve", { odd: true });
    await handle.signal("reject", { node_id: "mend", approver: "mallory", comment: "x".repeat(2_001) });
    await until(runId, ({ kind, status }) => kind === "decided" && status === "not-allowed");
    await same(runId);
    const long = { runId, node: "mend", decision: "reject" as const, approver: "bob", channel: "test" };
    expect(await stack.runs.decide({ ...long, comment: "x".repeat(2_001) })).toMatchObject({
      ok: false,
      problems: [{ code: "field-invalid", at: "comment", message: expect.stringContaining("got 2001 characters") }],
    });
    expect((await decide(runId, "mend", "reject", { comment: "no" })).result).toBe("accepted");
    const view = await ended(runId);
    expect(view.status).toBe("rejected");
    expect(view.strays?.map(({ node, approver, result }) => [node, approver, result])).toEqual([
      ["look", "bob", "gate-not-open"],
      [undefined, undefined, "unreadable"],
      ["mend", "mallory", "unreadable"],
    ]);
    expect(view.gates[0]?.refused).toEqual({ "stale-digest": 1, "not-allowed": 1 });
    expect(await decide(runId, "mend", "approve")).toMatchObject({ result: "already-decided" });
  });
});

describe("a run that ends otherwise", () => {
  test("a refused graph gives its problems, and a view that says so", async () => {
    const runId = await start(graphOf([{ id: "look", type: "metric_query", tool: "no-such-tool" }]));
    const report = await stack.runs.report(runId, 20_000);
    expect(report).toMatchObject({ ok: false, problems: [{ code: "unknown-tool" }] });
    const { view, source } = good(await stack.runs.view(runId));
    expect(source).toBe("history");
    expect(view).toMatchObject({ status: "failed", problems: [{ code: "unknown-tool" }] });
  });

  test("a terminated run has no report, and its gate is closed", async () => {
    const runId = await start(GATED);
    await opened(runId);
    await stack.client.workflow.getHandle(runId).terminate("by hand");
    const report = await stack.runs.report(runId, 0);
    expect(report).toMatchObject({ ok: false, problems: [{ code: "cancelled" }] });
    if (!report.ok) expect(report.problems[0]?.message).toContain("terminated in Temporal (by hand)");
    const { view } = good(await stack.runs.view(runId));
    expect(view).toMatchObject({ status: "cancelled", gates: [{ status: "withdrawn" }] });
    expect(await decide(runId, "mend", "approve")).toMatchObject({ result: "already-decided" });
    const { runs } = good(await stack.runs.list({ limit: 50 }));
    expect(runs.find((run) => run.runId === runId)?.status).toBe("terminated");
  });

  test("what is not there is run-not-found everywhere", async () => {
    const { runs } = stack;
    const decision = { runId: "nothing", node: "n", decision: "approve", approver: "bob", channel: "t" } as const;
    const answers = [
      await runs.view("nothing"),
      await runs.report("nothing", 0),
      await runs.cancel("nothing"),
      await runs.decide(decision),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, problems: [{ code: "run-not-found" }] });
  });

  test("a report outlives the history", async () => {
    const report = { runId: "long-gone", outcome: "succeeded" } as never;
    await stack.reports.put(report);
    expect(await stack.runs.report("long-gone", 0)).toEqual({ ok: true, value: report });
  });
});

describe("starting", () => {
  test("the same key and request give the same run, another request under it is refused", async () => {
    const input = { graph: GATED, requester: "ann", trigger: "test", idempotencyKey: "key-1" };
    const first = good(await stack.runs.start(input));
    const again = good(await stack.runs.start(input));
    expect(first.isNew).toBe(true);
    expect(again).toEqual({ ...first, isNew: false });
    const other = await stack.runs.start({ ...input, graph: { ...GATED, name: "another" } });
    expect(other).toMatchObject({ ok: false, problems: [{ code: "idempotency-conflict" }] });
    const stranger = good(await stack.runs.start({ ...input, requester: "eve" }));
    expect(stranger.isNew).toBe(true);
    expect(stranger.runId).not.toBe(first.runId);
  });

  test("what is too large is refused, and nothing is started", async () => {
    const graph = { ...GATED, name: "far too large", metadata: { filler: "x".repeat(1_000_001) } };
    const answer = await stack.runs.start({ graph, requester: "ann", trigger: "test" });
    expect(answer).toMatchObject({ ok: false, problems: [{ code: "document-too-large" }] });
    // Not by their number: a list tells of the runs of other tests late.
    const named = good(await stack.runs.list({ limit: 200 })).runs.map(({ name }) => name);
    expect(named).not.toContain("far too large");
  });

  test("a plan comes from the worker", async () => {
    const plan = good(await stack.runs.plan({ goal: "mend the checkout", requester: "ann" }));
    expect(plan).toMatchObject({ ok: true, playbook: "test", graph: { name: GATED.name } });
  });
});

describe("lists", () => {
  test("go page by page, newest first, with the names people gave", async () => {
    const first = await start({ ...GATED, name: "page one" });
    const second = await start({ ...GATED, name: "page two" });
    await opened(first);
    await opened(second);
    const page = good(await stack.runs.list({ limit: 1 }));
    expect(page.runs).toMatchObject([
      { runId: second, name: "page two", requester: "ann", startedAtMs: expect.any(Number) },
    ]);
    const next = good(await stack.runs.list({ limit: 1, cursor: page.next }));
    expect(next.runs).toMatchObject([{ runId: first, name: "page one" }]);
  });

  test("by status hold the runs that a list shows so, and no others", async () => {
    const runId = await start({ ...GATED, name: "by status" });
    await opened(runId);
    const listed = async (status: RunSummary["status"]) => {
      const { runs } = good(await stack.runs.list({ limit: 200, status }));
      expect(runs.filter((run) => run.status !== status)).toEqual([]);
      return runs.some((run) => run.runId === runId);
    };
    await expect.poll(() => listed("waiting")).toBe(true);
    await decide(runId, "mend", "reject");
    await expect.poll(() => listed("rejected")).toBe(true);
    for (const status of ["waiting", "running", "succeeded", "failed", "cancelled", "timed_out"] as const) {
      expect(await listed(status), status).toBe(false);
    }
    const ended = await start({ ...GATED, name: "ended from outside" });
    await opened(ended);
    await stack.client.workflow.getHandle(ended).terminate("by hand");
    await expect
      .poll(async () => good(await stack.runs.list({ limit: 200, status: "terminated" })).runs.map((run) => run.runId))
      .toContain(ended);
    expect(await listed("dry_run")).toBe(false);
  });

  test("the inbox names every gate that waits, with what was found", async () => {
    const runId = await start({ ...GATED, name: "for the inbox" });
    await opened(runId);
    await expect.poll(async () => good(await stack.runs.inbox()).some((gate) => gate.runId === runId)).toBe(true);
    const gate = good(await stack.runs.inbox()).find((one) => one.runId === runId);
    expect(gate).toMatchObject({
      nodeId: "mend",
      runName: "for the inbox",
      requester: "ann",
      params: { version: "v1" },
      findings: [{ node: "look", statement: "the rate of errors is 12 %" }],
    });
    await decide(runId, "mend", "reject");
    await expect.poll(async () => good(await stack.runs.inbox()).some((one) => one.runId === runId)).toBe(false);
  });
});

describe("what happened", () => {
  const read = async (runId: string, after?: string): Promise<RunHappening[]> => {
    const all: RunHappening[] = [];
    for await (const happening of stack.runs.happenings(runId, { after })) all.push(happening);
    return all;
  };

  test("is told in order, to the end, and can be taken up anywhere", async () => {
    const runId = await start(GATED);
    await opened(runId);
    await decide(runId, "mend", "approve");
    const all = await read(runId);
    expect(all.map(({ kind, node }) => [kind, node].filter(Boolean).join(" "))).toEqual([
      "run-started",
      "graph-checked",
      "node-started look",
      "node-succeeded look",
      "gate-asked mend",
      "gate-opened mend",
      "decided mend",
      "gate-closed mend",
      "node-started mend",
      "node-succeeded mend",
      "run-ended",
    ]);
    for (let index = 0; index < all.length; index++) {
      expect(await read(runId, all[index]?.id)).toEqual(all.slice(index + 1));
    }
  });
});

describe("without a worker", () => {
  test("a decision is recorded, the view comes from history, and a worker that starts completes the run", async () => {
    const runId = await start({ ...GATED, name: "left alone" });
    await opened(runId);
    await worker.stop();
    const before = stack.mended.length;
    expect(await decide(runId, "mend", "approve")).toEqual({ runId, node: "mend", counted: false });
    const answer: RunAnswer = good(await stack.runs.view(runId));
    expect(answer).toMatchObject({ source: "history", waitsForWorker: true, view: { status: "waiting" } });
    expect(good(await stack.runs.hasWorker())).toBe(false);
    expect(stack.mended.length).toBe(before);
    const unseen = await start(graphOf([{ id: "look", type: "metric_query", tool: "probe" }]));
    expect(good(await stack.runs.view(unseen)).view).toMatchObject({
      status: "running",
      nodes: [{ status: "pending" }],
    });
    expect(await stack.runs.report(runId, 0)).toEqual({ ok: true, value: undefined });

    worker = await stack.startWorker();
    expect(good(await stack.runs.report(runId, 30_000))).toMatchObject({ outcome: "succeeded" });
    expect(stack.mended.length).toBe(before + 1);
    expect(good(await stack.runs.report(unseen, 30_000))).toMatchObject({ outcome: "succeeded" });
    expect(good(await stack.runs.hasWorker())).toBe(true);
    const { folded, asked } = await bothViews(runId);
    // The update and the signal may be verified in one step of the worker, milliseconds apart or not.
    const started = asked.nodes.map((node) => node.startedAtMs);
    folded.nodes.forEach((node, index) => {
      expect(Math.abs((node.startedAtMs ?? 0) - (started[index] ?? 0))).toBeLessThan(50);
      node.startedAtMs = started[index];
    });
    expect(folded).toEqual(asked);
  }, 90_000);

  test("a decision that could never count is refused instead of recorded", async () => {
    const runId = await start(GATED);
    await opened(runId);
    await decide(runId, "mend", "reject");
    expect(await decide(runId, "mend", "approve")).toMatchObject({ result: "already-decided" });
    expect(stack.mended.length).toBeGreaterThan(0);
  });
});

test("unsigned decisions are not allowed where votes must be signed, and nothing happens", async () => {
  const { connection, address, namespace } = server;
  const unsigned = await createStack({ connection, address, namespace, signs: false, policy: POLICY });
  try {
    const runId = await start(GATED);
    await opened(runId);
    const before = stack.mended.length;
    const answer = await unsigned.runs.decide({
      runId,
      node: "mend",
      decision: "approve",
      approver: "eve",
      channel: "t",
    });
    expect(answer).toMatchObject({ ok: true, value: { result: "not-allowed" } });
    expect(stack.mended.length).toBe(before);
    await stack.runs.cancel(runId);
  } finally {
    await unsigned.close();
  }
});
