/**
 * Places in URLs, commands and statements where a secret stands.
 */
import { commandPlaces } from "./command-places.js";
import type { Place } from "./place.js";
import { SECRET_NAME } from "./secret-names.js";

const place = (kind: string, hint: RegExp, pattern: RegExp): Place => ({ kind, hint, pattern });
const loosePlace = (kind: string, hint: RegExp, pattern: RegExp): Place => ({ kind, hint, pattern, random: true });
const KEPT = "(?!\\[redacted:)";

const IN_URLS: readonly Place[] = [
  place("password", /:\/\//, /(?<=[A-Za-z0-9]:\/\/[^\s/@:"'<>[]{0,128}:)(?!\[redacted:)[^\s/"'<>]{1,256}(?=@)/g),
  // In JSON whose writer escapes slashes.
  place(
    "password",
    /:\\{1,8}\//,
    /(?<=:\\{1,8}\/\\{1,8}\/[^\s/@:"'<>[\\]{0,128}:)(?!\[redacted:)[^\s/"'<>\\]{1,256}(?=@)/g,
  ),
  place(
    "password",
    /:\/\//,
    /(?<=[A-Za-z0-9]:\/\/[^\s/@:"'<>[]{1,128}:)(?!\[redacted:|[0-9]{1,5}[/?#])[^\s@"'<>]{1,256}(?=@[\w.-]{1,255}[:/])/g,
  ),
  // Without a scheme.
  place("password", /\/\//, /(?<=(?<![:\w/])\/\/[^\s/@:"'<>[]{1,64}:)(?!\[redacted:)[^\s/@"'<>]{1,256}(?=@[\w-])/g),
  place("token", /:\/\//, /(?<=https?:\/\/)(?=[^\s/@:]{0,255}[0-9])(?!\[redacted:)[^\s/@:"'<>]{16,256}(?=@)/g),
  place(
    "password",
    /@(?:tcp|unix)\(/,
    /(?<=(?:^|[\s"'=(])[\w.-]{1,64}:)(?!\[redacted:)[^\s:@/"']{1,128}(?=@(?:tcp|unix)\()/g,
  ),
  place("password", /(?:-u|--user)[ =]/, /(?<=\s(?:-u|--user)[ =]["']?[\w.@-]{1,64}:)(?!\[redacted:)[^\s"']{1,256}/g),
  // ProFTPD's mod_sql: a connection, a user, the password.
  place(
    "password",
    /SQLConnectInfo/i,
    /(?<=\bSQLConnectInfo\s{1,4}\S{1,256}\s{1,4}\S{1,64}\s{1,4}["']?)(?!\[redacted:)[^\s"']{1,256}/gi,
  ),
  place("password", /sshpass/, /(?<=sshpass\s{1,4}-p\s{0,4}["']?)(?!\[redacted:)[^\s"']{1,256}/g),
  place("password", /mysql/, /(?<=\bmysql[a-z]{0,10}\b[^\n|;]{0,200}\s-p["']?)(?!\[redacted:)[^\s"']{1,256}/g),
  place(
    "password",
    /identified/i,
    /(?<=identified\s{1,4}(?:with\s{1,4}["'`]?\w{1,40}["'`]?\s{1,4})?(?:by|as)\s{1,4}(?:password\s{1,4})?["'])(?!\[redacted:)[^"'\n]{1,256}/gi,
  ),
  place(
    "password",
    /password\s+'/i,
    /(?<=with\s(?:login\s|encrypted\s){0,2}password\s{1,4}')(?!\[redacted:)[^'\n]{1,256}/gi,
  ),
  place(
    "password",
    /set\s+password/i,
    /(?<=\bset\s{1,4}password\b[^\n=']{0,80}=\s{0,4}(?:password\s?\(\s?)?')(?!\[redacted:)[^'\n]{1,256}/gi,
  ),
  // A row for a table of users.
  loosePlace(
    "password",
    /insert\s+into/i,
    /(?<=\binsert\s{1,4}into\s{1,4}[\w.`"]{1,60}\s{0,4}\([^()\n]{0,200}(?:pass|pwd|secret|token)[^()\n]{0,200}\)\s{0,4}values\s{0,4}\([^()\n]{0,200}')(?!\[redacted:)[^'\n]{1,256}(?=')/gi,
  ),
  place("password", /openssl/, /(?<=\bopenssl\b[^\n|;]{0,120}\s-k ?["']?)(?!\[redacted:)[^\s"']{1,256}/g),
  // Links that are signed, and codes that are changed into tokens.
  place(
    "signature",
    /signature=/i,
    /(?<=(?:^|[?&\s,;"'])(?:X-(?:Amz|Goog)-)?Signature=)(?!\[redacted:)[A-Za-z0-9+/_~%=-]{32,2048}/gim,
  ),
  place(
    "token",
    /\bcode=/,
    /(?<=(?:^|[?&\s"'])code=)(?!\[redacted:)[\w./~%-]{12,1024}(?=&(?:state|scope|grant_type|session_state|client_id|redirect_uri)=)/gm,
  ),
  place(
    "token",
    /\b(?:t?otp|code)/i,
    /(?<=\b(?:t?otp|(?:one[- ]time|verification|2fa|mfa|backup|recovery|pin)[- _]code)s?\s{0,2}(?:is|[:=])\s{0,2}["'`]?)(?!\[redacted:)(?=[a-z0-9-]{0,12}[0-9])[A-Za-z0-9][A-Za-z0-9-]{3,40}\b/gi,
  ),
  place("password", /login/, /(?<=\blogin\s{1,4}\S{1,64}\s{1,4}password\s{1,4})(?!\[redacted:)\S{1,256}/g),
  place(
    "password",
    /requirepass|masterauth/,
    /(?<=\b(?:requirepass|masterauth)\s{1,4}["']?)(?!\[redacted:)[^\s"']{1,256}/g,
  ),

  place("password", /jdbc:oracle/, /(?<=jdbc:oracle:\w{2,6}:[\w$#]{1,64}\/)(?!\[redacted:)[^\s@"']{1,128}(?=@)/g),
  place(
    "password",
    /%3A%2F%2F/i,
    /(?<=%3A%2F%2F[^\s%&]{1,64}%3A)(?!\[redacted:)(?:[\w.~+!-]|%(?!40)[0-9A-F]{2}){1,128}(?=%40)/gi,
  ),
  place(
    "session",
    /sess|sid/i,
    /(?<=(?<![A-Za-z0-9])(?:PHPSESSID|JSESSIONID|ASP\.NET_SessionId|connect\.sid|_[a-z]{2,20}_session|sessionid|csrftoken)=)(?!\[redacted:)[\w%.-]{20,512}/gi,
  ),
];

const IN_COMMANDS: readonly Place[] = [
  place(
    "password",
    /login/,
    /(?<=\b(?:docker|podman|nerdctl|buildah|skopeo|helm registry|oc|az|az acr|crane auth|regctl registry|argocd|cf)\s{1,4}login\b[^\n|;]{0,120}\s-p[ =]["']?)(?!\[redacted:)[^\s"']{1,256}/g,
  ),
  place(
    "password",
    /redis-cli/,
    /(?<=\bredis-cli\b[^\n|;]{0,120}\s(?:-a|--pass)[ =]["']?)(?!\[redacted:)[^\s"']{1,256}/g,
  ),
  place(
    "password",
    /ldap/,
    /(?<=\bldap(?:search|add|modify|whoami|passwd|delete)\b[^\n|;]{0,160}\s-w ?["']?)(?!\[redacted:)[^\s"'-][^\s"']{0,255}/g,
  ),
  place("password", /-U/, /(?<=\s-U ?["']?[\w.\\/-]{1,64}%)(?!\[redacted:)[^\s"']{1,256}/g),
  place("password", /bindpw|rootpw/, /(?<=(?:^|[\s"'(])(?:bindpw|rootpw)\s{1,8}["']?)(?!\[redacted:)[^\s"']{1,256}/gm),
  loosePlace("password", /AUTH /, /(?<=(?:^|["'\s(])AUTH (?:[\w-]{1,32} )?["']?)(?!\[redacted:)[^\s"']{12,256}/gm),
  // A whole line of a .pgpass file.
  place(
    "password",
    /:/,
    /(?<=^(?=[^\n:]{0,80}[A-Za-z*])[\w.*-]{1,80}:(?:[0-9]{4,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:)(?!\[redacted:)[^\s:]{1,256}$/gm,
  ),
  place("password", /password/i, /(?<=\bpassword(?:\s{1,4}|\s{0,2}\(\s{0,2})')(?!\[redacted:)[^'\n]{1,256}(?=')/gi),
];

const named = (before: string, after: string, value: string): RegExp =>
  new RegExp(`(?<=${before}[\\w.-]{0,60}(?:${SECRET_NAME})${after})${KEPT}${value}`, "gi");

const IN_CODE: readonly Place[] = [
  place(
    "secret",
    /\b(?:define|set\w*|put\w*|add\w*|append)\(/i,
    named(
      "\\b(?:define|set|setenv|putenv|put|setProperty|setItem|addHeader|setHeader|add|append)\\(\\s?[\"']",
      "[\"']\\s?,\\s?[\"']",
      "[^\"'\\n]{1,512}(?=[\"'])",
    ),
  ),
  place(
    "password",
    /\.(?:login|auth|signIn)/i,
    /(?<=\.(?:login|authenticate|auth|signIn)\(\s?["'][^"'\n]{1,64}["']\s?,\s?["'])(?!\[redacted:)[^"'\n]{1,256}(?=["'])/gi,
  ),
  place(
    "secret",
    /\bset(?:Pass|Secret|Token|Api)/i,
    /(?<=\bset(?:Password|Passphrase|Secret|Token|ApiKey|SecretKey)\(\s?["'])(?!\[redacted:)[^"'\n]{1,256}(?=["'])/gi,
  ),
  place("secret", /value=/i, named("\\b(?:key|name)=[\"']", "[\"']\\s{1,4}value=[\"']", "[^\"'\\n]{1,512}(?=[\"'])")),
  // A variable of a container, in YAML or JSON: its name, then its value.
  place(
    "secret",
    /value/i,
    named(
      "(?<![\\w.])\\\\{0,3}[\"']?(?:name|key)\\\\{0,3}[\"']?\\s?:\\s?\\\\{0,3}[\"']?",
      "\\\\{0,3}[\"']?,?\\s{0,40}?\\\\{0,3}[\"']?value\\\\{0,3}[\"']?\\s?:\\s?\\\\{0,3}[\"']?",
      "(?![$<{|>&*!]|(?:true|false|null|env:)\\b)[^\\s\"'\\\\,}]{1,512}",
    ),
  ),
  place("secret", /\bENV\b/, named("(?:^|\\n)\\s{0,4}(?:[^\\n]{0,80}\\s)?ENV\\s", "\\s", "[^\\s=\"']{6,512}")),
];

const IN_ENVIRONMENT: readonly Place[] = [
  loosePlace(
    "api-key",
    /_(?:KEY|PAT)=/,
    /(?<=(?<![A-Z0-9_])(?![A-Z0-9_]{0,40}(?:CACHE|PARTITION|SORT|PRIMARY|IDEMPOTENCY|ROW|HASH|OBJECT|LOCK|PUBLIC|GROUP|SHARD|ROUTE)_KEY)[A-Z][A-Z0-9_]{1,60}_(?:KEY|PAT)=["']?)(?!\[redacted:)[A-Za-z0-9]{24,256}(?![\w/.-])/g,
  ),
];

const NAMES_OF_OTHERS =
  "cache|partition|sort|primary|foreign|idempotency|dedup|row|hash|object|lock|public|group|shard|route|index|unique|composite|map|join|order|range|search|storage|redis|record|event|message|resource|session|state|etag|websocket|surrogate|host|ssh|gpg";
const LISTED = /pass|pwd|secret|token|key|credential/i;

/** `<vendor>_key = …`, and lists: the name, blanks or a bar of a table, the value. */
const IN_LISTS: readonly Place[] = [
  loosePlace(
    "api-key",
    /[_-]key/i,
    new RegExp(
      `(?<=(?<![A-Za-z0-9_.-])(?![\\w-]{0,60}(?:${NAMES_OF_OTHERS})[_-]key)[A-Za-z][\\w-]{1,60}[_-]key["']?[ \\t]{0,4}[:=][ \\t]{0,4}["'\`]?)${KEPT}[A-Za-z0-9+/_-]{20,256}={0,2}(?![\\w/.:-])`,
      "gi",
    ),
  ),
  loosePlace(
    "secret",
    LISTED,
    new RegExp(
      `(?<=(?:^|\\|)[ \\t]{0,8}[\\w.-]{0,60}(?:${SECRET_NAME})[ \\t]{0,40}(?:[ \\t]|\\|)[ \\t]{0,8}["']?)(?![0-9]{4}-[0-9]{2})${KEPT}[A-Za-z0-9][^\\s"'|,;(){}]{11,255}(?![^\\s"'|])`,
      "gim",
    ),
  ),
];

/** "The password is …" and its like, where what follows is no word. */
const IN_PROSE: readonly Place[] = [
  place(
    "password",
    /pass/i,
    /(?<=\bpass(?:word|phrase|code) {1,4}(?:(?:for|of|to|on|at) [^\n"'`]{0,40}(?:["'`][^\n"'`]{1,64}["'`][^\n"'`]{0,20})?)?\b(?:is|was) {1,2}(?:now )?["'`])(?!\[redacted:)[^"'`\n]{1,256}(?=["'`])/gi,
  ),
  loosePlace(
    "secret",
    /pass|secret|token|key|credential/i,
    /(?<=\b(?:pass(?:word|code|phrase)|secret(?: key)?|(?:api|access|secret|auth|bearer)[ -]?(?:key|token)|token) (?:is|was|=|is:|(?:(?:has been|was|is) )?(?:set|changed|reset|updated|rotated) to) ["'`]?)(?!\[redacted:)[^\s"'`,;]{6,256}/gi,
  ),
  loosePlace(
    "secret",
    /pass|token|key/i,
    /(?<=\b(?:and|with|use|using|by|via|the|my|our|new|old) (?:password|passphrase|passcode|api key|access key|secret key|token) ["'`]?)(?!\[redacted:)[^\s"'`,;]{8,256}/gi,
  ),
  // The same said in other languages, and URL-encoded.
  loosePlace(
    "password",
    /passwor|kennwor|contrase|passe|senha|wachtwoord|has[łl]o|parol|пароль/i,
    /(?<=(?:passwor[td]|kennwort|contraseña|mot de passe|senha|wachtwoord|has[łl]o|пароль) (?:lautet|ist|est|es|é|è|was|war|to|jest) {0,2}["'«„`]?)(?!\[redacted:)[^\s"'`,;»“]{6,256}/gi,
  ),
  // JSON that a URL, HTML or another JSON text escaped.
  place("secret", /%22/, named("(?<![A-Za-z])", "%22%3A(?:%20|\\+)?%22", "[^\\s%&\"']{4,256}")),
  place("secret", /&(?:quot|#34);/, named("(?<![A-Za-z])", "&(?:quot|#34);\\s?:\\s?&(?:quot|#34);", "[^&\\s]{1,256}")),
  place("secret", /\\u0022/, named("(?<![A-Za-z])", "\\\\u0022\\s?:\\s?\\\\u0022", "[^\\\\\\s]{1,256}")),
  place("secret", /%3D/i, named("(?<![A-Za-z])", "%3D", "[^\\s%&\"']{4,256}")),
  loosePlace(
    "password",
    /creds|credentials|login/i,
    /(?<=\b(?:credentials|login|creds)(?:[:=] ?| )["'`]?[\w.@-]{1,64}[/:])(?!\[redacted:)[^\s"'`,;/]{8,256}/gi,
  ),
];

const PLACES: readonly Place[] = [
  ...IN_URLS,
  ...IN_COMMANDS,
  ...IN_CODE,
  ...IN_ENVIRONMENT,
  ...IN_LISTS,
  ...IN_PROSE,
  ...commandPlaces(),
];

/** All of them. Not shown as a value: what the module shows is frozen where runs share it, and a pattern has a place of its own. */
export const places = (): readonly Place[] => PLACES;
