import { describe, expect, test } from "vitest";
import { redact, redactValue, secretsIn } from "../../src/core/redact.js";
import type { Json } from "../../src/schema/json.js";

/** Random-looking text, made here so that no scanner takes this file for a leak. */
const mixed = (length: number) => "aB3dE5gH7jK9mN2pQ4sT6vW8xZ".repeat(12).slice(0, length);
const hex = (length: number) => "0a1b2c3d4e5f6789".repeat(20).slice(0, length);
const upper = (length: number) => "ABCD2EFG3HIJ4KLM5".repeat(6).slice(0, length);
const b64 = (text: string) => btoa(text);
const jwt = `${b64('{"alg":"HS256"}').replaceAll("=", "")}.${b64('{"sub":"1234567890"}').replaceAll("=", "")}.${mixed(43)}`;

describe("secrets known by their form", () => {
  const tokens: Record<string, string> = {
    "aws-key": `AKIA${upper(16)}`,
    "google-key": `AIza${mixed(35)}`,
    "google-token": `ya29.${mixed(60)}`,
    "github-token": `ghp_${mixed(36)}`,
    "gitlab-token": `glpat-${mixed(20)}`,
    "slack-token": `xoxb-123456789012-${mixed(24)}`,
    "stripe-key": `sk_live_${mixed(24)}`,
    "twilio-key": `SK${hex(32)}`,
    "sendgrid-key": `SG.${mixed(22)}.${mixed(43)}`,
    "npm-token": `npm_${mixed(36)}`,
    "pypi-token": `pypi-AgEIcHlwaS5vcmc${mixed(60)}`,
    "digitalocean-token": `dop_v1_${hex(64)}`,
    "openai-key": `sk-proj-${mixed(48)}`,
    "anthropic-key": `sk-ant-api03-${mixed(90)}`,
    "hugging-face-token": `hf_${mixed(34)}`,
    "twitch-key": `live_123456789_${mixed(30)}`,
    "new-relic-key": `NRAK-${upper(27)}`,
    "grafana-token": `glsa_${mixed(32)}_${hex(8)}`,
    "vault-token": `hvs.${mixed(90)}`,
    "databricks-token": `dapi${hex(32)}`,
    "telegram-token": `123456789:AA${mixed(33)}`,
    "azure-secret": `abc8Q~${mixed(34)}`,
    jwt,
  };
  for (const [kind, token] of Object.entries(tokens)) {
    test(`a ${kind} goes wherever it stands`, () => {
      const gone = `[redacted:${kind}]`;
      expect(redact(token)).toBe(gone);
      expect(redact(`found ${token}, rotate it`)).toBe(`found ${gone}, rotate it`);
      expect(redact(`{"k":"${token}"}`)).toBe(`{"k":"${gone}"}`);
      expect(redact(`GET /hook?k=${token}&x=1`)).toBe(`GET /hook?k=${gone}&x=1`);
    });
  }

  test("other tokens of the same issuers go too", () => {
    const more = ["gho_", "ghs_", "ghu_", "ghr_", "github_pat_"].map((prefix) => prefix + mixed(40));
    more.push(
      `ASIA${upper(16)}`,
      `rk_test_${mixed(24)}`,
      `sk-${mixed(48)}`,
      `xoxp-1-2-${hex(32)}`,
      `xapp-1-${mixed(40)}`,
    );
    for (const token of more) expect.soft(redact(`x ${token} y`), token).toMatch(/^x \[redacted:[a-z0-9-]+\] y$/);
    expect(redact(`https://hooks.slack.com/services/T0000/B0000/${mixed(24)}`)).toBe(
      "https://hooks.slack.com/services/[redacted:webhook]",
    );
    expect(redact(`https://a.blob.core.windows.net/c?sv=1&sig=${mixed(40)}%3D`)).toBe(
      "https://a.blob.core.windows.net/c?sv=1&sig=[redacted:azure-signature]",
    );
  });

  test("private keys go whole, cut off at either end, in JSON, and without their frame", () => {
    const body = Array.from({ length: 6 }, () => mixed(64)).join("\n");
    const [begin, end] = ["-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"];
    const whole = `${begin}\n${body}\nabcd=\n${end}`;
    expect(redact(`a\n${whole}\nb`)).toBe("a\n[redacted:private-key]\nb");
    expect(redact(JSON.stringify({ key: `${whole}\n` }))).toBe('{"key":"[redacted:private-key]\\n"}');
    expect(redact(`a\n${begin}\n${body}`)).toBe("a\n[redacted:private-key]");
    expect(redact(`log line\n${body}\nabcd=\n${end} and more`)).toBe("log line\n[redacted:private-key] and more");
    expect(redact(`x MIIEpAIBAAK${mixed(80)}\n${mixed(64)} y`)).toBe("x [redacted:private-key] y");
    expect(redact(begin.replace("RSA ", "OPENSSH ") + body.slice(0, 40))).toBe("[redacted:private-key]");
    const open = `-----BEGIN PUBLIC KEY-----\n${mixed(64)}\n-----END PUBLIC KEY-----`;
    expect(redact(open)).toBe(open);
  });
});

describe("secrets known by what stands beside them", () => {
  test("values after a secret's name, however they are written", () => {
    const lines: Array<[string, string]> = [
      ["password=hunter2", "password=[redacted:password]"],
      ["DB_PASSWORD='corr ect'", "DB_PASSWORD='[redacted:password]'"],
      ["export PGPASSWORD=letmein; psql", "export PGPASSWORD=[redacted:password]; psql"],
      ["password: hunter2 was tried", "password: [redacted:password] was tried"],
      ["{password=abc, user=bob}", "{password=[redacted:password], user=bob}"],
      ['{"user":"bob","password":"a\\"b c"}', '{"user":"bob","password":"[redacted:password]"}'],
      ['"{\\"password\\":\\"a b\\"}"', '"{\\"password\\":\\"[redacted:password]\\"}"'],
      ["{'api_key': 'abc'}", "{'api_key': '[redacted:api-key]'}"],
      ["api-key: abcdef123", "api-key: [redacted:api-key]"],
      ["X-Api-Key: abcdef123", "X-Api-Key: [redacted:api-key]"],
      [':client_secret=>"s3"', ':client_secret=>"[redacted:secret]"'],
      ["secret=hunter", "secret=[redacted:secret]"],
      [`aws_secret_access_key = ${mixed(40)}`, "aws_secret_access_key = [redacted:api-key]"],
      [`AccountKey=${mixed(86)}==;EndpointSuffix=x`, "AccountKey=[redacted:api-key];EndpointSuffix=x"],
      [
        "Server=db;User Id=sa;Password=p(w)d!;Encrypt=yes",
        "Server=db;User Id=sa;Password=[redacted:password];Encrypt=yes",
      ],
      ["GET /cb?token=abcdef&state=1", "GET /cb?token=[redacted:token]&state=1"],
      ['{"access_token":"abcdef","expires_in":3600}', '{"access_token":"[redacted:token]","expires_in":3600}'],
      ["<db:password>hunter</db:password>", "<db:password>[redacted:password]</db:password>"],
      ["mysqldump -u root -phunter2 shop", "mysqldump -u root -p[redacted:password] shop"],
      ["tool --password hunter2 --verbose", "tool --password [redacted:password] --verbose"],
      ["tool --token=abcdef", "tool --token=[redacted:token]"],
      ["curl -u bob:hunter2 https://x", "curl -u bob:[redacted:password] https://x"],
      ["CREATE USER x IDENTIFIED BY 'pw'", "CREATE USER x IDENTIFIED BY '[redacted:password]'"],
      ["password: |\n  hunter2\nuser: bob", "password: |\n  [redacted:password]\nuser: bob"],
      [`DD_API_KEY=${hex(32)}`, "DD_API_KEY=[redacted:api-key]"],
      [`GITHUB_TOKEN=ghp_${mixed(36)}`, "GITHUB_TOKEN=[redacted:github-token]"],
    ];
    for (const [text, clean] of lines) expect.soft(redact(text), text).toBe(clean);
  });

  test("headers that sign a caller in", () => {
    const lines: Array<[string, string]> = [
      ["Authorization: Bearer abc", "Authorization: Bearer [redacted:authorization]"],
      [`-H 'authorization: Basic ${b64("bob:pw")}'`, "-H 'authorization: Basic [redacted:authorization]'"],
      [`"Authorization":"Token ${hex(20)}"`, '"Authorization":"Token [redacted:authorization]"'],
      [`sent Bearer ${mixed(30)} to`, "sent Bearer [redacted:authorization] to"],
      ["Cookie: session=abc; theme=dark\nHost: x", "Cookie: [redacted:cookie]\nHost: x"],
      ["set-cookie: sid=abc; HttpOnly", "set-cookie: [redacted:cookie]"],
    ];
    for (const [text, clean] of lines) expect.soft(redact(text), text).toBe(clean);
  });

  test("long values go whole", () => {
    for (const length of [255, 256, 257, 4_096, 20_000]) {
      const long = mixed(26).repeat(800).slice(0, length);
      expect.soft(redact(`password=${long} next`), `${length}`).toBe("password=[redacted:password] next");
      expect
        .soft(redact(`Authorization: Bearer ${long}\nnext`))
        .toBe("Authorization: Bearer [redacted:authorization]\nnext");
      expect.soft(redact(`Cookie: a=${long}; b=1\nnext`)).toBe("Cookie: [redacted:cookie]\nnext");
    }
  });

  test("user and password in URLs and connection strings", () => {
    const lines: Array<[string, string]> = [
      ["postgres://app:hunter2@db:5432/shop", "postgres://app:[redacted:password]@db:5432/shop"],
      ["amqp://u:p@ss@mq/", "amqp://u:[redacted:password]@mq/"],
      ["redis://:pw@cache:6379", "redis://:[redacted:password]@cache:6379"],
      ["mongodb+srv://u:a/b@c.example.net/db", "mongodb+srv://u:[redacted:password]@c.example.net/db"],
      ["app:pw@tcp(db:3306)/shop", "app:[redacted:password]@tcp(db:3306)/shop"],
      [`https://${hex(40)}@git.example.com/a.git`, "https://[redacted:token]@git.example.com/a.git"],
    ];
    for (const [text, clean] of lines) expect.soft(redact(text), text).toBe(clean);
  });
});

test.each(["correct-horse-battery", "correct_horse_battery_staple", "QWERTZUIOPAS", "abcdef"])(
  "a token that is made of letters alone is one: %s",
  (token) => {
    expect(redact(`login with token=${token} refused`)).not.toContain(token);
  },
);

test("ordinary words of operations stay as they are", () => {
  const lines = `
    payment-api-7d9f8b6c5d-x2km9 restarted 3 times in namespace app-105
    image registry.example.com/shop/api@sha256:${hex(64)} pulled
    commit ${hex(40)} reverted ${hex(7)}; trace_id=${hex(32)} span_id=${hex(16)}
    request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 took 1250.5ms
    the token bucket is full; token count 512, max_tokens: 4096, tokens=17, token: expired, invalid token: signature mismatch
    parse error: unexpected token=identifier, then token=LPAREN, token=end_of_file; user bob token=present session_token=cached
    password reset failed for 3 users; password: reset failed for user bob; wrong password
    Basic authentication required; Bearer authentication failed; authorization: denied
    sum(rate(http_requests_total{code=~"5..",path="/oauth/token",job="auth"}[5m])) by (pod) > 0.05
    kube_secret_info{namespace="shop",secret="tls-cert"} secretName: db-credentials
    https://grafana.example.com:3000/d/abc123/shop?orgId=1&from=now-1h&to=now http://prom:9090/api/v1/query?q=a@b.com/x
    git@github.com:acme/shop.git ssh://git@host/x.git user@example.com nginx:1.25@sha256:${hex(64)}
    PWD=/home/app OLDPWD=/var/lib token_file=/var/run/secrets/token private_key=/etc/ssl/private/key.pem
    api_key: env:DATADOG_API_KEY password=${"$"}{DB_PASSWORD} token={{ login.token }} secret: <your secret> password=*** pass: 12
    "password": null, "token": "", "automountServiceAccountToken": false, "token_type": "Bearer", password: string
    primary_key=order_id partition_key=7 routing_key=orders.created keyboard monkey author=bob compass: north
    AKIA is a prefix, sk-learn and sk-something-else too, live_reload_enabled, npm_config_registry, pypi-server
    dn: cn=admin GOCSPX eyJ SG.1 task-0123456789abcdef0123 https://pod-12:8080/healthz@v1
  `;
  for (const line of lines.trim().split(/\n */)) expect.soft(redact(line)).toBe(line);
});

describe("JSON", () => {
  test("the name of a key tells a secret, also as a pair of name and value", () => {
    const value: Json = {
      user: "bob",
      password: "hunter",
      pin: 4,
      db: { password: 123456, passwords: ["a"], apiKey: { old: "x1", new: "y2" } },
      env: [
        { name: "DB_PASSWORD", value: "hunter" },
        { name: "MODE", value: "dark" },
      ],
      headers: { Authorization: "Bearer env:TOKEN", "X-Api-Key": "abc" },
      secret: { secretName: "tls-cert", defaultMode: 420 },
      text: "token=abcdef",
    };
    expect(redactValue(value)).toStrictEqual({
      user: "bob",
      password: "[redacted:password]",
      pin: 4,
      db: {
        password: "[redacted:password]",
        passwords: ["a"],
        apiKey: { old: "[redacted:api-key]", new: "[redacted:api-key]" },
      },
      env: [
        { name: "DB_PASSWORD", value: "[redacted:password]" },
        { name: "MODE", value: "dark" },
      ],
      headers: { Authorization: "Bearer env:TOKEN", "X-Api-Key": "[redacted:api-key]" },
      secret: { secretName: "tls-cert", defaultMode: 420 },
      text: "token=[redacted:token]",
    });
  });

  test("a key may be a secret itself, and a key named __proto__ stays a key", () => {
    const clean = redactValue(JSON.parse(`{"ghp_${mixed(36)}": 1, "__proto__": {"password": "hunter"}}`));
    expect(JSON.stringify(clean)).toBe('{"[redacted:github-token]":1,"__proto__":{"password":"[redacted:password]"}}');
  });

  test("nesting without end is cut off, not followed", () => {
    let deep: Json = "x";
    for (let level = 0; level < 20_000; level++) deep = [deep];
    expect(JSON.stringify(redactValue(deep))).toContain("[redacted:too-deep]");
    expect(secretsIn(deep, "params")).toStrictEqual([]);
  });

  test("literal secrets in params are told by path and kind, references and whole templates are not", () => {
    const params: Json = {
      api_key: "SECRET_VALUE",
      headers: { authorization: "Bearer abcdef", "x-token": "env:TOKEN", "x-auth-token": "{{ login.token }}" },
      url: "https://bob:pw@example.com/",
      steps: [{ password: "{{ a.b }}" }, { password: "x{{ a.b }}" }, `ghp_${mixed(36)}`, { contains: "token" }],
    };
    expect(secretsIn(params, "nodes[0].params")).toStrictEqual([
      { at: "nodes[0].params.api_key", kind: "api-key" },
      { at: "nodes[0].params.headers.authorization", kind: "authorization" },
      { at: "nodes[0].params.url", kind: "password" },
      { at: "nodes[0].params.steps[1].password", kind: "password" },
      { at: "nodes[0].params.steps[2]", kind: "github-token" },
    ]);
  });
});
