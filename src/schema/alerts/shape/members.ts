/**
 * A payload whose sender nobody knows, as a flat list of what stands in it. Names are cut into words, so that
 * `incident: { short_description }`, `incident_short_description` and `IncidentShortDescription` are one.
 */
import { isMapping, textAt, textOf } from "../members.js";

export interface Member {
  /** As a person finds it: `incident.short_description`. */
  path: string;
  /** Its own key, as it is written. */
  key: string;
  /** Words of its own name. */
  words: readonly string[];
  /** Words of what holds it, the nearest last; lists give none. */
  owners: ReadonlyArray<readonly string[]>;
  value: string;
  /** Steps from the top. */
  depth: number;
}

/** Nested mappings that are read, members in all, and members of one list: alerts are smaller, and a payload may be hostile. */
const DEPTH_MAX = 8;
export const MEMBERS_MAX = 2_000;
const LISTED_MAX = 20;
const JSON_MAX_CHARS = 200_000;

/** What run-together names begin with: `alertname`, `HOSTNAME`, `monitorstatus`. */
const RUN_TOGETHER =
  /^(alert|alarm|app|application|check|cluster|device|error|event|host|incident|issue|job|monitor|node|pod|problem|rule|sensor|server|service|trigger)(address|description|id|key|level|message|name|severity|status|state|time|title|type|url)$/;

export function wordsOf(key: string): string[] {
  const cut = key
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return cut.flatMap((word) => RUN_TOGETHER.exec(word)?.slice(1) ?? [word]);
}

interface Place {
  path: string;
  owners: ReadonlyArray<readonly string[]>;
  depth: number;
}

export function membersOf(input: unknown): Member[] {
  const members: Member[] = [];
  walk(input, "", { path: "", owners: [], depth: 0 }, members);
  return members;
}

function walk(value: unknown, key: string, place: Place, members: Member[]): void {
  if (members.length >= MEMBERS_MAX || place.depth > DEPTH_MAX) return;
  const text = textOf(value)?.trim();
  if (text !== undefined) {
    const inner = jsonIn(text);
    if (inner !== undefined) return walk(inner, key, place, members);
    if (text !== "") members.push({ ...place, key, words: wordsOf(key), value: text });
    return;
  }
  if (Array.isArray(value)) return walkList(value, key, place, members);
  if (!isMapping(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const owners = key === "" ? place.owners : [...place.owners, wordsOf(key)];
    walk(inner, name, { path, owners, depth: place.depth + 1 }, members);
  }
}

/** Pairs such as `{ key, value }` are members by that key; `service:checkout` is one, too. */
function walkList(list: readonly unknown[], key: string, place: Place, members: Member[]): void {
  for (const one of list.slice(0, LISTED_MAX)) {
    const [pair, value] = pairIn(one);
    if (pair === undefined) walk(one, key, { ...place, depth: place.depth + 1 }, members);
    else {
      const owners = key === "" ? place.owners : [...place.owners, wordsOf(key)];
      walk(value, pair, { path: `${place.path}.${pair}`, owners, depth: place.depth + 1 }, members);
    }
  }
}

function pairIn(one: unknown): [string, unknown] | [undefined] {
  if (typeof one === "string") {
    const [, name, value] = /^([A-Za-z][\w.-]{0,60}):(?!\/\/)\s?([^\s:].{0,200})$/.exec(one) ?? [];
    return name === undefined || name === "arn" ? [undefined] : [name, value];
  }
  if (!isMapping(one) || !("value" in one) || Object.keys(one).length > 4) return [undefined];
  const name = textAt(one, "name") ?? textAt(one, "key") ?? textAt(one, "label") ?? textAt(one, "tag");
  const isName = name !== undefined && name.length <= 100 && textOf(one.value) !== undefined;
  return isName ? [name, one.value] : [undefined];
}

/** A payload within the payload, as queues and topics carry it. */
function jsonIn(text: string): unknown {
  if (!/^[{[]/.test(text) || text.length > JSON_MAX_CHARS) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
