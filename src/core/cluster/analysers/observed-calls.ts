/** Calls that the logs tell of: programs often carry the addresses of others in themselves, where no variable shows them. */
import type { Service } from "../../../schema/kubernetes/network.js";
import { type Evidence, evidenceOf, refText } from "../cause.js";
import type { Model, Owner } from "../model.js";
import { placeOf } from "./dependencies.js";
import { isWanted } from "./draft.js";

export interface ObservedCall {
  caller: Owner;
  service: Service;
  port: number | undefined;
  /** The line tells of trouble. */
  isFailing: boolean;
  evidence: Evidence;
}

/** A host with a scheme or a port, or after a word that has an address follow. */
const HOSTS =
  /(?:\/\/(?:[^@/\s"']*@)?|\b(?:lookup|dial tcp|ENOTFOUND|EAI_AGAIN|UnknownHostException:?|host|to|address|addr|server at)[ =:]+["']?)?\b([a-z][a-z0-9-]*(?:\.[a-z0-9-]+){0,4})(?::(\d{2,5})\b)?/gi;
const NEEDS_PORT = /^(?:https?|tcp|grpc|at|localhost)$/i;
const FAILING =
  /refused|ECONNREFUSED|time(?:d )?-?out|deadline|unavailable|unreachable|no such host|ENOTFOUND|EAI_AGAIN|UnknownHost|not known|resolve|reset|hang up|\b50[0234]\b|\bfail|\berror|exception/i;
const LINE_MAX_CHARS = 500;
const HOSTS_MAX = 8;

const known = new WeakMap<Model, ObservedCall[]>();

export function observedCalls(model: Model): ObservedCall[] {
  const had = known.get(model);
  if (had !== undefined) return had;
  const found = new Map<string, ObservedCall>();
  const pods = new Map(model.facts.objects.Pod.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  const services = new Map(
    model.facts.objects.Service.map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
  );
  for (const { namespace, pod: name, container, lines } of model.facts.logs) {
    const pod = pods.get(`${namespace}/${name}`);
    const caller = pod === undefined || !isWanted(pod) ? undefined : model.owner(model.ownerOf(pod));
    if (caller === undefined) continue;
    for (const line of lines) {
      const isFailing = FAILING.test(line);
      for (const { host, port } of hostsIn(line)) {
        const place = placeOf(model, namespace, host);
        const service = place === undefined ? undefined : services.get(`${place.namespace}/${place.host}`);
        if (service === undefined || model.ownersBehind(service).includes(caller)) continue;
        const key = `${refText(caller.ref)} ${service.metadata.namespace}/${service.metadata.name} ${port}`;
        const before = found.get(key);
        if (before !== undefined && (before.isFailing || !isFailing)) continue;
        const evidence = evidenceOf({ kind: "Pod", name, namespace }, `log of ${container}`, line);
        found.set(key, { caller, service, port, isFailing, evidence });
      }
    }
  }
  const all = [...found.values()];
  known.set(model, all);
  return all;
}

function hostsIn(line: string): Array<{ host: string; port: number | undefined }> {
  const found: Array<{ host: string; port: number | undefined }> = [];
  for (const match of line.slice(0, LINE_MAX_CHARS).matchAll(HOSTS)) {
    const [whole, host = "", port] = match;
    const isAddress = port !== undefined || whole.length > host.length || host.includes(".svc");
    if (!isAddress || NEEDS_PORT.test(host)) continue;
    found.push({ host: host.toLowerCase(), port: port === undefined ? undefined : Number(port) });
    if (found.length >= HOSTS_MAX) break;
  }
  return found;
}
