/** Tokens of an OpenID Connect issuer: signature, issuer, audience and times, by the issuer's published keys. */
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import { groupSchema, subjectSchema } from "../schema/api-keys.js";
import { type OidcSettings, TOKEN_ALGORITHMS } from "../schema/facade-config.js";
import { CLOCK_TOLERANCE_SECONDS, GROUPS_MAX } from "../vocabulary/limits.js";
import type { GuardedFetch } from "./http/contract.js";
import { HttpFailure } from "./http/failure.js";

export interface TokenIdentity {
  subject: string;
  groups: string[];
  expiresMs: number;
}

export type TokenVerdict =
  | { ok: true; identity: TokenIdentity }
  /** `isAway`: the issuer's keys could not be had, so nothing is known of the token. */
  | { ok: false; reason: string; isAway: boolean };

export interface TokenVerifier {
  verify(token: string): Promise<TokenVerdict>;
}

interface Options {
  settings: OidcSettings;
  fetch: GuardedFetch;
  now(): number;
  /** Milliseconds between two looks for a key that was not there. Default: ten seconds. */
  cooldownMs?: number;
}

const TIMEOUT_MS = 5_000;
/** A key that the issuer has taken away is refused after this. */
const KEYS_KEPT_MS = 300_000;
const COOLDOWN_MS = 10_000;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

class IssuerAway extends Error {}

export function createTokenVerifier({ settings, fetch: ask, now, cooldownMs = COOLDOWN_MS }: Options): TokenVerifier {
  type Keys = ReturnType<typeof createRemoteJWKSet>;
  let keys: Promise<Keys> | undefined;

  async function load(): Promise<Keys> {
    const url = settings.jwks_url ?? (await discover(settings.issuer, ask));
    return createRemoteJWKSet(new URL(url), {
      cacheMaxAge: KEYS_KEPT_MS,
      cooldownDuration: cooldownMs,
      timeoutDuration: TIMEOUT_MS,
      [customFetch]: async (target) => {
        const { status, text } = await asked(ask, target);
        return new Response(text, { status });
      },
    });
  }

  return {
    async verify(token) {
      try {
        keys ??= load();
        const found = await keys.catch((error: unknown) => {
          keys = undefined;
          throw error;
        });
        const { payload } = await jwtVerify(token, found, {
          issuer: settings.issuer,
          audience: settings.audience,
          algorithms: [...(settings.algorithms ?? TOKEN_ALGORITHMS)],
          requiredClaims: ["exp", "sub"],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(now()),
        });
        return identityOf(payload, settings);
      } catch (error) {
        return refusedBy(error);
      }
    },
  };
}

async function discover(issuer: string, ask: GuardedFetch): Promise<string> {
  const { status, text } = await asked(ask, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (status !== 200) throw new IssuerAway(`the issuer's discovery document answered ${status}`);
  const read = discoverySchema.safeParse(JSON.parse(text));
  if (!read.success) throw new IssuerAway("the issuer's discovery document names no keys");
  if (read.data.issuer !== issuer) throw new IssuerAway("the discovery document is of another issuer");
  return read.data.jwks_uri;
}

async function asked(ask: GuardedFetch, url: string): Promise<{ status: number; text: string }> {
  try {
    return await ask(url, { redirect: "refuse", timeoutMs: TIMEOUT_MS, headers: { accept: "application/json" } });
  } catch (error) {
    if (error instanceof HttpFailure) throw new IssuerAway(`the issuer's keys cannot be had: ${error.message}`);
    throw error;
  }
}

function identityOf(payload: JWTPayload, settings: OidcSettings): TokenVerdict {
  const subject = subjectSchema.safeParse(payload[settings.subject_claim]);
  if (!subject.success) return refused(`the claim ${settings.subject_claim} holds no name`);
  // At many issuers anybody may write any address: only one that was verified is its owner's.
  if (settings.subject_claim === "email" && ![true, "true"].includes(payload.email_verified as boolean | string)) {
    return refused("the token does not say that its e-mail address was verified (email_verified)");
  }
  const claimed = payload[settings.groups_claim] ?? [];
  const groups = z
    .array(groupSchema)
    .max(GROUPS_MAX)
    .safeParse(typeof claimed === "string" ? [claimed] : claimed);
  if (!groups.success) return refused(`the claim ${settings.groups_claim} is not a list of group names`);
  return { ok: true, identity: { subject: subject.data, groups: groups.data, expiresMs: (payload.exp ?? 0) * 1_000 } };
}

const refused = (reason: string): TokenVerdict => ({ ok: false, reason, isAway: false });

/** Why a token is refused: which claim or which rule, never its text. */
function refusedBy(error: unknown): TokenVerdict {
  if (error instanceof IssuerAway) return { ok: false, reason: error.message, isAway: true };
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error instanceof SyntaxError) {
    return { ok: false, reason: "the issuer's keys cannot be read", isAway: true };
  }
  // What jose says of an answer that is none of the keys' page.
  if (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC") {
    return { ok: false, reason: "the issuer's keys cannot be had", isAway: true };
  }
  if (error instanceof errors.JWTExpired) return refused("the token has expired");
  if (error instanceof errors.JWTClaimValidationFailed) return refused(`the token's claim ${error.claim} does not fit`);
  if (error instanceof errors.JOSEAlgNotAllowed) return refused("the token's algorithm is not allowed");
  if (error instanceof errors.JOSEError) return refused("the token's signature does not hold");
  throw error;
}
