/** Claims that get no volume: compared with what classes and volumes there are, and with what the provisioner says. */
import type { Claim, Volume } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { isLeaving, type Model, refOf, selects } from "../model.js";
import { quantityOf } from "../quantity.js";
import { type Analyser, causeOf, conditionOf, isReady, isWanted } from "./draft.js";

export const storageCauses: Analyser = (model) => [
  ...missingClaims(model),
  ...model.facts.objects.PersistentVolumeClaim.flatMap((claim) => claimCauses(model, claim)),
  ...failedVolumes(model),
];

function missingClaims(model: Model): Cause[] {
  return model.owners.flatMap(({ ref, spec, pods }): Cause[] => {
    const own = pods.filter(isWanted);
    const [pod] = own;
    if (pod === undefined || own.some(isReady)) return [];
    return (spec ?? pod.spec).volumes.flatMap(({ persistentVolumeClaim: claim }): Cause[] => {
      const name = claim?.claimName;
      if (
        name === undefined ||
        !model.knows("PersistentVolumeClaim", ref.namespace) ||
        model.has("PersistentVolumeClaim", name, ref.namespace)
      )
        return [];
      return [
        causeOf("k8s-claim-missing", ref, `${refText(ref)} mounts the claim ${name}, which does not exist`, {
          evidence: [evidenceOf(ref, "spec.volumes", `persistentVolumeClaim ${name}`)],
          affects: [ref],
          weight: 0.97,
        }),
      ];
    });
  });
}

function claimCauses(model: Model, claim: Claim): Cause[] {
  const ref = refOf("PersistentVolumeClaim", claim);
  const affects = model.owners
    .filter(
      ({ ref: owner, pods }) =>
        owner.namespace === ref.namespace &&
        pods.some(({ spec }) => spec.volumes.some(({ persistentVolumeClaim: one }) => one?.claimName === ref.name)),
    )
    .map((owner) => owner.ref);
  // Deleted, and kept by its finalizer for a moment: nobody waits for it.
  if (isLeaving(claim) && affects.length === 0) return [];
  const say = (code: CauseCode, what: string, weight: number, text = what): Cause[] => [
    causeOf(code, ref, `${refText(ref)} ${what}`, { evidence: [evidenceOf(ref, "claim", text)], affects, weight }),
  ];
  const phase = claim.status?.phase;
  if (phase === "Lost") return say("k8s-claim-lost", `has lost its volume ${claim.spec?.volumeName ?? ""}`, 0.96);
  const resize = model.events(ref).find(({ reason }) => /^(?:VolumeResizeFailed|FileSystemResizeFailed)$/.test(reason));
  if (resize !== undefined && phase === "Bound")
    return resizing(claim)
      ? say("k8s-claim-resize-stuck", `does not grow: ${resize.message}`, 0.7, resize.message)
      : [];
  if (phase !== "Pending") return [];
  const events = model.events(ref);
  const waits = events.find(({ reason }) => /^(?:WaitForFirstConsumer|WaitForPodScheduled)$/.test(reason));
  if (affects.length === 0 && waits !== undefined) return [];
  const kind = kindOfPending(model, claim, events);
  return kind === undefined ? [] : say(kind.code, kind.what, affects.length > 0 ? 0.96 : 0.7, kind.text ?? kind.what);
}

const resizing = ({ spec, status }: Claim): boolean =>
  (quantityOf(spec?.resources?.requests?.storage) ?? 0) > (quantityOf(status?.capacity?.storage) ?? 0) ||
  conditionOf(status?.conditions, "Resizing")?.status === "True";

interface Kind {
  code: CauseCode;
  what: string;
  text?: string;
}

function kindOfPending(model: Model, claim: Claim, events: ReturnType<Model["events"]>): Kind | undefined {
  const className =
    claim.spec?.storageClassName ?? claim.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"];
  const { StorageClass: classes, PersistentVolume: volumes } = model.facts.objects;
  const said = events.find(({ reason }) => reason === "ProvisioningFailed");
  const named = claim.spec?.volumeName;
  if (named !== undefined && named !== "") {
    const fault = namedVolume(model, claim, named);
    if (fault !== undefined) return fault;
  }
  const found = classes.find(({ metadata }) => metadata.name === className);
  const sameClass = volumes.filter(({ spec }) => (spec?.storageClassName ?? "") === (className ?? ""));
  if (
    className !== undefined &&
    className !== "" &&
    found === undefined &&
    sameClass.length === 0 &&
    (model.knows("StorageClass") || /storageclass.* not found/i.test(said?.message ?? ""))
  )
    return classMissing(
      claim,
      className,
      volumes,
      classes.map(({ metadata }) => metadata.name),
    );
  if (said !== undefined) return provisioning(said.message);
  const isStatic = found === undefined || found.provisioner === "kubernetes.io/no-provisioner";
  const hasDefault = classes.some(
    ({ metadata }) => metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  if (isStatic && (sameClass.length > 0 || (className !== undefined && className !== "")))
    return unmatched(claim, sameClass, volumes);
  if (className === undefined && !hasDefault && model.knows("StorageClass")) {
    const fault = volumes.length > 0 ? unmatched(claim, sameClass, volumes) : undefined;
    return fault ?? { code: "k8s-claim-without-class", what: "names no storage class, and there is no default one" };
  }
  if (className === "" && volumes.length > 0) return unmatched(claim, sameClass, volumes);
  const waiting = events.find(
    ({ reason, message }) => reason === "ExternalProvisioning" || /waiting for a volume to be created/i.test(message),
  );
  if (waiting !== undefined)
    return {
      code: "k8s-claim-provisioner-absent",
      what: `waits for a provisioner that does not answer: ${waiting.message}`,
      text: waiting.message,
    };
  if (events.some(({ reason, message }) => reason === "FailedBinding" && /no storage class is set/.test(message)))
    return {
      code: "k8s-claim-without-class",
      what: "names no storage class, no volume fits, and there is no default class",
    };
  return undefined;
}

function classMissing(claim: Claim, name: string, volumes: readonly Volume[], known: readonly string[]): Kind {
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

function provisioning(message: string): Kind {
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

function namedVolume(model: Model, claim: Claim, name: string): Kind | undefined {
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
function unmatched(claim: Claim, sameClass: readonly Volume[], all: readonly Volume[]): Kind | undefined {
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

function failedVolumes({ facts }: Model): Cause[] {
  return facts.objects.PersistentVolume.filter(({ status }) => status?.phase === "Failed").map((volume) => {
    const ref = refOf("PersistentVolume", volume);
    const text = volume.status?.message ?? volume.status?.reason ?? "Failed";
    return causeOf("k8s-volume-failed", ref, `${refText(ref)} could not be reclaimed: ${text}`, {
      evidence: [evidenceOf(ref, "status.message", text)],
      weight: 0.6,
    });
  });
}
