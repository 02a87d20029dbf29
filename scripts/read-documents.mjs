// Reads the product's own data and playbooks once, at build time, by the product's own strict reader; one that cannot
// be read ends the build.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { digestOf } from "../dist/platform/built-documents.js";
import { parseDocumentText } from "../dist/schema/document.js";

const root = resolve(import.meta.dirname, "..");
const documents = {};
for (const folder of ["data", "playbooks"]) {
  for (const name of readdirSync(join(root, folder), { recursive: true })) {
    if (!name.endsWith(".yaml")) continue;
    const text = readFileSync(join(root, folder, name), "utf8");
    const read = parseDocumentText(text, `${folder}/${name}`, { exact: true });
    if (!read.ok) throw new Error(read.problems.map(({ at, message }) => `${at}: ${message}`).join("\n"));
    documents[digestOf(text)] = read.value;
  }
}
writeFileSync(join(root, "dist/documents.json"), JSON.stringify(documents));
