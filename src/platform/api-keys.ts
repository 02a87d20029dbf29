/**
 * API keys: made here, shown once, kept as hashes. The file is looked at anew on every use, so that a key that is made
 * or revoked counts at once in every process.
 */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type ApiKeyEntry, apiKeysFileSchema } from "../schema/api-keys.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";
import { withLock } from "./lock.js";
import { unsafeProblem } from "./trusted-file.js";

const FORM = /^(autoops_[0-9a-z]{10})_[A-Za-z0-9_-]{43}$/;
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const OTHERS = 0o077;
const LOCK_WAIT_MS = 5_000;

export interface NewApiKey {
  subject: string;
  groups: string[];
  /** Who makes it, for the list. */
  createdBy: string;
  /** Milliseconds since the epoch. */
  expiresMs?: number;
}

export interface ApiKeys {
  /** All of them, revoked and expired ones too; none where there is no file. */
  list(): Promise<Result<ApiKeyEntry[]>>;
  /** The key is returned here and never again. */
  create(key: NewApiKey): Promise<Result<{ key: string; entry: ApiKeyEntry }>>;
  /** Revokes the key with this prefix; again is no error. */
  revoke(prefix: string): Promise<Result<ApiKeyEntry>>;
  /** The entry of a key that is good now; undefined for any other, and where the file cannot be used. */
  find(key: string): Promise<ApiKeyEntry | undefined>;
  /** Whether the key of this entry is still good. */
  isGood(prefix: string): Promise<boolean>;
  /** Whether any key was ever made: from then on callers must sign in. A file that cannot be used counts as one. */
  isConfigured(): Promise<boolean>;
}

/** Whether a text has the form of a key of ours. */
export const isApiKey = (text: string): boolean => FORM.test(text);

/** What may be shown of a key. */
export const prefixOf = (key: string): string | undefined => FORM.exec(key)?.[1];

export function createApiKeys(file: string, now: () => number): ApiKeys {
  let known: { mark: string; read: Result<ApiKeyEntry[]> } | undefined;

  async function list(): Promise<Result<ApiKeyEntry[]>> {
    const mark = await markOf(file);
    if (mark === undefined) return { ok: true, value: [] };
    if (known?.mark !== mark) known = { mark, read: await readKeys(file) };
    return known.read;
  }

  async function good(prefix: string): Promise<ApiKeyEntry | undefined> {
    const read = await list();
    const entry = read.ok ? read.value.find((one) => one.prefix === prefix) : undefined;
    if (entry === undefined || entry.revoked_at !== undefined) return undefined;
    return entry.expires_at !== undefined && Date.parse(entry.expires_at) <= now() ? undefined : entry;
  }

  /** Other processes may write too: what is there now is read under the lock. */
  async function change<T>(edit: (keys: ApiKeyEntry[]) => Result<{ keys: ApiKeyEntry[]; value: T }>) {
    const options = { doing: "writes the API keys", say: () => undefined, signal: AbortSignal.timeout(LOCK_WAIT_MS) };
    return withLock(`${file}.lock`, { ...options, pollMs: 20 }, async (): Promise<Result<T>> => {
      const read = await list();
      if (!read.ok) return read;
      const edited = edit(read.value);
      if (!edited.ok) return edited;
      await writeKeys(file, edited.value.keys);
      return { ok: true, value: edited.value.value };
    });
  }

  return {
    list,
    async create({ subject, groups, createdBy, expiresMs }) {
      const prefix = `autoops_${Array.from(randomBytes(10), (byte) => LETTERS[byte % LETTERS.length]).join("")}`;
      const key = `${prefix}_${randomBytes(32).toString("base64url")}`;
      const entry: ApiKeyEntry = {
        prefix,
        hash: hashOf(key),
        subject,
        groups,
        created_at: new Date(now()).toISOString(),
        created_by: createdBy,
        expires_at: expiresMs === undefined ? undefined : new Date(expiresMs).toISOString(),
      };
      return change((keys) => ({ ok: true, value: { keys: [...keys, entry], value: { key, entry } } }));
    },
    revoke: (prefix) =>
      change((keys) => {
        const entry = keys.find((one) => one.prefix === prefix);
        if (entry === undefined) return { ok: false, problems: [noKey(prefix)] };
        const revoked = { ...entry, revoked_at: entry.revoked_at ?? new Date(now()).toISOString() };
        return { ok: true, value: { keys: keys.map((one) => (one === entry ? revoked : one)), value: revoked } };
      }),
    async find(key) {
      const prefix = prefixOf(key);
      const entry = prefix === undefined ? undefined : await good(prefix);
      if (entry === undefined) return undefined;
      return timingSafeEqual(Buffer.from(hashOf(key), "hex"), Buffer.from(entry.hash, "hex")) ? entry : undefined;
    },
    isGood: async (prefix) => (await good(prefix)) !== undefined,
    async isConfigured() {
      const read = await list();
      return !read.ok || read.value.length > 0;
    },
  };
}

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");

const noKey = (prefix: string): Problem => ({
  code: "not-found",
  at: "prefix",
  message: `there is no API key ${prefix.slice(0, 40)}`,
  hint: "see them: autoops api-keys list",
});

/** Changes whenever the file does; undefined where there is none. */
async function markOf(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino}.${size}.${mtimeNs}.${ctimeNs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "unreadable";
  }
}

async function readKeys(file: string): Promise<Result<ApiKeyEntry[]>> {
  const refused = (problem: Problem): Result<never> => ({ ok: false, problems: [problem] });
  try {
    const unsafe = unsafeProblem(file);
    if (unsafe !== undefined) return refused(unsafe);
    const { mode } = await stat(file, { bigint: true });
    if (process.platform !== "win32" && (Number(mode) & OTHERS) !== 0) {
      const message = `${file} must be readable and writable by its owner alone, for it decides who may come in`;
      return refused({ code: "file-unsafe", at: file, message, hint: `chmod 600 ${file}` });
    }
    const { keys } = apiKeysFileSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return { ok: true, value: keys };
  } catch {
    const message = `${file} holds no API keys that can be read; until it does, no key is good`;
    return refused({ code: "file-unreadable", at: file, message, hint: "restore it from a copy" });
  }
}

async function writeKeys(file: string, keys: readonly ApiKeyEntry[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${randomUUID()}`;
  const text = `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`;
  await writeFile(own, text, { mode: 0o600, flag: "wx", flush: true });
  await rename(own, file);
}
