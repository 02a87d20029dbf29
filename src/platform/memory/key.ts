/** The key of memory: from AUTOOPS_MEMORY_KEY, or a file made on first use; and the keys that are derived from it. */
import { createHmac, hkdfSync, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { link, mkdir, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Problem } from "../../vocabulary/problems.js";
import { isThere } from "../settings-file.js";
import { faultOf } from "../trusted-file.js";

const VARIABLE = "AUTOOPS_MEMORY_KEY";
const KEY = /^[0-9a-fA-F]{64}$/;
const SALT = /^[0-9a-f]{32}$/;
const PASSPHRASE_MIN_CHARS = 16;
const PASSPHRASE_MAX_CHARS = 1_000;
const OTHERS = 0o077;

export interface MemoryKey {
  /** Hexadecimal, for the database's pages. */
  database: string;
  /** Hex HMAC-SHA-256 of a text, with a key of its own. */
  mac(text: string): string;
  /** Where the key came from, for people. */
  from: string;
}
export type LoadedKey = { ok: true; key: MemoryKey } | { ok: false; problem: Problem };

export interface KeyPlaces {
  /** The value of AUTOOPS_MEMORY_KEY, if it is set. */
  given?: string;
  keyFile: string;
  /** Beside the database: what a passphrase is stretched with. */
  saltFile: string;
}

/** `isNew`: there is no memory yet, so that a key or salt may be made. Neither is ever made for a memory that exists. */
export async function loadKey({ given, keyFile, saltFile }: KeyPlaces, isNew: boolean): Promise<LoadedKey> {
  if (given !== undefined) {
    if (KEY.test(given)) return { ok: true, key: keyOf(Buffer.from(given, "hex"), VARIABLE) };
    if (given.length < PASSPHRASE_MIN_CHARS || given.length > PASSPHRASE_MAX_CHARS)
      return { ok: false, problem: SHAPE };
    const salt = await readSecret(saltFile, SALT, isNew ? () => randomBytes(16).toString("hex") : undefined);
    if (!salt.ok) return salt;
    const master = scryptSync(given.normalize("NFKC"), Buffer.from(salt.text, "hex"), 32, { N: 2 ** 14, r: 8, p: 1 });
    return { ok: true, key: keyOf(master, VARIABLE) };
  }
  const read = await readSecret(keyFile, KEY, isNew ? () => randomBytes(32).toString("hex") : undefined);
  return read.ok ? { ok: true, key: keyOf(Buffer.from(read.text, "hex"), keyFile) } : read;
}

const SHAPE: Problem = {
  code: "memory-key-wrong",
  at: VARIABLE,
  message: `${VARIABLE} must be 64 hexadecimal digits, or a passphrase of ${PASSPHRASE_MIN_CHARS} to ${PASSPHRASE_MAX_CHARS} characters`,
  hint: "openssl rand -hex 32 makes one",
};

function keyOf(master: Buffer, from: string): MemoryKey {
  const derived = (purpose: string): Buffer => Buffer.from(hkdfSync("sha256", master, "autoops-memory", purpose, 32));
  const macKey = derived("entries");
  return {
    database: derived("database").toString("hex"),
    mac: (text) => createHmac("sha256", macKey).update(text).digest("hex"),
    from,
  };
}

export function isSameMac(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

type ReadSecret = { ok: true; text: string } | { ok: false; problem: Problem };

async function readSecret(file: string, form: RegExp, make: (() => string) | undefined): Promise<ReadSecret> {
  if (!(await isThere(file))) {
    if (make === undefined) {
      const message = `there is a memory and ${file}, which opens it, is missing`;
      return wrong(file, message, `put the file back, or set ${VARIABLE}; to begin anew, move the memory folder away`);
    }
    await makeIfAbsent(file, make());
  }
  const stats = await stat(file);
  const fault = process.platform === "win32" ? undefined : faultOf(file, stats);
  if (fault !== undefined)
    return {
      ok: false,
      problem: { code: "file-unsafe", at: file, message: fault, hint: `chown ${file}, or restore it` },
    };
  const { mode } = stats;
  if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
    const message = `${file} must be readable by its owner alone`;
    return { ok: false, problem: { code: "file-unsafe", at: file, message, hint: `chmod 600 ${file}` } };
  }
  const text = (await readFile(file, "utf8")).trim();
  return form.test(text) ? { ok: true, text } : wrong(file, `${file} holds no usable key`, "restore it from a copy");
}

const wrong = (at: string, message: string, hint: string): ReadSecret => ({
  ok: false,
  problem: { code: "memory-key-wrong", at, message, hint },
});

/** Several processes may start at once: the first link wins, and all read the same. */
async function makeIfAbsent(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(own, `${text}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(own);
  }
}
