/** Secret references (`env:NAME`): resolved where they are used, at the last moment, and kept nowhere. */
import { ToolFailure } from "./failure.js";

const REFERENCE = /^env:([A-Za-z_][A-Za-z0-9_]{0,127})$/;
const HEADER_REFERENCE = /^(?:([A-Za-z][A-Za-z0-9-]{0,31}) )?(env:[A-Za-z_][A-Za-z0-9_]{0,127})$/;

/** Returns what a reference stands for; throws `secret-missing`. */
export type SecretResolver = (reference: string) => string;

/** A resolver over `read`, which gives the value of an environment variable. An empty value counts as missing. */
export function createSecretResolver(read: (name: string) => string | undefined): SecretResolver {
  return (reference) => {
    const name = REFERENCE.exec(reference)?.[1];
    // The text itself is not shown: it may be the secret that someone wrote in place of a reference.
    if (name === undefined) throw new ToolFailure("secret-missing", "a secret must be a reference such as env:NAME");
    const value = read(name);
    if (value === undefined || value === "") {
      throw new ToolFailure("secret-missing", `the secret ${reference} is not set`, `set ${name} for the worker`);
    }
    return value;
  };
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
  if (match?.[2] === undefined) return value;
  const [, scheme, reference] = match;
  const secret = resolve(reference);
  if (/[^\x20-\x7e]/.test(secret)) {
    const message = `the secret ${reference} must be one line of plain characters to stand in a header`;
    throw new ToolFailure("secret-missing", message, "check for a line break at its end");
  }
  if (scheme === undefined) return secret;
  const isPair = scheme.toLowerCase() === "basic" && secret.includes(":");
  return `${scheme} ${isPair ? Buffer.from(secret).toString("base64") : secret}`;
}
