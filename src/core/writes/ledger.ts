/**
 * The ledger of writes: what is paused, what was overridden, and which writes have started. One for all workers; the
 * workflow keeps it, these functions decide. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { ENVIRONMENTS, type Environment } from "../../vocabulary/node-types.js";
import {
  ACTIONS_PER_HOUR_MAX,
  ACTIONS_WINDOW_MS,
  LEDGER_RUNS_MAX,
  OVERRIDES_MAX,
  PAUSES_MAX,
  REASON_MAX_CHARS,
  SCOPE_MAX_CHARS,
} from "../../vocabulary/write-limits.js";
import { redact } from "../redact.js";

/** No write of its scope starts while it stands. */
export interface Pause {
  id: string;
  /** `all`, `environment:NAME`, `target:NAME` or `namespace:NAME`. */
  scope: string;
  reason: string;
  by: string;
  atMs: number;
}

/** Lets writes start outside the change windows; the activity that acts verifies the token and what it says. */
export interface Override {
  id: string;
  environment: Environment;
  reason: string;
  by: string;
  token: string;
  atMs: number;
  untilMs: number;
}

export interface LedgerState {
  pauses: Pause[];
  overrides: Override[];
  /** Keys of writes with the time they started, the oldest first: those of the last hour. */
  starts: Record<Environment, Array<[key: string, atMs: number]>>;
  /** Targets that a run has changed, by run key and environment; the latest runs last. */
  runs: Array<[runKey: string, targets: string[]]>;
}

export const emptyLedger = (): LedgerState => ({
  pauses: [],
  overrides: [],
  starts: { development: [], test: [], staging: [], production: [] },
  runs: [],
});

/** A write that is about to start. The caps are those of the worker's present policy. */
export interface WriteStart {
  /** The same for every attempt of one approved action: it is counted once. */
  key: string;
  runKey: string;
  environment: Environment;
  target?: string;
  namespace?: string;
  perHour?: number;
  targetsPerRun?: number;
  /** Takes back what the run itself has done: counted, and not held back by the number an hour. */
  takesBack?: true;
  /** No change window is open: only an override lets it start. */
  frozen?: true;
}

export type WriteAnswer =
  | { ok: true }
  | { ok: false; why: "paused"; pause: Pause }
  | { ok: false; why: "frozen"; overrides: Override[] }
  | { ok: false; why: "too-many"; limit: number; againMs: number }
  | { ok: false; why: "targets"; limit: number; targets: string[] };

/** Whether the write may start at this moment; where it may, it is counted. */
export function startWrite(ledger: LedgerState, write: WriteStart, nowMs: number): WriteAnswer {
  tidy(ledger, nowMs);
  const pause = ledger.pauses.find(({ scope }) => reaches(scope, write));
  if (pause !== undefined) return { ok: false, why: "paused", pause };
  if (write.frozen) {
    const overrides = ledger.overrides.filter(({ environment }) => environment === write.environment);
    return { ok: false, why: "frozen", overrides };
  }
  const targets = targetsWith(ledger, write);
  if (write.targetsPerRun !== undefined && targets.length > write.targetsPerRun) {
    return { ok: false, why: "targets", limit: write.targetsPerRun, targets: targets.map(nameOf) };
  }
  const starts = ledger.starts[write.environment];
  if (!starts.some(([key]) => key === write.key)) {
    const { perHour } = write;
    if (perHour !== undefined && starts.length >= perHour && write.takesBack !== true) {
      const oldest = starts[starts.length - perHour]?.[1] ?? nowMs;
      return { ok: false, why: "too-many", limit: perHour, againMs: oldest + ACTIONS_WINDOW_MS };
    }
    starts.push([write.key, nowMs]);
    if (starts.length > ACTIONS_PER_HOUR_MAX) starts.shift();
  }
  remember(ledger, write.runKey, targets);
  return { ok: true };
}

/** A target's name may stand in two environments; each bounds its own. */
const entryOf = ({ environment, target }: WriteStart): string => `${environment}/${target}`;
const nameOf = (entry: string): string => entry.slice(entry.indexOf("/") + 1);

function targetsWith(ledger: LedgerState, write: WriteStart): string[] {
  const before = ledger.runs.find(([runKey]) => runKey === write.runKey)?.[1] ?? [];
  const own = before.filter((entry) => entry.startsWith(`${write.environment}/`));
  return write.target === undefined ? own : [...new Set([...own, entryOf(write)])];
}

function remember(ledger: LedgerState, runKey: string, targets: string[]): void {
  const place = ledger.runs.findIndex(([key]) => key === runKey);
  const [found] = place < 0 ? [] : ledger.runs.splice(place, 1);
  ledger.runs.push([runKey, [...new Set([...(found?.[1] ?? []), ...targets])]]);
  if (ledger.runs.length > LEDGER_RUNS_MAX) ledger.runs.shift();
}

function tidy(ledger: LedgerState, nowMs: number): void {
  for (const environment of ENVIRONMENTS) {
    ledger.starts[environment] = ledger.starts[environment].filter(([, atMs]) => atMs > nowMs - ACTIONS_WINDOW_MS);
  }
  ledger.overrides = ledger.overrides.filter(({ untilMs }) => untilMs > nowMs);
}

function reaches(scope: string, { environment, target, namespace }: WriteStart): boolean {
  if (scope === "all" || scope === `environment:${environment}`) return true;
  if (target !== undefined && scope === `target:${target}`) return true;
  return namespace !== undefined && scope === `namespace:${namespace}`;
}

const SCOPE =
  /^(?:all|environment:(?:development|test|staging|production)|(?:target|namespace):[a-zA-Z0-9][a-zA-Z0-9_.-]{0,252})$/;

export const isScope = (text: unknown): text is string =>
  typeof text === "string" && text.length <= SCOPE_MAX_CHARS && SCOPE.test(text);

/** Takes in a pause; undefined where it is none that can be read, or stands already. */
export function addPause(ledger: LedgerState, given: unknown, nowMs: number): Pause | undefined {
  const { id, scope, reason, by } = (given ?? {}) as Partial<Record<keyof Pause, unknown>>;
  if (!isId(id) || !isScope(scope) || typeof reason !== "string" || typeof by !== "string") return undefined;
  if (ledger.pauses.some((pause) => pause.id === id)) return undefined;
  const isFull = ledger.pauses.length >= PAUSES_MAX;
  // One too many must not count for nothing: it holds for all.
  if (isFull && ledger.pauses.some((pause) => pause.scope === "all")) return undefined;
  const kept = isFull ? "all" : scope;
  const pause = { id, scope: kept, reason: short(reason), by: short(by, BY_MAX_CHARS), atMs: nowMs };
  ledger.pauses.push(pause);
  return pause;
}

/** Ends the pauses of these ids; gives those that stood. */
export function endPauses(ledger: LedgerState, ids: readonly string[]): Pause[] {
  const ended = ledger.pauses.filter(({ id }) => ids.includes(id));
  ledger.pauses = ledger.pauses.filter(({ id }) => !ids.includes(id));
  return ended;
}

/** Takes in an override whose token was verified before. */
export function addOverride(ledger: LedgerState, override: Override): void {
  if (ledger.overrides.some(({ id }) => id === override.id)) return;
  ledger.overrides.push({ ...override, reason: short(override.reason) });
  if (ledger.overrides.length > OVERRIDES_MAX) ledger.overrides.shift();
}

const isId = (text: unknown): text is string => typeof text === "string" && /^[\w-]{8,64}$/.test(text);
const BY_MAX_CHARS = 200;
/** Cut before it is read: anyone may send two megabytes as a reason. What is cut is far behind what is shown. */
const short = (text: string, max = REASON_MAX_CHARS): string => redact(text.slice(0, 8 * max)).slice(0, max);

/** What people are shown. */
export interface LedgerView {
  pauses: Pause[];
  overrides: Array<Omit<Override, "token">>;
}

export function ledgerView({ pauses, overrides }: LedgerState): LedgerView {
  return { pauses, overrides: overrides.map(({ token: _, ...rest }) => rest) };
}

/** Whether what came in is a write that is about to start. */
export function isWriteStart(given: unknown): given is WriteStart {
  const { key, runKey, environment, target, namespace, perHour, targetsPerRun } = (given ?? {}) as Partial<WriteStart>;
  const isText = (text: unknown): boolean => typeof text === "string" && text.length > 0 && text.length <= 200;
  const isName = (text: unknown): boolean => typeof text === "string" && text.length <= SCOPE_MAX_CHARS;
  const isCount = (count: unknown): boolean => count === undefined || (Number.isInteger(count) && Number(count) >= 0);
  return (
    isText(key) &&
    isText(runKey) &&
    ENVIRONMENTS.includes(environment as Environment) &&
    (target === undefined || isName(target)) &&
    (namespace === undefined || isName(namespace)) &&
    isCount(perHour) &&
    isCount(targetsPerRun)
  );
}
