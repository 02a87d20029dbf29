/**
 * What a question means: the service that it names, and those whose trouble it tells. What has no known way to or from
 * any of them is another trouble. Imports no package.
 */
import type { Evidence } from "./evidence.js";
import { above, below, feedersOf, type Topology } from "./topology.js";

export interface Stack {
  topology: Topology;
  evidence: readonly Evidence[];
  /** Databases, caches and queues, through which one hands work to another. */
  stores: ReadonlySet<string>;
  /** Services that much more than usual arrives at. */
  surging: ReadonlySet<string>;
  target: string | undefined;
  hosts: ReadonlySet<string>;
  /** Services that words of the question mean. */
  called: readonly string[];
  isSymptom(one: Evidence): boolean;
}

export interface Meant {
  /** Nothing that is known leads from what was asked about to this service, nor back. */
  isApart(service: string): boolean;
  /** It is what was asked about, or that needs it. */
  isWithin(service: string): boolean;
  /** The question names a service whose needs are known. */
  isNamed: boolean;
}

export function meantIn(stack: Stack): Meant {
  const { evidence, target, topology } = stack;
  const told = evidence.filter(({ asked, service }) => asked === true && topology.has(service));
  const named = target !== undefined && topology.has(target) ? [target] : [];
  // Who names a service means that one, whatever else its words stand in.
  const called = named.length > 0 ? [] : stack.called.filter((one) => topology.has(one));
  const meant = [...new Set([...named, ...called, ...told.map(({ service }) => service)])];
  const needs = new Map(meant.map((one) => [one, below(topology, one)]));
  const isKnown = (one: string) => (needs.get(one)?.size ?? 0) > 1;
  // Of what shows no trouble of its own, and needs nobody knows, anything may be the cause.
  const telling = meant.filter(
    (one) => isKnown(one) || told.some(({ service }) => service === one) || isIllItself(one, stack),
  );
  const isNeeded = (one: string, service: string) =>
    one === service ||
    needs.get(one)?.has(service) === true ||
    feedersOf(topology, one, stack.stores).includes(service);
  const isNear = (one: string, service: string) =>
    isNeeded(one, service) ||
    // A sign that a machine only passes on is about nobody that runs there.
    (below(topology, service).has(one) && (one === target || !stack.hosts.has(one))) ||
    // Who sends more than before stands above, and so does the reason for it.
    (stack.surging.has(one) && [...above(topology, one)].some((name) => below(topology, name).has(service)));
  return {
    isApart: (service) => telling.length > 0 && !telling.some((one) => isNear(one, service)),
    isWithin: (service) => meant.some((one) => isNeeded(one, service)),
    isNamed: named.some(isKnown),
  };
}

const isIllItself = (service: string, { evidence, isSymptom }: Stack): boolean =>
  evidence.some((one) => one.service === service && one.own && isSymptom(one));

/** Neither needs the other, and they share no store through which one could hold up the other. */
export function isUnrelated(one: string, other: string, topology: Topology, stores: ReadonlySet<string>): boolean {
  return (
    one !== other &&
    !below(topology, one).has(other) &&
    !below(topology, other).has(one) &&
    !feedersOf(topology, one, stores).includes(other)
  );
}
