import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { redact } from "../../../src/core/redact.js";

const LOGS = new URL("../../../../shared/data/loghub/", import.meta.url);
const present = existsSync(LOGS);
const title = "no line of five real systems' logs is changed";

test.skipIf(!present)(present ? title : `${title} (skipped: ../shared/data is absent)`, () => {
  const files = readdirSync(LOGS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".log"));
  const lines = files.flatMap((name) => readFileSync(new URL(name, LOGS), "utf8").split("\n"));
  expect(lines.length).toBeGreaterThan(9_000);
  expect(lines.filter((line) => redact(line) !== line)).toStrictEqual([]);
});
