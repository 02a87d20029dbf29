/** What a goal names: a service, a version, a span of time, an address, and whether something is to be mended. */

import type { Config } from "../../schema/config.js";
import type { FactName } from "../../schema/facts.js";
import { escapeRegExp } from "../../vocabulary/escape-regexp.js";
import type { Problem } from "../../vocabulary/problems.js";
import { asksRemedy } from "./asks-remedy.js";
import { goalWords } from "./goal-words.js";
import { AFTER, BEFORE, matchedName, NAME, namedIn, QUOTED_OR_NAME, withPlainQuotes } from "./named.js";
import { windowOf } from "./window.js";
import { normalised } from "./words.js";

/** A window is a duration such as `30m`; everything else is text as the goal has it. */
export interface Entities extends Partial<Record<FactName, string>> {
  /** The goal asks for a remedy; without that, plans that only look come first. */
  wantsRemedy: boolean;
  /** The goal forbids changes. */
  forbidsRemedy: boolean;
  /** What of the goal could not be used. */
  notices?: readonly Problem[];
}

/** Words at the end of a source's name that say what it holds, not whose it is. */
const SOURCE_SUFFIX =
  /[-_.](?:logs?|metrics?|prometheus|deployments?|deploys?|releases?|exposition|traces?|journald?|loki|elasticsearch|opensearch|victorialogs|k8s|kubernetes|git|repo|repository|jaeger|tempo|zipkin)$/i;
const FORBIDS =
  /\b(?:do not|don't|dont|never|without|not to|no)\s+(?:\w+\s+){0,3}?(?:chang\w*|touch\w*|fix\w*|restart\w*|rollback|remed\w*|act\w*|modif\w*|writ\w*)\b|\bread[- ]only\b|\b(?:only|just) (?:look|why|check|report)\b|\bonly (?:tell|say|explain|show)\b|\bwhy only\b/;
const SERVICE = "\\p{L}[\\p{L}\\p{M}\\p{N}_-]{1,62}";
/** `deployment/checkout`, `app=checkout`: said as such. */
const SERVICE_NAMED = new RegExp(
  `${BEFORE}(?:(?:deployments?|deploy|statefulsets?|sts|daemonsets?|ds|services?|svc)(?:\\.apps)?/|(?:app|service|svc|service_name|deployment)\\s?[=:]\\s?)["']?(?=\\p{L})(${NAME})`,
  "iu",
);
/** What a sentence's form tells to be a service. */
const SERVICE_FORMS = [
  `(?:service|app|api)\\s+["'\`](?<quoted>\\p{L}[^"'\`\\n]{0,62})["'\`]`,
  `(${SERVICE})["']?\\s+(?:service|app|api)`,
  `(?:service|app|api)\\s+(?=["'\`]?\\p{L})${QUOTED_OR_NAME}`,
  `(${SERVICE})\\s+(?:returns?|throws?|fails?|shows?|answers?|is|was|has|does|serves?|responds?)`,
  `(?:of|in|on|for|restart|roll ?back)\\s+(?:the\\s+)?(${SERVICE})`,
  // Parts of an address name no service.
].map((form) => new RegExp(`${BEFORE}(?<![./])${form}${AFTER}(?!\\.\\p{L}|:\\/\\/)`, "iu"));
/** What pagers, trackers and mail set before the words: `P1:`, `SEV2 -`, `[FIRING:1]`, `INC-123:`, `Re:`. */
const MARK =
  "(?:\\[[^\\]\\n]{1,40}\\]|(?:p[0-5]|sev(?:erity)?[ -]?\\d|prio(?:rity)?[ -]?\\d|[a-z]{2,10}-?\\d{1,10}|#\\d{1,10}|re|fwd?|urgent|alert|incident|critical|warning|firing)\\s?[:|–—-])\\s*[:|–—-]?\\s*";
const TROUBLE =
  "(?:(?:p\\d\\d|error|request|response)\\s+)?(?:latency|errors?|timeouts?|5xx|[45]\\d\\ds?|down|slow|outage|unavailable|unreachable|degraded|unhealthy|crash(?:es|ing|loop(?:ing)?)?|oom(?:killed)?|failures?|failing)";
/** The first word, where it is followed by its trouble: `checkout latency is high`, `INC-123: payments 5xx`. */
const HEAD_FORM = new RegExp(`^\\s*(?:${MARK}){0,4}["'\`]?(${SERVICE})["'\`]?\\s*:?\\s+${TROUBLE}${AFTER}`, "iu");
/** Words that say how or where something is bad; of these none is a service's name there. */
const NO_HEAD_WORDS = [
  "p\\d|sev-?\\d|inc-?\\d+|high|low|many|more|most|increased|elevated|intermittent|random|frequent|sudden|severe|gateway|internal|connection|request|read|write|client|auth",
  "authentication|authorization|unknown|total|partial|major|minor|full|complete|query|sql|ssl|tls|tcp|udp|grpc|socket|slow|fatal|critical|build|tests?|unit|large|long",
  "massive|constant|repeated|permission|application|urgent|firing|alert|incident|warning|resolved|went|goes|going|still|again",
].join("|");
const NO_HEAD = new RegExp(`^(?:${NO_HEAD_WORDS})$`, "i");
const VERSION = new RegExp(
  `${BEFORE}(?<!\\/)(?:version|release|build|v)\\s*[:=#]?\\s*v?(\\d(?:[\\p{L}\\p{N}_.+-]*[\\p{L}\\p{N}_])?)`,
  "iu",
);

/** The services that config.yaml knows: its targets, and its sources without what they hold. */
function knownServices(config: Config, targetsOnly = false): string[] {
  const names = new Set(Object.keys(config.targets));
  if (!targetsOnly) for (const name of Object.keys(config.sources)) names.add(name.replace(SOURCE_SUFFIX, ""));
  return [...names].sort((a, b) => b.length - a.length || a.localeCompare(b));
}

/** Without `guess`, as for an alert whose labels state the facts, only names that config.yaml knows are taken. */
export function entitiesOf(given: string, config: Config, guess = true, now = new Date()): Entities {
  const goal = withPlainQuotes(given);
  const text = normalised(goal);
  const named = guess ? namedIn(goal) : {};
  const entities: Entities = {
    ...named,
    wantsRemedy: asksRemedy(goal),
    forbidsRemedy: FORBIDS.test(text),
  };
  const url = /\bhttps?:\/\/[^\s"'<>`]+/i.exec(goal)?.[0].replace(/[.,;:!?)\]]+$/, "");
  const service = serviceOf(goal, config, guess, { hasAddress: url !== undefined, namespace: named.namespace });
  const version = VERSION.exec(goal)?.[1];
  const { window, notice } = windowOf(goal, now);
  if (service !== undefined) entities.service = service;
  if (version !== undefined) entities.version = version;
  if (window !== undefined) entities.window = window;
  if (url !== undefined) entities.url = url;
  if (notice !== undefined) entities.notices = [notice];
  return entities;
}

/** A service that config.yaml knows, as it is written there; else what the sentence's form tells; else the only one. */
function serviceOf(
  goal: string,
  config: Config,
  guess: boolean,
  { hasAddress, namespace }: { hasAddress: boolean; namespace: string | undefined },
): string | undefined {
  for (const name of knownServices(config)) {
    if (new RegExp(`${BEFORE}(?<!\\.)${escapeRegExp(name)}${AFTER}`, "iu").test(goal)) return name;
  }
  for (const form of guess ? [SERVICE_NAMED, ...SERVICE_FORMS] : []) {
    const match = form.exec(goal);
    const name = match === null ? undefined : matchedName(match).toLowerCase();
    if (name !== undefined && name !== namespace?.toLowerCase() && !goalWords().noService.has(name)) return name;
  }
  const head = guess ? HEAD_FORM.exec(goal)?.[1]?.toLowerCase() : undefined;
  if (head !== undefined && !goalWords().noService.has(head) && !NO_HEAD.test(head)) return head;
  // An address is of some service: that there is one source says nothing of which.
  const known = knownServices(config, hasAddress);
  return known.length === 1 ? known[0] : undefined;
}
