/** Ingresses that are served and do not do what they should: rewrites, paths, certificates that have run out. */
import type { Ingress } from "../../../schema/kubernetes/network.js";
import { type Cause, type Evidence, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { type Analyser, ageMs, causeOf, presentMs } from "./draft.js";

const REWRITE = "nginx.ingress.kubernetes.io/rewrite-target";
const CONTROLLER = /ingress|traefik|haproxy|contour|envoy|kong/i;
/** Of ingress-nginx: no rule took the request. */
const UNTAKEN = /"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/[^\s"?]*)[^"]*" 404\b.*\[upstream-default-backend\]/;
const UNTAKEN_MIN = 5;
const NEWEST_LINES = 200;

export const ingressRequestCauses: Analyser = (model) => [
  ...model.facts.objects.Ingress.flatMap((ingress) => [...rewrite(ingress), ...certificate(model, ingress)]),
  ...untaken(model),
];

const pathsOf = ({ spec }: Ingress) => (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []);

const groupsIn = (path: string): number => (path.match(/\((?!\?)/g) ?? []).length;

/** `$2` of a path that has no second group is empty: every request becomes the same. */
function rewrite(ingress: Ingress): Cause[] {
  const target = ingress.metadata.annotations?.[REWRITE];
  const wanted = Math.max(0, ...[...(target ?? "").matchAll(/\$(\d)/g)].map((match) => Number(match[1])));
  const short = pathsOf(ingress).find(({ path = "/" }) => groupsIn(path) < wanted);
  if (target === undefined || wanted === 0 || short === undefined) return [];
  const ref = refOf("Ingress", ingress);
  const has = `${short.path ?? "/"} has ${groupsIn(short.path ?? "/")} groups`;
  return [
    causeOf("k8s-ingress-rewrite-wrong", ref, `${refText(ref)} rewrites to ${target}, and its path ${has}`, {
      evidence: [evidenceOf(ref, REWRITE, target), evidenceOf(ref, "spec.rules.path", short.path ?? "/")],
      affects: [ref],
      weight: 0.9,
    }),
  ];
}

interface Untaken {
  path: string;
  evidence: Evidence;
}

function untaken(model: Model): Cause[] {
  const requests = model.facts.logs
    .filter(({ pod, namespace }) => CONTROLLER.test(pod) || CONTROLLER.test(namespace))
    .flatMap(({ pod, namespace, container, lines }) =>
      lines.slice(-NEWEST_LINES).flatMap((line): Untaken[] => {
        const path = UNTAKEN.exec(line)?.[1];
        const evidence = evidenceOf({ kind: "Pod", name: pod, namespace }, `log of ${container}`, line);
        return path === undefined ? [] : [{ path, evidence }];
      }),
    );
  const all = model.facts.objects.Ingress;
  if (requests.length < UNTAKEN_MIN || all.some(({ spec }) => spec?.defaultBackend !== undefined)) return [];
  const open = requests.filter(({ path }) => !all.some((ingress) => pathsOf(ingress).some((one) => takes(one, path))));
  const [first] = open;
  if (open.length < UNTAKEN_MIN || first === undefined) return [];
  const rated = all
    .map((ingress) => ({
      ingress,
      near: Math.max(0, ...pathsOf(ingress).map((one) => alike(one.path ?? "/", first.path))),
    }))
    .sort((a, b) => b.near - a.near);
  const [best] = rated;
  if (best === undefined) return [];
  const ref = refOf("Ingress", best.ingress);
  const own = pathsOf(best.ingress).map(({ path = "/", pathType = "" }) => `${path} (${pathType})`);
  const what = `${open.length} requests, the first for ${first.path}, are taken by no rule; ${refText(ref)} takes ${own.join(", ")}`;
  return [
    causeOf("k8s-ingress-path-wrong", ref, what, {
      evidence: [evidenceOf(ref, "spec.rules.path", own.join(", ")), first.evidence],
      affects: [ref],
      weight: all.length === 1 ? 0.8 : 0.6,
    }),
  ];
}

/** As Kubernetes compares them: by whole elements of the path; a pattern counts by what stands before its first group. */
function takes({ path = "/", pathType = "Prefix" }: { path?: string; pathType?: string }, asked: string): boolean {
  if (pathType === "Exact") return asked === path;
  const plain = path.replace(/[([*].*$/, "").replace(/\/$/, "");
  return plain === path.replace(/\/$/, "") ? asked === plain || asked.startsWith(`${plain}/`) : asked.startsWith(plain);
}

function alike(a: string, b: string): number {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  return same;
}

/** Told by the certificate's keeper, or by the controller that serves it. */
function certificate(model: Model, ingress: Ingress): Cause[] {
  const ref = refOf("Ingress", ingress);
  const { namespace } = ingress.metadata;
  for (const { secretName = "", hosts = [] } of ingress.spec?.tls ?? []) {
    const kept = model.facts.objects.Custom.find(
      ({ kind, spec, metadata }) =>
        kind === "Certificate" && metadata.namespace === namespace && spec?.secretName === secretName,
    );
    const ended = ageMs(kept?.status?.notAfter, presentMs(model));
    const evidence =
      kept !== undefined && ended !== undefined && ended > 0
        ? evidenceOf(refOf("Certificate", kept), "status.notAfter", kept.status?.notAfter ?? "")
        : expiredInLogs(model, `${namespace}/${secretName}`, hosts);
    if (evidence === undefined) continue;
    return [
      causeOf("k8s-ingress-certificate-expired", ref, `the certificate ${secretName} of ${refText(ref)} has expired`, {
        evidence: [evidenceOf(ref, "spec.tls", secretName), evidence],
        affects: [ref, ...(kept === undefined ? [] : [refOf("Certificate", kept)])],
        weight: 0.92,
      }),
    ];
  }
  return [];
}

function expiredInLogs(model: Model, secret: string, hosts: readonly string[]): Evidence | undefined {
  const now = presentMs(model);
  for (const { pod, namespace, container, lines } of model.facts.logs) {
    const line = lines.findLast((one) => {
      if (!one.includes(`"${secret}"`) && !hosts.some((host) => one.includes(`"${host}"`))) return false;
      if (/certificate has expired/.test(one)) return true;
      const until = /about to expire \((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(one);
      return until !== null && (ageMs(`${until[1]}T${until[2]}Z`, now) ?? 0) > 0;
    });
    if (line !== undefined) return evidenceOf({ kind: "Pod", name: pod, namespace }, `log of ${container}`, line);
  }
  return undefined;
}
