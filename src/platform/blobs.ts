/** Results too large for history, in a directory of this machine: one file a content, named by its SHA-256. */
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "../activities/define-tool.js";
import { BLOB_MAX_BYTES } from "../vocabulary/limits.js";
import { ToolFailure } from "./failure.js";

const REFERENCE = /^blob:sha256:([0-9a-f]{64})$/;
/** Permission bits of people other than the owner. */
const OTHERS = 0o077;

/** A store in `directory`, which is made on first use, for its owner alone. */
export function createBlobStore(directory: string): BlobStore {
  return {
    async put(data) {
      const bytes = Buffer.from(data, "utf8");
      if (bytes.length > BLOB_MAX_BYTES) {
        const message = `a stored result must have at most ${BLOB_MAX_BYTES} bytes, got ${bytes.length}`;
        throw new ToolFailure("output-too-large", message, "ask for less");
      }
      const digest = sha256(bytes);
      await prepare(directory);
      await write(directory, digest, bytes);
      return `blob:sha256:${digest}`;
    },
    async get(reference) {
      const digest = REFERENCE.exec(reference)?.[1];
      if (digest === undefined) {
        throw new ToolFailure("params-invalid", "a stored result is named as blob:sha256: and 64 hexadecimal digits");
      }
      const bytes = await read(join(directory, digest), reference);
      if (sha256(bytes) !== digest) {
        const message = `the stored result ${reference} is not what was stored: its content has changed`;
        throw new ToolFailure("file-unreadable", message, "run the node that made it again");
      }
      return bytes.toString("utf8");
    },
  };
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

async function prepare(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { mode } = await stat(directory);
  if ((mode & OTHERS) !== 0) await chmod(directory, 0o700);
}

/** Written under a name of its own and then renamed: a reader sees the whole content or none. */
async function write(directory: string, digest: string, bytes: Buffer): Promise<void> {
  const temporary = join(directory, `.${digest}.${randomBytes(6).toString("hex")}`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(directory, digest));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function read(path: string, reference: string): Promise<Buffer> {
  const missing = () =>
    new ToolFailure("file-not-found", `there is no stored result ${reference}`, "run the node that made it again");
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw missing();
    throw new ToolFailure("file-unreadable", `the stored result ${reference} cannot be read (${error.code})`);
  });
  try {
    const { size } = await file.stat();
    if (size > BLOB_MAX_BYTES) throw new ToolFailure("file-too-large", `the stored result ${reference} is too large`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
