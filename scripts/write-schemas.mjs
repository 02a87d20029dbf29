// Writes docs/schemas/ from the schemas of the file formats. A test says when they are out of date.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const source = fileURLToPath(new URL("../src/schema/published.ts", import.meta.url));
const folder = fileURLToPath(new URL("../docs/schemas/", import.meta.url));
const { module } = await runnerImport(source, { configFile: false, logLevel: "error" });
mkdirSync(folder, { recursive: true });
for (const format of module.FORMAT_NAMES) {
  const target = `${folder}${format}.schema.json`;
  writeFileSync(target, `${JSON.stringify(module.publishedSchema(format), undefined, 2)}\n`);
  console.error(`wrote ${target}`);
}
spawnSync("npx", ["biome", "format", "--write", folder], { stdio: "ignore" });
