/** What people complain about, and when that began. Imports no package. */
import type { Evidence } from "./evidence.js";
import { above, type Topology } from "./topology.js";
import { isSymptom } from "./weight.js";

/** Signs of people's trouble, and not of its cause. */
const COMPLAINTS = new Set(["errors", "slow", "down", "backend-down", "stalled"]);

export interface Complained {
  topology: Topology;
  /** What only suffers, with a beginning that was seen. */
  complaints: readonly Evidence[];
  target: string | undefined;
}

/** That a series shifted, at some time, is a guess; what a rule or an alert tells of now is not. */
export function complaintsIn(evidence: readonly Evidence[]): Evidence[] {
  const all = evidence.filter(
    (one) => isSymptom(one) && !one.own && COMPLAINTS.has(one.sign) && one.onset?.fromMs !== undefined,
  );
  const told = all.filter(({ kind }) => kind !== "series");
  return told.length > 0 ? told : all;
}

/**
 * When what people complain about began, at the latest: of the target where it shows any, else of whatever needs this service. What
 * has nothing to do with it (a queue left over from another trouble) tells nothing of when this one began; and of what tells the
 * same, the newest beginning counts: an alert that never ended between two troubles dates from the first.
 */
export function complaintBegan(service: string, { complaints, target, topology }: Complained): number | undefined {
  const about = complaints.filter((one) => one.service === target);
  const callers = above(topology, service);
  const near = about.length > 0 ? about : complaints.filter((one) => callers.has(one.service));
  const times = new Map<string, number>();
  for (const { service: name, sign, onset } of near) {
    const key = `${name} ${sign}`;
    if (onset !== undefined) times.set(key, Math.max(onset.toMs, times.get(key) ?? onset.toMs));
  }
  return times.size === 0 ? undefined : Math.min(...times.values());
}
