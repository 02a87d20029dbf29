/** Sealed bytes as a file or an object: one line that says what it is and by which key, then the bytes. */
import type { SealUse } from "./keys.js";
import type { Sealer } from "./seal.js";

const HEAD = /^autoops-sealed 1 ([0-9a-f]{16})\n/;
const HEAD_BYTES = "autoops-sealed 1 0123456789abcdef\n".length;

export function sealText(sealer: Sealer, use: SealUse, plain: Uint8Array): Buffer {
  const { keyId, bytes } = sealer.seal(use, plain);
  return Buffer.concat([Buffer.from(`autoops-sealed 1 ${keyId}\n`), bytes]);
}

export function isSealedText(bytes: Buffer): boolean {
  return HEAD.test(bytes.subarray(0, HEAD_BYTES).toString("latin1"));
}

/** Throws `payload-key-missing` or `payload-damaged`. */
export function openText(sealer: Sealer, use: SealUse, sealed: Buffer): Buffer {
  const keyId = HEAD.exec(sealed.subarray(0, HEAD_BYTES).toString("latin1"))?.[1] ?? "";
  return Buffer.from(sealer.open(use, { keyId, bytes: sealed.subarray(HEAD_BYTES) }));
}
