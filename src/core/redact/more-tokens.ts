/**
 * Secrets of further issuers that are known by their own form, and password hashes. Patterns as in `tokens.ts`.
 */
import { rule, type TokenRule } from "./token-rule.js";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const START = "(?<![A-Za-z0-9])";
const form = (kind: string, hints: string, pattern: string): TokenRule =>
  rule(kind, hints, new RegExp(`${START}${pattern}`, "g"));

const MODELS: readonly TokenRule[] = [
  form("aws-key", "bedrock-api-key-", "bedrock-api-key-[A-Za-z0-9+/=]{20,}"),
  form("model-key", "lsv2_", "lsv2_(?:pt|sk)_[a-f0-9]{32}(?:_[a-f0-9]{6,})?"),
  form(
    "model-key",
    "csk- tvly- nvapi-",
    "(?:csk-[a-z0-9]{40,}|tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}|nvapi-[\\w-]{50,})",
  ),
  form("model-key", "fw_", "fw_(?=[A-Za-z]{0,20}[0-9])[A-Za-z0-9]{22,}(?![A-Za-z0-9_])"),
  form("model-key", "sk_", "sk_[a-f0-9]{40,}"),
  form("model-key", "pa-", "pa-(?=[\\w-]{0,40}[0-9])(?=[\\w-]{0,40}[A-Z])[\\w-]{43}(?![\\w-])"),
  form("model-key", "pcsk_", "pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{40,}"),
  form("model-key", "fc-", "fc-[a-f0-9]{32}(?![a-f0-9])"),
  form("yandex-key", "AQVN", "AQVN[\\w-]{35,}"),
  form("yandex-token", "t1.", "t1\\.[A-Z0-9a-z_-]{10,}={0,2}\\.[\\w-]{80,}={0,2}"),
  form("yandex-key", "YC", "YC[A-Za-z0-9_-]{38}(?![\\w-])"),
];

const CLOUDS: readonly TokenRule[] = [
  form("azure-devops-token", "AZDO", "[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])"),
  form("datadog-key", "ddapp_ ddpat_", "dd(?:app|pat)_[A-Za-z0-9]{30,}"),
  form("new-relic-key", "NRJS- NRRA- NRAA-", "NR(?:JS|RA|AA)-[A-Za-z0-9]{19,}"),
  form("new-relic-key", "NRAL", "(?=[A-Za-z]{0,36}[0-9])[A-Za-z0-9]{30,40}NRAL(?![A-Za-z0-9])"),
  form("render-key", "rnd_", "rnd_(?=[A-Za-z]{0,28}[0-9])[A-Za-z0-9]{26,32}(?![A-Za-z0-9])"),
  form("honeycomb-key", "hc", "hc[abx][ilm]k_[a-z0-9]{50,}"),
  form("infisical-token", "st.", `st\\.(?:${UUID}|[a-f0-9]{24})\\.[a-f0-9]{32}\\.[a-f0-9]{32}`),
  form("ntfy-token", "tk_", "tk_(?=[a-z]{0,28}[0-9])[a-z0-9]{29}(?![a-z0-9])"),
  form("pagerduty-key", "pdus+_", "pdu[se]\\+_[\\w-]{16,}"),
  form("grafana-token", "eyJrIjoi", "eyJrIjoi[A-Za-z0-9+/_-]{30,}={0,2}"),
  form("square-token", "EAAA", "EAAA[\\w-]{58,62}(?![\\w-])"),
  form("bitbucket-token", "ATBB", "ATBB[A-Za-z0-9]{24,}"),
  form("cloudflare-key", "v1.0-", "v1\\.0-[a-f0-9]{24}-[a-f0-9]{100,}"),
  form("netlify-token", "nfp_", "nfp_[A-Za-z0-9]{36,}"),
  form("vercel-token", "vercel_blob_rw_", "vercel_blob_rw_[A-Za-z0-9]{8,}_[A-Za-z0-9]{20,}"),
  form("prefect-token", "pnu_ pnb_", "pn[ub]_[A-Za-z0-9]{36}"),
  form("scalingo-token", "tk-us-", "tk-us-[\\w-]{40,}"),
  form("infracost-token", "ico-", "ico-[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
  form("octopus-key", "API-", "API-(?=[A-Z]{0,25}[0-9])[A-Z0-9]{26}(?![A-Za-z0-9])"),
  form("harness-token", "pat. sat.", "[ps]at\\.[\\w-]{22}\\.[0-9a-f]{24}\\.[A-Za-z0-9]{20}"),
  form("launchdarkly-key", "sdk- api- mob-", `(?:sdk|api|mob)-${UUID}(?![\\w-])`),
  form("clickhouse-key", "4b1d", "4b1d(?=[a-z]{0,37}[0-9A-Z])[A-Za-z0-9]{38}(?![A-Za-z0-9])"),
  form("akamai-token", "akab-", "akab-[a-z0-9]{16}-[a-z0-9]{16}"),
  form("nightfall-key", "NF-", "NF-[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
  form("age-key", "age-secret-key-", "age-secret-key-1[0-9a-z]{50,}"),
];

const CODE: readonly TokenRule[] = [
  form("github-token", "v1.", "v1\\.[0-9a-f]{40}(?![0-9a-f])"),
  form("sonar-token", "sqp_ sqa_ squ_", "sq[pau]_[a-f0-9]{40}"),
  form("sourcegraph-token", "sgp_", "sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}"),
  form("clojars-token", "CLOJARS_", "CLOJARS_[a-z0-9]{50,}"),
  form("crates-token", "cio", "cio(?=[A-Za-z]{0,31}[0-9])[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
  form("readme-key", "rdme_", "rdme_[a-z0-9]{60,}"),
  form("contentful-token", "CFPAT-", "CFPAT-[\\w-]{40,}"),
  form("gitlab-token", "_gitlab_session", "_gitlab_session=[0-9a-f]{32}"),
];

const WORK: readonly TokenRule[] = [
  form("easypost-key", "EZAK EZTK", "EZ[AT]K[A-Za-z0-9]{54}(?![A-Za-z0-9])"),
  form("rootly-key", "rootly_", "rootly_[A-Za-z0-9]{40,}"),
  form("model-key", "jina_", "jina_[A-Za-z0-9_-]{40,}"),
  form("vercel-token", "vc", "vc[a-z]_[A-Za-z0-9]{24,}"),
  form("frameio-token", "fio-u-", "fio-u-[\\w=-]{60,}"),
  form("hubspot-token", "pat-", `pat-(?:na|eu|ap)[0-9]-${UUID}`),
  form("typeform-token", "tfp_", "tfp_[\\w.=-]{50,}"),
  form("adafruit-key", "aio_", "aio_[A-Za-z0-9]{28}(?![A-Za-z0-9])"),
  form("adobe-secret", "p8e-", "p8e-[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
  rule("asana-token", "/", /(?<![\w/.-])[12]\/[0-9]{13,19}(?:\/[0-9]{13,19})?:[a-f0-9]{32}(?![a-f0-9])/g),
  form("plaid-token", "access-", `access-(?:sandbox|development|production)-${UUID}`),
  form("maxmind-key", "_mmk", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
  form("mapbox-token", "pk. sk. tk.", "[pst]k\\.[A-Za-z0-9_-]{60,}\\.[\\w-]{22}(?![\\w-])"),
  form("flutterwave-key", "FLW", "FLW(?:SECK|PUBK)(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?"),
  form(
    "gocardless-token",
    "live_ sandbox_",
    "(?:live|sandbox)_(?=[\\w-]{0,39}[0-9])(?=[\\w-]{0,39}[A-Z])[\\w-]{40}(?![\\w-])",
  ),
  form("resend-key", "re_", "re_(?=[A-Za-z_]{0,32}[0-9])[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9])"),
  form("posthog-key", "phx_ phc_ phs_", "ph[xcs]_[A-Za-z0-9]{40,}"),
  form("dropbox-token", "sl.", "sl\\.(?:u\\.)?[\\w-]{120,}"),
  form("lark-token", "t- u-", "[tu]-(?=[A-Za-z]{0,31}[0-9])(?=[a-z0-9]{0,31}[A-Z])[A-Za-z0-9]{32}(?![\\w-])"),
  form("firebase-key", "APA91b", "(?:AAAA[\\w-]{7}:)?APA91b[\\w-]{100,}"),
  form("slack-token", "xoxd-", "xoxd-[\\w%+/=-]{20,}"),
  rule("webhook", "hooks.zapier.com", /(?<=hooks\.zapier\.com\/hooks\/catch\/)[\w/]{10,}/g),
  rule(
    "webhook",
    "chat.googleapis.com",
    /(?<=chat\.googleapis\.com\/v1\/spaces\/[^\s"'<>]{1,200}[?&](?:key|token)=)[\w%-]{10,}/g,
  ),
  // A JWT in Base64 once more, as Kubernetes keeps service account tokens.
  form("jwt", "ZXlK", "ZXlK[A-Za-z0-9+/_-]{40,}={0,2}"),
  // The habit of naming issuer, stage and then the secret: acme_live_…
  form(
    "token",
    "_live_ _test_ _prod_ _pat_ _secret_ _sk_",
    "[a-z][a-z0-9]{1,15}_(?:live|test|prod|pat|secret|sk)_(?=[A-Za-z_-]{0,30}[0-9])[A-Za-z0-9_-]{16,}",
  ),
];

const HASHES: readonly TokenRule[] = [
  rule("password-hash", "$2", /(?<![\w$])\$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]{53}/g),
  rule(
    "password-hash",
    "$apr1$ $1$ $5$ $6$ $y$",
    /(?<![\w$])\$(?:apr1|1|5|6|y)\$(?:rounds=[0-9]{1,9}\$)?[./A-Za-z0-9]{1,32}\$(?:[./A-Za-z0-9]{1,32}\$)?[./A-Za-z0-9]{20,}/g,
  ),
  rule(
    "password-hash",
    "$argon2 $scrypt $pbkdf2",
    /\$(?:argon2(?:id?|d)|scrypt|pbkdf2[a-z0-9-]{0,10})\$[\w=,$./+-]{20,}/g,
  ),
  rule(
    "password-hash",
    "SCRAM-SHA-",
    /SCRAM-SHA-(?:1|256|512)\$[0-9]{1,9}:[A-Za-z0-9+/=]{8,}\$[A-Za-z0-9+/=]{20,}:[A-Za-z0-9+/=]{20,}/g,
  ),
  rule(
    "password-hash",
    "pbkdf2",
    /(?:-pbkdf2-[0-9a-f]{40},|pbkdf2(?:_sha(?:1|256|512)|:sha(?:1|256|512):)\$?)[\w$:,./+=-]{30,}/g,
  ),
  rule("password-hash", "scrypt:", /scrypt:[0-9]{1,9}:[0-9]{1,4}:[0-9]{1,4}\$[\w./+=-]{4,64}\$[0-9a-f]{40,}/g),
  rule(
    "password-hash",
    "{SSHA} {SHA} {MD5} {SSHA512} {CRYPT}",
    /\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2)\}[A-Za-z0-9+/=$.]{16,}/g,
  ),
  rule("password-hash", "$P$ $H$ $S$", /(?<![\w$])\$[PHS]\$[./A-Za-z0-9]{31,52}(?![./A-Za-z0-9])/g),
];

const SIGNED: readonly TokenRule[] = [
  rule(
    "signature",
    "Signature= signature=",
    /(?<=[?&;](?:X-(?:Amz|Goog)-)?[Ss]ignature=)[A-Za-z0-9%+/_~-]{20,}={0,2}/g,
  ),
  rule("token", "X-Amz-Security-Token=", /(?<=[?&;]X-Amz-Security-Token=)[A-Za-z0-9%+/_=-]{20,}/g),
];

export const moreRules = (): readonly TokenRule[] => [...MODELS, ...CLOUDS, ...CODE, ...WORK, ...HASHES, ...SIGNED];
