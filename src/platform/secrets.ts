/** Secret references (`env:NAME`): resolved where they are used, at the last moment, and kept nowhere. */
import type { Json } from "../schema/json.js";
import { MAY_HOLD_ESCAPES, readingsOf } from "./escaped-text.js";
import { toolFailure } from "./failure.js";
import { type Sliced, unsliced } from "./slices.js";

const REFERENCE = /^env:([A-Za-z_][A-Za-z0-9_]{0,127})$/;
/** PagerDuty alone writes `Token token=`. */
const HEADER_REFERENCE = /^(?:([A-Za-z][A-Za-z0-9-]{0,31}) (token=)?)?(env:[A-Za-z_][A-Za-z0-9_]{0,127})$/;

/** Returns what a reference stands for; throws `secret-missing`. */
export type SecretResolver = (reference: string) => string;

/** A resolver over `read`, which gives the value of an environment variable. An empty value counts as missing. */
export function createSecretResolver(read: (name: string) => string | undefined): SecretResolver {
  return (reference) => {
    const name = REFERENCE.exec(reference)?.[1];
    // The text itself is not shown: it may be the secret that someone wrote in place of a reference.
    if (name === undefined) throw toolFailure("secret-missing", "a secret must be a reference such as env:NAME");
    const value = read(name);
    if (value === undefined || value === "") {
      throw toolFailure("secret-missing", `the secret ${reference} is not set`, { hint: `set ${name} for the worker` });
    }
    return value;
  };
}

/** Secrets shorter than this are not looked for: they would match by chance. */
const SOUGHT_MIN_CHARS = 6;

/** A secret of fewer characters is not looked for in other encodings: what is left of it there would match by chance. */
const ENCODED_MIN_CHARS = 12;
/** Secrets whose forms are kept; more than any machine has at once. */
const FORMS_KEPT = 500;
const formsKept = new Map<string, readonly string[]>();

/** As HTML and XML write it, by names or by numbers. */
const HTML: ReadonlyArray<Readonly<Record<string, string>>> = [
  { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" },
  { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&apos;" },
  { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" },
  { "&": "&amp;", "<": "&lt;", ">": "&gt;" },
];
const inHtml = (secret: string): string[] =>
  HTML.map((names) => secret.replace(/[&<>"']/g, (char) => names[char] ?? char));

/** As it is, in JSON and in JSON within JSON (whose writers differ in the slash), and in HTML. */
function plainForms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  const slashed = [json, twice].map((text) => text.replaceAll("/", "\\/"));
  return [secret, json, twice, ...slashed, ...inHtml(secret)];
}

/** In forms, whose writers differ in what they leave as it is, and whose blanks are plus signs. */
function formEncoded(secret: string, url: string): string[] {
  const strict = url.replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const all = [url, strict, strict.replaceAll("%2A", "*"), strict.replaceAll("%7E", "~")];
  return [...all, ...all.map((text) => text.replaceAll("%20", "+"))].filter((text) => text !== secret);
}

/** How a secret stands in a text: as it is, in JSON and HTML, URL-encoded, in hexadecimal, in base64 wherever it begins there. */
function formsOf(secret: string): readonly string[] {
  const kept = formsKept.get(secret);
  if (kept !== undefined) return kept;
  const forms = new Set(plainForms(secret));
  if (secret.length >= ENCODED_MIN_CHARS) {
    const bytes = Buffer.from(secret);
    // A lone half of a pair has no URL encoding.
    const url = /\p{Surrogate}/u.test(secret) ? secret : encodeURIComponent(secret);
    const encoded = formEncoded(secret, url);
    const lower = encoded.map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
    for (const form of [...encoded, ...lower, bytes.toString("hex"), bytes.toString("hex").toUpperCase()])
      forms.add(form);
    for (const before of [0, 1, 2]) {
      // What stands beside it changes the characters at its ends: only those that are its own are looked for.
      const own = Buffer.concat([Buffer.alloc(before), bytes])
        .toString("base64")
        .replace(/=+$/, "");
      const form = own.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
      forms.add(form).add(form.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  if (formsKept.size >= FORMS_KEPT) formsKept.clear();
  const all = [...forms].sort((a, b) => b.length - a.length);
  formsKept.set(secret, all);
  return all;
}

/**
 * Takes the given secrets out of a text, whatever they look like: as they are, as they stand in JSON, and in the usual
 * encodings. For answers of those who were told the secret, and for logs that may hold it.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return unsliced(withoutSecretsSteps(text, secrets));
}

/** The same, of a text so long that other work must not wait for it. */
export function* withoutSecretsSteps(text: string, secrets: readonly string[]): Sliced<string> {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < SOUGHT_MIN_CHARS) continue;
    for (const form of formsOf(secret)) {
      clean = clean.replaceAll(form, PLACEHOLDER);
      yield;
    }
  }
  return secrets.length > 0 && MAY_HOLD_ESCAPES.test(clean) ? yield* withoutEscaped(clean, secrets) : clean;
}

const PLACEHOLDER = "[redacted:secret]";

/** Secrets that line breaks part, or that are written in escapes: looked for without both, and taken out with them. */
function* withoutEscaped(text: string, secrets: readonly string[]): Sliced<string> {
  const spans: Array<[number, number]> = [];
  for (const reading of readingsOf(text)) {
    for (const secret of secrets) {
      if (secret.length < ENCODED_MIN_CHARS) continue;
      for (const form of [...readingsOf(secret).map((read) => read.text), ...formsOf(secret)]) {
        if (form.length < SOUGHT_MIN_CHARS) continue;
        for (let at = reading.text.indexOf(form); at !== -1; at = reading.text.indexOf(form, at + form.length)) {
          spans.push([reading.placeOf(at, false), reading.placeOf(at + form.length, true)]);
        }
        yield;
      }
    }
  }
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let clean = "";
  let done = 0;
  for (const [from, to] of spans) {
    if (to <= done) continue;
    clean += from < done ? "" : text.slice(done, from) + PLACEHOLDER;
    done = to;
  }
  return clean + text.slice(done);
}

/** The same for all text of a JSON value, keys included. */
export function withoutSecretsIn(value: Json, secrets: readonly string[]): Json {
  if (secrets.length === 0) return value;
  if (typeof value === "string") return withoutSecrets(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecretsIn(item, secrets));
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [withoutSecrets(key, secrets), withoutSecretsIn(item, secrets)]),
  );
}

/** The values of all references in a document, such as the configuration; those that are not set are left out. */
export function secretValues(document: unknown, read: (name: string) => string | undefined): string[] {
  const names = JSON.stringify(document).matchAll(
    /"(?:[A-Za-z][A-Za-z0-9-]{0,31} (?:token=)?)?env:([A-Za-z_][A-Za-z0-9_]{0,127})"/g,
  );
  const values = [...new Set([...names].map(([, name = ""]) => read(name) ?? ""))].filter((value) => value !== "");
  // The longest first, so that one that holds another goes whole.
  return values.sort((a, b) => b.length - a.length);
}

/** Whether a header's value is a secret reference, optionally behind a word (`Bearer env:TOKEN`). */
export function isSecretHeader(value: string): boolean {
  return HEADER_REFERENCE.test(value);
}

/**
 * The header's value with its reference resolved. Behind `Basic`, a secret that holds a colon is `user:password` and
 * is encoded; any other is taken as encoded already.
 */
export function resolveHeader(value: string, resolve: SecretResolver): string {
  const match = HEADER_REFERENCE.exec(value);
  if (match?.[3] === undefined) return value;
  const [, scheme, label = "", reference] = match;
  const secret = resolve(reference);
  if (/[^\x20-\x7e]/.test(secret)) {
    const message = `the secret ${reference} must be one line of plain characters to be sent in a header`;
    throw toolFailure("secret-missing", message, { hint: "check for a line break at its end" });
  }
  if (scheme === undefined) return secret;
  const isPair = scheme.toLowerCase() === "basic" && secret.includes(":");
  return `${scheme} ${label}${isPair ? Buffer.from(secret).toString("base64") : secret}`;
}
