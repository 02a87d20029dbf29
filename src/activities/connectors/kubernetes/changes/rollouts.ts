/**
 * Revisions of Deployments (their ReplicaSets), StatefulSets and DaemonSets (their ControllerRevisions). A revision that is rolled back to keeps its object and its time of creation: when that happened, and by
 * whom, is taken from the workload's own notes, which tell it of the newest revision only.
 */
import { z } from "zod";
import { isoMs } from "../../../tools/kit/instant.js";
import { belongsTo, type ReportedChange } from "../../kit/change.js";
import { bothSelectors, type Listed, listOf, placeOf } from "../lists.js";
import { managedFieldsSchema, writersOf } from "./managed-fields.js";
import type { PartQuestion, PartReading } from "./part.js";
import { configMapsOf, imagesOf, type PodTemplate, podTemplateSchema, restartedAt } from "./pod-template.js";

const OBJECTS_MAX = 2_000;
const KINDS = { Deployment: "deployments", StatefulSet: "statefulsets", DaemonSet: "daemonsets" } as const;
type Kind = keyof typeof KINDS;

const metadataSchema = z.object({
  name: z.string(),
  creationTimestamp: z.string().nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  ownerReferences: z
    .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
    .nullish(),
  managedFields: managedFieldsSchema,
});
const replicaSetSchema = z.object({ metadata: metadataSchema, spec: z.object({ template: podTemplateSchema }) });
const controllerRevisionSchema = z.object({
  metadata: metadataSchema,
  revision: z.int(),
  data: z.object({ spec: z.object({ template: podTemplateSchema }) }),
});
const workloadSchema = z.object({
  metadata: metadataSchema,
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() })).nullish(),
    })
    .nullish(),
});
type Workload = z.infer<typeof workloadSchema>;

interface Revision {
  owner: string;
  number: number;
  createdMs: number;
  /** Numbers that it had before it was rolled back to. */
  wasBefore: boolean;
  cause: string | undefined;
  template: PodTemplate;
}

export async function rolloutChanges(asked: PartQuestion): Promise<PartReading> {
  const revisions: Record<Kind, Revision[]> = { Deployment: [], StatefulSet: [], DaemonSet: [] };
  const sets = await listIn(asked, "replicasets", replicaSetSchema, asked.source.selector);
  for (const set of sets.items) {
    const owner = ownerOf(set.metadata, "Deployment");
    const found = owner === undefined ? undefined : replicaSetRevision(set, owner);
    if (found !== undefined) revisions.Deployment.push(found);
  }
  const controlled = await listIn(asked, "controllerrevisions", controllerRevisionSchema, asked.source.selector);
  for (const kind of ["StatefulSet", "DaemonSet"] as const) {
    for (const one of controlled.items) {
      const owner = ownerOf(one.metadata, kind);
      if (owner !== undefined) revisions[kind].push(controllerRevision(one, owner));
    }
  }
  const changes: ReportedChange[] = [];
  const used = new Set<string>();
  let cut = sets.cut || controlled.cut;
  for (const kind of Object.keys(KINDS) as Kind[]) {
    if (revisions[kind].length === 0) continue;
    const workloads = await listIn(asked, KINDS[kind], workloadSchema);
    cut ||= workloads.cut;
    for (const workload of workloads.items) {
      const { name } = workload.metadata;
      const own = revisions[kind].filter(({ owner }) => owner === name).sort((a, b) => a.number - b.number);
      if (own.length === 0 || !isAsked(name, asked)) continue;
      const scaler = scalerOf(workload);
      if (kind === "Deployment" && scaler !== undefined) asked.scalers.set(name, scaler);
      for (const { template } of own) for (const map of configMapsOf(template)) used.add(map);
      changes.push(...changesOf(kind, workload, own, placeOf(asked.source)));
    }
  }
  if (asked.source.selector !== undefined || asked.question.service !== undefined) asked.configMaps = used;
  return { changes, cut };
}

const isAsked = (name: string, { question: { service } }: PartQuestion): boolean =>
  service === undefined || belongsTo(name, service);

function listIn<T>(
  { cluster, source, context }: PartQuestion,
  plural: string,
  item: z.ZodType<T>,
  selector?: string,
): Promise<Listed<T>> {
  const path = `/apis/apps/v1/namespaces/${source.namespace}/${plural}`;
  return listOf(
    cluster,
    { path, item, labelSelector: bothSelectors(selector), max: OBJECTS_MAX, pageItems: 100 },
    context,
  );
}

function ownerOf({ ownerReferences }: z.infer<typeof metadataSchema>, kind: Kind): string | undefined {
  return (ownerReferences ?? []).find((owner) => owner.kind === kind && owner.controller === true)?.name;
}

function replicaSetRevision({ metadata, spec }: z.infer<typeof replicaSetSchema>, owner: string): Revision | undefined {
  const number = Number(metadata.annotations?.["deployment.kubernetes.io/revision"]);
  if (!Number.isInteger(number)) return undefined;
  return {
    owner,
    number,
    createdMs: isoMs(metadata.creationTimestamp ?? "") ?? 0,
    wasBefore: metadata.annotations?.["deployment.kubernetes.io/revision-history"] !== undefined,
    cause: metadata.annotations?.["kubernetes.io/change-cause"],
    template: spec.template,
  };
}

const controllerRevision = (
  { metadata, revision, data }: z.infer<typeof controllerRevisionSchema>,
  owner: string,
): Revision => ({
  owner,
  number: revision,
  createdMs: isoMs(metadata.creationTimestamp ?? "") ?? 0,
  wasBefore: false,
  cause: metadata.annotations?.["kubernetes.io/change-cause"],
  template: data.spec.template,
});

/** `revisions` in their order. */
function changesOf(kind: Kind, workload: Workload, revisions: readonly Revision[], where: string): ReportedChange[] {
  const { name, managedFields } = workload.metadata;
  const [writer] = writersOf(managedFields, ["f:spec", "f:template"]);
  return revisions.map((revision, index): ReportedChange => {
    const before = revisions[index - 1];
    const isNewest = index === revisions.length - 1;
    // An object that is older than the revision before it was there already.
    const isBack = revision.wasBefore || (before !== undefined && revision.createdMs < before.createdMs);
    const notedMs = isNewest && isBack ? writer?.timeMs : undefined;
    const stuck = isNewest ? stuckText(workload) : "";
    return {
      timeMs: notedMs ?? revision.createdMs,
      kind: "rollout",
      what: `${kind} ${name}, revision ${revision.number}: ${whatChanged(revision, before, isBack)}${stuck}`,
      version: imagesOf(revision.template),
      previous: before === undefined ? undefined : imagesOf(before.template),
      by: isNewest ? writer?.manager : undefined,
      where,
    };
  });
}

function whatChanged({ template, cause }: Revision, before: Revision | undefined, isBack: boolean): string {
  const said = cause === undefined || cause === before?.cause ? "" : ` (${cause})`;
  if (isBack) return `rolled back to what ran before, ${imagesOf(template)}${said}`;
  if (before === undefined) return `${imagesOf(template)}${said}`;
  if (imagesOf(template) !== imagesOf(before.template)) return `image ${imagesOf(template)}${said}`;
  if (restartedAt(template) !== restartedAt(before.template)) return `restarted, the image as before${said}`;
  return `pod template changed, the image as before${said}`;
}

function stuckText({ status }: Workload): string {
  const progress = (status?.conditions ?? []).find(({ type }) => type === "Progressing");
  return progress?.status === "False" ? `; the rollout does not finish (${progress.reason ?? "no reason told"})` : "";
}

/** Who scaled it, where that was always the same: the API server notes no time for it. */
function scalerOf({ metadata }: Workload): string | undefined {
  const writers = (metadata.managedFields ?? []).filter(({ subresource }) => subresource === "scale");
  return writers.length === 1 ? writers[0]?.manager : undefined;
}
