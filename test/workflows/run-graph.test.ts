/** `runGraph` on the time-skipping server: order, retries, time-outs, cancellation, gates. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { createTestEnvironment } from "../support/temporal.js";
import { gateOf, play, type Stage, stage, statuses } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
});
afterAll(() => environment?.teardown());

const run = (graph: ReturnType<typeof graphOf>, more: Stage = {}, act?: Parameters<typeof play>[3]) =>
  play(environment, graph, stage(more), act);

describe("a graph without gates", () => {
  test("runs in order, passes declared outputs on, and ends in a report", async () => {
    const staged = stage({ tools: { a: () => ({ n: 7 }), b: (call) => call.params } });
    const graph = graphOf(["a", { id: "b", params: { seen: "{{ a.n }}" } }], ["a>b"]);
    const report = await play(environment, graph, staged);
    expect(staged.calls).toEqual(["a", "b"]);
    expect(report).toMatchObject({ outcome: "succeeded", requester: "rita", goal: "find out" });
    expect(staged.reports.map((kept) => kept.runId)).toEqual([report.runId]);
  });

  test("a decision, a wait and a branch need no activity", async () => {
    const graph = graphOf(
      [
        "a",
        { id: "choose", type: "decision", params: { expression: "a.n > 3" } },
        { id: "pause", type: "wait", params: { seconds: 300 } },
        "yes",
        "no",
      ],
      [
        "a>choose",
        "choose>pause",
        { from_node_id: "pause", to_node_id: "yes", condition: "choose.value == true" },
        { from_node_id: "pause", to_node_id: "no", condition: "choose.value == false" },
      ],
    );
    const staged = stage({ tools: { a: () => ({ n: 7 }) } });
    const report = await play(environment, graph, staged);
    expect(staged.calls).toEqual(["a", "yes"]);
    expect(statuses(report)).toEqual({
      a: "succeeded",
      choose: "succeeded",
      pause: "succeeded",
      yes: "succeeded",
      no: "skipped",
    });
  });

  test("a tool that fails twice succeeds on its third attempt", async () => {
    const staged = stage({
      tools: {
        a: () => {
          if (Context.current().info.attempt < 3)
            throw ApplicationFailure.create({ message: "not yet", type: "source-unreachable" });
          return {};
        },
      },
    });
    const report = await play(environment, graphOf(["a"]), staged);
    expect(staged.calls).toEqual(["a", "a", "a"]);
    expect(report.outcome).toBe("succeeded");
  });

  test("a non-retryable failure ends the node at once, with its code and its way out", async () => {
    const details = [{ hint: "set the source" }];
    const staged = stage({
      tools: {
        a: () => {
          throw ApplicationFailure.create({
            type: "source-not-configured",
            message: "no source",
            nonRetryable: true,
            details,
          });
        },
      },
    });
    const report = await play(environment, graphOf(["a"]), staged);
    expect(staged.calls).toEqual(["a"]);
    expect(report.outcome).toBe("failed");
    expect(report.nodes[0]?.failure).toEqual({
      code: "source-not-configured",
      message: "no source",
      hint: "set the source",
    });
  });

  test("a graph that the policy refuses fails with every problem and calls nothing", async () => {
    const staged = stage({ policy: openPolicy({ enable_remediation: false }) });
    await expect(play(environment, graphOf([write("w")]), staged)).rejects.toMatchObject({
      cause: { type: "graph-refused", details: [{ problems: [{ code: "remediation-disabled" }] }] },
    });
    expect(staged.calls).toEqual([]);
    expect(staged.asked).toEqual([]);
  });

  test("the working time of a run is bounded", async () => {
    const graph = graphOf([{ id: "a", type: "wait", params: { seconds: 3_600 } }, "b"], ["a>b"]);
    const staged = stage({ policy: openPolicy({ workflow_timeout_seconds: 60 }) });
    const report = await play(environment, graph, staged);
    expect(report.outcome).toBe("timed_out");
    expect(statuses(report)).toEqual({ a: "cancelled", b: "cancelled" });
    expect(staged.calls).toEqual([]);
  });

  test("a dry run calls no tool and asks nobody", async () => {
    const staged = stage({ policy: openPolicy({ dry_run: true }) });
    const report = await play(environment, graphOf(["a", write("w")], ["a>w"]), staged);
    expect(report).toMatchObject({ outcome: "succeeded", dryRun: true });
    expect(statuses(report)).toEqual({ a: "planned", w: "planned" });
    expect([staged.calls, staged.asked]).toEqual([[], []]);
  });
});

describe("a gate", () => {
  const graph = graphOf(["a", write("w", { params: { version: "{{ a.v }}" } }), "after"], ["a>w", "w>after"]);
  const tools = { a: () => ({ v: "1" }) };

  test("opens with rendered params and a digest, and the write runs after a signal approves it", async () => {
    const staged = stage({ tools });
    const report = await play(environment, graph, staged, async (handle) => {
      const gate = await gateOf(handle, "w");
      expect(gate).toMatchObject({ params: { version: "1" }, target: "shop", environment: "staging" });
      expect(gate.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(staged.calls).toEqual(["a"]);
      await handle.signal("approve", { node_id: "w", approver: "ann" });
    });
    expect(report.outcome).toBe("succeeded");
    expect(staged.calls).toEqual(["a", "w", "after"]);
    expect(report.gates[0]?.votes).toMatchObject([{ approver: "ann", decision: "approve", verified: false }]);
  });

  test("an update tells what became of the decision", async () => {
    const report = await run(graph, { tools }, async (handle) => {
      await gateOf(handle, "w");
      const decide = (more: object) =>
        handle.executeUpdate("decide", { args: [{ node_id: "w", approver: "ann", ...more }] });
      expect(await decide({ decision: "approve", digest: "f".repeat(64) })).toBe("stale-digest");
      expect(await decide({ decision: "approve", node_id: "nobody" })).toBe("node-not-found");
      expect(await decide({ decision: "reject", comment: "no" })).toBe("accepted");
    });
    expect(report.outcome).toBe("rejected");
    expect(statuses(report)).toEqual({ a: "succeeded", w: "rejected", after: "skipped" });
  });

  test("a malformed update is refused and the gate stays open", async () => {
    const report = await run(graph, { tools }, async (handle) => {
      await gateOf(handle, "w");
      await expect(
        handle.executeUpdate("decide", { args: [{ decision: "maybe", node_id: "w", approver: "ann" }] }),
      ).rejects.toThrow();
      await handle.signal("approve", "nonsense");
      expect((await gateOf(handle, "w")).status).toBe("open");
      await handle.signal("reject", { node_id: "w", approver: "ann" });
    });
    expect(report.outcome).toBe("rejected");
  });

  test("that nobody answers expires at its deadline and the write never starts", async () => {
    const staged = stage({ tools });
    const report = await play(environment, graph, staged);
    expect(report.outcome).toBe("expired");
    expect(staged.calls).toEqual(["a"]);
    const gate = report.gates[0];
    expect((gate?.closedAtMs ?? 0) - (gate?.openedAtMs ?? 0)).toBeGreaterThanOrEqual(300_000);
  });

  test("waiting at a gate does not use up the working time", async () => {
    const policy = openPolicy({ workflow_timeout_seconds: 30 });
    const report = await run(graph, { tools, policy }, async (handle) => {
      await gateOf(handle, "w");
      await environment.sleep("200s");
      await handle.signal("approve", { node_id: "w", approver: "ann" });
    });
    expect(report.outcome).toBe("succeeded");
  });

  test("expires on time although nobody could be asked", async () => {
    const staged = stage({
      tools,
      ask: async () => {
        throw ApplicationFailure.create({ message: "no channel" });
      },
    });
    const report = await play(environment, graph, staged);
    expect(report.outcome).toBe("expired");
    expect(staged.calls).toEqual(["a"]);
  });

  test("a run that was reset after the approval asks again, and old votes are void", async () => {
    let refusals = 0;
    const staged = stage({
      tools: {
        ...tools,
        w: () => {
          if (refusals++ > 0) return {};
          throw ApplicationFailure.create({ type: "run-was-reset", message: "reset", nonRetryable: true });
        },
      },
    });
    const report = await play(environment, graph, staged, async (handle) => {
      const first = await gateOf(handle, "w");
      await handle.signal("approve", { node_id: "w", approver: "ann", digest: first.digest });
      for (let attempt = 0; attempt < 100 && staged.asked.length < 2; attempt++) await environment.sleep(50);
      const second = await gateOf(handle, "w");
      expect(second.digest).not.toBe(first.digest);
      await handle.signal("approve", { node_id: "w", approver: "ann", digest: second.digest });
    });
    expect(report.outcome).toBe("succeeded");
    expect(staged.calls).toEqual(["a", "w", "w", "after"]);
  });

  test("a token that does not verify counts for nothing where votes must be signed", async () => {
    const review = graphOf([{ id: "r", type: "human_review", params: { prompt: "ok?" } }]);
    const verify = async ({ token }: { token: string }) =>
      token === "good"
        ? { ok: true, approver: "vera", groups: [], issuedMs: Date.now(), jti: "jti-12345678" }
        : { ok: false, reason: "forged" };
    const report = await run(review, { verify }, async (handle) => {
      await gateOf(handle, "r");
      const decide = (token?: string) =>
        handle.executeUpdate("decide", { args: [{ decision: "reject", node_id: "r", approver: "eve", token }] });
      expect(await decide()).toBe("not-allowed");
      expect(await decide("bad")).toBe("not-allowed");
      await handle.signal("approve", { node_id: "r", approver: "eve", token: "good" });
    });
    expect(report.outcome).toBe("succeeded");
    expect(report.gates[0]?.votes).toMatchObject([{ approver: "vera", verified: true }]);
    expect(report.gates[0]?.refused).toEqual({ "not-allowed": 2 });
  });
});

describe("cancellation", () => {
  test("closes an open gate as withdrawn and still returns the report", async () => {
    const staged = stage();
    const report = await play(environment, graphOf([write("w"), "after"], ["w>after"]), staged, async (handle) => {
      await gateOf(handle, "w");
      await handle.cancel();
    });
    expect(report.outcome).toBe("cancelled");
    expect(report.gates[0]?.status).toBe("withdrawn");
    expect(staged.calls).toEqual([]);
  });

  test("reaches a tool that runs", async () => {
    let stopped = false;
    const staged = stage({
      tools: {
        a: async () => {
          const activity = Context.current();
          const beat = setInterval(() => activity.heartbeat(), 50);
          try {
            await activity.cancelled;
          } finally {
            clearInterval(beat);
            stopped = true;
          }
          return {};
        },
      },
    });
    const report = await play(environment, graphOf(["a", "b"], ["a>b"]), staged, async (handle) => {
      for (let attempt = 0; attempt < 200 && staged.calls.length === 0; attempt++) await environment.sleep(20);
      await handle.cancel();
    });
    expect(stopped).toBe(true);
    expect(report.outcome).toBe("cancelled");
    expect(staged.calls).toEqual(["a"]);
  });
});
