/**
 * Takes secrets out of text and JSON before they reach a log, a prompt, history, a ticket or a report: known kinds by
 * their form, others by what stands beside them. Each goes as `[redacted:<kind>]`; what was redacted once stays as it is.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../schema/json.js";
import { DOCUMENT_MAX_DEPTH, PROBLEMS_MAX } from "../vocabulary/limits.js";
import { childPath, isWholeTemplate } from "./condition/template.js";
import { redactColumns } from "./redact/columns.js";
import { redactKnown } from "./redact/known-rules.js";
import { isSecretObject, redactKubernetesSecrets, SECRET_OBJECT_KIND } from "./redact/kubernetes-secrets.js";
import { redactNamedValues } from "./redact/named-values.js";
import { redactPrivateKeys } from "./redact/private-keys.js";
import { namedSecretKind, secretName } from "./redact/secret-names.js";
import { redactTokens } from "./redact/tokens.js";

/** A replacement may uncover another secret beside it; more rounds than this only hostile text needs. */
const ROUNDS_MAX = 8;
const DEPTH_MAX = DOCUMENT_MAX_DEPTH * 4;

const replacement = (kind: string): string => `[redacted:${kind}]`;
/** One after the other; what a step has replaced no later one changes. */
const STEPS = [redactPrivateKeys, redactKubernetesSecrets, redactNamedValues, redactColumns, redactTokens, redactKnown];

/** The text without its secrets. The work grows with the length of the text. */
export function redact(text: string): string {
  let result = String(text);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = result;
    result = STEPS.reduce((text, step) => step(text, replacement), before);
    if (result === before) break;
  }
  return result;
}

/** The value without its secrets, also those that only the key of a mapping tells. */
export function redactValue(value: Json): Json {
  return redactAt(value, undefined, 1);
}

/** `name`: the secret's name under which the value stands. */
function redactAt(value: Json, name: string | undefined, depth: number): Json {
  if (typeof value === "string") {
    const clean = redact(value);
    // Asked of both: what a pattern has left may itself look like the secret that the name announces.
    const kind = kindUnder(name, value) ?? kindUnder(name, clean);
    return kind === undefined ? clean : replacement(kind);
  }
  if (typeof value === "number" && name !== undefined) {
    const kind = kindUnder(name, String(value));
    return kind === undefined ? value : replacement(kind);
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX) return replacement("too-deep");
  if (Array.isArray(value)) return value.map((item) => redactAt(item, name, depth + 1));
  if (isSecretObject(value)) return withoutData(value, depth);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redact(key),
      redactAt(item, nameOf(value, key) ?? (passesOn(name) ? name : undefined), depth + 1),
    ]),
  );
}

/** A Secret of Kubernetes: whatever its data are named. Items of a list of them do not say their kind. */
function withoutData(secret: { [key: string]: Json }, depth: number): Json {
  const hidden = (data: Json): Json =>
    typeof data === "object" && data !== null && !Array.isArray(data)
      ? Object.fromEntries(Object.keys(data).map((key) => [redact(key), replacement(SECRET_OBJECT_KIND)]))
      : redactAt(data, undefined, depth + 1);
  return Object.fromEntries(
    Object.entries(secret).map(([key, item]) => {
      if (key === "data" || key === "stringData") return [key, hidden(item)];
      if (key === "items" && Array.isArray(item) && depth < DEPTH_MAX) {
        const items = item.map((one) =>
          isMapping(one) ? withoutData(one, depth + 1) : redactAt(one, undefined, depth + 1),
        );
        return [key, items];
      }
      return [redact(key), redactAt(item, nameOf(secret, key), depth + 1)];
    }),
  );
}

const isMapping = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The secret's name that tells what stands under a key: the key itself, or the `name` beside a `value`. */
function nameOf(holder: { [key: string]: Json }, key: string): string | undefined {
  if (key.toLowerCase() !== "value") return secretName(key);
  const label = holder.name ?? holder.Name ?? holder.key ?? holder.Key;
  return typeof label === "string" ? secretName(label) : undefined;
}

/** Whether all that a mapping holds is secret by the mapping's own name; a mapping `secret` is often a mere reference. */
function passesOn(name: string | undefined): boolean {
  return name !== undefined && !/^(?:secret|token|auth|credential)/i.test(name);
}

function kindUnder(name: string | undefined, value: string): string | undefined {
  return name === undefined ? undefined : namedSecretKind({ name, value, where: "json", goesOn: false });
}

/**
 * Literal secrets in the value, by path and kind, at most `PROBLEMS_MAX`. A reference (`env:NAME`) is none, nor is a
 * string that is one template.
 */
export function secretsIn(value: Json, at: string): Array<{ at: string; kind: string }> {
  const found: Array<{ at: string; kind: string }> = [];
  collect(value, undefined, () => at, found, 1);
  return found;
}

/** `at`: where the value stands, worked out only where there is something to say of it. */
function collect(
  value: Json,
  name: string | undefined,
  at: () => string,
  found: Array<{ at: string; kind: string }>,
  depth: number,
): void {
  if (found.length >= PROBLEMS_MAX || depth > DEPTH_MAX) return;
  if (typeof value === "string" || (typeof value === "number" && name !== undefined)) {
    const kind = literalKind(String(value), name);
    if (kind !== undefined) found.push({ at: at(), kind });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      collect(item, name, () => childPath(at(), index), found, depth + 1);
    }
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    const under = nameOf(value, key) ?? (passesOn(name) ? name : undefined);
    collect(item, under, () => childPath(at(), redact(key)), found, depth + 1);
  }
}

function literalKind(text: string, name: string | undefined): string | undefined {
  if (isWholeTemplate(text)) return undefined;
  const kind = kindUnder(name, text);
  if (kind !== undefined) return kind;
  const clean = redact(text);
  return clean === text ? undefined : (/\[redacted:([a-z0-9-]+)\]/.exec(clean)?.[1] ?? "secret");
}
