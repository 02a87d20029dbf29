/**
 * What the model has cost on this machine, a line for each reservation and each settlement, a file a day: so that
 * budgets hold across processes. A call is reserved by its estimate before it is made, and settled by what it took.
 */
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

export interface Amount {
  tokens: number;
  /** Absent where no price is set. */
  cost?: number;
}

export interface Usage {
  /** What a plan, a run or the day has used or reserved, the reservation itself included. */
  reserve(call: { run: string; kind: "plan" | "narrative" }, estimate: Amount): Promise<Reservation>;
  /** Calls of the last minute on this machine, reservations included. */
  callsInLastMinute(): Promise<number>;
}

export interface Reservation {
  plan: Amount;
  run: Amount;
  day: Amount;
  /** With what the call took; nothing where it was not made. */
  record(used: Amount): Promise<void>;
}

interface Line {
  id: string;
  at: number;
  run: string;
  kind: "plan" | "narrative";
  tokens: number;
  cost?: number;
  settled?: true;
}

/** Days that files are kept. */
const KEPT_DAYS = 8;
const DAY_MS = 86_400_000;

export function createUsage(directory: string, now: () => number): Usage {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const fileOf = (day: string): string => join(directory, `${day}.jsonl`);

  async function append(line: Line): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await appendFile(fileOf(dayOf(line.at)), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  /** The last line of each call counts. */
  async function today(): Promise<Line[]> {
    const text = await readFile(fileOf(dayOf(now())), "utf8").catch(() => "");
    const calls = new Map<string, Line>();
    for (const row of text.split("\n")) {
      const line = lineOf(row);
      if (line !== undefined) calls.set(line.id, { ...line, at: calls.get(line.id)?.at ?? line.at });
    }
    return [...calls.values()];
  }

  return {
    async reserve({ run, kind }, estimate) {
      const id = randomUUID();
      const at = now();
      await append({ id, at, run, kind, ...estimate });
      await prune(directory, dayOf(at - KEPT_DAYS * DAY_MS));
      const lines = await today();
      const own = lines.filter((line) => line.run === run);
      return {
        plan: sum(own.filter((line) => line.kind === "plan")),
        run: sum(own),
        day: sum(lines),
        // Settled in the file of its reservation, also after midnight.
        record: (used) => append({ id, at, run, kind, ...used, settled: true }),
      };
    },
    async callsInLastMinute() {
      const since = now() - 60_000;
      return (await today()).filter((line) => line.at > since && line.tokens > 0).length;
    },
  };
}

function lineOf(row: string): Line | undefined {
  try {
    const line = JSON.parse(row) as Line;
    return typeof line.id === "string" && typeof line.tokens === "number" ? line : undefined;
  } catch {
    // A line that a crash cut short.
    return undefined;
  }
}

function sum(lines: readonly Line[]): Amount {
  const tokens = lines.reduce((total, line) => total + line.tokens, 0);
  return { tokens, cost: lines.reduce((total, line) => total + (line.cost ?? 0), 0) };
}

async function prune(directory: string, before: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (/^\d{4}-\d{2}-\d{2}\.jsonl$/.test(name) && name.slice(0, 10) < before)
      await rm(join(directory, name), { force: true });
  }
}
