/** Following a run: what is shown, and that what cannot be reached is never taken for ended. */
import { expect, test } from "vitest";
import { type Followed, follow } from "../../../src/client/cli/follow.js";
import { endingOf } from "../../../src/client/cli/start.js";
import { createSession, GATE, happening, reportWith, scriptedRuns, streamOf, VIEW } from "./support/session.js";

const OPTIONS = { runId: "checkout-abc", program: "autoops" };
const unreachable = {
  ok: false as const,
  problems: [{ code: "temporal-unreachable" as const, at: "", message: "it does not answer" }],
};

test("happenings are told line by line, and the report ends it", async () => {
  const { session, out } = createSession();
  const runs = scriptedRuns({
    happenings: () => streamOf(happening(1, "node-started", "logs started", "logs"), happening(2, "run-ended", "over")),
    report: async () => ({ ok: true, value: reportWith("succeeded") }),
  });
  const followed = await follow(session, runs, OPTIONS);
  expect(followed).toMatchObject({ kind: "ended", report: { outcome: "succeeded" } });
  expect(out()).toMatch(/▶ logs started\n.*over\n/);
});

test("an open gate shows what, why, evidence, deadline and the ways to answer, and decides nothing by itself", async () => {
  const { session, out } = createSession();
  const runs = scriptedRuns({
    happenings: () => streamOf(happening(1, "gate-opened", "asks", "rollback")),
    view: async () => ({ ok: true, value: { view: VIEW, source: "worker", waitsForWorker: false } }),
    report: async () => {
      // The gate is shown before the run is asked for its end.
      await expect.poll(out).toContain("approval needed");
      return { ok: true, value: reportWith("expired") };
    },
  });
  await follow(session, runs, { ...OPTIONS, pageUrl: "http://127.0.0.1:1/#/runs/checkout-abc" });
  const text = out();
  expect(text).toContain("rollback on checkout · environment staging");
  expect(text).toContain("version: 1");
  expect(text).toContain("it changes what runs: always asked");
  expect(text).toContain("27 % of checkouts fail since version 2 [logs]");
  expect(text).toContain("deadline");
  expect(text).toContain("autoops approve checkout-abc rollback");
  expect(text).toContain("http://127.0.0.1:1/#/runs/checkout-abc");
  expect(text).not.toContain("here");
});

test("a gate that has closed since, as a late watcher sees it, is not shown as open", async () => {
  const { session, out } = createSession();
  const closed = { ...VIEW, gates: [{ ...GATE, status: "approved" as const }] };
  const runs = scriptedRuns({
    happenings: () => streamOf(happening(1, "gate-opened", "asks", "rollback"), happening(2, "node-succeeded", "done")),
    view: async () => ({ ok: true, value: { view: closed, source: "worker", waitsForWorker: false } }),
    report: async () => ({ ok: true, value: reportWith("succeeded") }),
  });
  await follow(session, runs, OPTIONS);
  expect(out()).not.toContain("approval needed");
});

test("a server that stops answering is told as such, with exit 7 and the way back", async () => {
  const { session } = createSession();
  const runs = scriptedRuns({
    happenings: async function* () {
      yield happening(1, "node-started", "logs started", "logs");
      throw new Error("14 UNAVAILABLE: connection refused");
    },
  });
  const followed = await follow(session, runs, OPTIONS);
  expect(followed.kind).toBe("lost");
  const ending = endingOf(session, followed, { runId: "checkout-abc" });
  expect(ending.exit).toBe(7);
  expect(ending.document).toMatchObject({ ok: false, status: "unknown" });
  expect(ending.problems?.[0]?.message).toContain("14 UNAVAILABLE");
  expect(ending.problems?.[0]?.hint).toContain("autoops watch checkout-abc");
});

test("a stream that ends while the report cannot be read is not taken for the end of the run", async () => {
  const { session } = createSession();
  const runs = scriptedRuns({ happenings: () => streamOf(), report: async () => unreachable });
  expect(await follow(session, runs, OPTIONS)).toEqual({ kind: "lost", problems: unreachable.problems });
});

test("a stream that ends too early is taken up again after the last happening", async () => {
  const { session } = createSession();
  const afters: Array<string | undefined> = [];
  const runs = scriptedRuns({
    happenings: (_, { after }) => {
      afters.push(after);
      return streamOf(happening(afters.length, "node-started", "x"));
    },
    report: async () => ({ ok: true, value: afters.length < 2 ? undefined : reportWith("failed") }),
  });
  expect(await follow(session, runs, OPTIONS)).toMatchObject({ kind: "ended", report: { outcome: "failed" } });
  expect(afters).toEqual([undefined, "1"]);
});

test("Ctrl-C leaves the run alone and says how to come back", async () => {
  const { session, interrupt, out } = createSession();
  const runs = scriptedRuns({
    happenings: async function* (_, { signal }) {
      yield happening(1, "node-started", "x");
      interrupt.abort();
      signal?.throwIfAborted();
    },
  });
  const followed = await follow(session, runs, OPTIONS);
  expect(followed).toEqual({ kind: "left" });
  expect(endingOf(session, followed, { runId: "checkout-abc" }).exit).toBe(130);
  expect(out()).toContain("autoops watch checkout-abc");
});

test("after the time to wait the run goes on, and the exit code says so", async () => {
  const { session, out } = createSession();
  const runs = scriptedRuns({
    happenings: async function* (_, { signal }) {
      yield happening(1, "node-started", "x");
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
    },
  });
  const followed = await follow(session, runs, { ...OPTIONS, waitMs: 20 });
  expect(followed).toEqual({ kind: "goes-on" });
  expect(endingOf(session, followed, { runId: "checkout-abc" }).exit).toBe(8);
  expect(out()).toContain("autoops watch checkout-abc");
});

test("a run without a worker is said to wait for one", async () => {
  const { session, err } = createSession();
  const runs = scriptedRuns({
    hasWorker: async () => ({ ok: true, value: false }),
    happenings: async function* () {
      await expect.poll(err).toContain("autoops worker");
      yield happening(1, "run-ended", "over");
    },
    report: async () => ({ ok: true, value: reportWith("succeeded") }),
  });
  await follow(session, runs, OPTIONS);
});

test.each([
  ["succeeded", 0],
  ["failed", 1],
  ["timed_out", 1],
  ["cancelled", 1],
  ["rejected", 4],
  ["expired", 4],
] as const)("a run that ended %s gives exit code %i and its report", (outcome, exit) => {
  const { session, out } = createSession();
  const followed: Followed = { kind: "ended", report: reportWith(outcome) };
  const ending = endingOf(session, followed, { runId: "checkout-abc" });
  expect(ending.exit).toBe(exit);
  expect(ending.document).toMatchObject({ ok: outcome === "succeeded", status: outcome });
  expect(out()).toContain("27 % of checkouts fail");
});
