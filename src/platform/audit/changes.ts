/** Changes of what decides (the policy, the tools, the keys): recorded when a digest differs from the last one seen here. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { AuditLog } from "./log.js";

export type Watched = "policy" | "registry" | "keys";

export interface ChangeWatch {
  /** Records `policy-changed`, `registry-changed` or `keys-changed` if this digest is new; never rejects. */
  seen(what: Watched, digest: string, details: object): Promise<void>;
}

const seenSchema = z.partialRecord(z.enum(["policy", "registry", "keys"]), z.string());

/** Keeps what was seen last in a file beside the log, so that a change between two starts is found too. */
export function createChangeWatch(directory: string, audit: AuditLog): ChangeWatch {
  const file = join(directory, "seen.json");
  const known = new Map<Watched, string>();
  let before: Promise<void> = Promise.resolve();

  async function compare(what: Watched, digest: string, details: object): Promise<void> {
    const last = await readSeen(file);
    const previous = known.get(what) ?? last[what];
    known.set(what, digest);
    if (previous === digest) return;
    await audit.note({ event: `${what}-changed`, digest, channel: "worker", details: { ...details, previous } });
    // Where it cannot be kept, the change is recorded again at the next start.
    await keep(directory, file, { ...last, [what]: digest }).catch(() => undefined);
  }

  return {
    async seen(what, digest, details) {
      if (known.get(what) === digest) return;
      before = before.then(() => compare(what, digest, details));
      await before;
    },
  };
}

async function readSeen(file: string): Promise<z.infer<typeof seenSchema>> {
  try {
    return seenSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return {};
  }
}

async function keep(directory: string, file: string, seen: object): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(seen), { mode: 0o600, flag: "wx" });
  await rename(own, file);
}
