/** What a change of a series tells, by the words of its name and labels: failures of what is called, a queue, a stop. */
import type { Shift } from "../../../../core/statistics/lasting-shift.js";
import type { Sign } from "../../../../schema/health.js";
import type { ServiceParam } from "./evidence-schema.js";
import { healthOf } from "./health-rules.js";
import { mentioned } from "./who.js";

interface Meaning {
  service: string;
  sign: Sign;
  own: boolean;
  sure: number;
}

const BAD = /error|fail|exception|timeout|reject|refus|dropped|abort|denied|unavailable|5xx|oom|panic|retry|retries/i;
const WAITS = /queue|pending|waiting|backlog|blocked|in_use|busy|lag/i;
const TOOK = /duration|latency|seconds_sum|_time$|wait/i;
/** What a cache did not have, and what it had. */
const MISSES = /(?:^|[_\s])miss(?:es|ed)?(?:[_\s]|$)/i;
const HITS = /(?:^|[_\s])hits?(?:[_\s]|$)/i;
const FELL_SHARE = 0.6;
const WORK = /(?:processed|handled|requests?|messages|jobs|tasks|consumed|completed|served).*(?:total|count)$/i;

export function meaningOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  shift: Shift,
  service: ServiceParam,
  known: readonly ServiceParam[],
): Meaning {
  // Of what a machine counts, the rules of its kind say what is wrong: words in a name say nothing.
  if (healthOf(service.kinds[0] ?? "")?.role === "host") {
    return { service: service.name, sign: "changed", own: false, sure: 0.2 };
  }
  const rises = shift.after > shift.before;
  const values = Object.values(labels).join(" ");
  const text = `${name} ${values}`;
  const isBad = BAD.test(name) || BAD.test(values) || /(?:^|\s)5\d\d(?:\s|$)/.test(values);
  const isLost = rises ? MISSES.test(text) : HITS.test(text) && shift.after <= FELL_SHARE * shift.before;
  const cache = isLost ? cacheOf(text, service, known) : undefined;
  if (cache !== undefined) return { service: cache, sign: "evicting", own: true, sure: 0.5 };
  const callees = known.filter((one) => one.name !== service.name && service.calls.includes(one.name));
  const [callee, second] =
    isBad || WAITS.test(name) || TOOK.test(name) ? mentioned(stripped(text, service), callees) : [];
  if (rises && isBad && callee !== undefined && second === undefined) {
    // What Prometheus reads of the called itself says whose fault that is; of what nobody watches this is all there is.
    return { service: callee.name, sign: "errors", own: Object.keys(callee.labels).length === 0, sure: 0.5 };
  }
  if (rises && isBad) return { service: service.name, sign: "errors", own: false, sure: 0.45 };
  if (!rises && WORK.test(name) && shift.after <= 0.05 * shift.before && !isBad) {
    return { service: service.name, sign: "stalled", own: false, sure: 0.5 };
  }
  if (rises && WAITS.test(name)) return { service: service.name, sign: "saturated", own: false, sure: 0.35 };
  if (rises && TOOK.test(name)) return { service: service.name, sign: "slow", own: false, sure: 0.3 };
  return { service: service.name, sign: "changed", own: false, sure: 0.2 };
}

/** The cache that hits and misses are counted of: itself, the only one that it calls, or one of its own. */
function cacheOf(text: string, service: ServiceParam, known: readonly ServiceParam[]): string | undefined {
  const isCache = ({ kinds: [main], name }: ServiceParam) =>
    main === undefined ? CACHE.test(name) : healthOf(main)?.role === "cache";
  if (isCache(service)) return service.name;
  const [only, second] = known.filter((one) => service.calls.includes(one.name) && isCache(one));
  if (only !== undefined && second === undefined) return only.name;
  return CACHE.test(text) ? service.name : undefined;
}
const CACHE = /cach|memcache|redis|valkey|varnish/i;

/** Its own name in the metric's says nothing. */
function stripped(text: string, { name }: ServiceParam): string {
  const [first = ""] = name.split(/[^a-z0-9]+/i);
  return first.length < 3 ? text : text.replace(new RegExp(`\\b${first.replace(/[^a-z0-9]/gi, "")}_`, "gi"), "");
}
