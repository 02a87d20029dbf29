/**
 * Identifiers leave this machine under stand-ins (`HOST_1`, `IP_2`) and come back in the answer. Secrets are redacted
 * for good: no plan may hold one. The same texts in the same order give the same stand-ins.
 */

import { redact } from "../../../core/redact.js";
import type { Json } from "../../../schema/json.js";
import { escapeRegExp } from "../../../vocabulary/escape-regexp.js";
import { AFTER, BEFORE } from "../named.js";

export interface Mask {
  /** The text as it may leave. */
  hide(text: string): string;
  /** The text with every stand-in of this mask replaced by what it stands for. */
  restore(text: string): string;
  /** The same for all text of a JSON value but the ids of nodes, which a stand-in may be part of. */
  restoreIn(value: Json): Json;
}

interface Kind {
  name: string;
  /** The group `id`, where there is one, is the identifier; else the whole match. Every repetition is bounded. */
  pattern: RegExp;
  fits?(found: string): boolean;
}

const FILE_ENDINGS =
  /\.(?:log|gz|zip|tar|ya?ml|json|jsonl|js|ts|mjs|py|go|rs|rb|java|kt|cs|php|sh|txt|md|conf|cfg|ini|toml|xml|html|css|csv|sql|lock|pid|sock|so|jar|exe|dll|env|bak|tmp|proto)$/i;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** In this order: what an earlier kind has taken, a later one does not see. */
const KINDS: readonly Kind[] = [
  // Text that looks like a stand-in must not come back as something else.
  { name: "WORD", pattern: /\b(?:EMAIL|IP|HOST|USER|ID|WORD)_\d{1,6}\b/g },
  { name: "EMAIL", pattern: /[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi },
  { name: "IP", pattern: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)/g, fits: isIpv4 },
  { name: "IP", pattern: /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, fits: isIpv6 },
  { name: "ID", pattern: /\barn:aws[a-z-]{0,10}:[\w:/.-]{5,200}/gi },
  { name: "ID", pattern: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi },
  {
    name: "HOST",
    pattern: new RegExp(`(?<![\\w.@-])(?:${LABEL}\\.){1,8}[a-z]{2,24}(?![\\w-]|\\.\\w)`, "gi"),
    fits: (found) => !FILE_ENDINGS.test(found),
  },
  // A pod's name ends in what its controller made up.
  { name: "ID", pattern: /\b[a-z0-9-]{1,80}-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, fits: hasDigit },
  {
    name: "ID",
    pattern:
      /\b(?:i|vol|snap|ami|sg|subnet|vpc|eni|eks|req|trace|span|sess|cust|usr|acct|ord|tx|txn)[-_][a-z0-9]{6,64}\b/gi,
    fits: hasDigit,
  },
  { name: "ID", pattern: /\b(?=[0-9a-f]*\d)[0-9a-f]{12,128}\b/gi },
  { name: "ID", pattern: /(?<![\w.])\d{7,30}(?![\w.]*\w)/g },
  {
    name: "HOST",
    pattern:
      /\b(?:host|server|machine|vm|pod|hostname|instance)[ =:]{1,3}["'`]?(?<id>\p{L}[\p{L}\p{M}\p{N}-]{1,62})/giu,
    fits: (found) => /\d|-/.test(found),
  },
  { name: "USER", pattern: /(?<=\/(?:home|Users)\/)(?<id>\p{L}[\p{L}\p{M}\p{N}_.-]{0,31})/giu },
  {
    name: "USER",
    pattern:
      /\b(?:user|username|login|account|owner|uid)\s{0,2}[=:]\s{0,2}["'`]?(?<id>\p{L}[\p{L}\p{M}\p{N}_.-]{1,63})/giu,
  },
  {
    name: "USER",
    pattern:
      /\b(?:user|login|account) ["'`]?(?<id>\p{L}[\p{L}\p{M}\p{N}_-]*[._\d][\p{L}\p{M}\p{N}_.-]{0,60}[\p{L}\p{N}_])/giu,
  },
  { name: "USER", pattern: /(?<![\p{L}\p{N}_@])@(?<id>\p{L}[\p{L}\p{M}\p{N}_.-]{1,38})/giu },
];

/** `people`: names to hide wherever they stand. `known`: words that are told to the model anyway and so are not hidden. */
export function createMask(people: readonly string[], known: ReadonlySet<string>): Mask {
  const standIns = new Map<string, string>();
  const originals = new Map<string, string>();
  const counts = new Map<string, number>();
  const standInFor = (kind: string, text: string): string => {
    const earlier = standIns.get(text);
    if (earlier !== undefined) return earlier;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const made = `${kind}_${count}`;
    standIns.set(text, made);
    originals.set(made, text);
    return made;
  };
  const names = people.filter((name) => name.length > 2).sort((a, b) => b.length - a.length);
  const kinds: readonly Kind[] = [
    ...KINDS.slice(0, 1),
    ...names.map((name) => ({
      name: "USER",
      pattern: new RegExp(`${BEFORE}(?<!\\.)${escapeRegExp(name)}${AFTER}`, "gu"),
    })),
    ...KINDS.slice(1),
  ];
  const restore = (text: string): string =>
    text.replace(/\b(?:EMAIL|IP|HOST|USER|ID|WORD)_\d{1,6}\b/g, (found) => originals.get(found) ?? found);
  return {
    hide(text) {
      // Stand-ins of earlier kinds are set aside as private-use characters, so that no later kind takes them apart.
      const held: string[] = [];
      let result = redact(text).replace(/[\ue000-\uf8ff]/g, "");
      for (const { name, pattern, fits } of kinds) {
        result = result.replace(pattern, (...found) => {
          const whole = found[0] as string;
          const groups = found.at(-1) as { id?: string } | string;
          const id = typeof groups === "object" ? (groups.id ?? whole) : whole;
          if (known.has(id) || fits?.(id) === false) return whole;
          held.push(standInFor(name, id));
          const at = whole.lastIndexOf(id);
          return whole.slice(0, at) + holder(held.length - 1) + whole.slice(at + id.length);
        });
      }
      return result.replace(/\ue000([\ue100-\ue1ff]+)\ue001/g, (_, digits: string) => held[numberOf(digits)] ?? "");
    },
    restore,
    restoreIn: (value) => restoreIn(value, restore),
  };
}

const ID_KEYS = new Set(["id", "from_node_id", "to_node_id"]);

function restoreIn(value: Json, restore: (text: string) => string): Json {
  if (typeof value === "string") return restore(value);
  if (Array.isArray(value)) return value.map((item) => restoreIn(item, restore));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [
    key,
    ID_KEYS.has(key) && typeof item === "string" ? item : restoreIn(item, restore),
  ]);
  return Object.fromEntries(entries);
}

/** A number as private-use characters between two more. */
function holder(index: number): string {
  const digits = [...String(index)].map((digit) => String.fromCharCode(0xe100 + Number(digit))).join("");
  return `\ue000${digits}\ue001`;
}
const numberOf = (digits: string): number => Number([...digits].map((char) => char.charCodeAt(0) - 0xe100).join(""));

function hasDigit(text: string): boolean {
  return /\d/.test(text);
}
function isIpv4(text: string): boolean {
  return text.split(".").every((part) => Number(part) <= 255);
}
/** A time of day has colons too. */
function isIpv6(text: string): boolean {
  return /::/.test(text) ? text.length > 2 : text.split(":").length === 8;
}
