/** Answers of the model that made an accepted plan, by the content of the question: one file each, 0600, for a time. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Answers {
  get(key: string): Promise<string | undefined>;
  /** Keeps the answer; the oldest ones go where there are too many. */
  put(key: string, answer: string): Promise<void>;
}

const KEY = /^[0-9a-f]{64}$/;

/** `entries` 0 keeps nothing. `directory` is made (0700) when the first answer is kept. */
export function createAnswers(
  directory: string,
  limits: { entries: number; hours: number },
  now: () => number,
): Answers {
  const isFresh = (writtenMs: number): boolean => now() - writtenMs <= limits.hours * 3_600_000;
  const fileOf = (key: string): string => join(directory, `${key}.json`);
  return {
    async get(key) {
      if (limits.entries === 0 || !KEY.test(key)) return undefined;
      try {
        const { at, answer } = JSON.parse(await readFile(fileOf(key), "utf8")) as { at: number; answer: string };
        return isFresh(at) && typeof answer === "string" ? answer : undefined;
      } catch {
        // None is kept, or it cannot be read: the model is asked.
        return undefined;
      }
    },
    async put(key, answer) {
      if (limits.entries === 0 || !KEY.test(key)) return;
      const own = `${fileOf(key)}.${randomUUID()}`;
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeFile(own, JSON.stringify({ at: now(), answer }), { mode: 0o600 });
        await rename(own, fileOf(key));
        await prune(directory, limits.entries, isFresh);
      } catch {
        // The plan is there and was paid for; only the next one like it costs a call again.
        await rm(own, { force: true }).catch(() => undefined);
      }
    },
  };
}

async function prune(directory: string, entries: number, isFresh: (writtenMs: number) => boolean): Promise<void> {
  const files: Array<{ path: string; at: number }> = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && name.endsWith(".json")) files.push({ path, at: found.mtimeMs });
  }
  files.sort((a, b) => b.at - a.at);
  const gone = files.filter(({ at }, index) => index >= entries || !isFresh(at));
  for (const { path } of gone) await rm(path, { force: true });
}
