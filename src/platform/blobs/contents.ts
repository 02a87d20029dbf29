/**
 * Contents by their SHA-256, verified on the way back. With keys they are sealed, and lie under a name that tells nothing
 * of them to who has no key; what was stored before there was a key, or under an earlier one, is still found.
 */
import { createHash } from "node:crypto";
import { toolFailure } from "../failure.js";
import type { PayloadKey } from "../payloads/keys.js";
import { createSealer } from "../payloads/seal.js";
import { isSealedText, openText, sealText } from "../payloads/sealed-text.js";
import type { ContentStore } from "./store.js";

export interface Contents {
  /** Returns the content's digest, 64 hexadecimal digits; the same bytes give the same digest. */
  put(bytes: Buffer): Promise<string>;
  /** Undefined where there is none. Throws where what is there is not what was stored. */
  get(digest: string): Promise<Buffer | undefined>;
}

const DIGEST = /^[0-9a-f]{64}$/;

export function createContents(shelf: Pick<ContentStore, "put" | "get">, keys: readonly PayloadKey[]): Contents {
  const sealer = createSealer(keys);
  const [first] = keys;

  return {
    async put(bytes) {
      const digest = sha256(bytes);
      if (first === undefined) await shelf.put(digest, bytes);
      else await shelf.put(first.nameOf(digest), sealText(sealer, "blob", bytes));
      return digest;
    },
    async get(digest) {
      // It may come from anyone who can write a reference, and becomes a name.
      if (!DIGEST.test(digest)) return undefined;
      for (const name of [...keys.map((key) => key.nameOf(digest)), digest]) {
        const kept = await shelf.get(name);
        if (kept === undefined) continue;
        const bytes = isSealedText(kept) && sha256(kept) !== digest ? openText(sealer, "blob", kept) : kept;
        if (sha256(bytes) === digest) return bytes;
        const message = `the stored result ${digest} is not what was stored: its content has changed`;
        throw toolFailure("file-unreadable", message, { hint: "run the node that made it again" });
      }
      return undefined;
    },
  };
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
