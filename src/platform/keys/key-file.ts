/**
 * The private key of a machine that signs: one file (0600), and beside it a folder with the public half of this key and
 * of those before it. Whoever signs holds both; a worker needs the folder alone.
 */
import { randomUUID } from "node:crypto";
import { chmod, link, mkdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import type { Problem } from "../../vocabulary/problems.js";
import { isThere } from "../settings-file.js";
import { unsafeProblem } from "../trusted-file.js";
import { ALGORITHM, type PublicKey, publicKeyOf, type ReadKeys, readPublicKeys } from "./public-keys.js";

export interface OwnKey {
  privateKey: CryptoKey;
  own: PublicKey;
}

export type Own<T = OwnKey> = ({ ok: true } & T) | { ok: false; problem: Problem };

/** Where the public halves of a key file stand: `approval-key.json` has `approval-key.public/`. */
export function publicFolderOf(file: string): string {
  return `${file.replace(/\.json$/, "")}.public`;
}

/** Makes the key if there is none. Several processes may do so at once: the first link wins, and all read the same key. */
export async function makeKeyIfAbsent(file: string): Promise<{ made: boolean }> {
  if (await isThere(file)) return { made: false };
  const { fresh, publish } = await makeKey(file);
  try {
    await link(fresh, file);
    await publish();
    return { made: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return { made: false };
  } finally {
    await unlink(fresh);
  }
}

/**
 * A new key signs from now on; the public half of the old one stays, so that what it signed still holds. Public halves
 * are written first: at no moment is something signed that nobody can verify here.
 */
export async function rotateKey(file: string): Promise<Own<{ own: PublicKey; previous: PublicKey }>> {
  const before = await readOwnKey(file);
  if (!before.ok) return before;
  await publishKey(file, before.own);
  const { fresh, publish } = await makeKey(file);
  await publish();
  await rename(fresh, file);
  const after = await readOwnKey(file);
  return after.ok ? { ok: true, own: after.own, previous: before.own } : after;
}

/** The key in the file; one that others may read is refused. */
export async function readOwnKey(file: string): Promise<Own> {
  try {
    const unsafe = unsafeProblem(file);
    if (unsafe !== undefined) return { ok: false, problem: unsafe };
    if (((await stat(file)).mode & 0o077) !== 0) {
      const message = `${file} must be readable by its owner alone`;
      return { ok: false, problem: { code: "file-unsafe", at: file, message, hint: `chmod 600 ${file}` } };
    }
    const jwk = JSON.parse(await readFile(file, "utf8")) as JWK;
    const privateKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
    const own = await publicKeyOf(jwk, file);
    if (own !== undefined && privateKey.type === "private") return { ok: true, privateKey, own };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      const message = `there is no key in ${file}`;
      return { ok: false, problem: { code: "file-not-found", at: file, message, hint: "autoops keys init" } };
    }
  }
  const hint = "restore it from a copy, or remove it: gates that are open then want new decisions";
  return { ok: false, problem: { code: "file-unreadable", at: file, message: `${file} holds no usable key`, hint } };
}

/** What this machine trusts for having signed it: its own key and those before it. */
export async function readOwnPublicKeys(file: string): Promise<ReadKeys> {
  const current = await readOwnKey(file);
  if (!current.ok) return current;
  const folder = publicFolderOf(file);
  if (!(await isThere(folder))) return { ok: true, keys: [current.own] };
  const read = await readPublicKeys(folder);
  if (!read.ok) return read;
  return { ok: true, keys: [current.own, ...read.keys.filter(({ kid }) => kid !== current.own.kid)] };
}

/** A key in a file of its own beside the one that it may become. */
async function makeKey(file: string): Promise<{ fresh: string; publish(): Promise<void> }> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { crv: "Ed25519", extractable: true });
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600, flag: "wx" });
  await chmod(fresh, 0o600);
  const own = (await publicKeyOf(await exportJWK(publicKey), file)) as PublicKey;
  return { fresh, publish: () => publishKey(file, own) };
}

async function publishKey(file: string, { kid, jwk }: PublicKey): Promise<void> {
  const folder = publicFolderOf(file);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const fresh = join(folder, `.${randomUUID()}`);
  await writeFile(fresh, `${JSON.stringify({ ...jwk, kid, alg: ALGORITHM, use: "sig" })}\n`, { mode: 0o644 });
  await rename(fresh, join(folder, `${kid}.json`));
}
