/** Who suffers from a custom resource that is not well: who needs the Secret that it makes, who is scaled by it, who refers to it. */
import type { CustomObject } from "../../../schema/kubernetes/surroundings.js";
import type { Cause, ObjectRef } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, refOf } from "../model.js";
import { referencesOf } from "./references.js";

const MAKES_SECRET =
  /^(?:ExternalSecret|SealedSecret|Certificate|VaultStaticSecret|VaultDynamicSecret|InfisicalSecret|OnePasswordItem)$/;
const GIVES_NODES =
  /^(?:NodeClaim|NodePool|EC2NodeClass|AKSNodeClass|MachineDeployment|MachineSet|Machine|Provisioner)$/;
/** What puts others into the cluster, and says so when these do not come up. */
const ROLLS_OUT =
  /^(?:HelmRelease|HelmChart|Kustomization|Application|ApplicationSet|Rollout|App|Bundle|PackageInstall)$/;
const WAITS =
  /time-?d? ?-?out|deadline exceeded|waiting for|health ?check|hooks? failed|\bjob \S+ failed|not (?:yet )?ready|Degraded|unavailable|BackoffLimitExceeded|InProgress/i;

export function sufferersOf(model: Model, item: CustomObject): ObjectRef[] {
  const kind = item.kind ?? "Custom";
  const { spec, metadata } = item;
  const found = referring(model, kind, item);
  if (MAKES_SECRET.test(kind))
    found.push(...needing(model, spec?.target?.name ?? spec?.secretName ?? metadata.name, metadata.namespace));
  // A store of secrets makes none itself: those that ask it do.
  for (const ref of [...found]) {
    const asks = model.facts.objects.Custom.find(
      (one) => one.kind === ref.kind && one.metadata.name === ref.name && one.metadata.namespace === ref.namespace,
    );
    if (asks !== undefined && MAKES_SECRET.test(ref.kind))
      found.push(...needing(model, asks.spec?.target?.name ?? asks.spec?.secretName ?? ref.name, ref.namespace));
  }
  if (item.target !== undefined) found.push({ kind: "Deployment", name: item.target, namespace: metadata.namespace });
  const place = spec?.destination?.namespace ?? spec?.targetNamespace;
  const isPlace = ({ metadata: one }: { metadata: { name: string } }): boolean => one.name === (place ?? metadata.name);
  if (ROLLS_OUT.test(kind) && model.facts.objects.Namespace.some(isPlace))
    found.push({ kind: "Namespace", name: place ?? metadata.name });
  return found;
}

/** It shall bring nodes, and pods find none. */
export const waitsForNodes = ({ facts }: Model, kind: string): boolean =>
  GIVES_NODES.test(kind) &&
  facts.objects.Pod.some(
    ({ spec, status }) =>
      (spec.nodeName ?? "") === "" &&
      status?.conditions.some(({ type, status: is }) => type === "PodScheduled" && is === "False") === true,
  );

function referring({ facts }: Model, kind: string, { metadata }: CustomObject): ObjectRef[] {
  return facts.objects.Custom.filter((other) => {
    if (metadata.namespace !== undefined && other.metadata.namespace !== metadata.namespace) return false;
    const { issuerRef, secretStoreRef, sourceRef, chartRef } = other.spec ?? {};
    return [issuerRef, secretStoreRef, sourceRef, chartRef].some(
      (ref) => ref?.name === metadata.name && (ref.kind === undefined || ref.kind === kind),
    );
  }).map((other) => refOf(other.kind ?? "Custom", other));
}

function needing(model: Model, secret: string, namespace: string | undefined): ObjectRef[] {
  const owners = model.owners.filter(
    ({ ref, spec }) =>
      ref.namespace === namespace &&
      spec !== undefined &&
      referencesOf(spec).some(({ kind, name }) => kind === "Secret" && name === secret),
  );
  const ingresses = model.facts.objects.Ingress.filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace && (spec?.tls ?? []).some(({ secretName }) => secretName === secret),
  );
  return [...owners.map(({ ref }) => ref), ...ingresses.map((one) => refOf("Ingress", one))];
}

/** What is missing because a custom resource did not bring it. */
const NOT_BROUGHT = new Set<CauseCode>([
  "k8s-secret-missing",
  "k8s-secret-key-missing",
  "k8s-ingress-certificate-missing",
  "k8s-scaled-to-zero",
  "k8s-custom-resource-failing",
  "k8s-autoscaler-metrics-missing",
]);
const NO_NODE =
  /^k8s-(?:cpu|memory|ephemeral-storage|extended-resource)-insufficient$|^k8s-node-(?:selector|affinity)-unmatched$|^k8s-node-pods-full$/;

/** Undefined: this says nothing of the two. */
export function customExplains(root: Cause, cause: Cause): boolean | undefined {
  const isCustom = root.code === "k8s-custom-resource-failing";
  if (isCustom && GIVES_NODES.test(root.object.kind) && NO_NODE.test(cause.code)) return true;
  if (isCustom && NOT_BROUGHT.has(cause.code)) {
    const isHit = root.affects.some(
      ({ kind, name, namespace }) =>
        kind === cause.object.kind && name === cause.object.name && namespace === cause.object.namespace,
    );
    const isSame = root.object.kind === cause.object.kind && root.object.name === cause.object.name;
    if (isHit && !isSame) return true;
  }
  if (cause.code !== "k8s-custom-resource-failing" || !ROLLS_OUT.test(cause.object.kind)) return undefined;
  if (isCustom) return undefined;
  const isNear = root.object.namespace === cause.object.namespace || cause.what.includes(root.object.name);
  return WAITS.test(cause.what) && isNear ? true : undefined;
}
