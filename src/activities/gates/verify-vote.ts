/** `verify_vote`: whether a signed decision is for exactly this gate of this run, before it counts. */
import { digestOf } from "../../platform/digest.js";
import { CLOCK_SKEW_MAX_MS } from "../../vocabulary/limits.js";
import type { VoteToVerify, VoteVerdict } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

export function createVerifyVote(dependencies: Pick<Dependencies, "signer" | "now" | "log">) {
  return async function verify_vote(vote: VoteToVerify): Promise<VoteVerdict> {
    const verdict = await verifyVote(vote, dependencies);
    if (!verdict.ok) {
      const fields = { operation: "verify_vote", run: vote.runKey, node: vote.nodeId, reason: verdict.reason };
      dependencies.log.warn("signature refused", fields);
    }
    return verdict;
  };
}

/** The same check for the vote that arrives and for the activity that acts on it. */
export async function verifyVote(
  vote: VoteToVerify,
  { signer, now }: Pick<Dependencies, "signer" | "now">,
): Promise<VoteVerdict> {
  const result = await signer.verify(vote.token, now());
  if (!result.ok) return result;
  const { decision } = result;
  const aheadMs = decision.issuedMs - now();
  if (aheadMs > CLOCK_SKEW_MAX_MS) {
    const reason = `it was signed ${Math.round(aheadMs / 1_000)} s ahead of this worker's clock: set the clocks right`;
    return { ok: false, reason };
  }
  for (const key of ["runKey", "nodeId", "digest", "decision"] as const) {
    if (decision[key] !== vote[key]) return { ok: false, reason: `the token names another ${key}` };
  }
  if (vote.v === 2 && decision.v !== 2) return { ok: false, reason: "the token does not bind all that is shown" };
  if (decision.edit !== (vote.params === undefined ? undefined : digestOf(vote.params))) {
    return { ok: false, reason: "the token names other params" };
  }
  const { subject, groups, channel, issuedMs, jti } = decision;
  return { ok: true, approver: subject, groups, channel, issuedMs, jti };
}
