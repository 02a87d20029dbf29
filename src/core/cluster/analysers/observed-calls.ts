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
const ADDRESSES = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{2,5}))?(?![\d.])/g;
const NEEDS_PORT = /^(?:https?|tcp|grpc|at|localhost)$/i;
const FAILING =
  /refused|ECONNREFUSED|time(?:d )?-?out|deadline|unavailable|unreachable|no such host|ENOTFOUND|EAI_AGAIN|UnknownHost|not known|resolve|reset|hang up|\b50[0234]\b|\bfail|\berror|exception/i;
/** The value of a variable that Kubernetes makes of a service, read as a number: no call. */
const LINK_VALUE = /(?:pars|input string|invalid literal|integer|number|unmarshal).{0,80}tcp:\/\//i;
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
  const byAddress = servicesByAddress(model);
  for (const { namespace, pod: name, container, lines } of model.facts.logs) {
    const pod = pods.get(`${namespace}/${name}`);
    const caller = pod === undefined || !isWanted(pod) ? undefined : model.owner(model.ownerOf(pod));
    if (caller === undefined) continue;
    for (const line of lines) {
      if (LINK_VALUE.test(line)) continue;
      const isFailing = FAILING.test(line);
      const named = hostsIn(line).map(({ host, port }) => {
        const place = placeOf(model, namespace, host);
        return { service: place === undefined ? undefined : services.get(`${place.namespace}/${place.host}`), port };
      });
      for (const { service, port } of [...named, ...addressesIn(line, namespace, byAddress)]) {
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

/** The first service of another that a line has the address of. */
export function serviceIn(model: Model, caller: Owner, line: string): Service | undefined {
  for (const { host } of hostsIn(line)) {
    const place = placeOf(model, caller.ref.namespace ?? "", host);
    const service = model.facts.objects.Service.find(
      ({ metadata }) => metadata.name === place?.host && metadata.namespace === place.namespace,
    );
    if (service !== undefined && !model.ownersBehind(service).includes(caller)) return service;
  }
  return undefined;
}

/** Libraries tell the address that a name led to: of the service, or of a pod behind it, whose port is another's. */
function servicesByAddress(model: Model): Map<string, { service: Service; isPod: boolean }> {
  const found = new Map<string, { service: Service; isPod: boolean }>();
  for (const service of model.facts.objects.Service) {
    const address = service.spec?.clusterIP ?? "";
    if (address !== "" && address !== "None") found.set(address, { service, isPod: false });
  }
  for (const service of model.facts.objects.Service) {
    for (const { status, spec } of model.podsBehind(service)) {
      const address = spec.hostNetwork === true ? undefined : status?.podIP;
      if (address !== undefined && !found.has(address)) found.set(address, { service, isPod: true });
    }
  }
  return found;
}

const addressesIn = (
  line: string,
  namespace: string,
  services: ReadonlyMap<string, { service: Service; isPod: boolean }>,
): Array<{ service: Service | undefined; port: number | undefined }> =>
  [...line.slice(0, LINE_MAX_CHARS).matchAll(ADDRESSES)].slice(0, HOSTS_MAX).map(([, address = "", port]) => {
    const known = services.get(address);
    if (known?.service.metadata.namespace !== namespace) return { service: undefined, port: undefined };
    return { service: known.service, port: port === undefined || known.isPod ? undefined : Number(port) };
  });

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
