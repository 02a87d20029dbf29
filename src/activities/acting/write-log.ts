/**
 * What holds writes back, kept once more where nobody reaches who can only write to the Temporal namespace: pauses until a
 * signed order ends them, and the writes of the last hour. A ledger that was reset, or ended and begun anew, forgets
 * neither by that. Each entry is a record of its own, made once; the next number is the next entry.
 */
import {
  emptyLedger,
  type LedgerState,
  type Pause,
  startWrite,
  type WriteAnswer,
  type WriteStart,
} from "../../core/writes/ledger.js";
import type { Records } from "../../platform/records/records.js";
import type { KeptOrder, WriteLog } from "../../platform/temporal/write-ledger.js";
import type { JsonObject } from "../../schema/json.js";
import { ACTIONS_WINDOW_MS, PAUSES_MAX } from "../../vocabulary/write-limits.js";

type Entry = { kind: "write"; write: WriteStart; atMs: number };

export function createWriteLog(records: Records, now: () => number): WriteLog {
  const pauses = new Map<string, Pause>();
  const ended = new Set<string>();
  /** The writes alone: pauses are asked about apart. */
  const counted = emptyLedger();
  const known = new Set<string>();
  const orders = createSeries(records, "orders", (entry) => takeOrder(entry as unknown as KeptOrder));
  const hours = new Map<number, Series>();

  function takeOrder(order: KeptOrder): void {
    if (order.kind === "pause" && !ended.has(order.pause.id)) pauses.set(order.pause.id, order.pause);
    if (order.kind !== "resume") return;
    for (const id of order.pauses) {
      ended.add(id);
      pauses.delete(id);
    }
  }

  function takeWrite({ write, atMs }: Entry): void {
    const { perHour: _, targetsPerRun: __, frozen: ___, ...bare } = write;
    known.add(write.key);
    startWrite(counted, bare, atMs);
  }

  function hour(atMs: number): Series {
    const number = Math.floor(atMs / ACTIONS_WINDOW_MS);
    const series =
      hours.get(number) ?? createSeries(records, `writes-${number}`, (entry) => takeWrite(entry as unknown as Entry));
    hours.set(number, series);
    for (const old of hours.keys()) if (old < number - 1) hours.delete(old);
    return series;
  }

  function judged(write: WriteStart, nowMs: number): WriteAnswer {
    const { frozen: _, ...bare } = write;
    const held = startWrite({ ...emptyLedger(), pauses: [...pauses.values()] }, bare, nowMs);
    if (!held.ok && held.why === "paused") return held;
    const copy: LedgerState = structuredClone(counted);
    return startWrite(copy, bare, nowMs);
  }

  async function start(write: WriteStart): Promise<WriteAnswer> {
    const nowMs = now();
    await orders.read();
    await hour(nowMs - ACTIONS_WINDOW_MS).read();
    let answer: WriteAnswer = { ok: true };
    await hour(nowMs).append(() => {
      answer = judged(write, nowMs);
      if (!answer.ok || known.has(write.key)) return undefined;
      return { kind: "write", write, atMs: nowMs } as unknown as JsonObject;
    });
    return answer;
  }

  async function keep(order: KeptOrder): Promise<void> {
    await orders.append(() => {
      if (order.kind === "pause") {
        const isKnown = ended.has(order.pause.id) || pauses.has(order.pause.id);
        return isKnown ? undefined : (bounded(order, [...pauses.values()]) as unknown as JsonObject | undefined);
      }
      return order.pauses.some((id) => pauses.has(id)) ? (order as unknown as JsonObject) : undefined;
    });
  }

  const inTurn = createTurns();
  return { keep: (order) => inTurn(() => keep(order)), start: (write) => inTurn(() => start(write)) };
}

type PauseOrder = Extract<KeptOrder, { kind: "pause" }>;

/** Of as many as there may be one holds for all: each is a record, and who ends the ledger again and again tells of ever more. */
function bounded(order: PauseOrder, held: readonly Pause[]): PauseOrder | undefined {
  if (held.length < PAUSES_MAX) return order;
  if (held.some(({ scope }) => scope === "all")) return undefined;
  return { ...order, pause: { ...order.pause, scope: "all" } };
}

interface Series {
  /** Takes in what others have added. */
  read(): Promise<void>;
  /** Adds what `make` gives once everything before it is taken in; nothing where it gives nothing. */
  append(make: () => JsonObject | undefined): Promise<void>;
}

function createSeries(records: Records, name: string, take: (entry: JsonObject) => void): Series {
  let next = 1;
  const recordName = () => `${name}-${String(next).padStart(8, "0")}`;
  const takeIn = (entry: JsonObject): void => {
    next++;
    take(entry);
  };
  async function read(): Promise<void> {
    for (let entry = await records.read(recordName()); entry !== undefined; entry = await records.read(recordName()))
      takeIn(entry);
  }
  async function append(make: () => JsonObject | undefined): Promise<void> {
    for (;;) {
      await read();
      const entry = make();
      if (entry === undefined) return;
      const there = await records.create(recordName(), entry);
      takeIn(there ?? entry);
      if (there === undefined) return;
    }
  }
  return { read, append };
}

/** One after another: each goes on from what the one before has read. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
