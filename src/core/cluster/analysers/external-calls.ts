/** Calls to what lies outside of the cluster, and fails: whoever makes them is well itself, and is blamed by its callers. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { placeOf } from "./dependencies.js";
import { type Analyser, causeOf, isWanted } from "./draft.js";
import { signIn } from "./log-signs.js";

const NEWEST_LINES = 15;
const LINES_MIN = 3;
const URL_HOST = /https?:\/\/(?:[^@/\s"']{1,80}@)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+)/i;
const FAILED =
  /\b(?:answered|returned|status(?:[ _]?code)?|HTTP(?:\/[\d.]+)?|code)\b\D{0,12}(?:429|5\d\d)\b|\b50[0234] (?:Bad|Service|Gateway|Internal)|connection reset|ECONNRESET|socket hang up/i;
const CALLS = new Set([
  "k8s-dependency-refused",
  "k8s-dependency-timing-out",
  "k8s-dependency-name-unresolved",
  "k8s-dependency-certificate-refused",
]);
/** What is only watched with, and hurts nobody. */
const TELEMETRY = /otel|telemetry|sentry|datadog|newrelic|jaeger|zipkin|tempo|honeycomb|segment\.io|statsd|collector/i;

export const externalCallCauses: Analyser = (model) => {
  const found = new Map<string, { owner: Owner; host: string; lines: number; cause: Cause }>();
  for (const { namespace, pod: name, container, lines } of model.facts.logs) {
    const pod = model.facts.objects.Pod.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const owner = pod === undefined || !isWanted(pod) ? undefined : model.owner(model.ownerOf(pod));
    if (pod === undefined || owner === undefined) continue;
    for (const line of lines.slice(-NEWEST_LINES)) {
      const host = failingHost(model, namespace, line);
      if (host === undefined) continue;
      const key = `${refText(owner.ref)} ${host}`;
      const had = found.get(key);
      const evidence = [evidenceOf(refOf("Pod", pod), `log of ${container}`, line)];
      const what = `${refText(owner.ref)} calls ${host}, which lies outside of the cluster and fails: ${line.trim()}`;
      const parts = { evidence, affects: [owner.ref], weight: 0.72 };
      const cause = causeOf("k8s-external-dependency-failing", owner.ref, what, parts);
      found.set(key, { owner, host, lines: (had?.lines ?? 0) + 1, cause });
    }
  }
  return [...found.values()].filter(({ lines }) => lines >= LINES_MIN).map(({ cause }) => cause);
};

function failingHost(model: Model, namespace: string, line: string): string | undefined {
  const seen = signIn(line);
  const isCall = seen !== undefined && CALLS.has(seen.sign.code);
  if (!isCall && !FAILED.test(line)) return undefined;
  const host = (URL_HOST.exec(line)?.[1] ?? (isCall ? seen.about : undefined))?.toLowerCase().replace(/:\d+$/, "");
  if (host === undefined || !/[a-z]/.test(host) || !host.includes(".") || TELEMETRY.test(host)) return undefined;
  if (/\.(?:svc|local|internal|cluster|localhost)$|\.svc\./.test(host)) return undefined;
  // `web-1.web`: a pod of a service of the cluster.
  const isPod = model.facts.objects.Service.some(
    ({ metadata }) => metadata.namespace === namespace && host.split(".")[1] === metadata.name,
  );
  return isPod || placeOf(model, namespace, host) !== undefined ? undefined : host;
}
