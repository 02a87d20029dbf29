/** The revisions of a workload that the cluster still keeps, and which of them a `version` means. */
import { z } from "zod";
import type { JsonObject } from "../../../schema/json.js";
import { type ToolFailure, toolFailure } from "../../define-tool.js";
import { appsPath, type Place, parsedAs, selectorText, templateSchema, type Workload } from "./workload.js";

export interface Revision {
  number: number;
  /** What the label of its pods says. */
  hash: string;
  /** Of the container that is meant. */
  image: string;
  template: JsonObject;
}

const REVISION = "deployment.kubernetes.io/revision";
const POD_HASH = "pod-template-hash";
const REVISION_HASH = "controller-revision-hash";
const SHOWN_MAX = 10;

const metadataSchema = z.looseObject({
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(z.looseObject({ uid: z.string() })).optional(),
});
const replicaSetsSchema = z.looseObject({
  items: z.array(z.looseObject({ metadata: metadataSchema, spec: z.looseObject({ template: templateSchema }) })),
});
const controllerRevisionsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: metadataSchema.extend({ name: z.string() }),
      revision: z.int(),
      data: z.looseObject({ spec: z.looseObject({ template: templateSchema }) }),
    }),
  ),
});
type Template = z.infer<typeof templateSchema>;

/** The name of the pod label that tells the revision of a pod. */
export const revisionLabel = ({ kind }: Place): string => (kind === "deployment" ? POD_HASH : REVISION_HASH);

/** All that the cluster keeps, the newest first; the first is the one that it is at, or on its way to. */
export async function revisionsOf(place: Place, workload: Workload): Promise<Revision[]> {
  const found =
    place.kind === "deployment" ? await replicaSets(place, workload) : await controllerRevisions(place, workload);
  return found.filter(({ number }) => Number.isSafeInteger(number) && number > 0).sort((a, b) => b.number - a.number);
}

const owned = (uid: string, { ownerReferences = [] }: z.infer<typeof metadataSchema>): boolean =>
  ownerReferences.some((owner) => owner.uid === uid);
const listing = ({ spec }: Workload) => ({ query: { labelSelector: selectorText(spec.selector), limit: "500" } });

async function replicaSets(place: Place, workload: Workload): Promise<Revision[]> {
  const body = await place.cluster.call("GET", appsPath(place, "replicasets"), listing(workload));
  const { items } = parsedAs(place, replicaSetsSchema, "its ReplicaSets", body);
  return items
    .filter(({ metadata }) => owned(workload.metadata.uid, metadata))
    .map(({ metadata, spec }) => {
      const { [POD_HASH]: hash = "", ...labels } = spec.template.metadata?.labels ?? {};
      const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
      return revision(place, Number(metadata.annotations?.[REVISION]), hash, template);
    });
}

async function controllerRevisions(place: Place, workload: Workload): Promise<Revision[]> {
  const body = await place.cluster.call("GET", appsPath(place, "controllerrevisions"), listing(workload));
  const { items } = parsedAs(place, controllerRevisionsSchema, "its ControllerRevisions", body);
  return items
    .filter(({ metadata }) => owned(workload.metadata.uid, metadata))
    .map(({ metadata, revision: number, data }) => {
      const { $patch: _, ...template } = data.spec.template;
      // A StatefulSet's pods carry the whole name of the revision, a DaemonSet's its hash.
      const hash = place.kind === "statefulset" ? metadata.name : (metadata.labels?.[REVISION_HASH] ?? "");
      return revision(place, number, hash, template as Template);
    });
}

function revision(place: Place, number: number, hash: string, template: Template): Revision {
  const { containers } = template.spec;
  // An earlier revision may have had other containers.
  const named = containers.find(({ name }) => name === place.container) ?? containers[0];
  return { number, hash, image: named?.image ?? "", template: template as JsonObject };
}

/** `4`, `revision:4`, or a tag or digest that the image of a revision carries. */
export function revisionFor(place: Place, revisions: readonly Revision[], version: string): Revision {
  const explicit = /^revision:([0-9]{1,15})$/.exec(version)?.[1];
  const wanted = explicit ?? (/^[0-9]{1,15}$/.test(version) ? version : undefined);
  const byNumber = wanted === undefined ? undefined : revisions.find(({ number }) => number === Number(wanted));
  // The newest that carries it: where the workload runs it already, there is nothing to do.
  const byImage = explicit === undefined ? revisions.find(({ image }) => carries(image, version)) : undefined;
  if (byNumber !== undefined && byImage !== undefined && byNumber !== byImage) {
    const message = `${JSON.stringify(version)} may mean revision ${byNumber.number} (${byNumber.image}) or the image ${byImage.image}`;
    throw unknown(
      `${message} of revision ${byImage.number}`,
      `write revision:${byNumber.number} or revision:${byImage.number}`,
    );
  }
  const found = byNumber ?? byImage;
  if (found !== undefined) return found;
  const known = revisions.slice(0, SHOWN_MAX).map(({ number, image }) => `${number} (${image})`);
  const more = revisions.length > SHOWN_MAX ? `, and ${revisions.length - SHOWN_MAX} older` : "";
  const message = `${place.workload} in ${place.namespace} has no revision ${JSON.stringify(version)}`;
  throw unknown(message, `it keeps ${known.join(", ") || "none"}${more}`);
}

const unknown = (message: string, hint: string): ToolFailure =>
  toolFailure("revision-unknown", message, { hint, retryable: false });

/** Whether an image's tag, digest, or both together are `version`. */
export function carries(image: string, version: string): boolean {
  const name = image.slice(image.lastIndexOf("/") + 1);
  const [tagged = "", digest] = name.split("@", 2);
  const tag = tagged.includes(":") ? tagged.slice(tagged.indexOf(":") + 1) : undefined;
  return tag === version || digest === version || (tag !== undefined && `${tag}@${digest}` === version);
}
