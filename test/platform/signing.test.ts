/** Signed decisions: what they carry, and that a verified one gives back exactly what was signed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyVote } from "../../src/activities/gates/verify-vote.js";
import { loadSigner, type SignedDecision, type Signer } from "../../src/platform/signing.js";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const DECISION: SignedDecision = {
  runKey: "key-1",
  nodeId: "mend",
  digest: "a".repeat(64),
  decision: "approve",
  subject: "ann",
  groups: ["sre", "payments"],
  channel: "http",
};
let home: string;
let signer: Signer;

async function makeSigner(name: string): Promise<Signer> {
  const loaded = await loadSigner(join(home, name));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.signer;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "autoops-signing-"));
  signer = await makeSigner("key.json");
});
afterAll(async () => await rm(home, { recursive: true, force: true }));

const question = (token: string) => {
  const { runKey, nodeId, digest, decision } = DECISION;
  return { token, runKey, nodeId, digest, decision };
};

describe("a signed decision", () => {
  test("gives the vote its subject, groups and channel, as they were signed", async () => {
    const { token, jti } = await signer.sign(DECISION, NOW);
    const verdict = await verifyVote(question(token), { signer, now: () => NOW });
    expect(verdict).toEqual({
      ok: true,
      approver: "ann",
      groups: ["sre", "payments"],
      channel: "http",
      issuedMs: NOW,
      jti,
    });
  });

  test.each(["runKey", "nodeId", "digest", "decision"] as const)("for another %s is refused", async (key) => {
    const { token } = await signer.sign({ ...DECISION, [key]: key === "decision" ? "reject" : "other" }, NOW);
    const verdict = await verifyVote(question(token), { signer, now: () => NOW });
    expect(verdict).toEqual({ ok: false, reason: `the token names another ${key}` });
  });

  test("of another key, or with groups put in later, is refused", async () => {
    const stranger = await makeSigner("stranger.json");
    const { token } = await stranger.sign(DECISION, NOW);
    expect((await verifyVote(question(token), { signer, now: () => NOW })).ok).toBe(false);
    const own = (await signer.sign({ ...DECISION, groups: [] }, NOW)).token;
    const [head = "", body = "", signature = ""] = own.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...claims, groups: ["admins"] })).toString("base64url");
    const verdict = await verifyVote(question([head, changed, signature].join(".")), { signer, now: () => NOW });
    expect(verdict.ok).toBe(false);
  });
});
