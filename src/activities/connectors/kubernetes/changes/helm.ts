/**
 * Releases of Helm, from the Secrets that it keeps them in: base64 of base64 of gzip of JSON. Name, revision, chart,
 * version of the app, status, time and description are read; values and manifests, which may hold secrets, never are.
 */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import { isoMs } from "../../../tools/kit/instant.js";
import type { LostPart } from "../../../tools/logs/reading.js";
import { belongsTo, type ReportedChange } from "../../kit/change.js";
import { listOf, placeOf } from "../lists.js";
import type { PartQuestion, PartReading } from "./part.js";

/** Helm keeps ten revisions of a release; a Secret holds up to a megabyte, and a page must fit one answer. */
const SECRETS_MAX = 400;
const PAGE_ITEMS = 5;
/** Bytes of a release unpacked: bounds what a few packed ones can become. */
const RELEASE_MAX_BYTES = 50_000_000;

const secretSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
  data: z.object({ release: z.string() }).nullish(),
});
/** Everything else of the JSON is dropped by the schema. */
const releaseSchema = z.object({
  name: z.string(),
  version: z.int(),
  info: z.object({
    first_deployed: z.string().optional(),
    last_deployed: z.string().optional(),
    status: z.string().optional(),
    description: z.string().optional(),
  }),
  chart: z.object({
    metadata: z.object({ name: z.string(), version: z.string(), appVersion: z.string().optional() }),
  }),
});
type Release = z.infer<typeof releaseSchema>;

const unpacked = promisify(gunzip);

export async function helmChanges({ source, cluster, question, context }: PartQuestion): Promise<PartReading> {
  const path = `/api/v1/namespaces/${source.namespace}/secrets`;
  const selectors = { labelSelector: "owner=helm", fieldSelector: "type=helm.sh/release.v1" };
  const asked = { path, item: secretSchema, ...selectors, max: SECRETS_MAX, pageItems: PAGE_ITEMS };
  const { items, cut } = await listOf(cluster, asked, context);
  const { service } = question;
  const own = items.filter(({ metadata }) => {
    const name = metadata.labels?.name ?? "";
    return service === undefined || belongsTo(name, service);
  });
  const releases: Release[] = [];
  const unreadable: LostPart[] = [];
  for (const { metadata, data } of own) {
    const release = data?.release === undefined ? undefined : await helmReleaseIn(data.release);
    if (release !== undefined) releases.push(release);
    else
      unreadable.push({
        path: `Secret ${metadata.name}`,
        code: "source-answer-invalid",
        message: "it holds no release of Helm",
      });
  }
  return { changes: changesOf(releases, placeOf(source)), cut: cut || unreadable.length > 0, unreadable };
}

/** Undefined where it is no release. */
export async function helmReleaseIn(encoded: string): Promise<Release | undefined> {
  try {
    const packed = Buffer.from(Buffer.from(encoded, "base64").toString("latin1"), "base64");
    const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
    const text = isPacked ? await unpacked(packed, { maxOutputLength: RELEASE_MAX_BYTES }) : packed;
    return releaseSchema.safeParse(JSON.parse(text.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

function changesOf(releases: readonly Release[], where: string): ReportedChange[] {
  return releases.map((release): ReportedChange => {
    const { name, version, info } = release;
    const before = releases.filter((other) => other.name === name && other.version < version);
    const previous = before.sort((a, b) => b.version - a.version)[0];
    const said = info.description === undefined || info.description === "" ? "" : `: ${info.description}`;
    return {
      timeMs: isoMs(info.last_deployed ?? info.first_deployed ?? "") ?? 0,
      kind: "helm_release",
      what: `Helm release ${name}, revision ${version}, ${info.status ?? "of unknown status"}${said}`,
      version: chartText(release),
      previous: previous === undefined ? undefined : chartText(previous),
      where,
    };
  });
}

function chartText({ chart: { metadata } }: Release): string {
  const app = metadata.appVersion === undefined ? "" : ` (app ${metadata.appVersion})`;
  return `${metadata.name}-${metadata.version}${app}`;
}
