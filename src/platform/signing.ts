/** Signed decisions and checkpoints: Ed25519, compact JWS. The key is made on first use, readable by its owner alone. Owns `jose`. */
import { randomUUID } from "node:crypto";
import { chmod, link, mkdir, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Problem } from "../vocabulary/problems.js";

const ALGORITHM = "EdDSA";
const AUDIENCE = "autoops-approval";
/** Another audience, so that no checkpoint can pass for a decision. */
const AUDIT_AUDIENCE = "autoops-audit";
/** Seconds that a token may be used after it was signed: the longest that a gate stays open. */
const TOKEN_SECONDS = 604_800;

/** What a signed decision says. */
export interface SignedDecision {
  runKey: string;
  nodeId: string;
  digest: string;
  decision: "approve" | "reject";
  /** Who decides, as the signing façade or CLI knows them. */
  subject: string;
  groups: string[];
  channel: string;
}

export interface VerifiedDecision extends SignedDecision {
  issuedMs: number;
  jti: string;
}

/** What a checkpoint of the audit log says. */
export interface Attestation {
  sequence: number;
  hash: string;
  time: string;
}

export interface Signer {
  /** Compact JWS; its `jti` is fresh. `issuedMs` is when the person decided. */
  sign(decision: SignedDecision, issuedMs: number): Promise<{ token: string; jti: string }>;
  /** The decision, if the signature holds and the token has not expired at `nowMs`. */
  verify(
    token: string,
    nowMs: number,
  ): Promise<{ ok: true; decision: VerifiedDecision } | { ok: false; reason: string }>;
  /** Compact JWS of a checkpoint; it does not expire. */
  attest(attestation: Attestation): Promise<string>;
  /** Whether the token was made by this key for exactly this checkpoint. */
  isAttested(token: string, attestation: Attestation): Promise<boolean>;
}

export type SignerResult = { ok: true; signer: Signer } | { ok: false; problem: Problem };

/** Loads the key from `file`, or makes it there (0600, its folder 0700). A key that others may read is refused. */
export async function loadSigner(file: string): Promise<SignerResult> {
  await makeKeyOnce(file);
  const mode = (await stat(file)).mode & 0o077;
  if (mode !== 0) {
    const message = `${file} must be readable by its owner alone`;
    return { ok: false, problem: { code: "file-unsafe", at: file, message, hint: `chmod 600 ${file}` } };
  }
  try {
    const jwk = JSON.parse(await readFile(file, "utf8")) as JWK;
    const privateKey = await importJWK(jwk, ALGORITHM);
    const publicKey = await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }, ALGORITHM);
    return { ok: true, signer: signerWith(privateKey, publicKey) };
  } catch {
    const hint = "restore it from a copy, or remove it: gates that are open then want new decisions";
    return { ok: false, problem: { code: "file-unreadable", at: file, message: `${file} holds no usable key`, hint } };
  }
}

type Key = Awaited<ReturnType<typeof importJWK>>;

function signerWith(privateKey: Key, publicKey: Key): Signer {
  return {
    async sign(decision, issuedMs) {
      const jti = randomUUID();
      const { subject, ...claims } = decision;
      const issued = Math.floor(issuedMs / 1_000);
      const token = await new SignJWT({ ...claims, issuedMs })
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(subject)
        .setAudience(AUDIENCE)
        .setJti(jti)
        .setIssuedAt(issued)
        .setExpirationTime(issued + TOKEN_SECONDS)
        .sign(privateKey);
      return { token, jti };
    },
    async verify(token, nowMs) {
      try {
        const options = {
          algorithms: [ALGORITHM],
          audience: AUDIENCE,
          currentDate: new Date(nowMs),
          clockTolerance: 60,
        };
        const { payload } = await jwtVerify(token, publicKey, options);
        return readClaims(payload);
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message : "the token cannot be read" };
      }
    },
    attest: ({ sequence, hash, time }) =>
      new SignJWT({ sequence, hash, time })
        .setProtectedHeader({ alg: ALGORITHM })
        .setAudience(AUDIT_AUDIENCE)
        .sign(privateKey),
    async isAttested(token, { sequence, hash, time }) {
      try {
        const options = { algorithms: [ALGORITHM], audience: AUDIT_AUDIENCE };
        const { payload } = await jwtVerify(token, publicKey, options);
        return payload.sequence === sequence && payload.hash === hash && payload.time === time;
      } catch {
        return false;
      }
    },
  };
}

function readClaims(
  payload: Record<string, unknown>,
): { ok: true; decision: VerifiedDecision } | { ok: false; reason: string } {
  const { runKey, nodeId, digest, decision, sub, groups, channel, issuedMs, jti } = payload;
  const texts = [runKey, nodeId, digest, sub, channel, jti].every((text) => typeof text === "string" && text !== "");
  const isDecision = decision === "approve" || decision === "reject";
  if (!texts || !isDecision || typeof issuedMs !== "number" || !Array.isArray(groups)) {
    return { ok: false, reason: "the token lacks a claim" };
  }
  return {
    ok: true,
    decision: {
      runKey: String(runKey),
      nodeId: String(nodeId),
      digest: String(digest),
      decision,
      subject: String(sub),
      groups: groups.filter((group) => typeof group === "string"),
      channel: String(channel),
      issuedMs,
      jti: String(jti),
    },
  };
}

/** Several processes may start at once: the first link wins, and all read the same key. */
async function makeKeyOnce(file: string): Promise<void> {
  if (await exists(file)) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: "Ed25519", extractable: true });
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600, flag: "wx" });
  await chmod(own, 0o600);
  try {
    await link(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(own);
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
