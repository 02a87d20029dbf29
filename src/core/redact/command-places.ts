/**
 * Places of a secret in commands and in configuration that puts no sign between name and value.
 */
import type { Place } from "./place.js";

const place = (kind: string, hint: RegExp, before: string, value = "[^\\s\"'`|;&,]{1,256}"): Place => ({
  kind,
  hint,
  pattern: new RegExp(`(?<=${before})(?!\\[redacted:)${value}`, "gim"),
});
const loosePlace = (kind: string, hint: RegExp, before: string, value?: string): Place => ({
  ...place(kind, hint, before, value),
  random: true,
});
/** The arguments before it, in the same command. */
const ARGUMENTS = "[^\\n|;]{0,160}";
const QUOTE = "[\"'`]?";
/** No further option. */
const VALUE = "(?![-/$<])[^\\s\"'`|;]{1,256}";

/** `-p` is the password of these, of others a port; of these it is `-P`. */
const OPTIONS: readonly Place[] = [
  place(
    "password",
    /mongo|cqlsh|rabbitmqadmin|\b7z/,
    `\\b(?:mongo(?:sh|dump|restore|export|import|stat|top)?|cqlsh|rabbitmqadmin)\\b${ARGUMENTS}\\s-p[ =]${QUOTE}`,
    VALUE,
  ),
  place("password", /\b7z/, `\\b7za?\\b${ARGUMENTS}\\s-p${QUOTE}`, VALUE),
  {
    kind: "password",
    hint: /-P/,
    // -p in small letters is a port of some of these.
    pattern: new RegExp(
      `(?<=\\b(?:mosquitto_(?:pub|sub|rr)|sqlcmd|bcp|isql|ipmitool|zip|unzip)\\b${ARGUMENTS}\\s-P ?${QUOTE})(?!\\[redacted:)${VALUE}`,
      "g",
    ),
  },
  place(
    "password",
    /snmp/i,
    `\\bsnmp(?:get|walk|bulkget|bulkwalk|set|table|trap|next|status|test)\\b${ARGUMENTS}\\s-[cAX] ?${QUOTE}`,
    VALUE,
  ),
  place("secret", /gh secret/, `\\bgh secret set\\b${ARGUMENTS}\\s(?:-b|--body)[ =]${QUOTE}`, VALUE),
];

const ARGUMENT_PLACES: readonly Place[] = [
  place(
    "password",
    /rabbitmqctl/,
    `\\brabbitmqctl\\b${ARGUMENTS}(?:add_user|change_password|authenticate_user)\\s\\S{1,64}\\s${QUOTE}`,
    VALUE,
  ),
  place(
    "password",
    /htpasswd/,
    `\\bhtpasswd\\s-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}\\s(?:-\\S{1,20}\\s){0,3}\\S{1,200}\\s\\S{1,64}\\s${QUOTE}`,
    VALUE,
  ),
  place(
    "password",
    /htpasswd -\w*n/,
    `\\bhtpasswd\\s-(?=[a-zA-Z]{0,8}n)(?=[a-zA-Z]{0,8}b)[a-zA-Z]{1,8}\\s\\S{1,64}\\s${QUOTE}`,
    VALUE,
  ),
  place(
    "password",
    /net use /i,
    `\\bnet use\\s[^\\n|;]{0,120}?\\\\\\\\[\\w.$\\\\-]{3,120}\\s${QUOTE}`,
    "(?![/*-])[^\\s\"']{4,256}",
  ),
  place("password", /ssh-keygen/, `\\bssh-keygen\\b${ARGUMENTS}\\s-[NP] ?${QUOTE}`, VALUE),
  place("password", /net user/i, `\\bnet user\\s[\\w.\\\\-]{1,64}\\s${QUOTE}`, "(?![/-])[^\\s\"']{4,256}"),
  place("password", /ftp/, `\\bl?ftp\\b${ARGUMENTS}-u ?[\\w.@-]{1,64},`, VALUE),
  place(
    "password",
    /sqlplus|expdp|impdp|sqlldr/,
    `\\b(?:sqlplus|expdp|impdp|sqlldr)\\s(?:-\\S{1,10}\\s){0,4}${QUOTE}[\\w$#]{1,64}/`,
    "[^\\s@\"']{1,128}",
  ),
  loosePlace("token", /vault login/, `\\bvault login\\s(?:-\\S{1,60}\\s){0,4}`, VALUE),
  loosePlace("token", /authtoken/i, "\\b(?:add-)?authtoken[ :=]{1,3}", "[\\w.~+/-]{16,256}"),
  place(
    "password",
    /chpasswd/,
    `\\becho\\s(?:-\\S{1,4}\\s)?${QUOTE}[\\w.-]{1,64}:`,
    `[^\\s"'|]{1,256}(?=["']?\\s{0,4}\\|\\s{0,4}(?:sudo )?chpasswd)`,
  ),
  place(
    "password",
    /sudo -S|su -/,
    `\\becho\\s(?:-\\S{1,4}\\s)?${QUOTE}`,
    `[^\\s"'|]{1,256}(?=["']?\\s{0,4}\\|\\s{0,4}(?:sudo -S|su -|su\\b))`,
  ),
  place("password", /SecureString/i, "\\bConvertTo-SecureString\\s{1,4}(?:-String\\s{1,4})?[\"']", "[^\"'\\n]{1,256}"),
];

/** Strong enough names that a blank between name and value is enough, where the value is no word. */
const STRONG =
  "(?:pass(?:word|wd|phrase)|userpassword|pre-?shared-key|\\bPSK|\\bsecret|[_-](?:pass|pwd|token|secret)|auth-?token|(?:api|access|secret|private|auth|encryption)[_-]?key(?:_id)?|_authtoken)";

const CONFIGURATION: readonly Place[] = [
  loosePlace(
    "secret",
    /pass|pwd|token|secret|key|psk/i,
    `(?<![A-Za-z])[\\w./:@-]{0,60}${STRONG}["'\`]?(?:[ \\t]{1,4}|,[ \\t]{0,4})(?:[0-9] )?[\\\\"'\`]{0,2}`,
    "[A-Za-z0-9+/][^\\s\"'`,;(){}<>|\\\\]{8,256}={0,2}(?=[\\s\"'`;,})\\\\]|$)",
  ),
  loosePlace("password", /\bpass|\bpw\b|\bpsk/i, "(?<![A-Za-z0-9_-])(?:pass|pw|psk)[ \\t]{0,2}[=:][ \\t]{0,2}[\"'`]?"),
  loosePlace(
    "password",
    /\buser/i,
    "\\b(?:user|username|login)[ =:]{1,2}[\"']?[\\w.@-]{1,64}[\"']?,? (?:pass|pw|pwd)[ =:]{1,2}[\"']?",
  ),
  place("password", /stats auth|addauth/, "\\b(?:stats auth|addauth digest)\\s{1,4}[\\w.-]{1,64}:", "[^\\s\"']{1,256}"),
  place(
    "password",
    /\]:[0-9]/,
    "^\\s{0,8}\\[[\\w.-]{1,120}\\](?::[0-9]{1,5})?\\s{1,8}[\\w.@-]{1,64}:",
    "[^\\s\"']{1,256}$",
  ),
  place("password", / >/, "\\b(?:SETUSER|user)\\s\\S{1,64}\\s[^\\n>]{0,80}\\s>", "[^\\s\"']{4,256}"),
  place(
    "api-key",
    /-server (?:key|community)/,
    "\\b(?:radius|tacacs|snmp)-server (?:host \\S{1,64} )?(?:key|community) (?:[0-9] )?",
    "[^\\s\"']{1,256}",
  ),
  place(
    "encryption-key",
    /\bencrypt/,
    "\\bencrypt(?:_key)?[\"']?[ \\t]{0,4}[=:][ \\t]{0,4}[\"']",
    "[A-Za-z0-9+/]{22,86}={0,2}(?=[\"'])",
  ),
];

/** Where a URL is itself what lets a sender in: a hook, a heartbeat. */
const HOOK_URLS: readonly Place[] = [
  place(
    "webhook",
    /:\/\//,
    "https?://[^\\s\"'<>]{1,200}/(?:(?:web)?hooks?|inbound|heartbeats?|alert|with/key|incidents/api|api/events|hook-?in|integrations?)/",
    // What follows the first part of such a path belongs to it.
    "(?=[A-Za-z_-]{0,36}[0-9])[A-Za-z0-9_-]{18,128}(?:[/@][\\w@/%-]{8,512})?(?![A-Za-z0-9_-])",
  ),
  place("webhook", /loggly/, "https?://logs-\\d\\d\\.loggly\\.com/(?:inputs|bulk)/", "[\\w-]{16,64}"),
  place("webhook", /\/api\/push\//, "https?://[^\\s\"'<>/]{1,200}/api/push/", "[A-Za-z0-9]{8,64}"),
  // Whoever has the link may do it.
  loosePlace(
    "token",
    /reset|magic|invit|verif|activat|confirm/i,
    "https?://[^\\s\"'<>]{1,200}[/?&](?:reset[-_]?password|password[-_]?reset|magic(?:[-_]?link)?|invit(?:e|ation)|verif(?:y|ication)(?:[-_]?email)?|activat(?:e|ion)|confirm(?:[-_]?email)?)[/=]",
    "[\\w.~-]{20,512}",
  ),
  place("token", /SAML(?:Response|Request)=/, "(?:^|[?&\\s])SAML(?:Response|Request)=", "[\\w%+/=-]{20,}"),
  loosePlace("api-key", /x-honeycomb-team/i, "x-honeycomb-team[\"']?[ \\t]{0,2}[:=][ \\t]{0,2}[\"']?"),
  place(
    "webhook",
    /hc-ping|cronitor|nosnch|betterstack|uptimerobot/,
    "https?://(?:hc-ping\\.com|cronitor\\.link/p|nosnch\\.in|heartbeat\\.uptimerobot\\.com)/",
    "[\\w/-]{8,128}",
  ),
];

export const commandPlaces = (): readonly Place[] => [...OPTIONS, ...ARGUMENT_PLACES, ...CONFIGURATION, ...HOOK_URLS];
