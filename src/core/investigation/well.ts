/**
 * What answers is not down. Lines that say otherwise are left over from before it answered again, or tell of the way to it.
 * Imports no package.
 */
import type { Component, Evidence } from "./evidence.js";

/** A service, all of whose instances answered from then until then without a gap. */
export interface Well {
  service: string;
  fromMs: number;
  toMs: number;
}

/** Between clocks, scrapes, and the last lines of who waited for it. */
const SLACK_MS = 10_000;
/** That a way is wrong is concluded and not seen; the less the fewer lines say so. */
const WAY_SURE_MAX = 0.62;
const WAY_FACTOR = 0.85;
/** Of a proxy's word that nobody stands behind it, where who stands there answers. */
const HEARSAY_FACTOR = 0.6;
const DOWN = new Set(["down", "backend-down"]);
/** Nobody listens there, or nothing leads there; what was cut off once connected tells of no address. */
const NO_WAY = /refused|\b111\b|no route to host|EHOSTUNREACH|unreachable/i;
const NEXT =
  "compare the address and the port in its configuration with where that listens; look for a firewall between";

export function withWell(
  evidence: readonly Evidence[],
  components: readonly Component[],
  well: readonly Well[],
): Evidence[] {
  const spans = new Map(well.map((one) => [one.service, { ...one, fromMs: lastStart(one, evidence) }]));
  const heard = evidence.map((one) => {
    const span = spans.get(one.service);
    return span === undefined || one.kind !== "log" || !DOWN.has(one.sign) || !one.current ? one : judged(one, span);
  });
  const shut = shutOut(heard, components);
  return heard.map((one) => {
    if (one.sign === "unreachable") return withUsers(one, heard, components);
    return one.sign === "down" && shut.has(one.service) && TOLD_BY_EXPORTER.has(one.kind) ? refused(one) : one;
  });
}

/** What was started anew within the time was away for a moment, though no scrape saw it. */
function lastStart({ service, fromMs }: Well, evidence: readonly Evidence[]): number {
  const starts = evidence.filter((one) => one.service === service && one.sign === "restarted" && one.kind === "health");
  return Math.max(fromMs, ...starts.flatMap(({ onset }) => (onset?.fromMs === undefined ? [] : onset.toMs)));
}

function judged(one: Evidence, { fromMs, toMs, service }: Well): Evidence {
  const beganMs = one.onset?.toMs;
  if (beganMs === undefined || beganMs > toMs - SLACK_MS) return one;
  // Its own word that it stopped, and it answers since.
  if (one.teller === undefined || beganMs < fromMs + SLACK_MS) return { ...one, current: false };
  if (one.sign === "backend-down") return { ...one, sure: one.sure * HEARSAY_FACTOR };
  if (!NO_WAY.test(one.text)) return one;
  const { next: _, teller, ...rest } = one;
  const text = `it cannot reach ${service}, which answers all the while: ${one.text}`;
  return {
    ...rest,
    service: teller,
    sign: "misconfigured",
    own: true,
    sure: Math.min(WAY_SURE_MAX, one.sure * WAY_FACTOR),
    text,
    next: NEXT,
  };
}

/** Who refuses sign-ins answers: where nobody fails to connect, and those who use it are refused, its exporter is refused, too. */
function shutOut(evidence: readonly Evidence[], components: readonly Component[]): Set<string> {
  const current = evidence.filter((one) => one.current && one.kind === "log");
  const cannotConnect = new Set(current.filter(({ code }) => code === "cannot-connect").map(({ service }) => service));
  const isGone = (name: string) =>
    evidence.some(({ service, code, current: now }) => service === name && now && code === "target-down");
  const refusedAt = current.filter(({ code }) => code === "auth-fails").map(({ service }) => service);
  const stores = components.filter(({ name, kinds, role }) => {
    if (kinds.length === 0 || !KEPT_SHUT.has(role) || cannotConnect.has(name) || isGone(name)) return false;
    return (
      refusedAt.includes(name) ||
      components.some(({ name: user, calls }) => calls.includes(name) && refusedAt.includes(user))
    );
  });
  return new Set(stores.map(({ name }) => name));
}

const KEPT_SHUT = new Set(["database", "cache", "queue"]);
const TOLD_BY_EXPORTER = new Set(["health", "alert"]);
const REFUSED_NEXT = "compare the password and the user that its clients and its exporter use with those that it knows";

function refused(one: Evidence): Evidence {
  const text = `${one.text}, and sign-ins at it are refused: it runs, and a password, a user or a right changed`;
  return { ...one, sign: "misconfigured", text, next: REFUSED_NEXT };
}

/** Who cannot be seen and is used without a complaint is well. */
function withUsers(one: Evidence, all: readonly Evidence[], components: readonly Component[]): Evidence {
  const callers = components.filter(({ calls }) => calls.includes(one.service)).map(({ name }) => name);
  const isIll = (name: string) =>
    all.some(({ service, sign, current, sure, kind }) => {
      const tells = current && sure >= 0.4 && kind !== "series";
      return service === name && tells && !NO_COMPLAINT.has(sign);
    });
  if (callers.length === 0 || callers.some(isIll)) return one;
  const others = all.filter((other) => other.service === one.service && other.current && other.sign !== "unreachable");
  if (others.some(({ sure, sign }) => sure >= 0.4 && !NO_COMPLAINT.has(sign))) return one;
  return {
    ...one,
    text: `${one.text}; nothing that uses it complains (${callers.slice(0, 3).join(", ")}), so it is most likely well`,
  };
}

/** What says nothing of whether the things that it needs answer. */
const NO_COMPLAINT = new Set(["restarted", "changed", "traffic", "evicting", "expiring", "unreachable"]);
