import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { parsePlaybook } from "../../src/activities/planner/playbooks.js";
import { digestOf } from "../../src/platform/built-documents.js";
import { parseDocumentText } from "../../src/schema/document.js";

const ROOT = resolve(import.meta.dirname, "../..");

it("what the build has read of data and playbooks is what the reader says of them, file by file", () => {
  const built = JSON.parse(readFileSync(join(ROOT, "dist/documents.json"), "utf8"));
  const files = ["data", "playbooks"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const documents = files.filter((name) => name.endsWith(".yaml"));
  expect(documents.length).toBeGreaterThan(50);
  for (const name of documents) {
    const text = readFileSync(join(ROOT, name), "utf8");
    const read = name.startsWith("data") ? parseDocumentText(text, name, { exact: true }) : parsePlaybook(text, name);
    expect(read.ok && read.value, name).toEqual(built[digestOf(text)]);
  }
  expect(Object.keys(built)).toHaveLength(
    new Set(documents.map((name) => readFileSync(join(ROOT, name), "utf8"))).size,
  );
});
