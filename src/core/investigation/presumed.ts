/**
 * A map made while nobody asked may lack a call that is short or seldom. Where something suffers, nothing that it is known
 * to need is ill, and something else stopped at that very moment, it is presumed to need that. Imports no package.
 */
import type { Component, Evidence } from "./evidence.js";
import { below, type Topology } from "./topology.js";
import { isOwnIllness, isSymptom } from "./weight.js";

/** What makes its callers suffer at once. */
const STOPS = new Set(["down", "full", "refusing", "locked"]);
const SUFFERS = new Set(["errors", "slow", "backend-down"]);
/** Between a stop and what it makes others show: time-outs, scrapes and averages. */
const APART_MS = 45_000;

/** From whom suffers to what it is presumed to need. */
export function presumedIn(
  evidence: readonly Evidence[],
  components: readonly Component[],
  topology: Topology,
): Map<string, string[]> {
  const told = evidence.filter((one) => one.kind !== "series" && isSymptom(one) && one.onset?.fromMs !== undefined);
  const hosts = new Set(components.filter(({ role }) => role === "host").map(({ name }) => name));
  const stopped = told.filter((one) => STOPS.has(one.sign) && isOwnIllness(one) && topology.has(one.service));
  const stops = stopped.filter(({ service }) => !hosts.has(service));
  if (stops.length === 0) return new Map();
  const isIll = new Set(evidence.filter((one) => one.own && isSymptom(one)).map(({ service }) => service));
  const suffering = told.filter(({ sign, own, service }) => !own && SUFFERS.has(sign) && !isIll.has(service));
  const names = new Set(suffering.map(({ service }) => service));
  const isLowest = (name: string) =>
    topology.has(name) &&
    [...below(topology, name).keys()].every(
      (one) => one === name || !(names.has(one) || (isIll.has(one) && !hosts.has(one))),
    );
  const found = new Map<string, string[]>();
  for (const one of suffering.filter(({ service }) => isLowest(service))) {
    const needs = stops
      .filter((stop) => isCoeval(stop, one) && !below(topology, stop.service).has(one.service))
      .map(({ service }) => service);
    if (needs.length > 0) found.set(one.service, [...new Set([...(found.get(one.service) ?? []), ...needs])]);
  }
  return found;
}

const isCoeval = ({ onset: stop }: Evidence, { onset }: Evidence): boolean =>
  stop !== undefined && onset !== undefined && Math.abs(stop.toMs - onset.toMs) <= APART_MS;
