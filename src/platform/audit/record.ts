/** One audit line: redacted and capped, numbered, chained, and read back only if it is exactly what was written. */
import canonicalize from "canonicalize";
import { redact, redactValue } from "../../core/redact.js";
import { type AuditEntry, type AuditRecord, auditRecordSchema } from "../../schema/audit.js";
import type { Json, JsonObject } from "../../schema/json.js";
import { AUDIT_DETAILS_MAX_BYTES, AUDIT_TEXT_MAX_CHARS } from "../../vocabulary/audit-limits.js";
import { digestOf } from "../digest.js";
import { withoutSecrets, withoutSecretsIn } from "../secrets.js";

/** Where a chain stands: the number and hash of its last record. */
export interface Head {
  sequence: number;
  hash: string;
}

/** Before the first record. */
export const EMPTY_HEAD: Head = { sequence: 0, hash: "0".repeat(64) };

/** An entry with the moment at which it happened. */
export interface TimedEntry {
  entry: AuditEntry;
  timeMs: number;
}

/** The record that follows `head`. */
export function sealRecord({ entry, timeMs }: TimedEntry, head: Head, secrets: readonly string[] = []): AuditRecord {
  const { event, actor, channel, run, runKey, node, digest, code, details } = entry;
  const texts = { actor, channel, run, run_key: runKey, node, digest, code };
  const content = {
    v: 1 as const,
    sequence: head.sequence + 1,
    time: new Date(timeMs).toISOString(),
    event,
    ...Object.fromEntries(
      Object.entries(texts).flatMap(([key, text]) => (text ? [[key, cleanText(text, secrets)]] : [])),
    ),
    ...(details === undefined ? {} : { details: cleanDetails(details, secrets) }),
    previous: head.hash,
  };
  return { ...content, hash: digestOf(content) };
}

/** The line as it stands in the file, without its line break. */
export function lineOf(record: AuditRecord): string {
  return canonicalize(record) ?? "";
}

/**
 * The record that a line holds, or what is wrong with it. A line counts only byte for byte as it was written: the same
 * record in other words (a space, another order, a byte-order mark, an escape) is none.
 */
export function parseLine(line: Buffer): { ok: true; record: AuditRecord } | { ok: false; reason: string } {
  try {
    const value = JSON.parse(line.toString("utf8")) as AuditRecord;
    if (!auditRecordSchema.safeParse(value).success) return { ok: false, reason: "it is not an audit record" };
    if (!Buffer.from(lineOf(value), "utf8").equals(line)) return { ok: false, reason: "it is not as it was written" };
    const { hash, ...content } = value;
    if (digestOf(content) !== hash) return { ok: false, reason: "its hash does not fit what it says" };
    return { ok: true, record: value };
  } catch {
    return { ok: false, reason: "it is not a line of JSON" };
  }
}

/** Characters of a text that are looked at for secrets, far beyond those that are kept. */
const TEXT_READ_MAX_CHARS = 20 * AUDIT_TEXT_MAX_CHARS;

/** Redacted, then cut: a secret cut in two would not be known for one. */
function cleanText(text: string, secrets: readonly string[]): string {
  const kept = withoutSecrets(redact(text.slice(0, TEXT_READ_MAX_CHARS)), secrets).slice(0, AUDIT_TEXT_MAX_CHARS);
  // Lone surrogates cannot be written as UTF-8.
  return Buffer.from(kept, "utf8").toString("utf8");
}

/** JSON writes lone surrogates as escapes, which an escaped backslash before the same letters is not. */
const LONE_SURROGATE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;
const replaceLone = (found: string): string => (found === "\\\\" ? found : "\ufffd");

function cleanDetails(details: object, secrets: readonly string[]): JsonObject {
  try {
    const written = JSON.stringify(details, (_, value) => (value instanceof Error ? value.message : value));
    const clean = JSON.stringify(withoutSecretsIn(redactValue(JSON.parse(written) as Json), secrets));
    const value = JSON.parse(clean.replace(LONE_SURROGATE, replaceLone)) as JsonObject;
    const bytes = Buffer.byteLength(canonicalize(value) ?? "");
    return bytes <= AUDIT_DETAILS_MAX_BYTES ? value : { omitted: { bytes, digest: digestOf(value) } };
  } catch {
    return { omitted: "not representable" };
  }
}
