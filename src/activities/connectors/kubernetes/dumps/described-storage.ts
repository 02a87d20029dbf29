/** Claims, volumes, and what only names its keys, that `kubectl describe` tells of. */
import type { JsonObject } from "../../../../schema/json.js";
import { object } from "./objects.js";
import { type Entry, entryOf, textOf } from "./outline.js";

const MODES: Record<string, string> = {
  RWO: "ReadWriteOnce",
  ROX: "ReadOnlyMany",
  RWX: "ReadWriteMany",
  RWOP: "ReadWriteOncePod",
};
/** `RWO,RWX`, as tables and descriptions shorten them. */
export const modesOf = (text: string | undefined): string[] | undefined =>
  text?.split(/,\s*/).map((mode) => MODES[mode] ?? mode);

export const claimOf = (entries: readonly Entry[]): JsonObject => ({
  spec: object({
    storageClassName: textOf(entries, "StorageClass"),
    volumeName: textOf(entries, "Volume"),
    volumeMode: textOf(entries, "VolumeMode"),
    accessModes: modesOf(textOf(entries, "Access Modes")),
  }),
  status: { phase: textOf(entries, "Status") ?? "Unknown" },
});

/** `Term 0:  topology.kubernetes.io/zone in [eu-1a, eu-1b]`. */
function nodeTerms(entries: readonly Entry[]): JsonObject[] {
  const all = (one: Entry): Entry[] => [one, ...one.children.flatMap(all)];
  return (entryOf(entries, "Node Affinity")?.children ?? []).flatMap(all).flatMap(({ text }) => {
    const [, key, values = ""] = /(\S+) in \[([^\]]*)\]/.exec(text) ?? [];
    if (key === undefined) return [];
    return [{ matchExpressions: [{ key, operator: "In", values: values.split(/,\s*/) }] }];
  });
}

export function volumeOf(entries: readonly Entry[]): JsonObject {
  const [namespace = "", name = ""] = (textOf(entries, "Claim") ?? "").split("/");
  const terms = nodeTerms(entries);
  const capacity = textOf(entries, "Capacity");
  return {
    spec: object({
      storageClassName: textOf(entries, "StorageClass"),
      accessModes: modesOf(textOf(entries, "Access Modes")),
      volumeMode: textOf(entries, "VolumeMode"),
      capacity: capacity === undefined ? undefined : { storage: capacity },
      claimRef: name === "" ? undefined : { namespace, name },
      persistentVolumeReclaimPolicy: textOf(entries, "Reclaim Policy"),
      nodeAffinity: terms.length === 0 ? undefined : { required: { nodeSelectorTerms: terms } },
    }),
    status: object({ phase: textOf(entries, "Status"), message: textOf(entries, "Message") }),
  };
}

export const hasKeys = (entries: readonly Entry[]): boolean =>
  entries.some(({ text }, at) => text === "Data" && entries[at + 1]?.text === "====");

/** `password:  6 bytes`; the values are not there. */
export function secretOf(entries: readonly Entry[]): JsonObject {
  const keys = entries.flatMap(({ key, value }) => (/^\d+ bytes$/.test(value) ? [[key, ""]] : []));
  return object({ type: textOf(entries, "Type"), data: Object.fromEntries(keys) });
}

/** A key stands above a line of dashes; what follows is its value, of which nothing is taken. */
export function configMapOf(entries: readonly Entry[]): JsonObject {
  const keys = entries.flatMap(({ key, text }, at) =>
    text.endsWith(":") && /^-{4}$/.test(entries[at + 1]?.text ?? "") ? [[key, ""]] : [],
  );
  return { data: Object.fromEntries(keys) };
}

/** The older kind of endpoints. */
export function endpointsOf(entries: readonly Entry[]): JsonObject {
  const subsets = entryOf(entries, "Subsets")?.children ?? [];
  const addresses = (key: string): JsonObject[] =>
    (textOf(subsets, key) ?? "")
      .split(/,\s*/)
      .filter((ip) => ip !== "")
      .map((ip) => ({ ip }));
  const ports = (entryOf(subsets, "Ports")?.children ?? []).flatMap(({ text }) => {
    const [, name, port, protocol] = /^(\S+)\s+(\d+)\s+(TCP|UDP|SCTP)$/.exec(text) ?? [];
    return port === undefined ? [] : [object({ name, port: Number(port), protocol })];
  });
  return { subsets: [{ addresses: addresses("Addresses"), notReadyAddresses: addresses("NotReadyAddresses"), ports }] };
}
