/**
 * Secrets that are known by their own form, by issuer. Each pattern does bounded work at each place where it may
 * start: it begins with a literal, and repeats without a bound only at its end.
 */
import { moreRules } from "./more-tokens.js";
import { rule, type TokenRule } from "./token-rule.js";

/** Not in the middle of a word: random text inside longer random text is no token. */
const START = "(?<![A-Za-z0-9])";
const starts = (kind: string, prefix: string, rest: string, form = prefix): TokenRule =>
  rule(kind, prefix, new RegExp(START + form.replace(/[.]/g, "\\.") + rest, "g"));

const CLOUD: readonly TokenRule[] = [
  rule(
    "aws-key",
    "A3T AKIA ASIA ABIA ACCA",
    /(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|A[KSB]IA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  ),
  starts("aws-key", "amzn.mws.", "[0-9a-f-]{30,}"),
  starts("aws-key", "ABSK", "[A-Za-z0-9+/]{60,}={0,2}"),
  starts("google-key", "AIza", "[\\w-]{35,}"),
  starts("google-token", "ya29.", "[\\w-]{10,}[\\w.-]*"),
  starts("google-token", "1//0", "[\\w-]{30,}"),
  starts("google-secret", "GOCSPX-", "[\\w-]{20,}"),
  rule("azure-secret", "Q~", /(?<![\w~.-])[\w~.]{3}[0-9]Q~[\w~.-]{31,34}(?![\w~.-])/g),
  rule("azure-signature", "sig=", /(?<=[?&;]sig=)[A-Za-z0-9%+/_-]{20,}={0,2}/g),
  rule("alibaba-key", "LTAI", /(?<![A-Za-z0-9])LTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])/g),
  rule("digitalocean-token", "_v1_", /(?<![A-Za-z0-9])do[por]_v1_[a-f0-9]{32,}/g),
  rule("heroku-key", "HRKU-", /(?<![A-Za-z0-9])HRKU-[\w-]{20,}/g),
  rule("fly-token", "fo1_ fm1_ fm2_", /(?<![A-Za-z0-9])f(?:o1|m[12])_[\w+/=-]{30,}/g),
  rule("openshift-token", "sha256~", /(?<![A-Za-z0-9])sha256~[\w-]{40,}/g),
  rule("terraform-token", ".atlasv1.", /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,}/g),
];

const CODE: readonly TokenRule[] = [
  // The façade's own API keys; what comes before the last underscore is shown in lists.
  rule("autoops-key", "autoops_", /(?<![A-Za-z0-9])autoops_[0-9a-z]{10}_[\w-]{20,}/g),
  rule("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{20,}\w*/g),
  starts("github-token", "github_pat_", "\\w{20,}"),
  rule(
    "gitlab-token",
    "gl",
    /(?<![A-Za-z0-9])gl(?:pat|dt|rtr?|ptt|ft|cbt|imt|agent|oas|soat|ffct)-[\w-]{18,}[\w.=-]*/g,
  ),
  starts("gitlab-token", "GR1348941", "[\\w-]{20,}"),
  rule("npm-token", "npm_", /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g),
  starts("pypi-token", "pypi-AgE", "[\\w-]{13,}"),
  starts("rubygems-key", "rubygems_", "[a-f0-9]{32,}"),
  rule("docker-token", "dckr_", /(?<![A-Za-z0-9])dckr_[op]at_[\w-]{20,}/g),
  rule("atlassian-token", "TT3", /(?<![A-Za-z0-9])AT[AC]TT3[\w=-]{50,}/g),
  rule("jfrog-token", "AKCp cmVmdGtuOj", /(?<![A-Za-z0-9])(?:AKCp|cmVmdGtuOj)[A-Za-z0-9]{40,}/g),
  rule("circleci-token", "CCI", /(?<![A-Za-z0-9])CCI(?:PAT|PRJ)_\w{30,}/g),
  rule("buildkite-token", "bkua_", /(?<![A-Za-z0-9])bkua_[a-z0-9]{30,}/g),
  rule("nuget-key", "oy2", /(?<![A-Za-z0-9])oy2[a-z0-9]{43}(?![A-Za-z0-9])/g),
  rule("postman-key", "PMAK-", /(?<![A-Za-z0-9])PMAK-[a-f0-9]{24}-[a-f0-9]{30,}/g),
  rule("hugging-face-token", "hf_ api_org_", /(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z0-9]{30,}/g),
  starts("anthropic-key", "sk-ant-", "[\\w-]{16,}"),
  rule("openai-key", "sk-", /(?<![\w-])sk-(?:proj|svcacct|admin|None|or-v1|lf)-[\w-]{16,}/g),
  rule("openai-key", "sk-", /(?<![\w-])sk-(?=[A-Za-z]{0,48}[0-9])[A-Za-z0-9]{20,}/g),
  rule("model-key", "gsk_ xai- pplx- r8_", /(?<![A-Za-z0-9])(?:gsk_|xai-|pplx-|r8_)[A-Za-z0-9]{30,}/g),
];

const TALK: readonly TokenRule[] = [
  rule("slack-token", "xox", /(?<![A-Za-z0-9])xox[a-z](?:\.xox[bp])?-[\w-]{10,}/g),
  rule("slack-token", "xapp-", /(?<![A-Za-z0-9])xapp-[0-9]-[\w-]{10,}/g),
  rule("webhook", "hooks.slack.com", /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/+-]{20,}/g),
  rule("webhook", "/api/webhooks/", /(?<=discord(?:app)?\.com\/api\/webhooks\/)[0-9]{1,25}\/[\w-]{20,}/g),
  rule("webhook", ".office.com/webhookb2/", /(?<=\.office\.com\/webhookb2\/)[\w@/-]{20,}/g),
  rule("telegram-token", ":AA", /(?<![A-Za-z0-9]|[0-9]:)(?:bot)?[0-9]{6,12}:AA[\w-]{32,}/g),
  rule("discord-token", ".", /(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g),
  rule("twilio-key", "SK", /(?<![A-Za-z0-9])SK[0-9a-fA-F]{32}(?![A-Za-z0-9])/g),
  rule("sendgrid-key", "SG.", /(?<![A-Za-z0-9])SG\.[\w-]{16,64}\.[\w-]{16,}/g),
  rule("mailgun-key", "key-", /(?<![A-Za-z0-9])key-[a-f0-9]{32}(?![A-Za-z0-9])/g),
  rule("mailchimp-key", "-us", /(?<![A-Za-z0-9])[a-f0-9]{32}-us[0-9]{1,2}(?![A-Za-z0-9])/g),
  rule("brevo-key", "xkeysib-", /(?<![A-Za-z0-9])xkeysib-[a-f0-9]{40,}[\w-]*/g),
  rule("twitch-key", "live_", /(?<![A-Za-z0-9])live_[0-9]{5,12}_[A-Za-z0-9]{20,}/g),
  rule("facebook-token", "EAA", /(?<![A-Za-z0-9])EAA[A-Za-z0-9]{80,}/g),
];

const WORK: readonly TokenRule[] = [
  rule("stripe-key", "k_live_ k_test_ k_prod_", /(?<![A-Za-z0-9])[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}/g),
  starts("webhook-secret", "whsec_", "[A-Za-z0-9+/]{16,}={0,2}"),
  rule("square-token", "sq0", /(?<![A-Za-z0-9])sq0[a-z]{3}-[\w-]{20,}/g),
  rule("shopify-token", "shp", /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[A-Za-z0-9]{30,}/g),
  rule("new-relic-key", "NRAK- NRII- NRIQ- NRAL", /(?<![A-Za-z0-9])(?:NR(?:AK|II|IQ)-[\w-]{25,}|[a-f0-9]{36}NRAL)/g),
  rule("grafana-token", "glc_ glsa_", /(?<![A-Za-z0-9])gl(?:c|sa)_[\w+/]{30,}={0,2}/g),
  rule("dynatrace-token", "dt0", /(?<![A-Za-z0-9])dt0[a-z][0-9]{2}\.[A-Z0-9]{20,30}\.[A-Z0-9]{50,}/g),
  rule("sentry-token", "sntry", /(?<![A-Za-z0-9])sntry[su]_[\w+/=-]{30,}/g),
  rule("vault-token", "hvs. hvb. hvr.", /(?<![A-Za-z0-9])hv[sbr]\.[\w-]{20,}/g),
  rule("doppler-token", "dp.", /(?<![A-Za-z0-9])dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}/g),
  rule("1password-token", "ops_eyJ A3-", /(?<![A-Za-z0-9])(?:ops_eyJ[\w+/=-]{40,}|A3-[A-Z0-9]{6}-[A-Z0-9-]{20,})/g),
  rule("databricks-token", "dapi", /(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])/g),
  rule("linear-key", "lin_", /(?<![A-Za-z0-9])lin_(?:api|oauth)_[A-Za-z0-9]{30,}/g),
  rule("pulumi-token", "pul-", /(?<![A-Za-z0-9])pul-[a-f0-9]{40}(?![A-Za-z0-9])/g),
  rule("figma-token", "figd_", /(?<![A-Za-z0-9])figd_[\w-]{30,}/g),
  rule("notion-token", "ntn_ secret_", /(?<![A-Za-z0-9])(?:ntn|secret)_[A-Za-z0-9]{40,}/g),
  rule("planetscale-token", "pscale_", /(?<![A-Za-z0-9])pscale_(?:tkn|oauth|pw)_[\w=.-]{30,}/g),
  rule("supabase-token", "sbp_", /(?<![A-Za-z0-9])sbp_[a-f0-9]{40,}/g),
  rule("airtable-token", "pat", /(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[a-f0-9]{64}/g),
  rule("tailscale-key", "tskey-", /(?<![A-Za-z0-9])tskey-[\w-]{16,}/g),
  rule("age-key", "AGE-SECRET-KEY-", /(?<![A-Za-z0-9])AGE-SECRET-KEY-[0-9A-Z]{50,}/g),
  // Its runs cannot overlap: a token starts where a run of its own characters starts.
  rule("jwt", "eyJ", /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g),
];

const RULES: readonly TokenRule[] = [...CLOUD, ...CODE, ...TALK, ...WORK, ...moreRules()];

/** Replaces each token that is known by its form. */
export function redactTokens(text: string, replace: (kind: string) => string): string {
  let result = text;
  for (const { kind, hints, pattern } of RULES) {
    if (hints.some((hint) => result.includes(hint))) result = result.replace(pattern, () => replace(kind));
  }
  return result;
}

/** The kind of a value that is one such token and nothing else. */
export function tokenKind(value: string): string | undefined {
  for (const { kind, hints, pattern } of RULES) {
    if (!hints.some((hint) => value.includes(hint))) continue;
    pattern.lastIndex = 0;
    const match = pattern.exec(value);
    if (match?.index === 0 && match[0].length === value.length) return kind;
  }
  return undefined;
}
