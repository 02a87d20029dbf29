/**
 * Agents, controllers and servers in the cluster that others need without calling them: what holds back pods, images, volumes, names
 * or metrics is then explained by the one that does not run. Its own trouble lies in another namespace, where nobody asked.
 */
import { type Cause, evidenceOf, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import type { Model, Owner } from "../model.js";
import { causeOf, isReady, isWanted } from "./draft.js";

/** Parts of names that many share. */
const PLAIN_WORD =
  /^(?:node|io|com|net|org|sh|agent|not|ready|kubernetes|k8s|aws|google|gke|azure|csi|driver|taint|startup|status|unavailable|network|kube|system|svc|cluster|local|insufficient|available|storage)$/;

interface Need {
  codes: ReadonlySet<CauseCode>;
  /** Whose name it has; told what is held back. */
  fits: (name: string, text: string) => boolean;
}
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2 && !PLAIN_WORD.test(word));
const hasWordOf = (name: string, text: string): boolean => wordsOf(text).some((word) => name.includes(word));

const NEEDS: readonly Need[] = [
  {
    codes: new Set<CauseCode>(["k8s-taint-not-tolerated", "k8s-node-network-plugin-down", "k8s-node-not-ready"]),
    fits: (name, text) => {
      const key = /\{([^}:=]+)/.exec(text)?.[1] ?? "";
      if (/cloudprovider/.test(key)) return /cloud-(?:controller|provider|node)|(?:^|-)ccm(?:-|$)/.test(name);
      return /agent|uninitialized|not-?ready|startup|unavailable/i.test(key) && hasWordOf(name, key);
    },
  },
  {
    codes: new Set<CauseCode>(["k8s-extended-resource-insufficient", "k8s-device-unavailable"]),
    fits: (name, text) => {
      const resource = /[a-z0-9.-]+\/[a-z0-9._-]+/.exec(text.replace(/^.*Insufficient /s, ""))?.[0] ?? "";
      return /plugin|driver|dra-/.test(name) && hasWordOf(name, resource);
    },
  },
  {
    codes: new Set<CauseCode>([
      "k8s-claim-provisioner-absent",
      "k8s-claim-provisioner-failing",
      "k8s-volume-attach-failed",
      "k8s-volume-driver-missing",
      "k8s-claim-resize-stuck",
    ]),
    fits: (name) =>
      /csi.*(?:controller|provisioner|plugin)|provisioner|(?:ebs|efs|disk|cinder|rbd|cephfs|nfs|longhorn)-?csi|longhorn/.test(
        name,
      ),
  },
  {
    codes: new Set<CauseCode>(["k8s-autoscaler-metrics-missing"]),
    fits: (name) => /metrics-server|metrics-apiserver|metrics-adapter|prometheus-adapter|custom-metrics/.test(name),
  },
  {
    codes: new Set<CauseCode>([
      "k8s-dependency-name-unresolved",
      "k8s-workload-unresponsive",
      "k8s-container-crashing",
    ]),
    fits: (name, text) =>
      /node-?local-?dns|nodelocaldns/.test(name) &&
      /lookup|resolve|no such host|ENOTFOUND|EAI_AGAIN|169\.254\./.test(text),
  },
];
/** Texts of these name the server that was asked. */
const ASKS_SERVER =
  /^k8s-(?:registry-|image-pull-failed|image-not-found|volume-mount-failed|webhook-unreachable|pod-not-ready)/;
const SERVER = /(?:\/\/|["\s])([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.([a-z0-9-]+)\.svc\b/;

export function neededCauses(model: Model, causes: readonly Cause[]): Cause[] {
  const down = model.owners.filter(isDown);
  if (down.length === 0) return [];
  return causes.flatMap((cause) => {
    const needed = neededBy(model, cause, down);
    return needed === undefined || refText(needed.ref) === refText(cause.object)
      ? []
      : [neededCause(needed, cause, causes)];
  });
}

function isDown({ ref, pods, replicas }: Owner): boolean {
  if (ref.kind === "Pod" || ref.kind === "Job" || ref.kind === "CronJob") return false;
  const wanted = pods.filter(isWanted);
  if (wanted.length === 0) return replicas === 0 && ref.kind !== "DaemonSet";
  return wanted.filter((pod) => !isReady(pod)).length * 2 >= wanted.length;
}

function neededBy(model: Model, cause: Cause, down: readonly Owner[]): Owner | undefined {
  const text = [cause.what, ...cause.evidence.map((one) => one.text)].join("\n");
  const own = cause.object.namespace;
  const need = NEEDS.find(({ codes }) => codes.has(cause.code));
  const byName = down.find(({ ref }) => ref.namespace !== own && need?.fits(ref.name, text) === true);
  if (byName !== undefined || !ASKS_SERVER.test(cause.code)) return byName;
  const [, name, namespace] = SERVER.exec(text) ?? [];
  const service = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  return service === undefined ? undefined : model.ownersBehind(service).find((owner) => down.includes(owner));
}

const OWN_CODE = /^k8s-(?:network-agent-down|control-plane-down|kube-proxy-down|dns-)/;

function neededCause({ ref, pods }: Owner, cause: Cause, causes: readonly Cause[]): Cause {
  const all = causes.filter((one) => refText(one.object) === refText(ref) && one.evidence.length > 0);
  const own = all.find((one) => OWN_CODE.test(one.code)) ?? all[0];
  const ready = pods.filter(isReady).length;
  const state = `${ready} of ${pods.length} pods are ready`;
  const why = own === undefined ? state : own.what;
  // One that has a code of its own for this keeps it, and takes the sufferers over.
  const code = own !== undefined && OWN_CODE.test(own.code) ? own.code : "k8s-cluster-agent-down";
  return causeOf(code, ref, `${refText(ref)}, which ${refText(cause.object)} needs, does not run: ${why}`, {
    evidence: [evidenceOf(ref, "pods", state), ...(own?.evidence ?? []).slice(0, 2), ...cause.evidence.slice(0, 1)],
    affects: [cause.object, ...cause.affects],
    weight: 0.96,
  });
}
