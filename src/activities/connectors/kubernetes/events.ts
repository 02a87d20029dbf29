/** Events of a namespace: when, on what, how often. The API keeps them for an hour unless it is told otherwise. */
import { z } from "zod";
import type { ToolContext } from "../../define-tool.js";
import { isoMs } from "../../tools/kit/instant.js";
import type { KubernetesClient } from "./client.js";
import { type Listed, listOf } from "./lists.js";

const EVENTS_MAX = 5_000;

const timeSchema = z.string().nullish();
const eventSchema = z.object({
  metadata: z.object({ creationTimestamp: timeSchema }),
  involvedObject: z.object({ kind: z.string().optional(), name: z.string().optional() }),
  type: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  count: z.int().nullish(),
  source: z.object({ component: z.string().optional() }).nullish(),
  reportingComponent: z.string().optional(),
  firstTimestamp: timeSchema,
  lastTimestamp: timeSchema,
  eventTime: timeSchema,
  series: z.object({ count: z.int().nullish(), lastObservedTime: timeSchema }).nullish(),
});

export interface ClusterEvent {
  timeMs: number;
  /** `Pod checkout-7c9-x`. */
  object: string;
  objectName: string;
  isWarning: boolean;
  reason: string;
  message: string;
  count: number;
  by: string | undefined;
}

export async function eventsOf(
  cluster: KubernetesClient,
  namespace: string,
  context: ToolContext,
): Promise<Listed<ClusterEvent>> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  const { items, cut } = await listOf(cluster, { path, item: eventSchema, max: EVENTS_MAX }, context);
  return { items: items.flatMap((item) => eventOf(item) ?? []), cut };
}

function eventOf(item: z.infer<typeof eventSchema>): ClusterEvent | undefined {
  const { metadata, involvedObject, series } = item;
  const times = [
    series?.lastObservedTime,
    item.lastTimestamp,
    item.eventTime,
    item.firstTimestamp,
    metadata.creationTimestamp,
  ];
  const time = times.find((one) => typeof one === "string");
  const timeMs = time === undefined || time === null ? undefined : isoMs(time);
  if (timeMs === undefined) return undefined;
  const objectName = involvedObject.name ?? "";
  return {
    timeMs,
    object: `${involvedObject.kind ?? "object"} ${objectName}`,
    objectName,
    isWarning: item.type === "Warning",
    reason: item.reason ?? "",
    message: item.message ?? "",
    count: series?.count ?? item.count ?? 1,
    by: item.source?.component || item.reportingComponent || undefined,
  };
}
