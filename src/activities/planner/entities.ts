/** What a goal names: a service, a version, a span of time, an address, and whether something is to be mended. */

import type { Config } from "../../schema/config.js";
import type { FactName } from "../../schema/facts.js";
import { escapeRegExp } from "../../vocabulary/escape-regexp.js";
import { namedIn } from "./named.js";
import { windowOf } from "./window.js";
import { normalised } from "./words.js";

/** A window is a duration such as `30m`; everything else is text as the goal has it. */
export interface Entities extends Partial<Record<FactName, string>> {
  /** The goal asks for a remedy; without that, plans that only look come first. */
  wantsRemedy: boolean;
  /** The goal forbids changes. */
  forbidsRemedy: boolean;
}

/** Words at the end of a source's name that say what it holds, not whose it is. */
const SOURCE_SUFFIX =
  /[-_.](?:logs?|metrics?|prometheus|deployments?|deploys?|releases?|exposition|traces?|journald?|loki|elasticsearch|opensearch|victorialogs|k8s|kubernetes|git|repo|repository|jaeger|tempo|zipkin)$/i;
const REMEDY =
  /\b(?:rollback|restart|fix|mend|repair|remediate|mitigate|resolve|recover|heal|undo|scale|restore|bring (?:\w+ ){0,3}(?:back|up))\b/;
const FORBIDS =
  /\b(?:do not|don't|dont|never|without|not to|no)\s+(?:\w+\s+){0,3}?(?:chang\w*|touch\w*|fix\w*|restart\w*|rollback|remed\w*|act\w*|modif\w*|writ\w*)\b|\bread[- ]only\b|\b(?:only|just) (?:look|why|check|report)\b|\bwhy only\b/;
const NO_SERVICE = new Set(
  "is was are be has does do a an the this that it our my your some every all last latest new old error errors http https api service app something someone what why there everything nothing deploy deployment release version users people customers pod pods node nodes database db cache redis queue disk cpu memory dns certificate cert network dependency cluster container job cron host hosts server machine website site login logins k8s kubernetes kafka rabbitmq postgres mysql backup rollout vpn tunnel heap prod production staging namespace latency requests response answer page pages file system clients consumers hour hours minutes days midnight night morning noon kubelet worker workers volume filesystem traffic load backlog ratio rate rates usage utilization number count size length percentage share level amount value values time times duration availability budget lag depth hit hits misses evictions connections sessions messages tokens key keys alert alerts monitor status probe check checks name names domain zone topic link interface packets process processes restarts which who that those these both one none half performance throughput".split(
    " ",
  ),
);

/** Whether words ask for a remedy. */
export const asksForRemedy = (text: string): boolean => REMEDY.test(normalised(text));

/** The services that config.yaml knows: its targets, and its sources without what they hold. */
function knownServices(config: Config): string[] {
  const names = new Set(Object.keys(config.targets));
  for (const name of Object.keys(config.sources)) names.add(name.replace(SOURCE_SUFFIX, ""));
  return [...names].sort((a, b) => b.length - a.length || a.localeCompare(b));
}

/** Without `guess`, as for an alert whose labels state the facts, only names that config.yaml knows are taken. */
export function entitiesOf(goal: string, config: Config, guess = true): Entities {
  const text = normalised(goal);
  const entities: Entities = {
    ...(guess ? namedIn(goal) : {}),
    wantsRemedy: REMEDY.test(text),
    forbidsRemedy: FORBIDS.test(text),
  };
  const service = serviceOf(goal, config, guess);
  const version = /\b(?:version|release|build|v)\s*[:=#]?\s*v?(\d[\w.+-]*\w|\d)\b/i.exec(goal)?.[1];
  const window = windowOf(goal);
  const url = /\bhttps?:\/\/[^\s"'<>`]+/i.exec(goal)?.[0].replace(/[.,;:!?)\]]+$/, "");
  if (service !== undefined) entities.service = service;
  if (version !== undefined) entities.version = version;
  if (window !== undefined) entities.window = window;
  if (url !== undefined) entities.url = url;
  return entities;
}

/** A service that config.yaml knows, as it is written there; else what the sentence's form tells; else the only one. */
function serviceOf(goal: string, config: Config, guess: boolean): string | undefined {
  for (const name of knownServices(config)) {
    if (new RegExp(`(?<![\\w.-])${escapeRegExp(name)}(?![\\w-])`, "i").test(goal)) return name;
  }
  const forms = [
    /(?<![\w-])([a-z][\w-]{1,62})["']?\s+(?:service|app|api)(?![\w-])/i,
    /(?<![\w-])(?:service|app|api)\s+["']?([a-z][\w.-]{1,62})/i,
    /(?<![\w-])([a-z][\w-]{1,62})\s+(?:returns?|throws?|fails?|shows?|answers?|is|was|has|does|serves?|responds?)(?![\w-])/i,
    /(?<![\w-])(?:of|in|on|for|restart|roll ?back)\s+(?:the\s+)?([a-z][\w-]{1,62})(?![\w-])/i,
  ];
  for (const form of guess ? forms : []) {
    const name = form.exec(goal)?.[1]?.toLowerCase();
    if (name !== undefined && !NO_SERVICE.has(name)) return name;
  }
  const known = knownServices(config);
  return known.length === 1 ? known[0] : undefined;
}
