/** Causes of storage: what each means, what would confirm it, what to do next. */
export const STORAGE = {
  "k8s-claim-missing": [
    "The pod mounts a claim that does not exist.",
    "List the claims of the namespace.",
    "Create the claim, or correct its name in the workload.",
  ],
  "k8s-claim-class-missing": [
    "The claim asks for a storage class that does not exist.",
    "List the storage classes.",
    "Correct storageClassName of the claim.",
  ],
  "k8s-claim-without-class": [
    "The claim names no class, there is no default class, and no volume fits.",
    "Look for the annotation is-default-class.",
    "Name a class in the claim, or make one the default.",
  ],
  "k8s-claim-provisioner-failing": [
    "The provisioner tries to make the volume and fails.",
    "Read the event ProvisioningFailed of the claim.",
    "Act on what the provisioner says.",
  ],
  "k8s-claim-provisioner-absent": [
    "The claim waits for a provisioner that does not answer.",
    "Look for the pods of the provisioner that the class names.",
    "Start the provisioner, or correct the class.",
  ],
  "k8s-claim-mode-unmatched": [
    "No volume offers the access modes that the claim wants.",
    "Compare accessModes of claim and volumes.",
    "Correct the access modes.",
  ],
  "k8s-claim-size-unmatched": [
    "No volume is as large as the claim wants.",
    "Compare the capacity of the volumes with the request.",
    "Lower the request, or make a larger volume.",
  ],
  "k8s-claim-selector-unmatched": [
    "No volume has the labels that the claim's selector wants.",
    "Compare the selector with the labels of the volumes.",
    "Correct the selector, or label a volume.",
  ],
  "k8s-claim-class-unmatched": [
    "The volumes that would fit are of another storage class than the claim.",
    "Compare storageClassName of claim and volumes.",
    "Correct storageClassName.",
  ],
  "k8s-claim-volume-taken": [
    "The volume that the claim names is bound to another claim, or was released and not cleared.",
    "Read claimRef of the volume.",
    "Remove the old claimRef, or name another volume.",
  ],
  "k8s-claim-volume-missing": [
    "The claim names a volume that does not exist.",
    "List the volumes.",
    "Correct volumeName of the claim, or create the volume.",
  ],
  "k8s-claim-lost": [
    "The volume of the claim is gone.",
    "The claim's phase is Lost.",
    "Restore the volume, or make the claim anew.",
  ],
  "k8s-claim-resize-stuck": [
    "The volume's growing does not come to its end.",
    "Read the conditions of the claim.",
    "Restart the pod, or act on what the resizer says.",
  ],
  "k8s-volume-attach-failed": [
    "The volume cannot be attached to the node.",
    "Read the event FailedAttachVolume and the VolumeAttachments.",
    "Act on what the driver says.",
  ],
  "k8s-volume-held-elsewhere": [
    "The volume is attached to another node and takes only one.",
    "Look which node and pod hold it.",
    "Stop the other pod, or use the strategy Recreate.",
  ],
  "k8s-volume-mount-failed": ["The volume cannot be mounted.", "Read the event FailedMount.", "Act on what it says."],
  "k8s-volume-ownership-slow": [
    "The owner of every file of the volume is being set, which takes so long that the pod does not start.",
    "Read fsGroup and fsGroupChangePolicy of the pod.",
    "Set fsGroupChangePolicy to OnRootMismatch.",
  ],
  "k8s-volume-path-missing": [
    "The path on the node or in the volume does not exist or is of another type.",
    "Read hostPath or subPath of the workload.",
    "Correct the path or its type.",
  ],
  "k8s-volume-driver-missing": [
    "The node does not know the volume's driver.",
    "Look for the CSI driver's pod on the node.",
    "Start the driver on that node.",
  ],
  "k8s-volume-permission-denied": [
    "The program may not read or write its volume.",
    "Compare the volume's owner with runAsUser and fsGroup.",
    "Set fsGroup, or correct the rights in the volume.",
  ],
  "k8s-volume-read-only": [
    "The program writes to a volume that is mounted read-only.",
    "Read readOnly of the mount and of the volume.",
    "Mount it for writing.",
  ],
  "k8s-volume-full": ["A volume has no room left.", "Look at its use inside the pod.", "Make room, or grow the claim."],
  "k8s-volume-failed": [
    "A volume could not be reclaimed or deleted.",
    "Read status.message of the volume.",
    "Act on what it says, and remove it by hand.",
  ],
} as const;
