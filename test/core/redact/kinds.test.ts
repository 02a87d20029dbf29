import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { expect, test } from "vitest";
import { redact } from "../../../src/core/redact.js";

/** The same in every run, made here so that no scanner takes this file for a leak. */
let state = 20_260_101;
const next = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const of = (chars: string) => (length: number) => Array.from({ length }, () => chars[next(chars.length)]).join("");
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const hex = of(`${DIGITS}abcdef`);
const digits = of(DIGITS);
const upper = of(`${LOWER.toUpperCase()}${DIGITS}`);
const base32 = of(`${LOWER.toUpperCase()}234567`);
const lower = of(LOWER + DIGITS);
const mixed = of(LOWER + LOWER.toUpperCase() + DIGITS);
const url64 = of(`${LOWER}${LOWER.toUpperCase()}${DIGITS}-_`);
const uuid = () => [8, 4, 4, 4, 12].map(hex).join("-");
const json64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The forms that issuers publish; each function makes one that was never issued. */
const TOKENS: Record<string, () => string> = {
  aws: () => `AKIA${base32(16)}`,
  "aws for a session": () => `ASIA${base32(16)}`,
  bedrock: () => `ABSK${mixed(109)}=`,
  google: () => `AIza${url64(35)}`,
  "google client": () => `GOCSPX-${url64(28)}`,
  "google access": () => `ya29.${url64(120)}`,
  azure: () => `${mixed(3)}8Q~${mixed(34)}`,
  "azure devops": () => `${mixed(76)}AZDO${mixed(4)}`,
  github: () => `ghp_${mixed(36)}`,
  "github fine-grained": () => `github_pat_${mixed(22)}_${mixed(59)}`,
  gitlab: () => `glpat-${url64(20)}`,
  "gitlab routable": () => `glpat-${url64(27)}.${lower(2)}.${lower(9)}`,
  "gitlab runner": () => `glrt-t1_${url64(27)}`,
  "slack bot": () => `xoxb-${digits(12)}-${digits(13)}-${mixed(24)}`,
  "slack app": () => `xapp-1-A${upper(10)}-${digits(13)}-${hex(64)}`,
  "slack configuration": () => `xoxe.xoxp-1-${mixed(146)}`,
  stripe: () => `sk_live_${mixed(24)}`,
  "stripe webhook": () => `whsec_${mixed(32)}`,
  twilio: () => `SK${hex(32)}`,
  sendgrid: () => `SG.${url64(22)}.${url64(43)}`,
  npm: () => `npm_${mixed(36)}`,
  pypi: () => `pypi-AgEIcHlwaS5vcmc${url64(70)}`,
  openai: () => `sk-proj-${url64(74)}T3BlbkFJ${url64(74)}`,
  "openai of old": () => `sk-${mixed(20)}T3BlbkFJ${mixed(20)}`,
  anthropic: () => `sk-ant-api03-${url64(93)}AA`,
  "hugging face": () => `hf_${mixed(34)}`,
  langsmith: () => `lsv2_pt_${hex(32)}_${hex(10)}`,
  nvidia: () => `nvapi-${url64(64)}`,
  datadog: () => `ddapp_${mixed(34)}`,
  grafana: () => `glsa_${mixed(32)}_${hex(8)}`,
  "grafana of old": () => `eyJrIjoi${mixed(72)}=`,
  "new relic": () => `NRAK-${upper(27)}`,
  vault: () => `hvs.${url64(90)}`,
  digitalocean: () => `dop_v1_${hex(64)}`,
  shopify: () => `shpat_${hex(32)}`,
  square: () => `EAAA${url64(60)}`,
  telegram: () => `${digits(10)}:AA${url64(33)}`,
  discord: () => `M${mixed(23)}.${url64(6)}.${mixed(38)}`,
  mailgun: () => `key-${hex(32)}`,
  mailchimp: () => `${hex(32)}-us12`,
  atlassian: () => `ATATT3xFfGF0${url64(171)}=${upper(8)}`,
  bitbucket: () => `ATBB${mixed(32)}`,
  linear: () => `lin_api_${mixed(40)}`,
  notion: () => `ntn_${digits(11)}${mixed(35)}`,
  doppler: () => `dp.pt.${mixed(43)}`,
  age: () => `AGE-SECRET-KEY-1${upper(58)}`,
  jwt: () => `${json64({ alg: "RS256", typ: "JWT" })}.${json64({ sub: "1" })}.${url64(342)}`,
  "jwt in base64": () => Buffer.from(`${json64({ alg: "HS256", typ: "JWT" })}.e30.${mixed(43)}`).toString("base64"),
  databricks: () => `dapi${hex(32)}-2`,
  dynatrace: () => `dt0c01.${upper(24)}.${upper(64)}`,
  easypost: () => `EZAK${mixed(54)}`,
  hubspot: () => `pat-na1-${uuid()}`,
  launchdarkly: () => `sdk-${uuid()}`,
  netlify: () => `nfp_${mixed(40)}`,
  postman: () => `PMAK-${hex(24)}-${hex(34)}`,
  pulumi: () => `pul-${hex(40)}`,
  sentry: () => `sntryu_${hex(64)}`,
  sonar: () => `squ_${hex(40)}`,
  sourcegraph: () => `sgp_${hex(40)}`,
  supabase: () => `sbp_${hex(40)}`,
  tailscale: () => `tskey-auth-${mixed(12)}CNTRL-${mixed(32)}`,
  terraform: () => `${mixed(14)}.atlasv1.${url64(67)}`,
  typeform: () => `tfp_${url64(59)}`,
  "an unknown issuer with the usual prefix": () => `acme_live_a1${mixed(24)}`,
  bcrypt: () => `$2b$12$${mixed(53)}`,
  "a crypt hash": () => `$6$${mixed(12)}$${mixed(86)}`,
};

/** What is secret, and text around it; `<>` stands for the secret. */
const PLACES = [
  "postgresql://app:<>@db:5432/shop?sslmode=require",
  "mongodb+srv://app:<>@c0.ab12c.mongodb.net/shop",
  "redis://:<>@cache:6379/0",
  "amqps://shop:<>@mq/v",
  "https://bob:<>@git.example.com/shop.git",
  "jdbc:mysql://db:3306/shop?user=root&password=<>",
  "jdbc:oracle:thin:scott/<>@//db:1521/shop",
  "see (root:<>@tcp(db:3306)/shop) for more",
  "Server=db,1433;User ID=a;Password=<>;Encrypt=True",
  "host=db user=a password=<> dbname=shop",
  "https%3A%2F%2Fbob%3A<>%40host%2F",
  "https://a.blob.core.windows.net/c?sv=2020&sig=<>&se=2026",
  "https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=<>",
  "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=<>",
  "Authorization: Bearer <>",
  "authorization: bearer <>",
  '{"headers":{"authorization":"Bearer <>"}}',
  "X-Auth-Token: <>",
  "x-api-key: <>",
  "Fastly-Key: <>",
  "GET /login;jsessionid=<>",
  "export DB_PASSWORD=<>",
  '$env:DB_PASSWORD = "<>"',
  "ENV API_TOKEN <>",
  "docker run -e MYSQL_ROOT_PASSWORD=<> mysql",
  "docker login -u bob -p <> registry.example.com",
  "redis-cli -h cache -a <> ping",
  "ldapsearch -D cn=admin -w <> -b dc=x",
  "smbclient //h/s -U bob%<>",
  "curl -u elastic:<> localhost:9200",
  "mysqldump -u root -p<> shop",
  "tool --api-key <> --verbose",
  'run "--password <>"',
  "CREATE ROLE shop LOGIN PASSWORD '<>'",
  "SET PASSWORD FOR 'bob'@'%' = PASSWORD('<>')",
  "ALTER USER bob IDENTIFIED BY '<>'",
  'db:\n  password: "<>"\n  port: 5432',
  "apiKey: <>",
  "secret_key_base: <>",
  "client-key-data: <>",
  'PASSWORD: str = "<>"',
  "define('AUTH_KEY', '<>');",
  '<add key="ApiKey" value="<>"/>',
  "<password><></password>",
  '{"clientSecret":"<>","n":1}',
  '{\\"password\\":\\"<>\\"}',
  "//registry.npmjs.org/:_authToken=<>",
  "machine api.example.com login bob password <>",
  "db.example.com:5432:shop:bob:<>",
  "MESSAGEBIRD_KEY=<>",
  "the password is <>",
  "log in with user bob and password <>",
  "use token <> to log in",
];

const ORDINARY = [
  "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b by bob",
  "image registry.example.com/shop@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "request 7f9c24e8-3b12-4d5f-9a5e-2f1c0d6e8b7a took 512 ms",
  "pod telemetry-processor-5f9d8b7c4d-x2km9 on ip-10-0-3-7.eu-central-1.compute.internal",
  'sum by (pod) (rate(http_requests_total{namespace="shop",code=~"5.."}[5m])) / 100 > 0.01',
  'kube_secret_info{secret="tls-cert",namespace="shop"} 1',
  "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf",
  "arn:aws:iam::123456789012:role/shop-api",
  "/var/run/secrets/kubernetes.io/serviceaccount/token is not readable",
  "2026-01-01T00:00:00.000Z v1.29.3-gke.1282000 started",
  "the token is expired, the password was rejected, the secret is missing in namespace shop",
  "password reset failed for user bob; token refresh rejected",
  "password is SHA-256 hashed and the token is base64 encoded",
  "Authorization header missing, cookie was not set",
  "token bucket has 100 tokens, secret rotation took 5s, api key count: 3",
  "secretName: db-credentials, key: password, optional: false",
  "AUTH LOGIN refused, AUTH failed for 10.0.0.3",
  "redis-cli -h cache -p 6379 ping; ldapsearch -x -b dc=x; docker run -p 8080:80 shop",
  "CACHE_KEY=abcdef1234567890abcdef1234567890 PARTITION_KEY=aaaabbbbccccdddd11112222",
  "node_modules/key-value/re_export.js line 12, metric shop_test_latency_seconds_bucket",
  "etcd member 8e9e05c52164694d, raft term 42, revision 1234567",
  "mac 02:42:ac:11:00:02, ipv6 fe80::42:acff:fe11:2, port 5432:5432",
  'psql: FATAL: password authentication failed for user "shop"',
];

const spread = ["<>", "2026-01-01T00:00:00Z ERROR failed: <> (retry)", '{"msg":"<>","n":1}', "see (<>) for more"];

test("tokens of every issuer go wherever they stand", () => {
  for (const [kind, make] of Object.entries(TOKENS)) {
    for (const around of [...spread, ...spread]) {
      const token = make();
      const clean = redact(around.replace("<>", () => token));
      expect.soft(clean, `${kind}: ${around}`).toMatch(/\[redacted:[a-z0-9-]+\]/);
      expect.soft(clean.includes(token), `${kind}: ${around}`).toBe(false);
    }
  }
});

test("what stands in a secret's place goes, and what stands around it stays", () => {
  for (const place of PLACES) {
    for (let round = 0; round < 4; round++) {
      const secret = `a1B${mixed(27)}`;
      const clean = redact(place.replace("<>", () => secret));
      expect.soft(clean.includes(secret), place).toBe(false);
      expect.soft(clean.replace(/\[redacted:[a-z-]+\]/, "<>"), place).toBe(place);
    }
  }
});

test("ordinary text of operations stays as it is", () => {
  for (const text of ORDINARY) expect.soft(redact(text)).toBe(text);
});

test("nothing that another scanner finds is left", async () => {
  const lines = Object.values(TOKENS).flatMap((make) => [make(), `value: ${make()}`]);
  const filled = PLACES.map((place) => place.replace("<>", () => `a1B${mixed(27)}`));
  const text = [...lines, ...filled].join("\n");
  const found = async (content: string) => {
    const { messages } = await lintSource({
      source: { filePath: "/sample.txt", content, ext: ".txt", contentType: "text" },
      options: { config: { rules: [{ id: "preset", rule: creator }] }, maskSecrets: false },
    });
    return messages.map(({ ruleId, range }) => `${ruleId}: ${content.slice(range[0], range[1])}`);
  };
  expect((await found(text)).length).toBeGreaterThan(10);
  // A password in a URL is reported by its place, also where a stand-in is in it.
  expect((await found(redact(text))).filter((message) => !message.includes("[redacted:"))).toStrictEqual([]);
});
