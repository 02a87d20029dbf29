/** SHA-256 over canonical JSON (RFC 8785): the same value, however it was built, has the same digest. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** Hex digest of a JSON value; absent and undefined members are the same. */
export function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(canonicalize(value) ?? "null")
    .digest("hex");
}
