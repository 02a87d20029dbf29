/**
 * A proxy that finds a server down, while all that it is known to call is well, looks in the wrong place: its own
 * configuration is the nearest thing to be wrong. Imports no package.
 */
import type { Component, Evidence } from "./evidence.js";

const SURE = 0.8;
const NEXT = "compare the address, the port and the check of that server in its configuration with where it listens";
/** Signs of what stands behind it that explain why it finds no server. */
const NOT_WELL = new Set([
  ...["down", "unreachable", "refusing", "full", "errors", "slow", "saturated", "locked", "misconfigured"],
  ...["backend-down", "restarted", "expiring"],
]);

export function withLostServers(
  evidence: readonly Evidence[],
  components: readonly Component[],
  isTrouble: (one: Evidence) => boolean,
): Evidence[] {
  const ill = new Set(
    evidence
      .filter((one) => one.kind !== "series" && NOT_WELL.has(one.sign) && isTrouble(one))
      .map(({ service }) => service),
  );
  const lost = new Set(
    components
      .filter(({ role, calls }) => role === "proxy" && calls.length > 0 && !calls.some((name) => ill.has(name)))
      .map(({ name }) => name),
  );
  return evidence.map((one) =>
    one.sign === "backend-down" && one.kind === "health" && !one.own && lost.has(one.service) && isTrouble(one)
      ? {
          ...one,
          own: true,
          sure: SURE,
          text: `${one.text}, though all that it is known to call is well`,
          next: NEXT,
        }
      : one,
  );
}

/** Of a server that people took out, where its proxy has none left for its place. */
const TAKEN_OUT_SURE = 0.9;
const BACK_IN = "put its servers back where that was not meant";

/** Where people took its servers out, a proxy finds none of what runs well behind it. */
export function withTakenOut(evidence: readonly Evidence[]): Evidence[] {
  const current = evidence.filter((one) => one.current);
  const emptied = new Set(current.filter(({ code }) => code === "server-maintenance").map(({ service }) => service));
  const down = new Set(current.filter(({ own, sign }) => own && sign === "down").map(({ service }) => service));
  const empty = new Set(
    current.filter(({ sign, teller }) => sign === "backend-down" && teller === undefined).map(({ service }) => service),
  );
  const known = evidence.map((one) =>
    one.code === "server-maintenance" && one.current && empty.has(one.service)
      ? { ...one, sure: Math.max(TAKEN_OUT_SURE, one.sure) }
      : one,
  );
  return known.map((one) =>
    one.sign === "backend-down" && one.teller !== undefined && emptied.has(one.teller) && !down.has(one.service)
      ? { ...one, service: one.teller, own: true, text: `${one.text}; servers were taken out by hand`, next: BACK_IN }
      : one,
  );
}
