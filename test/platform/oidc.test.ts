/** Tokens of an issuer that really serves its keys: whose are taken, and every kind that is not. */
import { createHmac } from "node:crypto";
import { generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AUDIENCE, type Issuer, startIssuer } from "../support/issuer.js";

let issuer: Issuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(async () => await issuer.stop());

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1_000);

describe("a token", () => {
  test("of the issuer tells who it is, in which groups, and until when", async () => {
    const exp = seconds() + 100;
    const verdict = await issuer.verifier().verify(await issuer.token({ exp, groups: ["sre", "payments"] }));
    expect(verdict).toEqual({
      ok: true,
      identity: { subject: "ann", groups: ["sre", "payments"], expiresMs: exp * 1_000 },
    });
  });

  test("may hold name and groups in other claims, or no groups", async () => {
    const verifier = issuer.verifier({ subject_claim: "email", groups_claim: "https://example.com/teams" });
    const token = await issuer.token({
      email: "ann@example.com",
      email_verified: true,
      "https://example.com/teams": "ops",
    });
    expect(await verifier.verify(token)).toMatchObject({ identity: { subject: "ann@example.com", groups: ["ops"] } });
    const without = await issuer.verifier().verify(await issuer.token({ groups: undefined }));
    expect(without).toMatchObject({ ok: true, identity: { groups: [] } });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["that has expired", { exp: seconds() - 120 }, /expired/],
    ["that never expires", { exp: undefined }, /claim exp/],
    ["that is not good yet", { nbf: seconds() + 600 }, /claim nbf/],
    ["for another audience", { aud: "somebody-else" }, /claim aud/],
    ["for no audience", { aud: undefined }, /claim aud/],
    ["of another issuer", { iss: "https://evil.example" }, /claim iss/],
    ["of nobody", { sub: undefined }, /claim sub/],
    ["of an empty name", { sub: "" }, /holds no name/],
    ["of a name with control characters", { sub: "ann\n[approved]" }, /holds no name/],
    ["of a name that is a number", { sub: 7 }, /holds no name|claim sub/],
    ["with groups that are none", { groups: { admin: true } }, /is not a list of group names/],
    ["with groups that are numbers", { groups: [1] }, /is not a list of group names/],
  ])("%s is refused", async (_what, claims, reason) => {
    const verdict = await issuer.verifier().verify(await issuer.token(claims));
    expect(verdict).toMatchObject({ ok: false, isAway: false, reason: expect.stringMatching(reason) });
  });

  test.each([[undefined], [false], ["false"], [null], [1], [""], [["true"]]])(
    "that does not say that the e-mail address it names was verified (%j) is refused: anybody may write any",
    async (email_verified) => {
      const verifier = issuer.verifier({ subject_claim: "email" });
      const verdict = await verifier.verify(await issuer.token({ email: "ann@example.com", email_verified }));
      expect(verdict).toMatchObject({ ok: false, isAway: false, reason: expect.stringMatching(/email_verified/) });
    },
  );

  test.each([[true], ["true"]])("that says it (%j) is good", async (email_verified) => {
    const verifier = issuer.verifier({ subject_claim: "email" });
    const verdict = await verifier.verify(await issuer.token({ email: "ann@example.com", email_verified }));
    expect(verdict).toMatchObject({ ok: true, identity: { subject: "ann@example.com" } });
  });

  test.each([
    "ann\ufe0f",
    "a\u200bnn",
    "ann\u2800",
    "ann\u3164",
    "\u202eann",
    "ann\u00ad",
    "ann\u{e0061}",
    "ann\u034f",
  ])("of a name with characters that nobody sees (%j) is refused", async (sub) => {
    const verdict = await issuer.verifier().verify(await issuer.token({ sub }));
    expect(verdict).toMatchObject({ ok: false, reason: expect.stringMatching(/holds no name/) });
  });

  test("of another key under the same id is refused", async () => {
    const pair = await generateKeyPair("ES256");
    expect(await issuer.verifier().verify(await issuer.token({}, { pair }))).toMatchObject({
      ok: false,
      isAway: false,
    });
  });

  test("whose claims were changed after signing is refused", async () => {
    const [head, body = "", signature] = (await issuer.token()).split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    const forged = [head, base64({ ...claims, groups: ["platform-admins"] }), signature].join(".");
    expect(await issuer.verifier().verify(forged)).toMatchObject({ ok: false, isAway: false });
  });

  test("with no signature (alg none) is refused", async () => {
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: "eve", groups: ["sre"], exp: seconds() + 300 };
    for (const alg of ["none", "None", "NONE"]) {
      const token = `${base64({ alg, typ: "JWT" })}.${base64(claims)}.`;
      expect(await issuer.verifier().verify(token)).toMatchObject({ ok: false, isAway: false });
    }
  });

  test("that is signed with the public key as a shared secret is refused", async () => {
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: "eve", groups: ["sre"], exp: seconds() + 300 };
    for (const secret of [JSON.stringify(issuer.publicKey), String(issuer.publicKey.x)]) {
      const signed = `${base64({ alg: "HS256", kid: "key-1" })}.${base64(claims)}`;
      const mac = createHmac("sha256", secret).update(signed).digest("base64url");
      const verdict = await issuer.verifier().verify(`${signed}.${mac}`);
      expect(verdict).toMatchObject({ ok: false, reason: "the token's algorithm is not allowed" });
    }
  });

  test("that brings its own key, or says where its key is, is refused", async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const { exportJWK, SignJWT } = await import("jose");
    const jwk = await exportJWK(pair.publicKey);
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: "eve", groups: ["sre"], exp: seconds() + 300 };
    for (const header of [{ jwk }, { jku: "http://127.0.0.1:9/jwks" }, { kid: "key-1", jwk }]) {
      const token = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", ...header }).sign(pair.privateKey);
      expect(await issuer.verifier().verify(token)).toMatchObject({ ok: false });
    }
  });

  test.each(["", "a", "a.b", "a.b.c", "a.b.c.d.e", "..", "🦊.🦊.🦊"])("that is none (%j) is refused", async (text) => {
    expect(await issuer.verifier().verify(text)).toMatchObject({ ok: false, isAway: false });
  });

  test("of an algorithm that the settings leave out is refused", async () => {
    expect(await issuer.verifier({ algorithms: ["RS256"] }).verify(await issuer.token())).toMatchObject({ ok: false });
  });
});

describe("the issuer's keys", () => {
  test("are asked for once for many tokens, and again for a new key id, without a restart", async () => {
    const verifier = issuer.verifier();
    for (let n = 0; n < 5; n++) expect((await verifier.verify(await issuer.token())).ok).toBe(true);
    expect(issuer.asked()).toBe(1);
    const old = await issuer.token();
    await issuer.rotate("key-2");
    expect((await verifier.verify(await issuer.token())).ok).toBe(true);
    expect(await verifier.verify(old)).toMatchObject({ ok: false, isAway: false });
  });

  test("that cannot be had are told as such, and work again once they can", async () => {
    const verifier = issuer.verifier();
    const token = await issuer.token();
    issuer.fail(503);
    expect(await verifier.verify(token)).toMatchObject({ ok: false, isAway: true });
    issuer.fail(undefined);
    expect((await verifier.verify(token)).ok).toBe(true);
  });

  test("of a discovery document of another issuer are not taken", async () => {
    const verdict = await issuer.verifier({ issuer: `${issuer.url}/` }).verify(await issuer.token());
    expect(verdict).toMatchObject({ ok: false, isAway: true, reason: expect.stringContaining("another issuer") });
  });
});
