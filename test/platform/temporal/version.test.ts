/** What the CLI says of its version, and when that is enough. */
import { expect, test } from "vitest";
import { isAtLeast, parseCliVersion } from "../../../src/platform/temporal/version.js";

test.each([
  ["temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n", { cli: "1.5.1", server: "1.29.1" }],
  ["temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)", { cli: "0.0.0-DEV", server: "1.29.1" }],
  ["a notice\ntemporal version 1.6.0 (Server 1.30.0-148.4, UI 2.45.0)", { cli: "1.6.0", server: "1.30.0" }],
  ["tctl version 1.18.0", undefined],
  ["temporal version 1.5.1", undefined],
  ["", undefined],
])("%j is read", (text, expected) => {
  expect(parseCliVersion(text)).toEqual(expected);
});

test.each([
  ["1.28.0", "1.28.0", true],
  ["1.29.1", "1.28.0", true],
  ["2.0.0", "1.28.0", true],
  ["v1.30.0-148.4", "1.28.0", true],
  ["1.27.9", "1.28.0", false],
  ["1.9.0", "1.28.0", false],
  ["0.99.99", "1.28.0", false],
  ["unknown", "1.28.0", false],
  ["", "1.28.0", false],
])("%s against %s", (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});
