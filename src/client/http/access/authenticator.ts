/** Whose credential it is: an API key of this machine or a token of the issuer. Nothing else is taken. */
import type { Policy } from "../../../core/policy.js";
import { type ApiKeys, isApiKey, prefixOf } from "../../../platform/api-keys.js";
import type { AuditLog } from "../../../platform/audit/log.js";
import type { TokenVerifier } from "../../../platform/oidc.js";

/** What signing in stands on. */
export interface Access {
  apiKeys: ApiKeys;
  /** Absent where no issuer is configured. */
  tokens?: TokenVerifier;
  /** What the policy gives to groups, as its file is now; undefined where it cannot be read: then nobody has a role. */
  roles(): Promise<Policy["roles"] | undefined>;
  audit: Pick<AuditLog, "note" | "record">;
  now(): number;
}

/** Somebody whose credential was good when it was looked at. */
export interface Identity {
  subject: string;
  groups: readonly string[];
  /** Of the API key; absent for a token. */
  keyPrefix?: string;
  /** Whether the credential is still good. */
  isGood(): Promise<boolean>;
}

export type Identified =
  | { ok: true; identity: Identity }
  /** `isAway`: the issuer could not be asked, so nothing is known. */
  | { ok: false; reason: string; keyPrefix?: string; isAway: boolean };

export interface Authenticator {
  /** Once true, true for as long as the process lives. */
  isRequired(): Promise<boolean>;
  identify(credential: string): Promise<Identified>;
  roles: Access["roles"];
}

/** Milliseconds that the roles of the policy are kept: many open streams ask at once. */
const ROLES_KEPT_MS = 1_000;

export function createAuthenticator({ apiKeys, tokens, roles, now }: Access): Authenticator {
  let required = tokens !== undefined;
  let kept: { untilMs: number; roles: ReturnType<Access["roles"]> } | undefined;

  async function byKey(key: string): Promise<Identified> {
    const entry = await apiKeys.find(key);
    if (entry === undefined) {
      return { ok: false, reason: "the API key is not good", keyPrefix: prefixOf(key), isAway: false };
    }
    const { subject, groups, prefix } = entry;
    return { ok: true, identity: { subject, groups, keyPrefix: prefix, isGood: () => apiKeys.isGood(prefix) } };
  }

  return {
    async isRequired() {
      required ||= await apiKeys.isConfigured();
      return required;
    },
    async identify(credential) {
      if (isApiKey(credential)) return byKey(credential);
      if (tokens === undefined) return { ok: false, reason: "it is no API key", isAway: false };
      const verdict = await tokens.verify(credential);
      if (!verdict.ok) return verdict;
      const { subject, groups, expiresMs } = verdict.identity;
      return { ok: true, identity: { subject, groups, isGood: async () => now() < expiresMs } };
    },
    roles() {
      if (kept === undefined || now() >= kept.untilMs) kept = { untilMs: now() + ROLES_KEPT_MS, roles: roles() };
      return kept.roles;
    },
  };
}
