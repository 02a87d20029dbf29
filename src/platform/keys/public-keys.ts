/**
 * Public keys as files: what a verifier trusts. Strict, for whoever can add a key here can approve: a file that others
 * may write, that cannot be read, or that holds anything but public Ed25519 keys is a problem, never skipped.
 */
import { createPublicKey } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import { PUBLIC_KEYS_MAX } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { readTrustedFile } from "../trusted-file.js";

export const ALGORITHM = "EdDSA";

export interface PublicKey {
  /** SHA-256 thumbprint of the key (RFC 7638, base64url), in the header of every token that it proves. */
  kid: string;
  jwk: { kty: "OKP"; crv: "Ed25519"; x: string };
  key: CryptoKey;
  /** Where it stands. */
  file: string;
}

export type ReadKeys = { ok: true; keys: PublicKey[] } | { ok: false; problem: Problem };

const KEY_FILE_MAX_BYTES = 64_000;
const FILE_NAME = /\.(json|jwk|jwks|pem|pub)$/;

/** The keys of one file, or of every file in a folder; names that start with a dot are left out, others are not. */
export async function readPublicKeys(path: string): Promise<ReadKeys> {
  const names = await namesIn(path);
  if (!Array.isArray(names)) return { ok: false, problem: names };
  const found = new Map<string, PublicKey>();
  for (const name of names) {
    const file = name === "" ? path : join(path, name);
    const read = await readOne(file, name !== "");
    if (!read.ok) return read;
    for (const key of read.keys) found.set(key.kid, key);
  }
  if (found.size > 0 && found.size <= PUBLIC_KEYS_MAX) return { ok: true, keys: [...found.values()] };
  const message = `${path} must hold 1 to ${PUBLIC_KEYS_MAX} public keys, it holds ${found.size}`;
  return { ok: false, problem: { code: "file-unreadable", at: path, message, hint: HINT } };
}

const HINT = "copy them from the machine that signs: autoops keys show says where they stand";

/** One empty name where the path is a file itself. */
async function namesIn(path: string): Promise<string[] | Problem> {
  try {
    if (!(await stat(path)).isDirectory()) return [""];
    return (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    return notReadable(path, error);
  }
}

async function readOne(file: string, isInFolder: boolean): Promise<ReadKeys> {
  const refuse = (what: string, hint: string): ReadKeys => ({
    ok: false,
    problem: { code: "file-unreadable", at: file, message: `${file} ${what}`, hint },
  });
  if (isInFolder && !FILE_NAME.test(file)) {
    return refuse("must be a key with the ending json, jwk, jwks, pem or pub", `take it out of its folder: ${file}`);
  }
  const read = await readTrustedFile(file, KEY_FILE_MAX_BYTES);
  if (!read.ok) {
    const { problem } = read;
    return { ok: false, problem: problem.code === "file-unreadable" ? { ...problem, hint: mend(file) } : problem };
  }
  if (/PRIVATE KEY-----/.test(read.text) || /"d"\s*:/.test(read.text)) {
    return refuse("must hold public keys alone, and holds a private one", `rm ${file}, and use autoops keys rotate`);
  }
  const jwks = jwksIn(read.text);
  const keys = jwks === undefined ? undefined : await Promise.all(jwks.map((jwk) => publicKeyOf(jwk, file)));
  if (keys === undefined || keys.length === 0 || keys.includes(undefined)) {
    return refuse("must hold public Ed25519 keys (JWK, JWK set or PEM)", HINT);
  }
  return { ok: true, keys: keys as PublicKey[] };
}

function jwksIn(text: string): JWK[] | undefined {
  try {
    if (!text.includes("-----BEGIN")) {
      const value = JSON.parse(text) as JWK | { keys: JWK[] };
      return "keys" in value && Array.isArray(value.keys) ? value.keys : [value as JWK];
    }
    const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? [];
    return blocks.map((block) => createPublicKey(block).export({ format: "jwk" }) as JWK);
  } catch {
    return undefined;
  }
}

/** Undefined where it is no public Ed25519 key. A `kid` that the file gives is not looked at: the key names itself. */
export async function publicKeyOf({ kty, crv, x }: JWK, file: string): Promise<PublicKey | undefined> {
  if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string") return undefined;
  const jwk = { kty: "OKP", crv: "Ed25519", x } as const;
  try {
    const key = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
    return { kid: await calculateJwkThumbprint(jwk), jwk, key, file };
  } catch {
    return undefined;
  }
}

const mend = (file: string): string => `chmod u+r ${file} as its owner, or run as the user it belongs to`;

function notReadable(path: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  if (code === "ENOENT") {
    return { code: "file-not-found", at: path, message: `${path} does not exist`, hint: HINT };
  }
  return { code: "file-unreadable", at: path, message: `${path} cannot be read (${code})`, hint: mend(path) };
}
