/** The guard against a set of hostile and ordinary URLs, under a listing and an open policy. No host is contacted. */
import { describe, expect, test } from "vitest";
import type { NetworkRules } from "../../../src/platform/http/check-url.js";
import { createGuardedFetch } from "../../../src/platform/http/guarded-fetch.js";
import type { Hop } from "../../../src/platform/http/send.js";
import { hasSsrfRows, lookupOf, type SsrfRow, ssrfPolicies, ssrfRows } from "../../support/ssrf-rows.js";

/** Asks the whole guard, with answers of a made-up resolver and of made-up servers; returns what it connected to. */
async function ask(
  row: SsrfRow,
  network: NetworkRules,
  everyAnswer?: string,
): Promise<{ denied: boolean; hops: Hop[] }> {
  const hops: Hop[] = [];
  const fetch = createGuardedFetch({
    network,
    declaredUrls: [],
    resolveSecret: () => "",
    lookup: lookupOf(row, everyAnswer),
    send: async (hop) => {
      const redirect = row.chain?.[hops.length];
      hops.push(hop);
      const headers: Record<string, string> = redirect === undefined ? {} : { location: redirect.location };
      return { status: redirect?.status ?? 200, headers, text: "" };
    },
  });
  try {
    await fetch(row.url);
    return { denied: false, hops };
  } catch {
    return { denied: true, hops };
  }
}

function wrongVerdict(verdict: string, denied: boolean): boolean {
  if (verdict === "deny" || verdict === "deny_if_resolves_private") return !denied;
  return (verdict === "allow" || verdict === "allow_pinned") && denied;
}

describe.skipIf(!hasSsrfRows)("hostile and ordinary URLs (skipped where ../shared/data is absent)", () => {
  const policies = ssrfPolicies();

  for (const [name, key] of [
    ["policy", "expect"],
    ["policy_open", "expect_open"],
  ] as const) {
    test(`every URL gets the verdict of ${name}`, async () => {
      const wrong: string[] = [];
      for (const row of ssrfRows()) {
        const verdict = row[key];
        const answer = verdict === "deny_if_resolves_private" ? "127.0.0.1" : undefined;
        const { denied, hops } = await ask(row, policies[name] ?? {}, answer);
        if (wrongVerdict(verdict, denied)) wrong.push(`${row.id} ${row.url}: ${verdict}, denied ${denied}`);
        if (verdict === "deny" && row.chain === undefined && hops.length > 0) wrong.push(`${row.id} was contacted`);
      }
      expect(wrong).toEqual([]);
      expect(ssrfRows().length).toBeGreaterThan(100);
    });
  }

  test("a name that is rebound after its first answer is connected to at that answer alone", async () => {
    const rebinding = ssrfRows().filter((row) => row.expect_open === "allow_pinned");
    expect(rebinding.length).toBeGreaterThan(0);
    for (const row of rebinding) {
      const { hops } = await ask(row, policies.policy_open ?? {});
      expect(hops.flatMap((hop) => hop.addresses.map((address) => address.address))).toEqual(
        Object.values(row.dns ?? {})[0]?.[0],
      );
    }
  });
});
