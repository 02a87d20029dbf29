/** Secret references: what they stand for, and that a failure never shows a value. */
import { expect, test } from "vitest";
import { createSecretResolver, isSecretHeader, resolveHeader } from "../../src/platform/secrets.js";

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
