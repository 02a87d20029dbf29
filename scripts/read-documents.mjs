// Reads the product's own data and playbooks once, at build time, by the product's own strict readers; one that cannot
// be read ends the build. Of a playbook it keeps what its schema makes of it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parsePlaybook } from "../dist/activities/planner/playbooks.js";
import { digestOf } from "../dist/platform/built-documents.js";
import { parseDocumentText } from "../dist/schema/document.js";

const root = resolve(import.meta.dirname, "..");
const documents = {};
const readers = { data: (text, name) => parseDocumentText(text, name, { exact: true }), playbooks: parsePlaybook };
// Read anew, whatever an earlier build had read.
rmSync(join(root, "dist/documents.json"), { force: true });
for (const [folder, parse] of Object.entries(readers)) {
  for (const name of readdirSync(join(root, folder), { recursive: true })) {
    if (!name.endsWith(".yaml")) continue;
    const text = readFileSync(join(root, folder, name), "utf8");
    const read = parse(text, name);
    if (!read.ok) throw new Error(read.problems.map(({ at, message }) => `${at}: ${message}`).join("\n"));
    documents[digestOf(text)] = read.value;
  }
}
writeFileSync(join(root, "dist/documents.json"), JSON.stringify(documents));
