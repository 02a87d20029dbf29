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
import { newCrowd, takeIntoCrowd } from "./crowd.js";
import type { IncidentAlert, IncidentInput, IncidentState, IncidentView, Member, Taken } from "./state.js";

export type {
  IncidentAlert,
  IncidentInput,
  IncidentRun,
  IncidentState,
  IncidentView,
  Member,
  NotStarted,
  Taken,
} from "./state.js";

const NOTES_MAX = 20;

export function newIncident(nowMs: number, debounceMs: number): IncidentState {
  const times = { startedMs: nowMs, untilMs: nowMs + debounceMs };
  return { phase: "gathering", members: {}, kept: 0, fires: 0, taken: 0, beyond: 0, notes: [], ...times };
}

export function note(state: IncidentState, text: string): void {
  if (state.notes.length < NOTES_MAX && !state.notes.includes(text)) state.notes.push(text);
}

/** `countsAll`: asked at the first alert beyond those that are kept one by one; earlier versions counted only its message. */
export function takeAlerts(
  state: IncidentState,
  alerts: readonly IncidentAlert[],
  nowMs: number,
  countsAll: () => boolean = () => true,
): Taken {
  const joined: string[] = [];
  const wasFiring = isFiring(state);
  for (const alert of alerts) {
    state.taken += 1;
    const known = Object.hasOwn(state.members, alert.id) ? state.members[alert.id] : undefined;
    if (known !== undefined) state.fires += again(known, alert, nowMs);
    else if (state.kept >= MEMBERS_MAX) {
      state.beyond += 1;
      if (countsAll()) state.fires += beyond(state, alert);
    } else {
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

function beyond(state: IncidentState, alert: IncidentAlert): -1 | 0 | 1 {
  state.crowd ??= newCrowd();
  const more = takeIntoCrowd(state.crowd, alert);
  if (more === undefined) note(state, "more alerts came than are kept one by one: some are only counted");
  return more ?? 0;
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

export function viewOf(state: IncidentState, { hook, key }: IncidentInput, most = MEMBERS_SHOWN): IncidentView {
  const all = Object.values(state.members);
  const { phase, notStarted, taken, beyond, startedMs, resolvedMs, run, notes } = state;
  return {
    ...{ hook, key, phase, taken, beyond, startedMs, notes },
    notStarted,
    resolvedMs,
    run,
    firing: state.fires,
    alerts: state.kept + (state.crowd?.count ?? 0),
    ...(state.crowd === undefined ? {} : { kept: state.kept }),
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
    areLabels(labels)
  );
}

/** Far more than hooks send on; what anyone may send has to fit into the state that is handed over. */
const LABELS_MOST = 200;
const LABELS_MOST_CHARS = 8_000;

function areLabels(value: unknown): boolean {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  if (entries.length > LABELS_MOST || !entries.every(([, label]) => text(label, 1_000))) return false;
  return entries.reduce((sum, [name, label]) => sum + name.length + String(label).length, 0) <= LABELS_MOST_CHARS;
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
