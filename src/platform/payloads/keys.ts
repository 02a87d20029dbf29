/** The keys that payloads, stored results and reports are encrypted with: read from one variable, named by what they are. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { PAYLOAD_KEY_BYTES, PAYLOAD_KEYS_MAX } from "../../vocabulary/payload-limits.js";

export const PAYLOAD_KEY_VARIABLE = "AUTOOPS_PAYLOAD_KEY";

/** One key, with what is derived from it. Nothing of it can be printed by accident but its id. */
export interface PayloadKey {
  /** 16 hexadecimal digits, derived from the key: the same key has the same id everywhere. */
  readonly id: string;
  /** AES-256, for one use alone: what is sealed for one opens for no other. */
  readonly cipher: Record<SealUse, KeyObject>;
  /** A name for a content that tells nothing of it to who has no key. */
  nameOf(digest: string): string;
}

/** What a sealed text is: a payload of Temporal's, a stored result, a report, or a record. */
export type SealUse = "payload" | "blob" | "report" | "record";

export type ReadKeys = { ok: true; keys: PayloadKey[] } | { ok: false; mustBe: string };

/**
 * Reads keys as they stand in the variable: each 32 bytes in base64 or 64 hexadecimal digits, apart by commas, spaces or
 * line breaks; the first one encrypts, all decrypt. What is wrong is said without any of the text.
 */
export function readPayloadKeys(text: string): ReadKeys {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0 || words.length > PAYLOAD_KEYS_MAX) {
    return { ok: false, mustBe: `1 to ${PAYLOAD_KEYS_MAX} keys, got ${words.length}` };
  }
  const keys = new Map<string, PayloadKey>();
  for (const [index, word] of words.entries()) {
    const bytes = bytesOf(word);
    if (bytes === undefined) {
      const got = `got ${word.length} characters that are neither${words.length > 1 ? ` as key ${index + 1}` : ""}`;
      return { ok: false, mustBe: `32 bytes in base64, or 64 hexadecimal digits, ${got}` };
    }
    const key = payloadKey(bytes);
    if (!keys.has(key.id)) keys.set(key.id, key);
  }
  return { ok: true, keys: [...keys.values()] };
}

/** A fresh key, as it is written into the variable. */
export function newPayloadKey(): string {
  return randomBytes(PAYLOAD_KEY_BYTES).toString("base64");
}

function bytesOf(word: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(word)) return Buffer.from(word, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(word)) return undefined;
  const bytes = Buffer.from(word, "base64");
  return bytes.length === PAYLOAD_KEY_BYTES ? bytes : undefined;
}

function payloadKey(master: Buffer): PayloadKey {
  const derived = (purpose: string, bytes = PAYLOAD_KEY_BYTES): Buffer =>
    Buffer.from(hkdfSync("sha256", master, "autoops-payload-key", purpose, bytes));
  const secretOf = (use: SealUse): KeyObject => createSecretKey(derived(use));
  const names = createSecretKey(derived("names"));
  return {
    id: derived("id", 8).toString("hex"),
    cipher: {
      payload: secretOf("payload"),
      blob: secretOf("blob"),
      report: secretOf("report"),
      record: secretOf("record"),
    },
    nameOf: (digest) => createHmac("sha256", names).update(digest).digest("hex"),
  };
}
