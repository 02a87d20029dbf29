/**
 * Work piles up in a queue, and one of those that use it does much less than before: that one is who should take it. Who puts
 * work there and does less makes no pile. Imports no package.
 */
import type { Component, Evidence } from "./evidence.js";

/** That work waits is seen, so nobody is idle for want of it. */
export const STUCK = "stuck-consumer";
const SURE = 0.75;
/** What a pile of work is called, by rules, alerts and series. */
const PILES = "stalled";
/** What tells that a service does less. */
const LESS = new Set(["stalled", "traffic"]);
const FELL = /\bfell\b|hardly any|stopped|no longer/;
/** Series that count work done. */
const WORK = /(?:processed|handled|messages|events|jobs|tasks|consumed|completed|sent|done).*(?:total|count)$/i;
const NEXT = "look at what it is busy with or waits for: its log, its threads; restart it if it is stuck";

export function withStuckConsumers(
  evidence: readonly Evidence[],
  components: readonly Component[],
  isTrouble: (one: Evidence) => boolean,
): Evidence[] {
  const queues = components.filter(({ role }) => role === "queue").map(({ name }) => name);
  const piled = new Map(
    evidence
      .filter((one) => queues.includes(one.service) && one.sign === PILES && one.kind !== "series" && isTrouble(one))
      .map((one) => [one.service, one]),
  );
  const ill = new Set(evidence.filter((one) => one.own && isTrouble(one)).map(({ service }) => service));
  const pileOf = (name: string) => {
    const user = components.find((one) => one.name === name);
    const queue = user?.calls.find((callee) => piled.has(callee) && !ill.has(callee));
    return queue === undefined ? undefined : piled.get(queue);
  };
  const lessOf = (one: Evidence) => !one.own && one.current && FELL.test(one.text) && pileOf(one.service) !== undefined;
  const slower = evidence.filter((one) => lessOf(one) && one.kind === "series" && WORK.test(one.code));
  const isOnly = new Set(slower.map(({ service }) => service)).size === 1;
  return evidence.map((one) => {
    const tells = lessOf(one) && (LESS.has(one.sign) || (isOnly && slower.includes(one)));
    return tells ? stuck(one, pileOf(one.service)?.service ?? "") : one;
  });
}

function stuck(one: Evidence, queue: string): Evidence {
  const text = `it takes less than before, while work waits for it in ${queue}: ${one.text}`;
  // A rule's or a series' guess of what that means is no guess any more.
  const sure = Math.max(SURE, one.sure);
  return { ...one, code: STUCK, own: true, kind: "health", sign: "stalled", sure, text, next: NEXT };
}
