/**
 * Names that a secret goes by, and which values beside such a name are one.
 */
import { tokenKind } from "./tokens.js";

/** Text of a pattern, letters in any case: what a secret's name ends with. */
export const SECRET_NAME =
  "(?:pass(?:word|wd|phrase|code)|pwd|secret|(?<![a-z])secret[_-]?id|token|mnemonic|seed[_ -]?phrase|(?<![A-Za-z])jwt|secret[_-]?key[_-]?base|(?<=client[_-])key[_-]data|pre-?shared[_-]?key|(?<=fastly-)key|credentials?|(?<=[_.-])pass|(?<![A-Za-z])(?:store|key|user|db|root|admin|bind)pass|(?<![a-z])auth" +
  // As other languages name a password.
  "|passwort|kennwort|contrase(?:ñ|n)a|mot[ _-]?de[ _-]?passe|senha|wachtwoord|has[łl]o|l[öo]senord|heslo|пароль|密码|密碼|パスワード|口令|비밀번호|şifre|parola|lozinka|adgangskode|salasana|jelszó|mật khẩu|รหัสผ่าน|סיסמה|كلمة المرور" +
  "|(?:api|app|application|access|secret|private|encryption|signing|account|auth|master|license|service|storage" +
  "|subscription|session|deploy|routing|integration|recovery|unseal)[_. -]?key)(?:[_ -]?[0-9]{1,2})?";

const KEY_ENDS = new RegExp(`(${SECRET_NAME})$`, "i");
const HEADERS: Readonly<Record<string, string>> = {
  authorization: "authorization",
  "proxy-authorization": "authorization",
  cookie: "cookie",
  "set-cookie": "cookie",
};

/** `env:NAME`, also behind a word (`Bearer env:NAME`): where a secret is found, not the secret. */
const REFERENCE = /^(?:[A-Za-z]{1,20} )?env:[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** What people and programs write in place of a value. */
const STAND_IN = new RegExp(
  `^(?:${[
    "\\[(?:redacted|masked|hidden|filtered)\\b.*",
    "<[a-z_ -]{0,80}>?",
    "\\$[A-Z_][A-Z0-9_]*",
    "\\$[{(].*",
    "\\$?\\{\\{.*",
    "%(?:[sdv]|\\(\\w{1,40}\\)s|\\w{1,40}%)",
    "[*•.-]+|x{1,40}",
    "true|false|null|none|nil|undefined|yes|no|on|off|empty|unset|string|str|required|optional",
    "redacted|hidden|masked|missing|ConvertTo-SecureString",
    "(?:process\\.env|os\\.environ|getenv)\\b.*",
    "(?:op|vault|ref|arn|file):.*",
    "!(?:vault|secret|env|env_var|ref|sub|getatt|include)",
    // The call that fetches it: os.Getenv(
    "[a-z_$][\\w.$:]{0,80}\\(",
    // A mapping, in prose: what it holds is looked at by itself.
    "[\\w-]{1,60}: ?\\{.*\\}",
    // What gives one, in place of the value.
    "(?:kubectl|oc|aws|az|gcloud|vault|op|openssl|echo|cat|head|docker|helm|terraform|pwgen|uuidgen)\\s.*",
  ].join("|")})$`,
  "i",
);
/** States that a log line tells of a token, and what a parser calls one. */
const STATE =
  /^(?:expired?|invalid|valid|revoked|rejected|refused|refresh(?:ed)?|rotated?|ok|failed|failure|success|error|denied|unknown|bucket|auth|present|absent|cached|bearer|[lr](?:paren|brace|bracket)|eof|comma|colon|string|number|literal|operator|keyword|ident(?:ifier)?|end_of_[a-z]{2,8})$/i;
/** `tls-cert`, `db-credentials`, `shop_password`: the name of a declared or a Kubernetes secret. */
const OBJECT_NAME = /^[a-z][a-z0-9]{0,15}(?:[-._][a-z0-9]{1,15}){1,6}$/;
/** The same behind its namespace: `shop/db-credentials`. */
const NAMESPACED =
  /^[a-z]{1,20}\d{0,3}(?:-[a-z]{1,20}\d{0,3}){0,6}\/[a-z]{1,20}\d{0,3}(?:[-.][a-z]{1,20}\d{0,3}){0,8}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PATH = /^(?:\/|[~.]{0,2}\/[a-z][\w.-]{0,24}(?:\/[\w.-]{0,24}){0,20}|[A-Za-z]:\\.*)$/;
/** Keys that other systems use for plain names as well. */
const SHARED_KEY = /^(?:routing|service|integration|session|account|storage|deploy|master|license|subscription)/i;

export interface NamedValue {
  /** As matched, e.g. `api_key`. */
  name: string;
  value: string;
  /** `json`: a key of a mapping; `text`: `name=value` or a quoted value; `prose`: `name: value` in running text. */
  where: "json" | "text" | "prose";
  /** Whether further words follow in the same line. */
  goesOn: boolean;
}

/** What a key of a mapping, a header or a variable says its value is: the name's end, or undefined. */
export function secretName(key: string): string | undefined {
  if (key.length > 200) return undefined;
  const lower = key.toLowerCase();
  return Object.hasOwn(HEADERS, lower) ? HEADERS[lower] : KEY_ENDS.exec(key)?.[1];
}

/** The kind of secret that a value beside a secret's name is, or undefined where it is none. */
export function namedSecretKind({ name, value, where, goesOn }: NamedValue): string | undefined {
  const plain = value.trim();
  if (plain === "" || REFERENCE.test(plain) || STAND_IN.test(plain)) return undefined;
  const kind = kindOfName(name);
  return isSecret(kind, name, plain, where, goesOn) ? (tokenKind(plain) ?? kind) : undefined;
}

function kindOfName(name: string): string {
  if (
    /^pass|^pwd|pass$|^(?:kennw|contr|mot|senha|wacht|has|l.senord|heslo|parola|lozinka|adgang|salas|jelsz)|[^\x00-\x7f]/i.test(
      name,
    )
  )
    return "password";
  if (/key/i.test(name)) return "api-key";
  if (/^secret|^mnemonic|^seed/i.test(name)) return "secret";
  if (/^authorization|^cookie/.test(name)) return name;
  return /^token/i.test(name) ? "token" : "credential";
}

function isSecret(kind: string, name: string, value: string, where: NamedValue["where"], goesOn: boolean): boolean {
  if (kind !== "password" && PATH.test(value)) return false;
  if (where === "prose" && STATE.test(value)) return false;
  if (kind === "token") return isToken(value, where);
  if (kind === "credential" || SHARED_KEY.test(name)) return isRandom(value);
  if (/id$/i.test(name)) return UUID.test(value) || (isCoined(value) && !value.includes("/"));
  if (kind === "secret" && (OBJECT_NAME.test(value) || NAMESPACED.test(value)) && !UUID.test(value)) return false;
  if (/^pwd/i.test(name) && PATH.test(value)) return false;
  if (/^pass$/i.test(name) && /^[0-9]{1,6}$/.test(value)) return false;
  // "password: reset failed": a word that a sentence goes on from.
  return !(where === "prose" && goesOn && /^[A-Za-z]?[a-z]+[,.;:]?$/.test(value));
}

/** Tokens share their name with things that are none (buckets, counts, states), so the value must look like one. */
function isToken(value: string, where: NamedValue["where"]): boolean {
  // As objects print themselves: the name of their class, then what they hold.
  if (/^[A-Z][A-Za-z]{1,60}[{(@]/.test(value)) return false;
  if (STATE.test(value) || /^-?[0-9]{1,10}(?:\.[0-9]{1,6})?$/.test(value)) return false;
  if (where === "json") return !/\s/.test(value) && value.length >= 4;
  return where === "text" ? value.length >= 6 : isRandom(value);
}

/** Whether a text without spaces mixes letters and digits, or cases, as no word does. */
export function isRandom(value: string): boolean {
  if (/\s/.test(value)) return false;
  if (value.length >= 6 && /[0-9]/.test(value) && /[A-Za-z]/.test(value)) return true;
  if (value.length >= 8 && (/[a-z][A-Z]/.test(value) || value.endsWith("="))) return true;
  return value.length >= 24 && new Set(value).size >= 10 && !/[a-z]{3}[-_. ][a-z]{3}/.test(value);
}

/** Whether a word of running text is no word at all: long enough, letters and digits mixed, no name of a method. */
export function isCoined(value: string): boolean {
  const word = value.replace(/[.,;:!?)\]}]{1,8}$/, "");
  if (word.length < 8 || !/[0-9]/.test(word) || !/[A-Za-z]/.test(word) || UUID.test(word)) return false;
  if (
    /^(?:sha|md[0-9]|aes|rsa|base[0-9]|utf|https?|tls|ssl|v?[0-9]+[.:]|argon|bcrypt|iso|oauth|saml|rfc|env:|\/)/i.test(
      word,
    )
  )
    return false;
  return !OBJECT_NAME.test(word) && !PATH.test(word) && !/^[a-z]{3,}[_-][a-z0-9_-]+$/.test(word);
}
