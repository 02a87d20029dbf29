/** What an ingress asks of its controller by annotations: a configuration that cannot be loaded, and bounds that ordinary requests exceed. */
import type { Ingress } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { type Analyser, causeOf } from "./draft.js";

const CONTROLLER = /ingress|traefik|haproxy|contour|kong|edge-proxy/i;
const NEWEST_LINES = 200;
const REFUSED_MIN = 5;
const UNLOADABLE =
  /\[emerg\]|error (?:reloading|loading) (?:nginx|haproxy|configuration)|configuration file .* test failed/i;
const FREE_TEXT = /snippet|auth-url|upstream|configuration|custom-headers|lua|modsecurity/;

interface Bound {
  line: RegExp;
  annotation: RegExp;
  /** It holds where no annotation says otherwise. */
  byDefault: boolean;
}
const BOUNDS: readonly Bound[] = [
  {
    line: /client intended to send too large body|\b413\b.*Request Entity Too Large/i,
    annotation: /body-size|max-body|request-body/,
    byDefault: true,
  },
  {
    line: /upstream timed out|\b504\b.*Gateway Time-?out/i,
    annotation: /(?:read|send|connect|response)-timeout|timeout-server|request-timeout/,
    byDefault: false,
  },
  {
    line: /limiting (?:requests|connections)|\b429\b.*Too Many Requests/i,
    annotation: /limit-(?:rps|rpm|connections|rate)|rate-?limit|ratelimit/,
    byDefault: false,
  },
  { line: /upstream sent too big header/i, annotation: /proxy-buffer/, byDefault: true },
  {
    line: /access forbidden by rule/i,
    annotation: /whitelist-source-range|allowlist|denylist|blacklist/,
    byDefault: false,
  },
];

interface Said {
  pod: { kind: string; name: string; namespace: string };
  from: string;
  lines: string[];
}

export const ingressLimitCauses: Analyser = (model) => {
  const all = model.facts.objects.Ingress;
  if (all.length === 0) return [];
  const said = model.facts.logs
    .filter(({ pod, namespace, previous }) => !previous && (CONTROLLER.test(pod) || CONTROLLER.test(namespace)))
    .map(
      ({ pod: name, namespace, container, lines }): Said => ({
        pod: { kind: "Pod", name, namespace },
        from: `log of ${container}`,
        lines: lines.slice(-NEWEST_LINES),
      }),
    );
  return said.flatMap((one) => [...unloadable(model, one), ...exceeded(all, one)]);
};

const annotationsOf = ({ metadata }: Ingress, keys: RegExp): Array<[string, string]> =>
  Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => /ingress|traefik|haproxy|kong|contour/.test(key) && keys.test(key.replace(/^.*\//, "")),
  );
const text = (annotations: Array<[string, string]>): string =>
  annotations.map(([key, value]) => `${key}: ${value}`).join("; ");

/** The one whose words the error repeats, else the newest that writes configuration of its own. */
function unloadable({ facts }: Model, { pod, from, lines }: Said): Cause[] {
  const line = lines.findLast((one) => /\[emerg\]/.test(one)) ?? lines.findLast((one) => UNLOADABLE.test(one));
  if (line === undefined) return [];
  const words = [...line.matchAll(/"([^"]{3,80})"/g)].map(([, word = ""]) => word);
  const writing = facts.objects.Ingress.map((ingress) => ({ ingress, own: annotationsOf(ingress, FREE_TEXT) }))
    .filter(({ own }) => own.length > 0)
    .sort((a, b) => changedMs(b.ingress) - changedMs(a.ingress));
  const best = writing.find(({ own }) => words.some((word) => text(own).includes(word))) ?? writing[0];
  if (best === undefined) return [];
  const ref = refOf("Ingress", best.ingress);
  return [
    causeOf(
      "k8s-ingress-annotation-invalid",
      ref,
      `${pod.name} cannot load what ${refText(ref)} asks for: ${line.trim()}`,
      {
        evidence: [evidenceOf(ref, "metadata.annotations", text(best.own)), evidenceOf(pod, from, line)],
        affects: [ref, { kind: "Pod", name: pod.name, namespace: pod.namespace }],
        weight: 0.88,
      },
    ),
  ];
}

const changedMs = ({ metadata }: Ingress): number =>
  Math.max(
    0,
    ...[metadata.creationTimestamp, ...metadata.managedFields.map(({ time }) => time)].map(
      (time) => Date.parse(time ?? "") || 0,
    ),
  );

function exceeded(all: readonly Ingress[], { pod, from, lines }: Said): Cause[] {
  return BOUNDS.flatMap(({ line: pattern, annotation, byDefault }): Cause[] => {
    const refused = lines.filter((line) => pattern.test(line));
    const last = refused.at(-1);
    if (refused.length < REFUSED_MIN || last === undefined) return [];
    const near = all.filter(({ spec }) =>
      (spec?.rules ?? []).some(({ host }) => host === undefined || last.includes(host)),
    );
    const set = near.find((one) => annotationsOf(one, annotation).length > 0) ?? (byDefault ? near[0] : undefined);
    if (set === undefined) return [];
    const ref = refOf("Ingress", set);
    const own = text(annotationsOf(set, annotation)) || "no annotation raises the bound";
    return [
      causeOf(
        "k8s-ingress-limit-too-small",
        ref,
        `${refText(ref)} (${own}) refuses ${refused.length} requests: ${last.trim()}`,
        {
          evidence: [evidenceOf(ref, "metadata.annotations", own), evidenceOf(pod, from, last)],
          affects: [ref],
          weight: 0.85,
        },
      ),
    ];
  });
}
