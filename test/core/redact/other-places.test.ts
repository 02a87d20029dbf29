/** Secrets in statements, links, escaped JSON, code and other languages; and lines that name one and hold none. */
import { describe, expect, test } from "vitest";
import { redact } from "../../../src/core/redact.js";

const S = "k7Qz2LmB9vKc4T";
const LONG = `${S}${S}x`;
const HEX = "9f86d081884c7d659a2feaa0c55ad015";
const UUID = "b4a1c2d3-5e6f-47a8-9b0c-1d2e3f4a5b6c";

describe("goes, and nothing of it is left", () => {
  test.each<[string, string]>([
    [`openssl enc -aes-256-cbc -k ${S} -in x`, S],
    [`https://discord.com/api/webhooks/123456789012345678/${LONG}${LONG}`, LONG],
    [`https://outlook.office.com/webhook/${UUID}@${UUID}/IncomingWebhook/${HEX}/${UUID}`, HEX],
    [`https://x.test/hooks/${LONG}/${HEX}`, HEX],
    [`şifre: ${S}`, S],
    [`parola=${S}`, S],
    [`รหัสผ่าน: ${S}`, S],
    [`user bob pass ${S}`, S],
    [`username=bob, pass=${S}`, S],
    [`creds=bob:${S}`, S],
    ["otp=492817", "492817"],
    ["your verification code is 492817", "492817"],
    ["recovery code: k7qz2-lmb9v", "k7qz2-lmb9v"],
    [`SET PASSWORD FOR x = '${S}'`, S],
    [`SET PASSWORD FOR 'x'@'%' = PASSWORD('${S}')`, S],
    [`INSERT INTO users (name, password) VALUES ('bob', '${S}')`, S],
    [`client.login("bob", "${S}")`, S],
    [`ds.setPassword("${S}")`, S],
    [`let password: &str = "${S}";`, S],
    [`const token: string = "${S}"`, S],
    [`GET /x?X-Amz-Date=1&X-Amz-Signature=${HEX}${HEX}`, HEX],
    [`Credential=AKIA, SignedHeaders=host, Signature=${HEX}${HEX}`, HEX],
    [`/callback?code=${LONG}&state=abc`, LONG],
    [`body=password%22%3A%22${S}%22`, S],
    [`&quot;password&quot;:&quot;${S}&quot;`, S],
    [`{\\u0022password\\u0022:\\u0022${S}\\u0022}`, S],
  ])("%s", (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(redact(text))).toBe(redact(text));
  });
});

describe("stays as it is", () => {
  test.each([
    'MountVolume.SetUp failed for volume "token" : secret "x" not found',
    "OLDPWD=/",
    "PWD=/srv/app",
    "otp required",
    "the verification code is wrong",
    "code=500&state=open",
    "code: ECONNREFUSED",
    "exit code=137",
    "INSERT INTO orders (id, name) VALUES ('1', 'k7Qz2LmB9vKc4T')",
    "Signature=SIGTERM",
    "signature verification failed",
    "openssl enc -d -in x",
    "user bob pass rate 98%",
    "users passed the gate",
    "parolee listed",
    "https://x.test/webhooks/list",
    "&quot;password&quot; is required",
    "password : reset failed for bob",
    "setPassword(value)",
    'client.login("bob", password)',
  ])("%s", (line) => expect(redact(line)).toBe(line));
});
