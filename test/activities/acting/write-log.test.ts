/** What holds writes back stays known where the ledger in Temporal is reset, or ended and begun anew. */
import { beforeEach, describe, expect, test } from "vitest";
import { createWriteLog } from "../../../src/activities/acting/write-log.js";
import type { WriteStart } from "../../../src/core/writes/ledger.js";
import type { WriteLog } from "../../../src/platform/temporal/write-ledger.js";
import { ACTIONS_WINDOW_MS, PAUSES_MAX } from "../../../src/vocabulary/write-limits.js";
import { type RecordsStub, recordsInMemory } from "../../support/records.js";

let records: RecordsStub;
let nowMs: number;
beforeEach(() => {
  records = recordsInMemory();
  nowMs = Date.UTC(2026, 10, 29, 21, 30);
});
/** As another worker, or the same one started anew. */
const log = (): WriteLog => createWriteLog(records, () => nowMs);

const write = (more: Partial<WriteStart> = {}): WriteStart => ({
  key: "k",
  runKey: "r",
  environment: "production",
  target: "shop",
  ...more,
});
const pause = (scope: string, id = "pause-12345") => ({
  kind: "pause" as const,
  pause: { id, scope, reason: "why", by: "ann", atMs: nowMs },
});
const resume = (...pauses: string[]) => ({ kind: "resume" as const, pauses, by: "rita", order: "order-1" });

describe("a pause", () => {
  test("holds for every worker, also for one that starts later, until its end is kept", async () => {
    const [one, other] = [log(), log()];
    expect(await one.start(write())).toEqual({ ok: true });
    await one.keep(pause("target:shop"));
    for (const worker of [one, other, log()]) {
      expect(await worker.start(write({ key: "next" }))).toMatchObject({ ok: false, why: "paused" });
      expect(await worker.start(write({ key: "else", target: "mail" }))).toEqual({ ok: true });
    }
    await other.keep(resume("pause-12345"));
    for (const worker of [one, other, log()]) expect(await worker.start(write({ key: "next" }))).toEqual({ ok: true });
  });

  test("that ended does not come back where an old ledger names it again", async () => {
    const worker = log();
    await worker.keep(pause("all"));
    await worker.keep(resume("pause-12345"));
    await worker.keep(pause("all"));
    expect(await worker.start(write())).toEqual({ ok: true });
    expect([...records.made.keys()].filter((name) => name.startsWith("orders"))).toHaveLength(2);
  });

  test("is kept once however often it is told, and ends that end nothing are not kept", async () => {
    const worker = log();
    for (let count = 0; count < 5; count++) await worker.keep(pause("all"));
    await worker.keep(resume("another-one"));
    expect([...records.made.keys()]).toEqual(["orders-00000001"]);
  });
});

test("pauses without end become one that holds for all, and no more records", async () => {
  const worker = log();
  for (let count = 0; count < PAUSES_MAX + 50; count++)
    await worker.keep(pause("target:mail", `pause-${1_000 + count}`));
  expect([...records.made.keys()].filter((name) => name.startsWith("orders"))).toHaveLength(PAUSES_MAX + 1);
  expect(await log().start(write())).toMatchObject({ ok: false, why: "paused", pause: { scope: "all" } });
  const all = Array.from({ length: PAUSES_MAX + 1 }, (_, count) => `pause-${1_000 + count}`);
  await worker.keep(resume(...all));
  expect(await log().start(write())).toEqual({ ok: true });
});

describe("writes an hour", () => {
  test("are counted over all workers and over the turn of the hour, each key once", async () => {
    const limited = (key: string) => write({ key, perHour: 3 });
    expect(await log().start(limited("a"))).toEqual({ ok: true });
    expect(await log().start(limited("a"))).toEqual({ ok: true });
    expect(await log().start(limited("b"))).toEqual({ ok: true });
    nowMs += ACTIONS_WINDOW_MS * 0.75;
    expect(await log().start(limited("c"))).toEqual({ ok: true });
    expect(await log().start(limited("d"))).toMatchObject({ ok: false, why: "too-many", limit: 3 });
    expect(await log().start(write({ key: "undo", perHour: 3, takesBack: true }))).toEqual({ ok: true });
    nowMs += ACTIONS_WINDOW_MS * 0.5;
    expect(await log().start(limited("e"))).toEqual({ ok: true });
  });

  test("of several workers at once never exceed the limit", async () => {
    const workers = Array.from({ length: 5 }, log);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => workers[index % 5]?.start(write({ key: `k${index}`, perHour: 7 }))),
    );
    expect(answers.filter((answer) => answer?.ok)).toHaveLength(7);
  });
});

test("the targets of a run are bounded, too", async () => {
  expect(await log().start(write({ targetsPerRun: 1 }))).toEqual({ ok: true });
  expect(await log().start(write({ key: "k2", target: "mail", targetsPerRun: 1 }))).toMatchObject({ why: "targets" });
});

test("where the records cannot be reached, no write starts", async () => {
  records.read = () => Promise.reject(new Error("away"));
  await expect(log().start(write())).rejects.toThrow("away");
});
