/**
 * A machine that is busy is how work looks. It is a cause only where something on it suffers, that began with it, and
 * nothing nearer explains. Imports no package.
 */
import type { Component, Evidence } from "./evidence.js";

/** What only too little of a machine's time can look like, too. */
const SUFFERING = new Set(["errors", "slow", "saturated", "stalled", "backend-down"]);
/** Signs that say nothing of why something is slow. */
const NO_REASON = new Set(["restarted", "changed", "traffic", "evicting", "expiring"]);
/** A shortage that a busy machine makes as well as it is made by. */
const EITHER = new Set(["slow", "saturated"]);
const EXPLAINED_FACTOR = 0.3;
const EITHER_FACTOR = 0.6;
const UNFELT_FACTOR = 0.6;
/** Between its beginning and that of the suffering: clocks, scrapes, and averages that rise slowly. */
const APART_MS = 120_000;

export interface Machines {
  /** What counts for the machine, 0 to 1: 1 for whatever is not its busyness. */
  factor(one: Evidence): number;
  /** It is busy, nobody is alerted by it, and nothing on it suffers. */
  isUnfelt(one: Evidence): boolean;
}

export function machinesOf(
  evidence: readonly Evidence[],
  components: readonly Component[],
  isTrouble: (one: Evidence) => boolean,
  target?: string,
): Machines {
  const hosts = new Set(components.filter(({ role }) => role === "host").map(({ name }) => name));
  const told = evidence.filter((one) => !hosts.has(one.service) && one.kind !== "series" && isTrouble(one));
  const sufferers = (host: string) => {
    const on = new Set(components.filter(({ runsOn }) => runsOn.includes(host)).map(({ name }) => name));
    return told.filter(({ service, sign }) => SUFFERING.has(sign) && (on.size === 0 || on.has(service)));
  };
  const reasons = told.filter(({ own, sign }) => own && !NO_REASON.has(sign));
  const isBusy = ({ service, sign }: Evidence) => hosts.has(service) && sign === "saturated";
  const factor = (one: Evidence) => {
    if (!isBusy(one) || one.service === target) return 1;
    const suffering = sufferers(one.service);
    if (suffering.length === 0) return UNFELT_FACTOR;
    if (reasons.some(({ sign }) => !EITHER.has(sign))) return EXPLAINED_FACTOR;
    if (!beganWith(one, suffering)) return EXPLAINED_FACTOR;
    return reasons.length > 0 ? EITHER_FACTOR : 1;
  };
  return {
    factor,
    isUnfelt: (one) =>
      isBusy(one) && one.kind !== "alert" && one.service !== target && sufferers(one.service).length === 0,
  };
}

/** A machine that was busy all along, or for minutes before anybody suffered, is no reason for what began since. */
function beganWith({ onset }: Evidence, suffering: readonly Evidence[]): boolean {
  const begun = suffering.flatMap((one) => (one.onset?.fromMs === undefined ? [] : one.onset.toMs));
  if (begun.length === 0) return true;
  if (onset?.fromMs === undefined) return false;
  const first = Math.min(...begun);
  return onset.fromMs <= first + APART_MS && onset.toMs >= first - APART_MS;
}
