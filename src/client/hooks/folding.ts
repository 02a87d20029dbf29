/**
 * How many incidents one hook begins, in one delivery and in a minute. The alerts of groups beyond that go to incidents
 * that go on, or to one incident for all of them: nothing is left out, and no sender fills the namespace.
 */
import type { Hook } from "../../schema/config/hooks.js";
import {
  FOLDED_GROUPS_KEPT,
  FOLDED_KEPT_MS,
  INCIDENTS_PER_DELIVERY,
  INCIDENTS_PER_MINUTE,
} from "../../vocabulary/delivery-limits.js";
import { incidentId } from "../../vocabulary/names.js";
import { type Group, shortHash } from "./grouping.js";

const MINUTE_MS = 60_000;

/** `begin` starts the incident or joins it; `join` says whether there was one that goes on. */
export interface Sending {
  begin(group: Group): Promise<void>;
  join(group: Group): Promise<boolean>;
}
export interface Sent {
  incidents: string[];
  /** Groups and alerts that went to the one incident for all. */
  folded: { groups: number; alerts: number; incident: string };
}

export function createFolding({ begin, join }: Sending) {
  /** Of one hook: when each incident was begun, and when a group was last folded. */
  const begun = new Map<string, Map<string, number>>();
  const folded = new Map<string, number>();

  function split(name: string, groups: readonly Group[], nowMs: number): { own: Group[]; beyond: Group[] } {
    const recent = new Map([...(begun.get(name) ?? [])].filter(([, atMs]) => atMs > nowMs - MINUTE_MS));
    begun.set(name, recent);
    const own: Group[] = [];
    const beyond: Group[] = [];
    let room = Math.min(INCIDENTS_PER_DELIVERY, INCIDENTS_PER_MINUTE - recent.size);
    for (const group of groups) {
      const isKnown = recent.has(group.id);
      if (isFolded(group.id, nowMs) || (!isKnown && room <= 0)) beyond.push(group);
      else {
        own.push(group);
        if (isKnown) continue;
        room -= 1;
        recent.set(group.id, nowMs);
      }
    }
    return { own, beyond };
  }

  const isFolded = (id: string, nowMs: number): boolean => (folded.get(id) ?? 0) > nowMs - FOLDED_KEPT_MS;

  /** What ends an alert must come to where it began. */
  function keepFolded(id: string, nowMs: number): void {
    folded.delete(id);
    const [oldest] = folded.keys();
    if (folded.size >= FOLDED_GROUPS_KEPT && oldest !== undefined) folded.delete(oldest);
    folded.set(id, nowMs);
  }

  return async (name: string, hook: Hook, groups: readonly Group[], nowMs: number): Promise<Sent> => {
    const { own, beyond } = split(name, groups, nowMs);
    const [joined] = await Promise.all([
      Promise.all(beyond.map(async (group) => ({ group, isTaken: await join(group) }))),
      Promise.all(own.map(begin)),
    ]);
    const rest = joined.flatMap(({ group, isTaken }) => (isTaken ? [] : [group]));
    for (const { id } of rest) keepFolded(id, nowMs);
    const one = inOne(name, hook, rest);
    if (one !== undefined) await begin(one);
    const taken = joined.flatMap(({ group, isTaken }) => (isTaken ? [group] : []));
    const went = [...own, ...taken, ...(one === undefined ? [] : [one])];
    const counts = { groups: rest.length, alerts: one?.alerts.length ?? 0, incident: one?.id ?? "" };
    return { incidents: went.map(({ id }) => id), folded: counts };
  };
}

/** One incident of a hook for all that is beyond its bound. */
function inOne(name: string, hook: Hook, groups: readonly Group[]): Group | undefined {
  const [first] = groups;
  if (first === undefined) return undefined;
  const key = Object.fromEntries(hook.group_by.map((label) => [label, "(many)"]));
  return {
    id: incidentId(name, shortHash("many")),
    input: { ...first.input, key },
    alerts: groups.flatMap(({ alerts }) => alerts),
  };
}
