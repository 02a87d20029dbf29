/** Reads changes: those of `change_history` as it tells them, entries of records and of other histories by the words they use. */
import type { Json } from "../../../schema/json.js";
import type { Change } from "../../connectors/kit/change.js";
import { shortened } from "../kit/finding.js";
import { isoMs } from "../kit/instant.js";
import type { ChangesForm } from "./forms.js";
import { objectIn, textIn } from "./json-parts.js";
import { type Observations, type OutputPlace, QUERY_SHOWN_MAX_CHARS, serviceName, skip } from "./observations.js";

const WHAT_MAX_CHARS = 160;
const TIMES = ["at", "deployed_at", "changed_at", "time", "started_at", "updated_at", "created_at"] as const;
const WORDS = ["what", "title", "summary", "description", "message"] as const;
const OWNERS = ["service", "target", "workload", "app", "name"] as const;
/** What Kubernetes did by itself answers to trouble more often than it makes any. */
const BY_ITSELF = new Set(["event", "scale"]);
/** Kinds whose place is named after the service. */
const PLACED = new Set(["rollout", "scale", "config", "event", "argocd_sync", "helm_release"]);

interface Entry {
  /** Undefined where it has no time that can be read. */
  atMs: number | undefined;
  what: string;
  kind: string;
  owner: string | undefined;
  /** The declared source that told it. */
  source: string;
}

interface History {
  sources?: ChangesForm["sources"];
}

export type ChangesPlace = Pick<OutputPlace, "origin" | "about">;

export function readHistory(
  output: History & { changes: readonly Change[] },
  material: Observations,
  place: ChangesPlace,
): void {
  const entries = output.changes.map(({ time, what, kind, where, source }): Entry => {
    return { atMs: isoMs(time), what, kind, owner: PLACED.has(kind) ? where : undefined, source };
  });
  addChanges(entries, output, material, place);
}

/** Histories differ in their words; each entry needs a time. */
export function readRecord(output: ChangesForm, material: Observations, place: ChangesPlace): void {
  addChanges((output.changes ?? output.deployments ?? []).map(entryIn), output, material, place);
}

function entryIn(value: unknown): Entry {
  const item = objectIn(value as Json) ?? {};
  const version = typeof item.version === "number" ? String(item.version) : textIn(item.version);
  const first = (keys: readonly string[]): string | undefined =>
    keys.map((key) => textIn(item[key])).find((text) => text !== undefined);
  const kind = textIn(item.kind) ?? "";
  return {
    atMs: TIMES.map((key) => isoMs(textIn(item[key]) ?? "")).find((ms) => ms !== undefined),
    what: first(WORDS) ?? (version === undefined ? (kind === "" ? "a change" : kind) : `version ${version}`),
    kind,
    owner: first(PLACED.has(kind) ? [...OWNERS, "where"] : OWNERS),
    source: textIn(item.source) ?? "",
  };
}

function addChanges(
  entries: readonly Entry[],
  { sources = [] }: History,
  material: Observations,
  { origin, about }: ChangesPlace,
): void {
  const asked = new Map(sources.map(({ source = "", query = "" }) => [source, query]));
  const timed = entries.filter((entry): entry is Entry & { atMs: number } => entry.atMs !== undefined);
  for (const { atMs, what, kind, owner, source } of timed) {
    const named = about.service ?? owner ?? material.service;
    const own = asked.has(source) ? shortened(`${source}: ${asked.get(source)}`, QUERY_SHOWN_MAX_CHARS) : undefined;
    material.changes.push({
      node: origin.node,
      query: own ?? origin.query,
      atMs,
      what: shortened(what, WHAT_MAX_CHARS),
      byItself: BY_ITSELF.has(kind),
      service: named === undefined ? undefined : serviceName(named),
    });
  }
  const unread = entries.length - timed.length;
  if (unread > 0) skip(material, origin.node, `${unread} of its changes have no time that can be read`);
  material.looked.push({ node: origin.node, what: `changes: ${timed.length}` });
}
