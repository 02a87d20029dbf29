/** SHA-256 over canonical JSON (RFC 8785): the same value, however it was built, has the same digest. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * Hex digest of a JSON value; absent and undefined members are the same. Halves of surrogate pairs, which canonical
 * JSON refuses and a tool's output may hold, count as U+FFFD.
 */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalText(value)).digest("hex");
}

function canonicalText(value: unknown): string {
  try {
    return canonicalize(value) ?? "null";
  } catch {
    return (
      canonicalize(JSON.parse(JSON.stringify(value), (_, item) => (typeof item === "string" ? whole(item) : item))) ??
      "null"
    );
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const whole = (text: string): string => text.replace(LONE_SURROGATE, "\ufffd");
