/**
 * AES-256-GCM over bytes: a random 96-bit nonce, the ciphertext, a 128-bit tag. What the bytes are for and the id of the
 * key are authenticated with them, so that neither can be exchanged.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type ToolFailure, toolFailure } from "../failure.js";
import { PAYLOAD_KEY_VARIABLE, type PayloadKey, type SealUse } from "./keys.js";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";

export interface Sealed {
  keyId: string;
  /** Nonce, ciphertext, tag. */
  bytes: Uint8Array;
}

export interface Sealer {
  /** Ids of the keys, the one that encrypts first. Empty: nothing is encrypted. */
  readonly keyIds: readonly string[];
  seal(use: SealUse, plain: Uint8Array): Sealed;
  /** Throws `payload-key-missing` where the key is not there, `payload-damaged` where the bytes are not what was sealed. */
  open(use: SealUse, sealed: Sealed): Uint8Array;
}

/** `what`: the thing that cannot be read, as messages name it. */
export function createSealer(keys: readonly PayloadKey[]): Sealer {
  const [first] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    keyIds: [...byId.keys()],
    seal(use, plain) {
      if (first === undefined) throw toolFailure("payload-key-missing", `${PAYLOAD_KEY_VARIABLE} is not set`);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, first.cipher[use], nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(use, first.id));
      const bytes = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return { keyId: first.id, bytes };
    },
    open(use, { keyId, bytes }) {
      const key = byId.get(keyId);
      if (key === undefined) throw keyMissing(use, keyId, [...byId.keys()]);
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged(use, keyId);
      const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(-TAG_BYTES)];
      const decipher = createDecipheriv(ALGORITHM, key.cipher[use], nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(use, keyId));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        throw damaged(use, keyId);
      }
    },
  };
}

const boundTo = (use: SealUse, keyId: string): Buffer => Buffer.from(`autoops-seal 1\n${use}\n${keyId}`);

const NAMES: Record<SealUse, string> = {
  payload: "a payload of the history",
  blob: "a stored result",
  report: "a stored report",
  record: "a record of an approval",
};

function keyMissing(use: SealUse, keyId: string, known: readonly string[]): ToolFailure {
  const id = keyId.replaceAll(/[^\w-]/g, "?").slice(0, 32);
  const has = known.length === 0 ? `${PAYLOAD_KEY_VARIABLE} is not set` : `here are ${known.join(", ")}`;
  const message = `${NAMES[use]} is encrypted with the key ${id}, which is not here: ${has}`;
  return toolFailure("payload-key-missing", message, {
    hint: `add the key ${id} to ${PAYLOAD_KEY_VARIABLE}`,
    retryable: true,
  });
}

function damaged(use: SealUse, keyId: string): ToolFailure {
  const message = `${NAMES[use]}, encrypted with the key ${keyId}, is not what was encrypted: it was changed or cut short`;
  return toolFailure("payload-damaged", message, { hint: "find out who can write to the folder where it is kept" });
}
