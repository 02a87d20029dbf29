/** Secret references: what they stand for, and that a failure never shows a value. */
import { expect, test } from "vitest";
import {
  createSecretResolver,
  isSecretHeader,
  resolveHeader,
  secretValues,
  withoutSecrets,
  withoutSecretsIn,
} from "../../src/platform/secrets.js";

const resolve = createSecretResolver((name) => ({ KEY: "v4lue", EMPTY: "", CODED: "YTpi" })[name]);

test("a reference gives the value of its variable", () => {
  expect(resolve("env:KEY")).toBe("v4lue");
});

test("a missing or empty value is refused by its name", () => {
  for (const reference of ["env:ABSENT", "env:EMPTY"]) {
    expect(() => resolve(reference)).toThrow(expect.objectContaining({ code: "secret-missing" }));
    expect(() => resolve(reference)).toThrow(reference);
  }
});

test("what is no reference is refused and not shown: it may be the secret itself", () => {
  for (const text of ["sk-live-abcdef", "env:", "env:A B", "ENV:KEY", "env:KEY\n"]) {
    expect(() => resolve(text)).toThrow(expect.objectContaining({ code: "secret-missing" }));
    expect(() => resolve(text)).not.toThrow("sk-live");
  }
});

test("a header keeps the word before its reference, and plain text stays as it is", () => {
  expect(resolveHeader("Bearer env:KEY", resolve)).toBe("Bearer v4lue");
  expect(resolveHeader("env:KEY", resolve)).toBe("v4lue");
  expect(resolveHeader("Basic env:CODED", resolve)).toBe("Basic YTpi");
  expect(resolveHeader("environment env", resolve)).toBe("environment env");
  expect(isSecretHeader("Bearer env:KEY")).toBe(true);
  expect(isSecretHeader("application/json")).toBe(false);
});

test("the values of all references are found, and taken out of text and JSON in either spelling", () => {
  const values: Record<string, string> = { KEY: 'a"b-secret', LONG: 'xa"b-secretx', SHORT: "abc", EMPTY: "" };
  const document = {
    a: { headers: { x: "env:KEY", y: "Bearer env:LONG" } },
    b: ["env:SHORT", "env:EMPTY", "no env:NOT"],
  };
  const secrets = secretValues(document, (name) => values[name]);
  expect(secrets).toEqual(['xa"b-secretx', 'a"b-secret', "abc"]);
  expect(withoutSecrets('1 xa"b-secretx 2 a"b-secret {"k":"a\\"b-secret"} abc', secrets)).toBe(
    '1 [redacted:secret] 2 [redacted:secret] {"k":"[redacted:secret]"} abc',
  );
  const value = { 'a"b-secret': ['is a"b-secret', 7, null, true] };
  expect(withoutSecretsIn(value, secrets)).toEqual({ "[redacted:secret]": ["is [redacted:secret]", 7, null, true] });
});
