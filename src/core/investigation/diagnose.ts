/**
 * Which service is ill itself, below those that only suffer. Each sign has a weight; what lies below and is ill explains
 * what is above it. Onsets are intervals: nothing counts as earlier or later unless the intervals do not touch.
 * Imports no package.
 */
import { type Machines, machinesOf } from "./busy-machine.js";
import { complaintBegan, complaintsIn } from "./complaints.js";
import { STUCK, withStuckConsumers } from "./consumers.js";
import type { Component, Evidence } from "./evidence.js";
import { isUnrelated, type Meant, meantIn } from "./meant.js";
import { isEarly, isLate, onsetOf } from "./onset.js";
import { presumedIn } from "./presumed.js";
import { withLostServers, withTakenOut } from "./proxies.js";
import { sureness } from "./sureness.js";
import type { Diagnosis, Suspect } from "./suspect.js";
import { above, below, callersOf, feedersOf, type Topology, topologyOf } from "./topology.js";
import { isOwnIllness, isSurge, isSymptom, SYMPTOM_MIN, weightOf } from "./weight.js";
import { type Well, withWell } from "./well.js";

/** A sign that only suffers says this much of the thing itself, where something below it is ill, too. */
const SUFFERS_FACTOR = 0.3;
const LATE_FACTOR = 0.6;
const EARLY_FACTOR = 0.75;
const EXPLAINS_BONUS = 0.12;
const SECOND_KIND_BONUS = 0.06;
/** Of a trouble that has nothing to do with what was asked about; and at most, of the nearest one that has. */
const OUT_OF_REACH_FACTOR = 0.6;
const OUT_OF_REACH_SHARE = 0.8;

export function diagnose(
  signs: readonly Evidence[],
  components: readonly Component[],
  target?: string,
  well: readonly Well[] = [],
  called: readonly string[] = [],
): Diagnosis {
  const known = withTakenOut(withWell(signs, components, well));
  const evidence = withStuckConsumers(withLostServers(known, components, isSymptom), components, isSymptom);
  const mapped = topologyOf(components);
  const presumed = presumedIn(evidence, components, mapped);
  const topology = new Map([...mapped].map(([name, needs]) => [name, [...needs, ...(presumed.get(name) ?? [])]]));
  const machines = machinesOf(evidence, components, isSymptom, target);
  const byService = groups(evidence);
  const ill = new Set([...byService].filter(([, own]) => own.some(isSymptom)).map(([name]) => name));
  if (!evidence.some((one) => isTold(one) && isSymptom(one) && !machines.isUnfelt(one))) return quiet(byService);
  const complaints = complaintsIn(evidence);
  const hosts = new Set(components.filter(({ role }) => role === "host").map(({ name }) => name));
  const stores = new Set(components.filter(({ role }) => STORES.has(role)).map(({ name }) => name));
  const surging = new Set([...byService].filter(([, own]) => own.some(isSurge)).map(([name]) => name));
  const meant = meantIn({ topology, evidence, stores, surging, target, called, hosts, isSymptom });
  const around = { topology, ill, byService, surging, complaints, machines, stores, target, meant, hosts };
  const found = [...byService].map(([service, own]) => suspectOf(service, own, around));
  const suspects = asMeant(found, around)
    .filter(({ service, score }) => score >= 0.2 || service === target)
    .sort((a, b) => b.score - a.score || (a.service < b.service ? -1 : 1));
  const guessed = new Set([...presumed.values()].flat());
  const { certainty, ...rest } = told(suspects, around);
  const isGuess = certainty === "confirmed" && guessed.has(suspects[0]?.service ?? "");
  return { trouble: true, certainty: isGuess ? "likely" : certainty, ...rest, suspects };
}

/** Where anything is ill on the way of what was asked about, no other trouble comes before it. */
function asMeant(suspects: readonly Suspect[], around: Around): Suspect[] {
  const near = nearIn(suspects, around);
  if (near.length === 0) return [...suspects];
  const most = OUT_OF_REACH_SHARE * Math.max(...near.map(({ score }) => score));
  return suspects.map((one) =>
    around.meant.isApart(one.service)
      ? { ...one, score: Math.min(Math.round(OUT_OF_REACH_FACTOR * one.score * 1_000) / 1_000, most) }
      : one,
  );
}

/** That a machine is busy, or that a series nobody asked about shifted, is no trouble of what was asked about. */
const nearIn = (suspects: readonly Suspect[], { meant, machines }: Around): Suspect[] =>
  suspects.filter(({ service, evidence }) => {
    if (meant.isApart(service)) return false;
    // Of those above only one that is ill itself holds it up; that others suffer says nothing of it.
    const tells = (one: Evidence) => isTold(one) && (one.own || meant.isWithin(service));
    return evidence.some((one) => isSymptom(one) && machines.factor(one) === 1 && tells(one));
  });

function told(suspects: readonly Suspect[], around: Around): Omit<Diagnosis, "trouble" | "suspects"> {
  const [best] = suspects;
  const { ill, meant, machines, topology, stores } = around;
  const suffers = [...ill].filter((name) => name !== best?.service);
  if (best === undefined) return { ...sureness(suspects, machines), suffers };
  const isElsewhere = meant.isNamed && meant.isApart(best.service) && nearIn(suspects, around).length === 0;
  const besides = suspects.filter(
    ({ service, evidence }) =>
      evidence.some((one) => isOwnIllness(one) && machines.factor(one) === 1) &&
      isUnrelated(service, best.service, topology, stores),
  );
  const rule = isElsewhere ? { certainty: "inconclusive" as const, rule: ELSEWHERE } : sureness(suspects, machines);
  return { ...rule, suffers, isElsewhere, besides: besides.map(({ service }) => service) };
}

const ELSEWHERE = "nothing wrong was found with what was asked about, nor with what it needs";

/** That a series shifted is worth a word; alone it is the trouble of none but who asks about it. */
const isTold = ({ kind, asked }: Evidence): boolean => kind !== "series" || asked === true;

function groups(evidence: readonly Evidence[]): Map<string, Evidence[]> {
  const found = new Map<string, Evidence[]>();
  for (const one of evidence) found.set(one.service, [...(found.get(one.service) ?? []), one]);
  return found;
}

function quiet(byService: ReadonlyMap<string, Evidence[]>): Diagnosis {
  const noticed = [...byService].map(([service, evidence]) => ({
    service,
    score: Math.max(...evidence.map(weightOf)),
    evidence: [...evidence].sort((a, b) => weightOf(b) - weightOf(a)),
    explains: [],
  }));
  const suspects = noticed.sort((a, b) => b.score - a.score).slice(0, 3);
  const rule = "nothing alerts, is down or is ill";
  return { trouble: false, certainty: "inconclusive", rule, suspects, suffers: [] };
}

/** What arrives and what is worked off comes from above. */
const FLOWS = new Set(["stalled", "traffic"]);
const STORES = new Set(["database", "cache", "queue"]);
/** What too much to do looks like. */
const OVERLOAD = new Set(["errors", "slow", "saturated", "backend-down"]);
const FLOODED_FACTOR = 0.6;
/** What goes up from the called to its callers; of two that show it the one below comes first. */
const ECHOES = new Set(["errors", "slow", "backend-down"]);
const ECHO_FACTOR = 0.75;
const isEcho = (one: Evidence): boolean => ECHOES.has(one.sign) && isSymptom(one) && isTold(one);
/** From here on a sign that tells what was asked is told first. */
const ASKED_MIN = 0.4;
/** Unless another tells so much more. */
const ASKED_SHARE = 0.55;
/** That nobody sees a thing makes nobody else suffer. */
const UNSEEN_FACTOR = 0.7;
/** Who gets nothing to do, for who hands it over is ill. */
const STARVED_FACTOR = 0.5;

interface Around {
  topology: Topology;
  ill: ReadonlySet<string>;
  byService: ReadonlyMap<string, Evidence[]>;
  /** Services that much more than usual arrives at. */
  surging: ReadonlySet<string>;
  /** What only suffers, with a beginning that was seen. */
  complaints: readonly Evidence[];
  machines: Machines;
  /** Databases, caches and queues, through which one hands work to another. */
  stores: ReadonlySet<string>;
  target: string | undefined;
  meant: Meant;
  hosts: ReadonlySet<string>;
}

function suspectOf(service: string, own: readonly Evidence[], around: Around): Suspect {
  const { topology, ill, target } = around;
  const began = complaintBegan(service, around);
  const lower = [...below(topology, service).keys()].filter((name) => name !== service);
  const isIllItself = (name: string) =>
    (around.byService.get(name) ?? []).some((one) => one.own && isSymptom(one) && around.machines.factor(one) === 1);
  const hasIllBelow = lower.some(isIllItself);
  // A queue that nobody empties suffers from who should, and that one stands above it.
  const isAnyAbove = (test: (one: Evidence) => boolean) =>
    callersOf(topology, service).some((name) => (around.byService.get(name) ?? []).some(test));
  // What runs on a machine hands it no work to pass on.
  const hasIllAbove = !around.hosts.has(service) && isAnyAbove(isSymptom);
  const isStarved = feedersOf(topology, service, around.stores).some((name) => ill.has(name));
  const isFlooded = [...above(topology, service)].some((name) => around.surging.has(name));
  const isEchoed = lower.some((name) => (around.byService.get(name) ?? []).some(isEcho));
  const weigh = (one: Evidence) => {
    if (isSurge(one)) return weightOf(one) * (isAnyAbove(isSurge) || standsIn(service, around) ? SUFFERS_FACTOR : 1);
    if (!one.own && isFlooded && OVERLOAD.has(one.sign)) return weightOf(one) * FLOODED_FACTOR;
    if (one.sign === "unreachable" && around.complaints.some((other) => other.service !== service))
      return weightOf(one) * UNSEEN_FACTOR;
    if (isStarved && FLOWS.has(one.sign) && one.code !== STUCK) return weightOf(one) * STARVED_FACTOR;
    if (!one.own && !hasIllBelow && ECHOES.has(one.sign) && isEchoed) return weightOf(one) * ECHO_FACTOR;
    const comesFromElsewhere = FLOWS.has(one.sign) ? hasIllBelow || hasIllAbove : hasIllBelow;
    return weightOf(one) * (one.own || !comesFromElsewhere ? 1 : SUFFERS_FACTOR) * around.machines.factor(one);
  };
  const askedMin = Math.max(ASKED_MIN, ASKED_SHARE * Math.max(0, ...own.map(weigh)));
  const isAsked = (one: Evidence) => one.asked === true && one.kind !== "series" && weigh(one) >= askedMin;
  const sorted = [...own].sort((a, b) => Number(isAsked(b)) - Number(isAsked(a)) || weigh(b) - weigh(a));
  const [best] = sorted;
  const kinds = new Set(sorted.filter((one) => weigh(one) >= 0.3).map(({ kind }) => kind));
  const callers = above(topology, service);
  // Whom much more than usual reaches hands it on to what it calls.
  const handsOn = best !== undefined && isSurge(best) ? new Set(lower) : new Set<string>();
  const explains = [...ill].filter((name) => callers.has(name) || handsOn.has(name));
  const onset = onsetOf(sorted, weigh);
  let score = Math.max(0, ...own.map(weigh));
  // That others need it makes nothing ill that hardly shows a sign of its own.
  if (score >= SYMPTOM_MIN * SUFFERS_FACTOR && ill.has(service)) {
    score += SECOND_KIND_BONUS * Math.max(0, Math.min(3, kinds.size) - 1);
    score += ill.size < 2 ? 0 : (EXPLAINS_BONUS * explains.length) / (ill.size - 1);
  }
  if (isLate(onset, began)) score *= LATE_FACTOR;
  if (isEarly(best, onset, began)) score *= EARLY_FACTOR;
  if (target === service && sorted.some((one) => one.own && isSymptom(one))) score += 0.03;
  return { service, score: Math.round(score * 1_000) / 1_000, evidence: sorted, explains, ...(onset && { onset }) };
}

/** What its callers also call is ill itself: they come to this one instead. */
function standsIn(service: string, { topology, byService }: Around): boolean {
  const beside = callersOf(topology, service).flatMap((caller) => topology.get(caller) ?? []);
  const isIll = (one: Evidence) => one.own && isSymptom(one) && !isSurge(one);
  return beside.some((name) => name !== service && (byService.get(name) ?? []).some(isIll));
}
