/** Claims that get no volume: compared with what classes and volumes there are, and with what the provisioner says. */
import type { Claim } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { isLeaving, type Model, refOf } from "../model.js";
import { quantityOf } from "../quantity.js";
import { type Analyser, causeOf, conditionOf, isReady, isWanted } from "./draft.js";
import { provisionerDown } from "./provisioners.js";
import { classMissing, type Kind, namedVolume, provisioning, unmatched } from "./volume-fit.js";

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
  const down = kind?.code === "k8s-claim-provisioner-absent" ? provisionerDown(model, claim, kind.what) : undefined;
  if (kind !== undefined && down !== undefined)
    return [
      causeOf(
        kind.code,
        down.ref,
        `${refText(down.ref)}, which makes volumes, does not run; ${refText(ref)} ${kind.what}`,
        {
          evidence: [evidenceOf(ref, "claim", kind.text ?? kind.what), evidenceOf(down.ref, "pods", down.text)],
          affects: [ref, ...affects],
          weight: 0.96,
        },
      ),
    ];
  return kind === undefined ? [] : say(kind.code, kind.what, affects.length > 0 ? 0.96 : 0.7, kind.text ?? kind.what);
}

const resizing = ({ spec, status }: Claim): boolean =>
  (quantityOf(spec?.resources?.requests?.storage) ?? 0) > (quantityOf(status?.capacity?.storage) ?? 0) ||
  conditionOf(status?.conditions, "Resizing")?.status === "True";

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
