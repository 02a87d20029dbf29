/** Events, alike whichever API version they are of, by the object that they are about. */
import type { ClusterFacts } from "../../schema/kubernetes/facts.js";
import type { ClusterEvent } from "../../schema/kubernetes/surroundings.js";
import { type ObjectRef, refText } from "./cause.js";

export interface SeenEvent {
  ref: ObjectRef;
  reason: string;
  message: string;
  isWarning: boolean;
  count: number;
  atMs: number;
  by: string;
  /** `spec.containers{app}`: the container that it is about. */
  container: string | undefined;
}

export function seenEvent(event: ClusterEvent): SeenEvent | undefined {
  const about = event.involvedObject?.name === undefined ? event.regarding : event.involvedObject;
  if (about?.name === undefined) return undefined;
  const kind = about.kind ?? "Object";
  const isClusterWide = ["Node", "PersistentVolume", "Namespace", "StorageClass"].includes(kind);
  const namespace = isClusterWide ? undefined : (about.namespace ?? event.metadata.namespace);
  const times = [
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata.creationTimestamp,
  ];
  const atMs = Date.parse(times.find((time) => time !== undefined) ?? "");
  return {
    ref: { kind, name: about.name, namespace },
    reason: event.reason ?? "",
    message: event.message ?? event.note ?? "",
    isWarning: event.type === "Warning",
    count: event.series?.count ?? event.count ?? 1,
    atMs: Number.isNaN(atMs) ? 0 : atMs,
    by: event.source?.component ?? event.reportingComponent ?? "",
    container: /\{([^{}]+)\}/.exec(about.fieldPath ?? "")?.[1],
  };
}

/** Newest first. */
export function eventsByObject({ objects }: ClusterFacts): Map<string, SeenEvent[]> {
  const found = new Map<string, SeenEvent[]>();
  for (const event of objects.Event) {
    const seen = seenEvent(event);
    if (seen === undefined) continue;
    const key = refText(seen.ref);
    const list = found.get(key);
    if (list === undefined) found.set(key, [seen]);
    else list.push(seen);
  }
  for (const list of found.values()) list.sort((a, b) => b.atMs - a.atMs || (a.message < b.message ? -1 : 1));
  return found;
}
