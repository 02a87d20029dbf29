/** The ways out of a worker to the network, each call under the policy as its file says then. */
import type { SecretResolver } from "../secrets.js";
import type { NetworkRules } from "./check-url.js";
import type { GuardedFetch, HostGuard } from "./contract.js";
import { createGuardedFetch } from "./guarded-fetch.js";
import { createHostGuard } from "./host-guard.js";

/** Of a policy that broke while the worker runs: it lets nothing out. */
const NOTHING: NetworkRules = { allowed_hosts: [], blocked_hosts: [], allowed_private: [] };

export type CurrentPolicy = () => Promise<{ ok: true; policy: { network: NetworkRules } } | { ok: false }>;

/** A way out to these URLs, which no graph may name, and to what the policy allows anyway. */
export function waysOutTo(
  declaredUrls: readonly string[],
  policy: CurrentPolicy,
  resolveSecret: SecretResolver,
): GuardedFetch {
  return async (url, request) => {
    const current = await policy();
    const network = current.ok ? current.policy.network : NOTHING;
    return createGuardedFetch({ network, declaredUrls, resolveSecret })(url, request);
  };
}

export function createWaysOut(
  policy: CurrentPolicy,
  /** Every URL of config.yaml. */
  declaredUrls: readonly string[],
  resolveSecret: SecretResolver,
): { fetch: GuardedFetch; hosts: HostGuard } {
  const now = async () => {
    const current = await policy();
    return { network: current.ok ? current.policy.network : NOTHING, declaredUrls };
  };
  return {
    fetch: async (url, request) => createGuardedFetch({ ...(await now()), resolveSecret })(url, request),
    hosts: {
      resolve: async (...call) => createHostGuard(await now()).resolve(...call),
      checkName: async (name) => createHostGuard(await now()).checkName(name),
    },
  };
}
