/**
 * Reads a decision that came from anywhere, and makes its vote: before its token was verified and after. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Answer } from "../../schema/decision.js";
import {
  APPROVER_MAX_CHARS,
  COMMENT_MAX_CHARS,
  DOCUMENT_MAX_DEPTH,
  PARAMS_MAX_BYTES,
} from "../../vocabulary/limits.js";
import { GATE_NODE_PATTERN } from "../../vocabulary/names.js";
import { beyondBounds } from "../bounds.js";
import { redact } from "../redact.js";
import type { Run } from "../run/run.js";
import type { RunEvent, Vote } from "../run/state.js";

/** Reads a decision that came from anywhere: by hand, since the sandbox has no schema library. */
export function readAnswer(value: unknown): { ok: true; answer: Answer } | { ok: false; at: string; message: string } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, at: "", message: "a decision must be an object with node_id and approver" };
  }
  const given = value as Record<string, unknown>;
  for (const [key, rule] of Object.entries(ANSWER_RULES)) {
    const field = Object.hasOwn(given, key) ? given[key] : undefined;
    if (field === undefined ? rule.needed : typeof field !== "string" || !rule.fits(field)) {
      const got = typeof field === "string" ? `, got ${field.length} characters` : "";
      return { ok: false, at: key, message: `${key} must be ${rule.says}${got}` };
    }
  }
  const answer = given as Answer;
  if (given.params !== undefined && !isSmallObject(given.params)) {
    return {
      ok: false,
      at: "params",
      message: `params must be an object of at most ${PARAMS_MAX_BYTES} characters as JSON, nested at most ${DOCUMENT_MAX_DEPTH} deep`,
    };
  }
  // Comments are shown to everybody who sees the run.
  return { ok: true, answer: answer.comment === undefined ? answer : { ...answer, comment: redact(answer.comment) } };
}

const PARAMS_BOUNDS = { depth: DOCUMENT_MAX_DEPTH, values: PARAMS_MAX_BYTES, chars: PARAMS_MAX_BYTES };

function isSmallObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return beyondBounds(value, PARAMS_BOUNDS) === undefined && JSON.stringify(value).length <= PARAMS_MAX_BYTES;
}

const ANSWER_RULES: Record<
  Exclude<keyof Answer, "params">,
  { needed: boolean; says: string; fits(text: string): boolean }
> = {
  node_id: { needed: true, says: "the id of a node", fits: (text) => GATE_NODE_PATTERN.test(text) },
  approver: {
    needed: true,
    says: `the name of who decides, 1 to ${APPROVER_MAX_CHARS} characters`,
    fits: (text) => text.length >= 1 && text.length <= APPROVER_MAX_CHARS,
  },
  digest: { needed: false, says: "64 hexadecimal digits", fits: (text) => /^[0-9a-f]{64}$/.test(text) },
  comment: {
    needed: false,
    says: `text of at most ${COMMENT_MAX_CHARS} characters`,
    fits: (text) => text.length <= COMMENT_MAX_CHARS,
  },
  channel: { needed: false, says: "text of at most 40 characters", fits: (text) => text.length <= 40 },
  decision_id: { needed: false, says: "8 to 64 characters", fits: (text) => text.length >= 8 && text.length <= 64 },
  token: { needed: false, says: "at most 4000 characters", fits: (text) => text.length <= 4_000 },
};

/** What a token that holds says of who signed it. */
export interface VerifiedToken {
  ok: true;
  approver: string;
  /** As the signing façade or CLI verified them at sign-in; none from a caller without a sign-in. */
  groups: string[];
  /** `http`, `cli`, `page` or `slack`: the way the signer took it in. Absent in older histories. */
  channel?: string;
  issuedMs: number;
  jti: string;
}

/** What the look at a token gave, and when; undefined where it could not be looked at. */
type Verified = (VerifiedToken & { atMs?: number }) | { ok: false; atMs?: number } | undefined;

/** As it came, unverified. */
export function voteOf(answer: Answer, decision: Vote["decision"], atMs: number): Vote {
  const { approver, comment, channel, decision_id: decisionId } = answer;
  const params = decision === "approve" && answer.params !== undefined ? { params: answer.params } : {};
  return { decision, approver, comment, channel, atMs, verified: false, decisionId, ...params };
}

/** Whether it came with a token for a node that the run has. */
export const needsProof = (run: Run, answer: Answer): answer is Answer & { token: string } =>
  answer.token !== undefined && run.plan.nodes.has(answer.node_id);

/** What cannot be looked at proves nothing. */
export function provenVote(vote: Vote, token: string, verdict: Verified): Vote {
  const asked = { ...vote, atMs: verdict?.atMs ?? vote.atMs };
  if (!verdict?.ok) return { ...asked, signatureRefused: true };
  const { approver, groups, channel = vote.channel, issuedMs, jti } = verdict;
  return { ...asked, approver, groups, channel, verified: true, issuedMs, token, decisionId: jti };
}

export function decided({ node_id: node, digest }: Answer, vote: Vote): Extract<RunEvent, { kind: "decided" }> {
  return { kind: "decided", node, vote, digest, atMs: vote.atMs };
}
