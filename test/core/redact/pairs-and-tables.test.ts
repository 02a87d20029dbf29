/** Secrets in tables and in pairs of name and value, of issuers that no other test has; and lines that hold none. */
import { describe, expect, test } from "vitest";
import { redact } from "../../../src/core/redact.js";

const S = "v8Rk2pXq7LwZ3nTd";
const LONG = "Zk3vQ8mN2xR7tYb5LpWc9HsJ4dFg6KaE";
const HEX = "3f2a9c1e7b5d4860a1c2e3f405162738";
const UUID = "6d1f0c3a-92b4-4e8d-a7c5-0b3e9f2d1a64";

describe("goes, and nothing of it is left", () => {
  test.each<[string, string]>([
    [`- name: DB_PASSWORD\n  value: ${S}`, S],
    [`- name: "API_TOKEN"\n  value: "${S}"`, S],
    [`[{"name":"DB_PASSWORD","value":"${S}"}]`, S],
    [`"{\\"name\\":\\"DB_PASSWORD\\",\\"value\\":\\"${S}\\"}"`, S],
    [`environment: [{ name: DB_PASSWORD, value: ${S} }]`, S],
    [`user,password\nbob,${S}`, S],
    [`| user | password |\n|------|----------|\n| bob | ${S} |`, S],
    [` username | password \n----------+----------\n bob      | ${S}`, S],
    [`id;api_key;plan\n1;${S};free`, S],
    [`"user"\t"client_secret"\n"bob"\t"${S}"`, S],
    [`pcsk_Zk3vQ8_${LONG}${LONG}`, LONG],
    [`fc-${HEX}`, HEX],
    [`GITHUB_PAT=${LONG}`, LONG],
    [`hcaik_01${LONG.toLowerCase()}${LONG.toLowerCase()}`, LONG.toLowerCase()],
    [`pdus+_0XBPWQQ_${UUID}`, UUID],
    [`GenieKey ${UUID}`, UUID],
    [`Authorization: OAuth ${UUID}`, UUID],
    [`st.${UUID}.${HEX}.${HEX}`, HEX],
    [`https://logs-01.loggly.com/inputs/${UUID}/tag/http/`, UUID],
    ["https://kuma.x.test/api/push/Zk3vQ8mN2x?status=up", "Zk3vQ8mN2x"],
    [`https://x.test/reset-password/${LONG}`, LONG],
    [`https://x.test/login?magic=${LONG}`, LONG],
    [`https://x.test/verify-email?to=bob&confirm=${LONG}`, LONG],
    [`SAMLResponse=${LONG}${LONG}`, LONG],
    [`ssh-keygen -t ed25519 -N '${S}' -f k`, S],
    [`net use \\\\files\\share ${S} /user:bob`, S],
  ])("%s", (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(redact(text))).toBe(redact(text));
  });
});

describe("stays as it is", () => {
  test.each([
    'secret_manager.go:42] "Secret updated" secret="shop/db-credentials" resourceVersion="123456"',
    "password: !vault |",
    "apiVersion: v1, kind: Secret, metadata: {name: db}",
    'token := os.Getenv("TOKEN")',
    'String secret = System.getenv("SECRET");',
    "name: TOKEN_TTL, value: 3600",
    "- name: DB_PASSWORD\n  valueFrom: { secretKeyRef: { name: db, key: password } }",
    "- name: DB_PASSWORD\n  value: $(PASSWORD)",
    "name\tsecret\tage\ndb-credentials\t3\t5d",
    "token,count\nthe,12\nof,44",
    "error, token\nerror, failed",
    "https://x.test/invite/bob",
    "net use failed on files",
    'fill: { selector: "#password", secret: shop_password }',
    "Send it as Authorization: Bearer TOKEN with each request",
    "it comes from a Secret: `secretEnv: { PAYLOAD_KEY: { secret: autoops-payload, key: keys } }`",
  ])("%s", (line) => expect(redact(line)).toBe(line));
});
