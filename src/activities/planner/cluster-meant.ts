/** Which declared cluster and namespace a goal is about, and whether it is about one at all. */
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { escapeRegExp } from "../../vocabulary/escape-regexp.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Entities } from "./entities.js";
import { operationsEvidence } from "./operations.js";

export interface ClusterGoal {
  goal: string;
  entities: Entities;
  config: Config;
  given: JsonObject;
  remedy: boolean;
}

/** Words that are used of Kubernetes alone, or of hardly anything else. */
const OF_KUBERNETES = new RegExp(
  `\\b(?:${[
    String.raw`k8s|kubernetes|kubelet|kubectl|kube[- ]?(?:proxy|dns|scheduler|apiserver|system)|core ?dns|pods?`,
    String.raw`namespaces?|replica ?sets?|stateful ?sets?|daemon ?sets?|cron ?jobs?|config ?maps?|crash[- ]?loop\w*`,
    String.raw`image ?pull ?back ?off|err ?image ?pull|oom ?killed|create ?container ?\w*error|unschedulable`,
    String.raw`endpoint ?slices?|ingress(?:es)?|hpa|pvcs?|persistent ?volumes?|rollouts?|workloads?|liveness|readiness`,
    String.raw`init containers?|evicted|helm|eks|gke|aks|openshift`,
  ].join("|")})\\b`,
  "i",
);
const ALERT_OF_KUBERNETES = /\bKube[A-Z]\w+/;
const EVIDENCE_MIN = 0.3;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export const declaresCluster = ({ clusters = {} }: Config): boolean => Object.keys(clusters).length > 0;

/** Only where a cluster is declared: without one there is nothing to ask. */
export function isOfCluster(goal: string, { namespace, pod }: Entities, config: Config): boolean {
  if (!declaresCluster(config)) return false;
  const isNamed = namespace !== undefined || pod !== undefined;
  if (!isNamed && !OF_KUBERNETES.test(goal) && !ALERT_OF_KUBERNETES.test(goal)) return false;
  return showsSymptoms(goal, OF_KUBERNETES);
}

/** What goes wrong with anything: enough where there is nothing else to ask than a cluster. */
export const OF_SYMPTOMS =
  /^(?:fail(?:s|ed|ing|ures?)?|errors?|slow\w*|down|broken|unavailable|unreachable|degraded|time-?outs?|hangs?|stuck|crash\w*)$/i;

const WHO =
  "users?|customers?|clients?|shoppers?|buyers?|guests?|visitors?|people|everyone|everybody|orders?|payments?|checkouts?|carts?|baskets?|logins?|sign-?ins?|searche?s?|uploads?|e?mails?|messages?|pages?|site|website|app|application|shop|store|api|service|frontend|backend|requests?|data|records?|changes|items?|files?|jobs?|deliver(?:y|ies)|notifications?";
const NOT =
  "cannot|can ?not|can.t|could ?n[o']t|could not|unable|not able|do(?:es)? ?n[o']t|do(?:es)? not|won.t|will not|no longer|never|isn.t|is not|aren.t|are not";
/** What people say who are kept from something: "customers cannot pay", "nobody can log in". */
const COMPLAINS = new RegExp(
  `\\b(?:${WHO})\\b.{0,40}?\\b(?:${NOT})\\b|\\b(?:nobody|no ?one|none of (?:our|the|my) \\w+)\\b.{0,20}\\b(?:can|is able|gets?|reache?s?|could)\\b`,
  "i",
);
/** Who wants a text is no customer. */
const WANTS_TEXT =
  /\b(?:poem|stor(?:y|ies)|song|essay|letter|joke|translat\w+|write|draft|compose|explain|summari[sz]e)\b/i;

/** Nobody says what is wrong: "something is off", "the shop is acting weird"; of one's own things that is no matter of a cluster. */
const SEEMS = new RegExp(
  `^(?!.*\\bmy\\b).*\\b(?:${WHO}|something|everything|things|system|cluster|platform|environment|production|staging|backend|performance)\\b.{0,30}?\\b(?:off|weird|odd(?:ly)?|strange(?:ly)?|wrong|sluggish|flaky|unstable|unreliable|slow(?:er|ly)?|haywire|bad(?:ly)?|worse)\\b`,
  "i",
);
const MEASURES =
  /\b(?:latenc(?:y|ies)|response times?|load(?:ing)? times?|error rates?|time-?outs|errors|failures|restarts|cpu|memory)\b.{0,25}\b(?:up|rose|ris(?:es|ing)|high(?:er)?|increas\w+|spik\w+|climb\w+|doubled|jumped|through the roof)\b/i;

/** Of people, of what they use, or of what is measured of it. */
export const complains = (goal: string): boolean =>
  [COMPLAINS, SEEMS, MEASURES].some((pattern) => pattern.test(goal)) && !WANTS_TEXT.test(goal);

/** Words of operations, and of those that are given, outweigh those of everyday life. */
export const showsSymptoms = (goal: string, known: RegExp): boolean =>
  operationsEvidence(
    goal,
    (word) => known.test(word),
    () => undefined,
  ) >= EVIDENCE_MIN;

/** The only one; else the one that is named, by itself, by its environment, or by whom it holds. */
export function clusterMeant({ goal, entities, config, given }: ClusterGoal): string | Problem {
  const names = Object.keys(config.clusters ?? {}).sort();
  const listed = names.length === 0 ? "none" : names.join(", ");
  if (given.cluster !== undefined) {
    const wanted = String(given.cluster);
    if (names.includes(wanted)) return wanted;
    const message = `config.yaml declares no cluster ${JSON.stringify(wanted.slice(0, 63))}`;
    return { code: "parameter-invalid", at: "params.cluster", message, hint: `declared: ${listed}` };
  }
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  const inGoal = names.filter((name) => new RegExp(`(?<![\\w.-])${escapeRegExp(name)}(?![\\w-])`, "i").test(goal));
  const ofEnvironment = names.filter((name) => name === entities.environment);
  const holding = [...holders(config, entities)];
  for (const found of [inGoal, ofEnvironment, holding]) {
    const [one, second] = found;
    if (one !== undefined && second === undefined) return one;
  }
  const message = "the parameter cluster is missing: which of the declared clusters is meant";
  const hint =
    only === undefined
      ? "declare one under clusters in config.yaml"
      : `give it with --param cluster=NAME; declared: ${listed}`;
  return { code: "parameter-missing", at: "params.cluster", message, hint };
}

/** Clusters of the sources and targets of that namespace, or of that service. */
function holders({ sources, targets }: Config, { namespace, service }: Entities): Set<string> {
  const found = new Set<string>();
  for (const [name, one] of [...Object.entries(sources), ...Object.entries(targets)]) {
    if (!("cluster" in one)) continue;
    if (namespace === undefined ? name === service : one.namespace === namespace) found.add(one.cluster);
  }
  return found;
}

/** Undefined: all of the cluster. */
export function namespaceMeant({ entities, config, given }: ClusterGoal, cluster: string): string | undefined {
  if (typeof given.namespace === "string") return given.namespace === "*" ? undefined : given.namespace;
  if (entities.namespace !== undefined && NAMESPACE.test(entities.namespace)) return entities.namespace;
  const target = entities.service === undefined ? undefined : config.targets[entities.service];
  return target !== undefined && "cluster" in target && target.cluster === cluster ? target.namespace : undefined;
}
