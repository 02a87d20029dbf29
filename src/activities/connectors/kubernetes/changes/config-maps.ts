/** ConfigMaps: when they came to be, and who wrote to them last and when. Keys are named, values are not read. */
import { z } from "zod";
import { isoMs } from "../../../tools/kit/instant.js";
import { belongsTo, type ReportedChange } from "../../kit/change.js";
import { listOf, placeOf } from "../lists.js";
import { managedFieldsSchema, partAt, writersOf } from "./managed-fields.js";
import type { PartQuestion, PartReading } from "./part.js";

const CONFIG_MAPS_MAX = 1_000;
const KEYS_SHOWN = 5;
/** Kubernetes puts its own certificate into every namespace. */
const OWN = new Set(["kube-root-ca.crt", "openshift-service-ca.crt"]);

const configMapSchema = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: z.string().nullish(),
    resourceVersion: z.string().optional(),
    managedFields: managedFieldsSchema,
  }),
});
type ConfigMap = z.infer<typeof configMapSchema>;

export async function configMapChanges(asked: PartQuestion): Promise<PartReading> {
  const { cluster, source, question, context, configMaps } = asked;
  const path = `/api/v1/namespaces/${source.namespace}/configmaps`;
  const { items, cut } = await listOf(
    cluster,
    { path, item: configMapSchema, max: CONFIG_MAPS_MAX, pageItems: 20 },
    context,
  );
  const { service } = question;
  const wanted = items.filter(
    ({ metadata: { name } }) =>
      !OWN.has(name) &&
      (configMaps === undefined || configMaps.has(name) || (service !== undefined && belongsTo(name, service))),
  );
  return { changes: wanted.flatMap((map) => changesOf(map, placeOf(source))), cut };
}

/** Every writer that the API server still notes, with its last time. */
function changesOf({ metadata }: ConfigMap, where: string): ReportedChange[] {
  const { name, resourceVersion, managedFields } = metadata;
  const createdMs = isoMs(metadata.creationTimestamp ?? "");
  const writers = ["f:data", "f:binaryData"].flatMap((part) => writersOf(managedFields, [part]));
  // Of several writers within the second of its creation, none is known to be the one who created it.
  const first = writers.filter(({ timeMs }) => timeMs === createdMs);
  const changes = writers.map(
    ({ timeMs, manager }, index): ReportedChange => ({
      timeMs,
      kind: "config",
      what: `ConfigMap ${name} was ${first.length === 1 && timeMs === createdMs ? "created" : "written"}${keysText(managedFields, manager)}`,
      version: index === 0 ? resourceVersion : undefined,
      by: manager,
      where,
    }),
  );
  if (createdMs === undefined || first.length === 1) return changes;
  return [...changes, { timeMs: createdMs, kind: "config", what: `ConfigMap ${name} was created`, where }];
}

/** The keys that a writer owns, some of which it wrote. */
function keysText(fields: ConfigMap["metadata"]["managedFields"], manager: string | undefined): string {
  const own = (fields ?? [])
    .filter((entry) => entry.manager === manager)
    .map(({ fieldsV1 }) => partAt(fieldsV1, ["f:data"]));
  const keys = own.flatMap((part) => (typeof part === "object" && part !== null ? Object.keys(part) : []));
  const names = keys.filter((key) => key.startsWith("f:")).map((key) => key.slice(2));
  if (names.length === 0) return "";
  return `, keys ${names.slice(0, KEYS_SHOWN).join(", ")}${names.length > KEYS_SHOWN ? ", …" : ""}`;
}
