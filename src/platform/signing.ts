/**
 * Signed decisions and checkpoints: Ed25519, compact JWS, each with the id of its key. Keys are read at every use, so
 * that a rotation, or a public key that was taken away, holds at once for what runs. Owns `jose`.
 */
import { randomUUID } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, type JWTVerifyOptions, jwtVerify, SignJWT } from "jose";
import { type DecisionWord, isDecisionWord } from "../vocabulary/decisions.js";
import { messageOf } from "../vocabulary/message-of.js";
import type { Problem } from "../vocabulary/problems.js";
import { toolFailure } from "./failure.js";
import { makeKeyIfAbsent, type Own, readOwnKey, readOwnPublicKeys } from "./keys/key-file.js";
import { ALGORITHM, type ReadKeys, readPublicKeys } from "./keys/public-keys.js";
import { readOrder, type SignedOrder, type VerifiedOrder } from "./write-orders.js";

const AUDIENCE = "autoops-approval";
/** Another audience, so that no checkpoint can pass for a decision. */
const AUDIT_AUDIENCE = "autoops-audit";
const PLAYBOOK_AUDIENCE = "autoops-playbook";
const ORDER_AUDIENCE = "autoops-writes";
/** Seconds that a token may be used after it was signed: the longest that a gate stays open. */
const TOKEN_SECONDS = 604_800;

/** What a signed decision says. */
export interface SignedDecision {
  runKey: string;
  nodeId: string;
  digest: string;
  decision: DecisionWord;
  /** Who decides, as the signing façade or CLI knows them. */
  subject: string;
  groups: string[];
  channel: string;
  /** The signer made `digest` anew from all that the person was shown. Without it a token lets no action happen. */
  v?: 2;
  /** SHA-256 in hex over the canonical JSON of other params that come with it. */
  edit?: string;
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

/** That a person took a learned playbook in. */
export interface Acceptance {
  /** SHA-256 of its file. */
  digest: string;
  /** The run that it was learned from. */
  run: string;
  subject: string;
  time: string;
}

/** Holds public keys alone. */
export interface Verifier {
  /** Ids of the keys that it knows now. */
  kids(): Promise<string[]>;
  /** The decision, if the signature holds and the token has not expired at `nowMs`. */
  verify(
    token: string,
    nowMs: number,
  ): Promise<{ ok: true; decision: VerifiedDecision } | { ok: false; reason: string }>;
  /** Whether the token was made by a known key for exactly this checkpoint. */
  isAttested(token: string, attestation: Attestation): Promise<boolean>;
  /** Whether the token was made by a known key for exactly this acceptance. */
  isAccepted(token: string, acceptance: Acceptance): Promise<boolean>;
  /** The order about writes, if the signature holds and it has not expired at `nowMs`. */
  verifyOrder(token: string, nowMs: number): Promise<VerifiedOrder>;
}

export interface Signer extends Verifier {
  /** Compact JWS; its `jti` is `id`, else fresh. `issuedMs` is when the person decided. */
  sign(decision: SignedDecision, issuedMs: number, id?: string): Promise<{ token: string; jti: string }>;
  /** Compact JWS of a checkpoint; it does not expire. */
  attest(attestation: Attestation): Promise<string>;
  /** Compact JWS; it does not expire. */
  accept(acceptance: Acceptance): Promise<string>;
  /** Compact JWS that expires at `expiresMs`; its `jti` is `id`. */
  order(order: SignedOrder, id: string, issuedMs: number, expiresMs: number): Promise<string>;
}

export type SignerResult = { ok: true; signer: Signer } | { ok: false; problem: Problem };
export type VerifierResult = { ok: true; verifier: Verifier } | { ok: false; problem: Problem };

/** Loads the key from `file`, or makes it there (0600, its folder 0700). A key that others may read is refused. */
export async function loadSigner(file: string): Promise<SignerResult> {
  await makeKeyIfAbsent(file);
  const read = await readOwnPublicKeys(file);
  if (!read.ok) return read;
  return { ok: true, signer: { ...verifierOf(() => readOwnPublicKeys(file)), ...signingWith(() => readOwnKey(file)) } };
}

/** In place of a signer whose key cannot be made: everything that only reads works, and signing says why it does not. */
export function signerThatCannot(error: unknown): Signer {
  const { code = "unknown", path = "" } = error as NodeJS.ErrnoException;
  const message = `nothing can be signed: the key cannot be made (${path === "" ? code : `${path}: ${code}`})`;
  const refuse = () =>
    Promise.reject(toolFailure("file-unreadable", message, { hint: "set AUTOOPS_HOME to a folder of yours" }));
  const calls = ["sign", "attest", "accept", "order", "verify", "verifyOrder", "isAccepted", "kids"];
  return Object.fromEntries(calls.map((call) => [call, refuse])) as unknown as Signer;
}

/** Loads public keys from a file or a folder. Makes nothing, and cannot sign. */
export async function loadVerifier(path: string): Promise<VerifierResult> {
  const read = await readPublicKeys(path);
  return read.ok ? { ok: true, verifier: verifierOf(() => readPublicKeys(path)) } : read;
}

function signingWith(readKey: () => Promise<Own>): Pick<Signer, "sign" | "attest" | "accept" | "order"> {
  const sign = async (token: SignJWT): Promise<string> => {
    const read = await readKey();
    if (!read.ok) throw new Error(read.problem.message);
    return token.setProtectedHeader({ alg: ALGORITHM, kid: read.own.kid }).sign(read.privateKey);
  };
  return {
    async sign(decision, issuedMs, jti = randomUUID()) {
      const { subject, ...claims } = decision;
      const issued = Math.floor(issuedMs / 1_000);
      const token = new SignJWT({ ...claims, issuedMs })
        .setSubject(subject)
        .setAudience(AUDIENCE)
        .setJti(jti)
        .setIssuedAt(issued)
        .setExpirationTime(issued + TOKEN_SECONDS);
      return { token: await sign(token), jti };
    },
    attest: ({ sequence, hash, time }) => sign(new SignJWT({ sequence, hash, time }).setAudience(AUDIT_AUDIENCE)),
    accept: ({ subject, ...claims }) =>
      sign(new SignJWT({ ...claims }).setSubject(subject).setAudience(PLAYBOOK_AUDIENCE)),
    order: ({ subject, ...claims }, id, issuedMs, expiresMs) =>
      sign(
        new SignJWT({ ...claims })
          .setSubject(subject)
          .setAudience(ORDER_AUDIENCE)
          .setJti(id)
          .setIssuedAt(Math.floor(issuedMs / 1_000))
          .setExpirationTime(Math.ceil(expiresMs / 1_000)),
      ),
  };
}

function verifierOf(readKeys: () => Promise<ReadKeys>): Verifier {
  return {
    async kids() {
      const read = await readKeys();
      return read.ok ? read.keys.map(({ kid }) => kid).sort() : [];
    },
    async verify(token, nowMs) {
      const options = { audience: AUDIENCE, currentDate: new Date(nowMs), clockTolerance: 60 };
      const proven = await prove(token, await readKeys(), options);
      return proven.ok ? readClaims(proven.payload) : proven;
    },
    async isAttested(token, { sequence, hash, time }) {
      const proven = await prove(token, await readKeys(), { audience: AUDIT_AUDIENCE });
      if (!proven.ok) return false;
      const { payload } = proven;
      return payload.sequence === sequence && payload.hash === hash && payload.time === time;
    },
    async isAccepted(token, { digest, run, subject, time }) {
      const proven = await prove(token, await readKeys(), { audience: PLAYBOOK_AUDIENCE });
      if (!proven.ok) return false;
      const { payload } = proven;
      const isSame = payload.digest === digest && payload.run === run && payload.time === time;
      return isSame && payload.sub === subject;
    },
    async verifyOrder(token, nowMs) {
      const options = { audience: ORDER_AUDIENCE, currentDate: new Date(nowMs) };
      const proven = await prove(token, await readKeys(), options);
      return proven.ok ? readOrder(proven.payload) : proven;
    },
  };
}

type Proven = { ok: true; payload: Record<string, unknown> } | { ok: false; reason: string };

/** The key is picked by its id. A token from before keys had ids names none and is held against every known key. */
async function prove(token: string, read: ReadKeys, options: JWTVerifyOptions): Promise<Proven> {
  if (!read.ok) return { ok: false, reason: read.problem.message };
  try {
    const { kid } = decodeProtectedHeader(token);
    const keys = kid === undefined ? read.keys : read.keys.filter((known) => known.kid === kid);
    let reason = `no known key has the id ${String(kid)
      .replace(/[^\w-]/g, "?")
      .slice(0, 64)}`;
    for (const { key } of keys) {
      try {
        return { ok: true, payload: (await jwtVerify(token, key, { ...options, algorithms: [ALGORITHM] })).payload };
      } catch (error) {
        reason = messageOf(error);
      }
    }
    return { ok: false, reason };
  } catch {
    return { ok: false, reason: "the token cannot be read" };
  }
}

/** What a token claims, proven by nothing; undefined where it is no signed decision. */
export function claimsOf(token: string): VerifiedDecision | undefined {
  try {
    const read = readClaims(decodeJwt(token));
    return read.ok ? read.decision : undefined;
  } catch {
    return undefined;
  }
}

function readClaims(
  payload: Record<string, unknown>,
): { ok: true; decision: VerifiedDecision } | { ok: false; reason: string } {
  const { runKey, nodeId, digest, decision, sub, groups, channel, edit, v, issuedMs, jti } = payload;
  const texts = [runKey, nodeId, digest, sub, channel, jti].every((text) => typeof text === "string" && text !== "");
  const isDecision = isDecisionWord(decision);
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
      ...(v === 2 ? { v } : {}),
      ...(typeof edit === "string" ? { edit } : {}),
      issuedMs,
      jti: String(jti),
    },
  };
}
