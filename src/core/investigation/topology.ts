/** Who depends on whom: what lies below a service, and how far. Imports no package. */
import type { Component } from "./evidence.js";

export type Topology = ReadonlyMap<string, readonly string[]>;

/** What each service needs: those that it calls, and the machines that it runs on. */
export function topologyOf(components: readonly Component[]): Topology {
  return new Map(components.map(({ name, calls, runsOn }) => [name, [...new Set([...calls, ...runsOn])]]));
}

/** Steps from a service down to each that it needs; itself is 0. */
export function below(topology: Topology, name: string, stepsMax = Number.POSITIVE_INFINITY): Map<string, number> {
  const steps = new Map([[name, 0]]);
  const open = [name];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    const next = (steps.get(at) ?? 0) + 1;
    if (next > stepsMax) continue;
    for (const callee of topology.get(at) ?? []) {
      if (steps.has(callee)) continue;
      steps.set(callee, next);
      open.push(callee);
    }
  }
  return steps;
}

/** Those that need it, directly or not. */
export function above(topology: Topology, name: string): Set<string> {
  const found = new Set<string>();
  for (const caller of topology.keys()) {
    if (caller !== name && below(topology, caller).has(name)) found.add(caller);
  }
  return found;
}

/** Those that call it directly. */
export function callersOf(topology: Topology, service: string): string[] {
  return [...topology].filter(([, needs]) => needs.includes(service)).map(([name]) => name);
}

/** Those that use a store which this one uses, too: what they put there it may wait for. */
export function feedersOf(topology: Topology, service: string, stores: ReadonlySet<string>): string[] {
  const shared = (topology.get(service) ?? []).filter((name) => stores.has(name));
  const users = shared.flatMap((store) => callersOf(topology, store));
  return [...new Set(users)].filter((name) => name !== service);
}
