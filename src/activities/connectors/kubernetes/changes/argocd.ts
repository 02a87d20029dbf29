/** Syncs of Argo CD, from the history in its Applications; nothing where the cluster has no Argo CD. */
import { z } from "zod";
import { isoMs } from "../../../tools/kit/instant.js";
import { belongsTo, type ReportedChange } from "../../kit/change.js";
import { KubernetesFailure } from "../answers.js";
import { listOf, placeOf } from "../lists.js";
import type { PartQuestion, PartReading } from "./part.js";

const APPLICATIONS_MAX = 1_000;
const HASH = /^[0-9a-f]{40}$/;
const HASH_SHOWN = 12;

const originSchema = z.object({
  repoURL: z.string().optional(),
  path: z.string().optional(),
  chart: z.string().optional(),
  targetRevision: z.string().optional(),
});
const syncSchema = z.object({
  id: z.int().optional(),
  revision: z.string().optional(),
  revisions: z.array(z.string()).nullish(),
  deployedAt: z.string(),
  source: originSchema.nullish(),
  sources: z.array(originSchema).nullish(),
  initiatedBy: z.object({ username: z.string().optional(), automated: z.boolean().optional() }).nullish(),
});
const applicationSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: z.object({
    destination: z.object({ namespace: z.string().optional() }).nullish(),
    source: originSchema.nullish(),
  }),
  status: z.object({ history: z.array(syncSchema).nullish() }).nullish(),
});
type Application = z.infer<typeof applicationSchema>;
type Sync = z.infer<typeof syncSchema>;

export async function argoChanges({ source, cluster, question, context }: PartQuestion): Promise<PartReading> {
  try {
    await cluster.call("GET", "/apis/argoproj.io/v1alpha1");
  } catch (error) {
    if (error instanceof KubernetesFailure && error.status === 404) return { changes: [], cut: false };
    throw error;
  }
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${source.argocd_namespace}/applications`;
  try {
    const asked = { path, item: applicationSchema, max: APPLICATIONS_MAX, pageItems: 20 };
    const { items, cut } = await listOf(cluster, asked, context);
    const { service } = question;
    const own = items.filter(
      ({ metadata, spec }) =>
        spec.destination?.namespace === source.namespace &&
        (service === undefined || belongsTo(metadata.name, service)),
    );
    return { changes: own.flatMap((app) => changesOf(app, placeOf(source), source.argocd_url)), cut };
  } catch (error) {
    // Other resources of the group (Argo Rollouts, Argo Workflows) may be there without Argo CD.
    if (error instanceof KubernetesFailure && error.status === 404) return { changes: [], cut: false };
    throw error;
  }
}

function changesOf({ metadata, spec, status }: Application, where: string, page: string | undefined): ReportedChange[] {
  const history = (status?.history ?? [])
    .flatMap((sync) => {
      const timeMs = isoMs(sync.deployedAt);
      return timeMs === undefined ? [] : [{ sync, timeMs }];
    })
    .sort((a, b) => a.timeMs - b.timeMs);
  const link =
    page === undefined
      ? undefined
      : `${page.replace(/\/+$/, "")}/applications/${metadata.namespace ?? ""}/${metadata.name}`;
  return history.map(({ sync, timeMs }, index): ReportedChange => {
    const before = history[index - 1]?.sync;
    const origin = sync.source ?? sync.sources?.[0] ?? spec.source ?? {};
    const from = [origin.repoURL, origin.path ?? origin.chart].filter((part) => part !== undefined).join(" ");
    return {
      timeMs,
      kind: "argocd_sync",
      what: `Argo CD synced ${metadata.name}${from === "" ? "" : ` from ${from}`}`,
      version: revisionOf(sync),
      previous: before === undefined ? undefined : revisionOf(before),
      by: sync.initiatedBy?.username ?? (sync.initiatedBy?.automated === true ? "automated sync" : undefined),
      where,
      link,
    };
  });
}

function revisionOf({ revision, revisions }: Sync): string | undefined {
  const all = (revisions ?? []).length > 0 ? (revisions ?? []) : [revision ?? ""];
  const shown = all.map((one) => (HASH.test(one) ? one.slice(0, HASH_SHOWN) : one)).filter((one) => one !== "");
  return shown.length === 0 ? undefined : shown.join(", ");
}
