/** What a group of like lines of one log tells: of its writer, or of what the writer calls; since when, and whether it goes on. */
import type { Evidence } from "../../../../core/investigation/evidence.js";
import { redact } from "../../../../core/redact.js";
import type { LogSign } from "../../../../schema/health.js";
import { isError } from "../../logs/levels.js";
import type { KeptEntry } from "../../logs/selection.js";
import { shortened } from "../finding.js";
import type { ServiceParam } from "./evidence-schema.js";
import { healthOf, logSignOf, startLine } from "./health-rules.js";
import { addressIn, byAddress, mentioned, withAddresses } from "./who.js";

/** A pause this long ends a burst of the same lines. */
const PAUSE_MS = 180_000;
/** Of a line that names nobody; and of one that names an address where nobody known listens. */
const UNKNOWN_SURE = 0.5;
const STRANGER_SURE = 0.66;
/** Of errors that fit no pattern; and of those that an exporter or a monitor writes: they are about its own looking. */
const UNNAMED_SURE = 0.45;
const OF_WATCHERS_SURE = 0.2;
/** Of what fails in its own code and goes on. */
const LIVED_ON_SURE = 0.72;
/** Of what nobody watches the word of those who call it is all there is. */
const UNWATCHED_SURE = 0.62;
const OF_CALLED = new Set(["times-out", "answers-5xx"]);
/** A single line tells of now for so long. */
const CURRENT_MS = 120_000;
/** Lines that came every second and come no more are over after this, or after so many of their usual pauses. */
const OVER_MS = 30_000;
const OVER_PAUSES = 8;
/** So many lines show how often they come; a pause much longer than that, and at least so long, ends a burst sooner. */
const STEADY_LINES = 8;
const APART_MS = 45_000;
/** What happens once in a while is said once in a while; the end of a process, or of its room, is said but once. */
const FLEETING_FACTOR = 0.7;
const FLEETING_LINES = 3;
const SAID_ONCE = new Set([
  ...["shuts-down", "crashed", "out-of-memory", "disk-full", "too-many-files", "corrupt", "config-invalid"],
  ...["writer-cannot-be-reached", "worker-connections"],
]);
/** What stops still says so much later that it did. */
const LAST_WORDS_MS = 5_000;

export interface Log {
  source: string;
  service: string;
  services: readonly ServiceParam[];
  since: string;
  /** From when on all of its lines are known; absent where some were left out. */
  wholeSinceMs?: number;
}

export type Found = Omit<Evidence, "node"> & { lines: number };

export function signOf(group: readonly KeptEntry[], all: readonly KeptEntry[], params: Log, untilMs: number): Found[] {
  const last = group.at(-1);
  if (last === undefined) return [];
  const sign = livedOn(logSignOf(last.message), group, all);
  const isErrorGroup = group.some(({ level }) => isError(level));
  if (sign === undefined && !isErrorGroup) return [];
  const burst = newestBurst(group);
  const [first = last] = burst;
  const about = aboutOf(last.message, sign, params);
  const isOther = about !== params.service;
  // Of a line that should tell of another and names none, nothing is known but that the writer fails.
  const isAsked = sign !== undefined && ASKED_WRONGLY.has(sign.code) && isStore(params);
  const unknown = sign !== undefined && sign.about === "other" && !isOther && !isStore(params);
  if (sign !== undefined && OF_CLIENTS.has(sign.code) && isStore(params)) return [];
  const many = Math.min(1, 0.75 + burst.length / 20) * (isFleeting(sign, burst) ? FLEETING_FACTOR : 1);
  // Where nobody known listens, the writer's own settings are the nearest thing to be wrong.
  const stranger = unknown && sign.code === "cannot-connect" ? addressIn(withAddresses(last.message)) : undefined;
  const isAlone = isOther && sign !== undefined && OF_CALLED.has(sign.code) && !isWatched(about, params.services);
  const line = shortened(redact(last.message.split("\n", 1)[0] ?? ""), 160);
  const next =
    stranger === undefined ? sign?.next : "compare that address in its configuration with where it should lead";
  return [
    {
      service: about,
      code: sign?.code ?? "errors",
      sign: stranger === undefined ? (sign?.sign ?? "errors") : "misconfigured",
      kind: "log",
      own: stranger !== undefined || isAlone || (sign !== undefined && !unknown && !isAsked && sign.own),
      sure:
        Math.round(
          (isAsked ? ASKED_WRONGLY_SURE : isAlone ? UNWATCHED_SURE : sureOf(sign, unknown, stranger, params)) *
            many *
            100,
        ) / 100,
      text: `${saidOf(sign, stranger, isOther ? params.service : undefined)} (${burst.length} lines, the last: ${line})`,
      current: !isOver(sign, last, all) && (untilMs - last.timeMs < goesOnMs(burst) || isStopped(sign, last, all)),
      onset: { ...before(all, first, params.wholeSinceMs), toMs: first.timeMs },
      lines: burst.length,
      teller: isOther ? params.service : undefined,
      next,
      query: `${params.source}, since ${params.since}`,
    },
  ];
}

/** Who writes on between such lines, and was not started anew, did not end: requests do. */
function livedOn(
  sign: LogSign | undefined,
  group: readonly KeptEntry[],
  all: readonly KeptEntry[],
): LogSign | undefined {
  const [first, last] = [group[0], group.at(-1)];
  if (sign?.code !== "crashed" || first === undefined || last === undefined || group.length < FLEETING_LINES)
    return sign;
  const own = new Set(group);
  const between = all.filter((one) => one.timeMs > first.timeMs && one.timeMs < last.timeMs && !own.has(one));
  if (between.length < group.length / 2 || between.some(({ message }) => startLine().test(message.slice(0, 600))))
    return sign;
  return { ...sign, code: "own-code", says: "its own code fails again and again", sign: "errors", sure: LIVED_ON_SURE };
}

const isFleeting = (sign: LogSign | undefined, burst: readonly KeptEntry[]): boolean =>
  burst.length < FLEETING_LINES && (sign === undefined || !SAID_ONCE.has(sign.code));

function sureOf(
  sign: LogSign | undefined,
  unknown: boolean,
  stranger: string | undefined,
  { service, services }: Log,
): number {
  const writer = services.find(({ name }) => name === service);
  if (sign === undefined)
    return writer !== undefined && STANDS_BY.has(roleOf(writer)) ? OF_WATCHERS_SURE : UNNAMED_SURE;
  if (stranger !== undefined) return STRANGER_SURE;
  return unknown ? Math.min(sign.sure, UNKNOWN_SURE) : sign.sure;
}

/** Prometheus reads it: what ails it shows there, too. */
const isWatched = (name: string, services: readonly ServiceParam[]): boolean =>
  services.some((one) => one.name === name && Object.keys(one.labels).length > 0);

function saidOf(sign: LogSign | undefined, stranger: string | undefined, writer: string | undefined): string {
  if (sign === undefined) return "new errors";
  if (stranger !== undefined) return `it cannot reach ${stranger}, where nothing that is on the map listens`;
  return writer === undefined ? sign.says : `${sign.says}, says the log of ${writer}`;
}

/** A store's log tells of itself, whatever name of a client stands in it. */
function isStore({ service, services }: Pick<Log, "service" | "services">): boolean {
  const own = services.find(({ name }) => name === service);
  return own !== undefined && ["database", "cache", "queue"].includes(roleOf(own));
}
/** In a store's log these tell of clients that came or went. */
const OF_CLIENTS = new Set(["cannot-connect", "times-out", "answers-5xx", "own-code", "no-server"]);
/** And these of what a client asks: whether the client or the store was changed, is not known. */
const ASKED_WRONGLY = new Set(["auth-fails", "missing-relation", "name-unknown", "certificate"]);
const ASKED_WRONGLY_SURE = 0.45;

/** The entry before the first of the burst: it cannot have begun earlier than that was written without it. */
function before(all: readonly KeptEntry[], first: KeptEntry, wholeSinceMs?: number): { fromMs?: number } {
  const earlier = all.filter(({ timeMs }) => timeMs < first.timeMs).at(-1)?.timeMs ?? silentSince(first, wholeSinceMs);
  return earlier === undefined ? {} : { fromMs: Math.max(earlier, first.timeMs - PAUSE_MS) };
}

/** A log that was silent for long and then tells of trouble tells when it began. */
function silentSince(first: KeptEntry, wholeSinceMs: number | undefined): number | undefined {
  return wholeSinceMs !== undefined && first.timeMs - wholeSinceMs > PAUSE_MS ? wholeSinceMs : undefined;
}

/** A writer that was told to stop, and wrote nothing since. */
const isStopped = (sign: LogSign | undefined, last: KeptEntry, all: readonly KeptEntry[]): boolean =>
  sign?.sign === "down" && sign.about === "self" && last === all.at(-1);

/** A writer that stopped and writes again was started since; a server that a proxy lost and found is back. */
function isOver(sign: LogSign | undefined, last: KeptEntry, all: readonly KeptEntry[]): boolean {
  const later = all.filter(({ timeMs }) => timeMs > last.timeMs);
  if (sign?.sign === "down" && sign.about === "self") {
    return later.some(
      ({ timeMs, message }) => timeMs - last.timeMs > LAST_WORDS_MS || startLine().test(message.slice(0, 600)),
    );
  }
  const [, lost] = /\b([\w./-]{1,100}) is DOWN\b/.exec(last.message) ?? [];
  return lost !== undefined && later.some(({ message }) => message.includes(`${lost} is UP`));
}

/** How long after its last line a burst is thought to go on. */
function goesOnMs(burst: readonly KeptEntry[]): number {
  const [first, last] = [burst[0], burst.at(-1)];
  if (first === undefined || last === undefined || burst.length < 3) return CURRENT_MS;
  const pauseMs = (last.timeMs - first.timeMs) / (burst.length - 1);
  return Math.min(CURRENT_MS, Math.max(OVER_MS, OVER_PAUSES * pauseMs));
}

/** Lines that came every second and then not for a minute belong to two troubles; what comes every minute is one. */
function newestBurst(group: readonly KeptEntry[]): KeptEntry[] {
  const newestMs = group.at(-1)?.timeMs ?? 0;
  let at = group.length - 1;
  for (; at > 0; at--) {
    const [time, earlier] = [group[at]?.timeMs ?? 0, group[at - 1]?.timeMs ?? 0];
    const lines = group.length - at;
    const usualMs =
      lines < STEADY_LINES ? PAUSE_MS : Math.max(APART_MS, (OVER_PAUSES * (newestMs - time)) / (lines - 1));
    if (time - earlier >= Math.min(PAUSE_MS, usualMs)) break;
  }
  return group.slice(at);
}

function aboutOf(message: string, sign: LogSign | undefined, { service, services }: Log): string {
  if (sign === undefined || sign.about === "self" || isStore({ service, services })) return service;
  // "Connection to server at …" means no machine, and nobody's log complains of what only watches.
  const others = services.filter((one) => one.name !== service && !STANDS_BY.has(roleOf(one)));
  const callees = calleesOf(services, service);
  // Who limits its own clients names them as well.
  const known = sign.about === "called" ? callees : others;
  const text = withAddresses(message.slice(0, 1_000));
  const [named, second] = mentioned(text, callees.length > 0 ? callees : known);
  const found = byAddress(text, known) ?? (second === undefined ? named : undefined);
  return found?.name ?? service;
}

const STANDS_BY = new Set(["host", "probe", "monitor"]);
const roleOf = ({ kinds: [main] }: ServiceParam): string => healthOf(main ?? "")?.role ?? "app";

function calleesOf(services: readonly ServiceParam[], name: string): ServiceParam[] {
  const own = services.find((one) => one.name === name);
  return services.filter((one) => own?.calls.includes(one.name));
}

/** Of several templates that tell the same of the same, the one with most lines, with the earliest beginning. */
export function bySign(found: readonly Found[]): Found[] {
  const groups = new Map<string, Found>();
  for (const one of found) {
    const key = `${one.service} ${one.code}`;
    const kept = groups.get(key);
    if (kept === undefined) groups.set(key, one);
    else {
      // What goes on tells more than what is over, however long that lasted.
      const isMore = kept.current === one.current ? kept.lines >= one.lines : kept.current;
      const [more, less] = isMore ? [kept, one] : [one, kept];
      const earlier = (less.onset?.toMs ?? Infinity) < (more.onset?.toMs ?? Infinity) ? less.onset : more.onset;
      const onset = less.current === more.current ? earlier : more.onset;
      groups.set(key, { ...more, ...(onset && { onset }) });
    }
  }
  return [...groups.values()].sort((a, b) => b.sure - a.sure);
}
