/** Kinds of secrets that public examples had and redaction missed, and ordinary text that must stay as it is. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { redact, redactValue } from "../../../src/core/redact.js";
import type { Json } from "../../../src/schema/json.js";

/** Made up, of the form that each issuer gives. */
const HEX32 = "9f86d081884c7d659a2feaa0c55ad015";
const HEX40 = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";
const HEX64 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const MIXED24 = "xK9fQ2mVbL7tRw3ZpY8sNc4D";
const MIXED40 = "q7Xz2LmB9vKc4TyW8nRf5HsJ3dGp6AeU1oQiZxNb";
const UUID = "b4a1c2d3-5e6f-47a8-9b0c-1d2e3f4a5b6c";
const B64 = "bXlwYXNzd29yZDEyMzQ=";
const KEY_LINES = [
  "MIIEpAIBAAKCAQEAx8TnZ0aQ4v1kV0d3S2lLw9cJ5YbXq7mHf",
  "U2p3NkRxTm9QcVJzVHVWd1h5WjAxMjM0NTY3ODlBQkNERUZH",
  "aGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk=",
];
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${KEY_LINES.join("\n")}\n-----END RSA PRIVATE KEY-----`;
const base64 = (text: string): string => btoa(text);

const SECRET_YAML = `apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  username: YWRtaW4=
  key: ${B64}
  file.txt: |
    c29tZXRoaW5nIGVsc2U=
type: Opaque
`;

describe("goes", () => {
  test.each<[string, string, string[]]>([
    ["data of a Kubernetes Secret", SECRET_YAML, [B64, "YWRtaW4=", "c29tZXRoaW5nIGVsc2U="]],
    ["stringData before the kind", `stringData:\n  greeting: "hello world"\nkind: Secret\n`, ["hello world"]],
    ["a Secret in flow form", `kind: Secret, data: {key: ${B64}}`, [B64]],
    ["a Secret as JSON", `{"kind":"Secret","data":{"a.b":"${B64}","c":"YWRtaW4="}}`, [B64, "YWRtaW4="]],
    ["a Secret as JSON within JSON", JSON.stringify({ last: `{"kind":"Secret","data":{"a":"${B64}"}}` }), [B64]],
    ["pagerduty_key", `pagerduty_key = "u+wJ8sK3bQpXz5Vr2TyL"`, ["u+wJ8sK3bQpXz5Vr2TyL"]],
    ["twilio_key", `twilio_key: ${HEX32}`, [HEX32]],
    ["azure_openai_key", `azure_openai_key=${HEX32}`, [HEX32]],
    ["sumo_key", `sumo_key = '${HEX64}'`, [HEX64]],
    ["fastly", `fastly_key = "${MIXED40.slice(0, 32)}"`, [MIXED40.slice(0, 32)]],
    ["a vendor's name before a key of its form", `datadog_thing: ${HEX40}`, [HEX40]],
    ["a UUID as secret_id", `secret_id=${UUID}`, [UUID]],
    ["a UUID as role secret in JSON", `{"secret_id": "${UUID}"}`, [UUID]],
    ["a PEM in Base64", `PRIVATE_KEY_B64=${base64(PEM)}`, [base64(PEM).slice(40, 80)]],
    [
      "a PEM in Base64 under any name",
      `x: ${base64(PEM.replaceAll("RSA ", ""))}`,
      [base64(PEM.replaceAll("RSA ", "")).slice(40, 80)],
    ],
    ["a comparison", `if (api_key !== "${MIXED24}") fail()`, [MIXED24]],
    ["another comparison", `if password === 'tr0ub4dor': pass`, ["tr0ub4dor"]],
    ["name, blank, value", `api_token    ${MIXED24}`, [MIXED24]],
    ["a row of a table", `| api_key | ${MIXED24} | prod |`, [MIXED24]],
    ["a row of a table of psql", ` client_secret      | ${MIXED24}`, [MIXED24]],
    [
      "a webhook of Teams",
      `https://acme.webhook.office.com/webhookb2/${UUID}@${UUID}/IncomingWebhook/${HEX32}/${UUID}`,
      [HEX32],
    ],
    ["rootly", `rootly_${HEX64}`, [HEX64]],
    ["New Relic NRAA", `NRAA-${HEX32.slice(0, 27)}`, [HEX32.slice(0, 27)]],
    ["jina", `jina_${MIXED40}AbCd12345`, [MIXED40]],
    ["Shopify in mixed case", `shpat_${MIXED24}Ab12Cd34`, [MIXED24]],
    ["Vercel", `vcp_${MIXED24}`, [MIXED24]],
    ["a quoted value with blanks", `password: "correct horse battery staple"`, ["horse battery"]],
    ["a quoted value with blanks, by =", `DB_PASSWORD='my secret phrase 1'`, ["secret phrase"]],
    ["a sentence", `password for the user "admin" is "pyne"`, ["pyne"]],
    ["a sentence without quotes around the user", `The password of root is 'hunter2 x'.`, ["hunter2"]],
    [
      "a PEM with time stamps",
      PEM.split("\n")
        .map((line) => `2026-11-29T12:00:00.000Z INFO ${line}`)
        .join("\n"),
      KEY_LINES,
    ],
    [
      "a PEM behind a program's name",
      PEM.split("\n")
        .map((line) => `Nov 29 12:00:00 host app[12]: ${line}`)
        .join("\n"),
      KEY_LINES,
    ],
    [
      "a PEM quoted by a diff",
      PEM.split("\n")
        .map((line) => `+${line}`)
        .join("\n"),
      KEY_LINES,
    ],
    ["user and password without a scheme", `connect to //user:hunter2@db.internal/x`, ["hunter2"]],
  ])("%s", (_, text, secrets) => {
    const clean = redact(text);
    for (const secret of secrets) expect(clean).not.toContain(secret);
    expect(redact(clean)).toBe(clean);
  });

  test.each<[string, Json]>([
    ["a Secret", { kind: "Secret", data: { key: B64 }, stringData: { word: "hello" } }],
    [
      "a Secret in a list",
      { kind: "List", items: [{ kind: "Secret", data: { key: B64 }, stringData: { word: "hello" } }] },
    ],
    ["a list of Secrets", { kind: "SecretList", items: [{ data: { key: B64, word: "hello" } }] }],
    [
      "a Secret deep within",
      { a: [{ b: { kind: "Secret", metadata: { name: "x" }, data: { key: B64, word: "hello" } } }] },
    ],
  ])("of a value, %s", (_, value) => {
    const clean = JSON.stringify(redactValue(value));
    expect(clean).not.toContain(B64);
    expect(clean).not.toContain("hello");
  });
});

describe("stays", () => {
  test.each([
    "org.apache.hadoop.yarn: token=Token{a64f992, expires in 600 s}",
    "GET /stream/token: 200 in 12 ms",
    "password: `kubectl get secret db -o yaml`",
    "data:\n  key: value\nkind: ConfigMap\n",
    "the Secret of success: data: none",
    "partition_key = orders-2026-11-29-000001",
    "idempotency_key=7f3a9c21b4d84e0f9a6c5d2e1b0f4a3c",
    "cache_key: user:12345:profile:v2:abcdef12345678901234",
    "primary_key = 00000000000000012345678",
    "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 of sourcegraph",
    "datadog agent 7.52.1 started, 40 checks",
    "kafka.password.encoder.iterations = 4096",
    "| token | count |",
    'password reset for the user "admin" is done',
    "if token == null then retry",
    "secretName: db-credentials",
    `see https://docs.example.com//user:guide`,
    "-----BEGIN CERTIFICATE-----",
  ])("%s", (line) => {
    expect(redact(line)).toBe(line);
  });

  test("a Kubernetes Secret keeps its names, and documents beside it all they have", () => {
    const text = `${SECRET_YAML}---\nkind: ConfigMap\ndata:\n  key: plain\n`;
    const clean = redact(text);
    expect(clean).toContain("username: [redacted:kubernetes-secret]");
    expect(clean).toContain("type: Opaque");
    expect(clean).toContain("key: plain");
  });
});

test("the rules of others come with their notice", () => {
  const text = readFileSync("src/core/redact/gitleaks-rules.ts", "utf8");
  expect(text).toContain("MIT License");
  expect(text).toMatch(/Copyright \(c\) \d{4} Zachary Rice/);
});
