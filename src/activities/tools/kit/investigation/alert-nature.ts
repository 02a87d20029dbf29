/** What an alert tells by its name and its expression: whether the thing itself is ill, or shows what comes from below. */
import type { Sign } from "../../../../schema/health.js";

interface Nature {
  sign: Sign;
  own: boolean;
  sure: number;
}

/** The first that fits. Names are cut into words: `PostgresqlDown` is "postgresql down". */
const NATURES: ReadonlyArray<[RegExp, Nature]> = [
  [
    /\b(?:cert|certificate|tls|ssl)\b.*\b(?:expir|invalid)|expir\w* .*\b(?:cert|certificate)/,
    { sign: "expiring", own: true, sure: 0.75 },
  ],
  [/\bprobe\b|\bblackbox\b|\bendpoint\b|\bunreachable\b|\bsynthetic/, { sign: "down", own: false, sure: 0.55 }],
  [
    /\b(?:backend|server|upstream)s? (?:is )?(?:down|missing|unhealthy)|\bhaproxy.* (?:down|no)/,
    { sign: "backend-down", own: false, sure: 0.6 },
  ],
  [
    /\bfull\b|\bexhaust|\bout of\b|\bno space|\bspace\b|\bdisk\b.*\b(?:usage|fill|low)|\bfilesystem|\binode/,
    { sign: "full", own: true, sure: 0.8 },
  ],
  [
    /\b(?:down|absent|missing|dead|gone|offline|unavailable|crash\w*|not running|not ready)\b/,
    { sign: "down", own: true, sure: 0.8 },
  ],
  [
    /\b(?:stale|overdue|missed|too old|not run|never ran)\b|\b(?:cron|backup|batch|jobs?|schedule\w*)\b.{0,60}\b(?:fail\w*|late|missing|old)\b/,
    { sign: "stalled", own: true, sure: 0.65 },
  ],
  [/\brestart|\bflap|\breboot/, { sign: "restarted", own: true, sure: 0.55 }],
  [/\block|\bdeadlock|\bblocked/, { sign: "locked", own: true, sure: 0.75 }],
  [/\breject|\brefus|\bdenied|\bthrottl/, { sign: "refusing", own: true, sure: 0.7 }],
  [/\bmemory|\boom\b|\bheap\b|\bswap/, { sign: "full", own: true, sure: 0.65 }],
  [
    /\bcpu\b|\bload\b|\bsaturat|\bpressure|\bconnections?\b|\bpool\b|\bthreads?\b/,
    { sign: "saturated", own: true, sure: 0.65 },
  ],
  [/\blag|\breplica|\bbehind/, { sign: "lagging", own: true, sure: 0.65 }],
  [/\bevict|\bhit r|\bcache miss/, { sign: "evicting", own: true, sure: 0.55 }],
  [/\bqueue|\bbacklog|\bunack|\bconsumer/, { sign: "stalled", own: false, sure: 0.6 }],
  [
    /\berror|\b5xx|\bfail|\bexception|\bbudget|\bburn|\bavailability|\bsuccess/,
    { sign: "errors", own: false, sure: 0.6 },
  ],
  [/\bslow|\blatency|\bduration|\bp9\d|\bresponse time|\btimeout/, { sign: "slow", own: false, sure: 0.6 }],
  [/\btraffic|\brequests?\b|\brate\b/, { sign: "traffic", own: false, sure: 0.45 }],
];
/** By the expression, where the name says nothing. */
const EXPRESSIONS: ReadonlyArray<[RegExp, Nature]> = [
  [/\bprobe_success\b/, { sign: "down", own: false, sure: 0.55 }],
  [
    /(?:^|[^a-z])(?:\w+_)?up(?:\{[^}]*\})?\s*(?:==\s*0|!=\s*1|<\s*1)|\babsent(?:_over_time)?\(/,
    { sign: "down", own: true, sure: 0.8 },
  ],
  // How long ago something was done last.
  [
    /\btime\(\)\s*-\s*(?:\w+\()?\w*(?:success|complet|finish|last_run|backup|heartbeat)\w*/i,
    { sign: "stalled", own: true, sure: 0.65 },
  ],
  [/5\.\.|5xx|error|fail|exception/i, { sign: "errors", own: false, sure: 0.6 }],
  [/histogram_quantile|duration|latency|seconds_sum/i, { sign: "slow", own: false, sure: 0.6 }],
];
const UNKNOWN: Nature = { sign: "errors", own: false, sure: 0.5 };
/** Fires always, so that its absence is noticed. */
const WATCHDOG = /^(?:watchdog|deadman.*|always ?firing|heartbeat|info ?inhibitor)$/;

/** Characters that are looked at: names and expressions that people write are shorter, and patterns stay quick. */
const NAME_MAX_CHARS = 200;
const EXPRESSION_MAX_CHARS = 2_000;

/** `up` of Prometheus itself; `pg_up` and the like are told by an exporter that answers. */
const UP = /(?:^|[^\w:])up(?:\{[^}]*\})?\s*(?:==\s*0|!=\s*1|<\s*1)/;

/** Of what an exporter watches, `up` tells of the exporter: how the thing itself is, is not known. */
export function natureAt(alert: string, expression: string, isWatched: boolean): Nature {
  const nature = natureOf(alert, expression);
  const isExporter = isWatched && nature.sign === "down" && UP.test(expression.slice(0, EXPRESSION_MAX_CHARS));
  return isExporter ? { sign: "unreachable", own: true, sure: 0.55 } : nature;
}

export function natureOf(alert: string, expression: string): Nature {
  const expr = expression.slice(0, EXPRESSION_MAX_CHARS);
  const words = alert
    .slice(0, NAME_MAX_CHARS)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();
  if (WATCHDOG.test(words) || /^\s*vector\(1\)\s*$/.test(expr)) return { sign: "changed", own: false, sure: 0.05 };
  const byExpression = EXPRESSIONS.find(([pattern]) => pattern.test(expr))?.[1];
  const byName = NATURES.find(([pattern]) => pattern.test(words))?.[1];
  // `up == 0` is down whatever the alert is called.
  if (byExpression?.sign === "down" && byName?.sign !== "expiring") return byExpression;
  // How old the last success is tells more than that a name speaks of failing.
  if (byExpression?.sign === "stalled" && byName?.own !== true) return byExpression;
  return byName ?? byExpression ?? UNKNOWN;
}
