/**
 * An incident: the alerts of one group, what was started for them, and what became of it. It keeps so many alerts one by
 * one and counts the rest. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import {
  COOLDOWN_MAX_SECONDS,
  DEBOUNCE_MAX_SECONDS,
  FLAPPING_TURNS,
  HOOK_GROUP_LABELS_MAX,
  LABELS_SHOWN,
  MEMBERS_MAX,
  MEMBERS_SHOWN,
} from "../../vocabulary/hook-limits.js";

/** An alert as it is sent on: within bounds, without secrets. */
export interface IncidentAlert {
  id: string;
  name: string;
  says: string;
  labels: Record<string, string>;
  status: "firing" | "resolved";
  /** When it began, as the sender says; tells a late message from a new trouble. */
  since?: string;
}

export interface IncidentInput {
  hook: string;
  /** The values of the labels that it is grouped by. */
  key: Record<string, string>;
  settings: { debounceMs: number; cooldownMs: number };
  /** What stands in the shell of the façade that took the first alert: it makes the run stricter, never the other way. */
  asked?: { dryRun?: boolean; stricter?: { require_approval_all?: true; enable_remediation?: false } };
}

export interface Member {
  name: string;
  says: string;
  labels: Record<string, string>;
  status: "firing" | "resolved";
  since?: string;
  firstMs: number;
  lastMs: number;
  /** Messages about it. */
  count: number;
  /** How often it changed between firing and resolved. */
  turns: number;
}

/** `gathering`: waits for siblings. `quiet`: resolved before anything was started. `cooling`: what comes now joins what was. */
export type Phase = "gathering" | "quiet" | "starting" | "running" | "cooling" | "ended";
/** Why nothing was started. */
export type NotStarted = "resolved" | "unmatched" | "suppressed" | "not-planned" | "planned";

export interface IncidentRun {
  id: string;
  mode: string;
  startedMs: number;
  endedMs?: number;
  outcome?: string;
  /** The first thing that it found. */
  answer?: string;
  /** The rule, from 1, whose channels hear of it; absent where there are none. */
  tells?: number;
}

export interface IncidentState {
  phase: Phase;
  members: Record<string, Member>;
  /** How many there are, and how many of them fire: counted, for a storm asks with each alert. */
  kept: number;
  fires: number;
  /** Messages about alerts, repeats and those beyond the members included. */
  taken: number;
  /** Messages about alerts that are not among the members. */
  beyond: number;
  startedMs: number;
  /** When the phase ends by itself. */
  untilMs: number;
  run?: IncidentRun;
  notStarted?: NotStarted;
  /** In words: what kept it from starting, or what was left out. */
  notes: string[];
  /** When the last alert that fired was resolved. */
  resolvedMs?: number;
}

const NOTES_MAX = 20;

export function newIncident(nowMs: number, debounceMs: number): IncidentState {
  const times = { startedMs: nowMs, untilMs: nowMs + debounceMs };
  return { phase: "gathering", members: {}, kept: 0, fires: 0, taken: 0, beyond: 0, notes: [], ...times };
}

export function note(state: IncidentState, text: string): void {
  if (state.notes.length < NOTES_MAX && !state.notes.includes(text)) state.notes.push(text);
}

/** What came with a message: names that were not there before, and whether the last that fired is over. */
export interface Taken {
  joined: string[];
  isOver: boolean;
}

export function takeAlerts(state: IncidentState, alerts: readonly IncidentAlert[], nowMs: number): Taken {
  const joined: string[] = [];
  const wasFiring = isFiring(state);
  for (const alert of alerts) {
    state.taken += 1;
    const known = Object.hasOwn(state.members, alert.id) ? state.members[alert.id] : undefined;
    if (known !== undefined) state.fires += again(known, alert, nowMs);
    else if (state.kept >= MEMBERS_MAX) state.beyond += 1;
    else {
      const { id: _, ...rest } = alert;
      state.members[alert.id] = { ...rest, firstMs: nowMs, lastMs: nowMs, count: 1, turns: 0 };
      state.kept += 1;
      if (alert.status === "firing") state.fires += 1;
      joined.push(alert.name);
    }
  }
  const isOver = wasFiring && !isFiring(state);
  if (isOver) state.resolvedMs = nowMs;
  else if (isFiring(state)) delete state.resolvedMs;
  return { joined, isOver };
}

/** By how much more fire after it. */
function again(member: Member, alert: IncidentAlert, nowMs: number): -1 | 0 | 1 {
  member.count += 1;
  member.lastMs = nowMs;
  // A message that it fires, overtaken by the one that the same trouble is over.
  const isLate = member.status === "resolved" && alert.status === "firing" && isSame(member.since, alert.since);
  if (isLate || member.status === alert.status) return 0;
  member.status = alert.status;
  member.turns += 1;
  if (alert.since !== undefined) member.since = alert.since;
  return alert.status === "firing" ? 1 : -1;
}

const isSame = (one: string | undefined, other: string | undefined): boolean => one !== undefined && one === other;

export const isFiring = ({ fires }: IncidentState): boolean => fires > 0;

export const isFlapping = ({ turns }: Pick<Member, "turns">): boolean => turns >= FLAPPING_TURNS;

/** Alerts of the group that fire, as they came; where none does any more, those that did. */
export function firing({ members }: IncidentState): IncidentAlert[] {
  const all = Object.entries(members).map(([id, { name, says, labels, status }]) => ({
    id,
    name,
    says,
    labels,
    status,
  }));
  return all.filter(({ status }) => status === "firing");
}

/** What lists show of an incident, also where no worker runs. */
export interface IncidentView {
  hook: string;
  key: Record<string, string>;
  phase: Phase;
  notStarted?: NotStarted;
  /** Alerts that fire now, and all that there were. */
  firing: number;
  alerts: number;
  /** Messages, repeats included. */
  taken: number;
  /** Messages about alerts beyond those that are kept one by one. */
  beyond: number;
  flapping: number;
  startedMs: number;
  resolvedMs?: number;
  run?: IncidentRun;
  notes: string[];
  members: Array<Pick<Member, "name" | "status" | "count" | "firstMs" | "lastMs"> & { labels: Record<string, string> }>;
}

export function viewOf(state: IncidentState, { hook, key }: IncidentInput, most = MEMBERS_SHOWN): IncidentView {
  const all = Object.values(state.members);
  const { phase, notStarted, taken, beyond, startedMs, resolvedMs, run, notes } = state;
  return {
    ...{ hook, key, phase, taken, beyond, startedMs, notes },
    ...(notStarted === undefined ? {} : { notStarted }),
    ...(resolvedMs === undefined ? {} : { resolvedMs }),
    ...(run === undefined ? {} : { run }),
    firing: state.fires,
    alerts: state.kept,
    flapping: all.filter(isFlapping).length,
    members: all.slice(0, most).map(({ name, status, count, firstMs, lastMs, labels }) => {
      return { name, status, count, firstMs, lastMs, labels: most > MEMBERS_SHOWN ? labels : few(labels) };
    }),
  };
}

const few = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).slice(0, LABELS_SHOWN));

const text = (value: unknown, most: number): value is string => typeof value === "string" && value.length <= most;

/** Whether what came in a signal is one: anyone with a client may send anything. */
export function isIncidentAlert(value: unknown): value is IncidentAlert {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, says, labels, status, since } = value as Record<string, unknown>;
  return (
    text(id, 200) &&
    !["__proto__", "constructor", "prototype"].includes(id) &&
    text(name, 1_000) &&
    text(says, 2_000) &&
    (status === "firing" || status === "resolved") &&
    (since === undefined || text(since, 100)) &&
    typeof labels === "object" &&
    labels !== null &&
    Object.values(labels).every((label) => text(label, 1_000))
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWithin = (value: unknown, mostMs: number): boolean =>
  typeof value === "number" && value >= 0 && value <= mostMs;

/** Whether a workflow can be an incident with it: anyone with a client may start one with anything. */
export function isIncidentInput(value: unknown): value is IncidentInput {
  const { hook, key, settings, asked } = isObject(value) ? value : {};
  if (!isObject(key) || !isObject(settings) || !(asked === undefined || isObject(asked))) return false;
  const values = Object.values(key);
  return (
    text(hook, 41) &&
    /^[a-z0-9][a-z0-9_-]*$/.test(hook) &&
    values.length <= HOOK_GROUP_LABELS_MAX &&
    values.every((one) => text(one, 1_000)) &&
    isWithin(settings.debounceMs, DEBOUNCE_MAX_SECONDS * 1_000) &&
    isWithin(settings.cooldownMs, COOLDOWN_MAX_SECONDS * 1_000)
  );
}
