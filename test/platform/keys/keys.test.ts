/** Keys as files: made once, rotated without a gap, and public halves that a verifier trusts or refuses to start with. */
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeProtectedHeader, importJWK, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeKeyIfAbsent, publicFolderOf, readOwnKey, rotateKey } from "../../../src/platform/keys/key-file.js";
import { readPublicKeys } from "../../../src/platform/keys/public-keys.js";
import {
  loadSigner,
  loadVerifier,
  type SignedDecision,
  type Signer,
  type Verifier,
} from "../../../src/platform/signing.js";

let folder: string;
let file: string;
const publicFolder = () => publicFolderOf(file);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "autoops-keys-"));
  file = join(folder, "home", "approval-key.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DECISION: SignedDecision = {
  runKey: "run",
  nodeId: "w",
  digest: "d".repeat(64),
  decision: "approve",
  subject: "ann",
  groups: [],
  channel: "cli",
};

async function signerIn(path = file): Promise<Signer> {
  const loaded = await loadSigner(path);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.signer;
}
async function verifierIn(path: string): Promise<Verifier> {
  const loaded = await loadVerifier(path);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.verifier;
}
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const own = async () => {
  const read = await readOwnKey(file);
  if (!read.ok) throw new Error(read.problem.message);
  return read.own;
};

test("the key is for its owner alone and made once, however many ask at the same time", async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => makeKeyIfAbsent(file)));
  expect(made.filter((one) => one.made)).toHaveLength(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { kid } = await own();
  expect(readdirSync(publicFolder())).toEqual([`${kid}.json`]);
  expect(readFileSync(join(publicFolder(), `${kid}.json`), "utf8")).not.toContain('"d"');
  expect(readdirSync(join(folder, "home")).sort()).toEqual(["approval-key.json", "approval-key.public"]);
});

test("a token carries the id of its key, and a worker with the public half alone verifies it", async () => {
  const signer = await signerIn();
  const { token } = await signer.sign(DECISION, Date.now());
  expect(kidOf(token)).toBe((await own()).kid);
  for (const path of [publicFolder(), join(publicFolder(), `${(await own()).kid}.json`)]) {
    const verifier = await verifierIn(path);
    expect(await verifier.verify(token, Date.now())).toMatchObject({ ok: true, decision: { subject: "ann" } });
    expect(verifier).not.toHaveProperty("sign");
  }
});

test("rotation: another key signs at once, and what the old one signed still holds, also where a process runs on", async () => {
  const signer = await signerIn();
  const verifier = await verifierIn(publicFolder());
  const before = await signer.sign(DECISION, Date.now());
  const attestation = { sequence: 1, hash: "a".repeat(64), time: "2026-01-01T00:00:00.000Z" };
  const checkpoint = await signer.attest(attestation);
  const rotated = await rotateKey(file);
  if (!rotated.ok) throw new Error(rotated.problem.message);
  const after = await signer.sign(DECISION, Date.now());
  expect(kidOf(before.token)).toBe(rotated.previous.kid);
  expect(kidOf(after.token)).toBe(rotated.own.kid);
  expect(rotated.own.kid).not.toBe(rotated.previous.kid);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const one of [signer, verifier, await signerIn()]) {
    for (const { token } of [before, after]) expect(await one.verify(token, Date.now())).toMatchObject({ ok: true });
    expect(await one.isAttested(checkpoint, attestation)).toBe(true);
  }
  expect(await verifier.kids()).toEqual([rotated.own.kid, rotated.previous.kid].sort());
});

test("a public key that is taken away proves nothing any more, at once", async () => {
  const signer = await signerIn();
  const { token } = await signer.sign(DECISION, Date.now());
  const verifier = await verifierIn(publicFolder());
  const rotated = await rotateKey(file);
  if (!rotated.ok) throw new Error(rotated.problem.message);
  rmSync(join(publicFolder(), `${rotated.previous.kid}.json`));
  for (const one of [signer, verifier]) {
    const verdict = await one.verify(token, Date.now());
    expect(verdict).toEqual({ ok: false, reason: `no known key has the id ${rotated.previous.kid}` });
  }
});

test("a rotation without a key is refused and makes none", async () => {
  expect(await rotateKey(file)).toMatchObject({
    ok: false,
    problem: { code: "file-not-found", hint: "autoops keys init" },
  });
  expect(existsSync(file)).toBe(false);
});

describe("tokens that claim a key", () => {
  const forged = async (header: Record<string, unknown>, by: string) => {
    const key = await importJWK(JSON.parse(readFileSync(by, "utf8")), "EdDSA");
    const { subject, ...claims } = DECISION;
    return new SignJWT({ ...claims, issuedMs: Date.now() })
      .setProtectedHeader({ alg: "EdDSA", ...header })
      .setSubject(subject)
      .setAudience("autoops-approval")
      .setJti("jti")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(key);
  };

  test("of which none is known, or another's, are refused, and the reason holds nothing that steers a terminal", async () => {
    const signer = await signerIn();
    const other = join(folder, "other.json");
    await makeKeyIfAbsent(other);
    const { kid } = await own();
    const attempts: Array<[Record<string, unknown>, RegExp]> = [
      [{ kid: "x\u001b[2J" }, /^no known key has the id x\?\?2J$/],
      [{ kid }, /signature verification failed/],
      [{}, /signature verification failed/],
    ];
    for (const [header, reason] of attempts) {
      const verdict = await signer.verify(await forged(header, other), Date.now());
      expect(verdict).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    }
    expect(await signer.verify("nonsense", Date.now())).toEqual({ ok: false, reason: "the token cannot be read" });
  });

  test("from before keys had ids hold if a known key made them", async () => {
    const signer = await signerIn();
    expect(await signer.verify(await forged({}, file), Date.now())).toMatchObject({ ok: true });
  });
});

describe("public keys", () => {
  const write = (name: string, text: string, mode = 0o644) => {
    const path = join(folder, "trusted", name);
    mkdirSync(join(folder, "trusted"), { recursive: true, mode: 0o755 });
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    return path;
  };
  const pem = () => generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }) as string;
  const jwk = () => JSON.stringify(generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }));
  const refused = async (path: string, code: string, ...words: string[]) => {
    const read = await readPublicKeys(path);
    expect(read).toMatchObject({ ok: false, problem: { code, hint: expect.any(String) } });
    const told = read.ok ? "" : `${read.problem.message} ${read.problem.hint}`;
    for (const word of words) expect(told).toContain(word);
  };

  test("are read as JWK, JWK set and PEM, from a file or all of a folder", async () => {
    const count = async (path: string) => {
      const read = await readPublicKeys(path);
      return read.ok ? read.keys.length : read.problem;
    };
    expect(await count(write("a.json", jwk()))).toBe(1);
    expect(await count(write("b.pem", pem() + pem()))).toBe(2);
    expect(await count(write("c.jwks", `{"keys":[${jwk()},${jwk()}]}`))).toBe(2);
    write(".hidden", "not looked at");
    expect(await count(join(folder, "trusted"))).toBe(5);
  });

  test("that others may write are refused with the command that mends it", async () => {
    const path = write("a.json", jwk(), 0o666);
    await refused(path, "file-unsafe", `chmod go-w ${path}`);
    await refused(join(folder, "trusted"), "file-unsafe", `chmod go-w ${path}`);
    chmodSync(path, 0o644);
    chmodSync(join(folder, "trusted"), 0o777);
    await refused(path, "file-unsafe", `chmod go-w ${join(folder, "trusted")}`);
  });

  test("that are none, or are missing, are refused and never skipped", async () => {
    await refused(join(folder, "absent"), "file-not-found", "absent");
    mkdirSync(join(folder, "empty"));
    await refused(join(folder, "empty"), "file-unreadable", "1 to");
    await refused(write("a.json", "{}"), "file-unreadable");
    await refused(write("a.json", '{"keys":[]}'), "file-unreadable");
    await refused(write("a.json", '{"kty":"oct","k":"AAAA"}'), "file-unreadable");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey.export({ format: "jwk" });
    await refused(write("a.json", JSON.stringify(rsa)), "file-unreadable");
    write("a.json", jwk());
    write("notes.txt", "mine");
    await refused(join(folder, "trusted"), "file-unreadable", "notes.txt");
  });

  test("must not be private ones: the whole point is that a worker holds none", async () => {
    await signerIn();
    await refused(write("a.json", readFileSync(file, "utf8")), "file-unreadable", "private");
    const { privateKey } = generateKeyPairSync("ed25519");
    await refused(
      write("a.pem", privateKey.export({ type: "pkcs8", format: "pem" }) as string),
      "file-unreadable",
      "private",
    );
  });

  test("that become unsafe while a worker runs prove nothing from then on", async () => {
    const signer = await signerIn();
    const { token } = await signer.sign(DECISION, Date.now());
    const verifier = await verifierIn(publicFolder());
    chmodSync(publicFolder(), 0o777);
    expect(await verifier.verify(token, Date.now())).toMatchObject({
      ok: false,
      reason: expect.stringContaining("writable by others"),
    });
  });
});
