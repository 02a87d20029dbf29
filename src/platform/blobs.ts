/** Results too large for history, as tools keep and fetch them: text, by a reference to its content. */
import { BLOB_MAX_BYTES } from "../vocabulary/limits.js";
import { type Contents, createContents } from "./blobs/contents.js";
import type { BlobStore } from "./blobs/contract.js";
import { createFolder } from "./blobs/folder.js";
import { toolFailure } from "./failure.js";
import type { PayloadKey } from "./payloads/keys.js";

const REFERENCE = /^blob:sha256:([0-9a-f]{64})$/;

/** A store in `directory`, which is made on first use, for its owner alone. */
export function createBlobStore(directory: string, keys: readonly PayloadKey[] = []): BlobStore {
  return blobStoreOn(createContents(createFolder(directory), keys));
}

export function blobStoreOn(contents: Contents): BlobStore {
  return {
    async put(data) {
      const bytes = Buffer.from(data, "utf8");
      if (bytes.length > BLOB_MAX_BYTES) {
        const message = `a stored result must have at most ${BLOB_MAX_BYTES} bytes, got ${bytes.length}`;
        throw toolFailure("output-too-large", message, { hint: "ask for less" });
      }
      return `blob:sha256:${await contents.put(bytes)}`;
    },
    async get(reference) {
      const digest = REFERENCE.exec(reference)?.[1];
      if (digest === undefined) {
        throw toolFailure("params-invalid", "a stored result is named as blob:sha256: and 64 hexadecimal digits");
      }
      const bytes = await contents.get(digest);
      if (bytes !== undefined) return bytes.toString("utf8");
      const message = `there is no stored result ${reference}`;
      throw toolFailure("file-not-found", message, { hint: "run the node that made it again" });
    },
  };
}
