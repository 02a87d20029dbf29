// Writes docs/openapi.json from the list of operations. A test says when it is out of date.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const source = fileURLToPath(new URL("../src/client/http/openapi.ts", import.meta.url));
const target = fileURLToPath(new URL("../docs/openapi.json", import.meta.url));
const { module } = await runnerImport(source, { configFile: false, logLevel: "error" });
writeFileSync(target, `${JSON.stringify(module.openApi(), undefined, 2)}\n`);
console.error(`wrote ${target}`);
