/** Claims against the volumes that there are: which is nearest, and what keeps it from fitting. */
import type { Claim, Volume } from "../../../schema/kubernetes/surroundings.js";
import type { CauseCode } from "../codes.js";
import { type Model, selects } from "../model.js";
import { quantityOf } from "../quantity.js";

/** Why a claim is pending. */
export interface Kind {
  code: CauseCode;
  what: string;
  text?: string;
}

export function classMissing(claim: Claim, name: string, volumes: readonly Volume[], known: readonly string[]): Kind {
  const wouldFit = volumes.find((volume) => isFree(volume) && faultsOf(claim, volume).length === 0);
  if (wouldFit !== undefined)
    return {
      code: "k8s-claim-class-unmatched",
      what: `asks for the class ${name}, while the volume ${wouldFit.metadata.name} that would fit is of ${wouldFit.spec?.storageClassName || "none"}`,
    };
  return {
    code: "k8s-claim-class-missing",
    what: `asks for the storage class ${name}, which does not exist (there is ${known.join(", ") || "none"})`,
  };
}

export function provisioning(message: string): Kind {
  const what = `is not provisioned: ${message}`;
  if (/storageclass.* not found/i.test(message)) return { code: "k8s-claim-class-missing", what, text: message };
  if (
    /access ?mode|ReadWriteMany|ReadOnlyMany|only supports? ReadWriteOnce|Only support/i.test(message) &&
    !/insufficient|quota/i.test(message)
  )
    return { code: "k8s-claim-mode-unmatched", what, text: message };
  if (/no volume plugin matched|no such provisioner|provisioner .* not found/i.test(message))
    return { code: "k8s-claim-provisioner-absent", what, text: message };
  return { code: "k8s-claim-provisioner-failing", what, text: message };
}

export function namedVolume(model: Model, claim: Claim, name: string): Kind | undefined {
  const volume = model.facts.objects.PersistentVolume.find(({ metadata }) => metadata.name === name);
  if (volume === undefined)
    return model.knows("PersistentVolume")
      ? { code: "k8s-claim-volume-missing", what: `names the volume ${name}, which does not exist` }
      : undefined;
  const holder = volume.spec?.claimRef;
  const isOwn =
    holder === undefined || (holder.name === claim.metadata.name && holder.namespace === claim.metadata.namespace);
  if (!isOwn)
    return {
      code: "k8s-claim-volume-taken",
      what: `names the volume ${name}, which ${holder.namespace}/${holder.name} holds (${volume.status?.phase ?? ""})`,
    };
  if ((volume.spec?.storageClassName ?? "") !== (claim.spec?.storageClassName ?? ""))
    return {
      code: "k8s-claim-class-unmatched",
      what: `asks for the class ${claim.spec?.storageClassName || "none"}, and its volume ${name} is of ${volume.spec?.storageClassName || "none"}`,
    };
  const [code] = faultsOf(claim, volume);
  return code === undefined
    ? undefined
    : { code, what: `and its volume ${name} do not fit: ${fitText(claim, volume)}` };
}

/** A volume that was released keeps its old claim until somebody clears it. */
const isFree = ({ spec, status }: Volume): boolean =>
  spec?.claimRef === undefined && (status?.phase ?? "Available") === "Available";

function faultsOf({ spec }: Claim, { spec: volume, metadata }: Volume): CauseCode[] {
  const faults: CauseCode[] = [];
  const modes = spec?.accessModes ?? [];
  if (
    !modes.every((mode) => volume?.accessModes?.includes(mode) === true) ||
    (spec?.volumeMode ?? "Filesystem") !== (volume?.volumeMode ?? "Filesystem")
  )
    faults.push("k8s-claim-mode-unmatched");
  if ((quantityOf(volume?.capacity?.storage) ?? 0) < (quantityOf(spec?.resources?.requests?.storage) ?? 0))
    faults.push("k8s-claim-size-unmatched");
  if (spec?.selector !== undefined && !selects(spec.selector, metadata.labels))
    faults.push("k8s-claim-selector-unmatched");
  return faults;
}

const fitText = ({ spec }: Claim, { spec: volume }: Volume): string =>
  `${(spec?.accessModes ?? []).join(",")} and ${spec?.resources?.requests?.storage ?? "?"} are wanted, ${(volume?.accessModes ?? []).join(",")} and ${volume?.capacity?.storage ?? "?"} offered`;

/** The volume that is nearest tells what is wrong. */
export function unmatched(claim: Claim, sameClass: readonly Volume[], all: readonly Volume[]): Kind | undefined {
  const holds = ({ spec }: Volume): boolean =>
    spec?.claimRef !== undefined &&
    spec.claimRef.name === claim.metadata.name &&
    spec.claimRef.namespace === claim.metadata.namespace;
  const free = sameClass.filter((volume) => isFree(volume) || holds(volume));
  const rated = free
    .map((volume) => ({ volume, faults: faultsOf(claim, volume) }))
    .sort((a, b) => a.faults.length - b.faults.length);
  const [nearest] = rated;
  const [code] = nearest?.faults ?? [];
  if (nearest !== undefined && code !== undefined)
    return {
      code,
      what: `finds no volume: ${nearest.volume.metadata.name} is nearest; ${fitText(claim, nearest.volume)}`,
    };
  if (nearest !== undefined) return undefined;
  const other = all.find((volume) => isFree(volume) && faultsOf(claim, volume).length === 0);
  if (other !== undefined)
    return {
      code: "k8s-claim-class-unmatched",
      what: `asks for the class ${claim.spec?.storageClassName || "none"}, while the volume ${other.metadata.name} that would fit is of ${other.spec?.storageClassName || "none"}`,
    };
  const taken = sameClass.find((volume) => faultsOf(claim, volume).length === 0);
  if (taken !== undefined)
    return {
      code: "k8s-claim-volume-taken",
      what: `finds no free volume: ${taken.metadata.name} is held by ${taken.spec?.claimRef?.namespace}/${taken.spec?.claimRef?.name} (${taken.status?.phase ?? ""})`,
    };
  return {
    code: "k8s-claim-provisioner-absent",
    what: "is of a class without provisioner, and there is no volume for it",
  };
}
