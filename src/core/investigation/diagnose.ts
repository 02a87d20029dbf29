/**
 * Which service is ill itself, below those that only suffer. Each sign has a weight; what lies below and is ill explains
 * what is above it. Onsets are intervals: nothing counts as earlier or later unless the intervals do not touch.
 * Imports no package.
 */
import type { Certainty } from "../../vocabulary/certainty.js";
import { type Machines, machinesOf } from "./busy-machine.js";
import type { Component, Evidence, Onset } from "./evidence.js";
import { isEarly, isLate, onsetOf, STATES } from "./onset.js";
import { withLostServers, withTakenOut } from "./proxies.js";
import { above, below, callersOf, feedersOf, type Topology, topologyOf } from "./topology.js";
import { type Well, withWell } from "./well.js";

export interface Suspect {
  service: string;
  score: number;
  /** The sign that says most, first. */
  evidence: Evidence[];
  /** Ill services that need this one. */
  explains: string[];
  /** Earliest that it can have begun, and latest. */
  onset?: Onset;
}

export interface Diagnosis {
  /** False where nothing is wrong that anybody could see. */
  trouble: boolean;
  certainty: Certainty;
  rule: string;
  suspects: Suspect[];
  suffers: string[];
}

/** Below this a sign is worth a word and is no trouble. */
const SYMPTOM_MIN = 0.5;
/** A sign that only suffers says this much of the thing itself, where something below it is ill, too. */
const SUFFERS_FACTOR = 0.3;
/** What was so already before the window began seldom is what is new. */
const STANDING_FACTOR = 0.6;
/** What is over explains nothing that still goes on. */
const PAST_FACTOR = 0.2;
const LATE_FACTOR = 0.6;
const EARLY_FACTOR = 0.75;
const EXPLAINS_BONUS = 0.12;
const SECOND_KIND_BONUS = 0.06;
const OUT_OF_REACH_FACTOR = 0.6;
const CONFIRMED_MIN = 0.85;
const LIKELY_MIN = 0.6;
const MARGIN_MIN = 0.08;

export function diagnose(
  signs: readonly Evidence[],
  components: readonly Component[],
  target?: string,
  well: readonly Well[] = [],
): Diagnosis {
  const known = withTakenOut(withWell(signs, components, well));
  const evidence = withLostServers(known, components, isSymptom);
  const topology = topologyOf(components);
  const machines = machinesOf(evidence, components, isSymptom, target);
  const byService = groups(evidence);
  const ill = new Set([...byService].filter(([, own]) => own.some(isSymptom)).map(([name]) => name));
  // That a series shifted is worth a word; alone it is nobody's trouble.
  if (!evidence.some((one) => one.kind !== "series" && isSymptom(one) && !machines.isUnfelt(one)))
    return quiet(byService);
  const complaints = complaintsIn(evidence);
  const stores = new Set(components.filter(({ role }) => STORES.has(role)).map(({ name }) => name));
  const surging = new Set([...byService].filter(([, own]) => own.some(isSurge)).map(([name]) => name));
  const suspects = [...byService]
    .map(([service, own]) =>
      suspectOf(service, own, { topology, ill, byService, surging, complaints, machines, stores, target }),
    )
    .filter(({ service, score }) => score >= 0.2 || service === target)
    .sort((a, b) => b.score - a.score || (a.service < b.service ? -1 : 1));
  const [best] = suspects;
  const suffers = [...ill].filter((name) => name !== best?.service);
  return { trouble: true, ...sureness(suspects, machines), suspects, suffers };
}

/** What is so for as long as anybody looked is how this stack is, unless somebody is alerted by it. */
const isSymptom = (one: Evidence): boolean => one.current && weightOf(one) >= SYMPTOM_MIN;

/** Much more arrives than before: the thing itself is well. */
const isSurge = (one: Evidence): boolean => one.sign === "traffic" && one.own && isSymptom(one);

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
/** That nobody sees a thing makes nobody else suffer. */
const UNSEEN_FACTOR = 0.7;
/** Who gets nothing to do, for who hands it over is ill. */
const STARVED_FACTOR = 0.5;
/** Signs of people's trouble, and not of its cause. */
const COMPLAINTS = new Set(["errors", "slow", "down", "backend-down", "stalled"]);

/** That a series shifted, at some time, is a guess; what a rule or an alert tells of now is not. */
function complaintsIn(evidence: readonly Evidence[]): Evidence[] {
  const all = evidence.filter(
    (one) => isSymptom(one) && !one.own && COMPLAINTS.has(one.sign) && one.onset?.fromMs !== undefined,
  );
  const told = all.filter(({ kind }) => kind !== "series");
  return told.length > 0 ? told : all;
}

/**
 * When what people complain about began, at the latest: of the target where it shows any, else of whatever needs this service. What
 * has nothing to do with it (a queue left over from another trouble) tells nothing of when this one began.
 */
function complaintBegan(service: string, { complaints, target, topology }: Around): number | undefined {
  const about = complaints.filter((one) => one.service === target);
  const callers = above(topology, service);
  const near = about.length > 0 ? about : complaints.filter((one) => callers.has(one.service));
  const times = near.flatMap(({ onset }) => onset?.toMs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

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
  const hasIllAbove = isAnyAbove(isSymptom);
  const isStarved = feedersOf(topology, service, around.stores).some((name) => ill.has(name));
  const isFlooded = [...above(topology, service)].some((name) => around.surging.has(name));
  const weigh = (one: Evidence) => {
    if (isSurge(one)) return weightOf(one) * (isAnyAbove(isSurge) || standsIn(service, around) ? SUFFERS_FACTOR : 1);
    if (!one.own && isFlooded && OVERLOAD.has(one.sign)) return weightOf(one) * FLOODED_FACTOR;
    if (one.sign === "unreachable" && around.complaints.some((other) => other.service !== service))
      return weightOf(one) * UNSEEN_FACTOR;
    if (isStarved && FLOWS.has(one.sign)) return weightOf(one) * STARVED_FACTOR;
    const comesFromElsewhere = FLOWS.has(one.sign) ? hasIllBelow || hasIllAbove : hasIllBelow;
    return weightOf(one) * (one.own || !comesFromElsewhere ? 1 : SUFFERS_FACTOR) * around.machines.factor(one);
  };
  const sorted = [...own].sort((a, b) => weigh(b) - weigh(a));
  const [best] = sorted;
  const kinds = new Set(sorted.filter((one) => weigh(one) >= 0.3).map(({ kind }) => kind));
  const callers = above(topology, service);
  // Whom much more than usual reaches hands it on to what it calls.
  const handsOn = best !== undefined && isSurge(best) ? new Set(lower) : new Set<string>();
  const explains = [...ill].filter((name) => callers.has(name) || handsOn.has(name));
  const onset = onsetOf(sorted, weigh);
  let score = best === undefined ? 0 : weigh(best);
  // That others need it makes nothing ill that hardly shows a sign of its own.
  if (score >= SYMPTOM_MIN * SUFFERS_FACTOR && ill.has(service)) {
    score += SECOND_KIND_BONUS * Math.max(0, Math.min(3, kinds.size) - 1);
    score += ill.size < 2 ? 0 : (EXPLAINS_BONUS * explains.length) / (ill.size - 1);
  }
  if (isLate(onset, began)) score *= LATE_FACTOR;
  if (isEarly(best, onset, began)) score *= EARLY_FACTOR;
  if (isOutOfReach(service, around)) score *= OUT_OF_REACH_FACTOR;
  if (target === service && sorted.some((one) => one.own && isSymptom(one))) score += 0.03;
  return { service, score: Math.round(score * 1_000) / 1_000, evidence: sorted, explains, ...(onset && { onset }) };
}

/** What its callers also call is ill itself: they come to this one instead. */
function standsIn(service: string, { topology, byService }: Around): boolean {
  const beside = callersOf(topology, service).flatMap((caller) => topology.get(caller) ?? []);
  const isIll = (one: Evidence) => one.own && isSymptom(one) && !isSurge(one);
  return beside.some((name) => name !== service && (byService.get(name) ?? []).some(isIll));
}

function weightOf({ sure, current, onset, sign, kind }: Evidence): number {
  const isStanding = onset !== undefined && onset.fromMs === undefined && !STATES.has(sign) && kind !== "alert";
  const standing = isStanding ? STANDING_FACTOR : 1;
  return sure * (current ? 1 : PAST_FACTOR) * standing;
}

/** What the complaint is about is ill, and no known way leads from it to this service, nor back. */
function isOutOfReach(service: string, { topology, target, ill, surging }: Around): boolean {
  if (target === undefined || target === service || !topology.has(target)) return false;
  // Who sends more than before stands above, and so does the reason for it.
  if (surging.has(target) && [...above(topology, target)].some((name) => below(topology, name).has(service)))
    return false;
  const reach = below(topology, target);
  return reach.size > 1 && !reach.has(service) && !below(topology, service).has(target) && ill.size > 1;
}

/** A change of the thing itself that is sure enough to be named. */
export const isOwnChange = ({ sign, own, sure, current }: Evidence): boolean =>
  sign === "changed" && own && current && sure >= 0.45;

const isOwnIllness = (one: Evidence): boolean => one.own && isSymptom(one) && weightOf(one) >= LIKELY_MIN;

function sureness(suspects: readonly Suspect[], machines: Machines): Pick<Diagnosis, "certainty" | "rule"> {
  const [best, second] = suspects;
  if (best === undefined)
    return { certainty: "inconclusive", rule: "signs of trouble, and none of them points to a cause" };
  const margin = best.score - (second?.score ?? 0);
  const [top] = best.evidence;
  const kinds = new Set(best.evidence.filter(({ sure, current }) => sure >= 0.4 && current).map(({ kind }) => kind));
  // It fails, nothing below it is ill, and it was changed or says itself what fails: that is its own.
  const isOwn =
    top?.own === true ||
    best.evidence.some((one) => isOwnChange(one) || (isOwnIllness(one) && machines.factor(one) === 1));
  if (isOwn && (top?.sure ?? 0) >= CONFIRMED_MIN && top?.current && kinds.size >= 2 && margin >= MARGIN_MIN) {
    return { certainty: "confirmed", rule: "its own state says so, and a second kind of evidence agrees" };
  }
  if (isOwn && best.score >= LIKELY_MIN && margin >= MARGIN_MIN) {
    return { certainty: "likely", rule: "it is ill itself, and nothing below it is" };
  }
  if (best.score >= LIKELY_MIN) {
    const why =
      margin < MARGIN_MIN ? "another service shows as much" : "it shows trouble, and no reason for it was seen";
    return { certainty: "inconclusive", rule: why };
  }
  return { certainty: "inconclusive", rule: "the signs are weak" };
}
