/** The set of hostile and ordinary URLs with its two policies, and the resolver that a row wants. No host is contacted. */
import { existsSync, readFileSync } from "node:fs";
import type { NetworkRules } from "../../src/platform/http/check-url.js";
import type { Lookup } from "../../src/platform/http/resolve.js";
import { publicData } from "./public-data.js";

const FOLDER = publicData("adversarial");
export const hasSsrfRows = existsSync(`${FOLDER}/ssrf.jsonl`);

export interface SsrfRow {
  id: string;
  url: string;
  dns?: Record<string, string[][]>;
  chain?: Array<{ status: number; location: string }>;
  expect: string;
  expect_open: string;
}

export function ssrfRows(): SsrfRow[] {
  const text = readFileSync(`${FOLDER}/ssrf.jsonl`, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SsrfRow);
}

/** By name: `policy` (with the column `expect`) and `policy_open` (with `expect_open`). */
export const ssrfPolicies = (): Record<string, NetworkRules> =>
  hasSsrfRows ? JSON.parse(readFileSync(`${FOLDER}/ssrf_policy.json`, "utf8")) : {};

/** The row's answers, one after the other for each name; a public address where it has none, or `everyAnswer`. */
export function lookupOf(row: SsrfRow, everyAnswer = "93.184.215.14"): Lookup {
  const asked: Record<string, number> = {};
  return async (host) => {
    const answers = row.dns?.[host] ?? [[everyAnswer]];
    const turn = asked[host] ?? 0;
    asked[host] = turn + 1;
    return (answers[Math.min(turn, answers.length - 1)] ?? []).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
  };
}

/** The verdict that a column wants, with the answer that every name gets for it. */
export function wanted(row: SsrfRow, column: "expect" | "expect_open") {
  const verdict = row[column];
  const deny = verdict === "deny" || verdict === "deny_if_resolves_private";
  const allow = verdict === "allow" || verdict === "allow_pinned";
  return { deny, allow, ...(verdict === "deny_if_resolves_private" ? { everyAnswer: "127.0.0.1" } : {}) };
}
