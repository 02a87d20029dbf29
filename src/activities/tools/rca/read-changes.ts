/** Reads changes as any history tells them. */
import type { Json, JsonObject } from "../../../schema/json.js";
import { shortened } from "../kit/finding.js";
import { isoMs } from "../kit/instant.js";
import { listIn, objectIn, textIn } from "./json-parts.js";
import {
  type About,
  type Observations,
  type Origin,
  QUERY_SHOWN_MAX_CHARS,
  serviceName,
  skip,
} from "./observations.js";

const WHAT_MAX_CHARS = 160;
const TIMES = ["at", "deployed_at", "changed_at", "time", "started_at", "updated_at", "created_at"] as const;
const WORDS = ["what", "title", "summary", "description", "message"] as const;
const OWNERS = ["service", "target", "workload", "app", "name"] as const;
/** What Kubernetes did by itself answers to trouble more often than it makes any. */
const BY_ITSELF = new Set(["event", "scale"]);
/** Kinds whose place is named after the service. */
const PLACED = new Set(["rollout", "scale", "config", "event", "argocd_sync", "helm_release"]);

/** Histories differ in their words; each entry needs a time. */
export function readChanges(
  changes: Json[],
  output: JsonObject,
  { about, origin }: { about: About; origin: Origin },
  material: Observations,
): void {
  const asked = new Map(listIn(output.sources).map((one) => [textIn(one.source) ?? "", textIn(one.query) ?? ""]));
  let unread = 0;
  for (const item of changes.map(objectIn)) {
    const atMs = TIMES.map((key) => isoMs(textIn(item?.[key]) ?? "")).find((ms) => ms !== undefined);
    if (item === undefined || atMs === undefined) {
      unread++;
      continue;
    }
    const version = typeof item.version === "number" ? String(item.version) : textIn(item.version);
    const words = WORDS.map((key) => textIn(item[key])).find((text) => text !== undefined);
    const kind = textIn(item.kind) ?? "";
    const what = words ?? (version === undefined ? (kind === "" ? "a change" : kind) : `version ${version}`);
    const keys = PLACED.has(kind) ? [...OWNERS, "where" as const] : OWNERS;
    const owner = about.service ?? keys.map((key) => textIn(item[key])).find((text) => text !== undefined);
    const named = owner ?? material.service;
    const source = textIn(item.source) ?? "";
    const query = asked.has(source)
      ? shortened(`${source}: ${asked.get(source)}`, QUERY_SHOWN_MAX_CHARS)
      : origin.query;
    material.changes.push({
      node: origin.node,
      query,
      atMs,
      what: shortened(what, WHAT_MAX_CHARS),
      byItself: BY_ITSELF.has(kind),
      service: named === undefined ? undefined : serviceName(named),
    });
  }
  if (unread > 0) skip(material, origin.node, `${unread} of its changes have no time that can be read`);
  material.looked.push({ node: origin.node, what: `changes: ${changes.length - unread}` });
}
