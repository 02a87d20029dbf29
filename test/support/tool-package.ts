/** A real package of own tools on the disk, as an operator would write one. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const closed = (properties: object, required: string[]) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

export const FLUSH = {
  name: "acme_flush",
  description: "empties a cache of Acme",
  effect: "write",
  node_types: ["config_update"],
  idempotency: "key",
  params: closed({ cache: { type: "string", pattern: "^[a-z]{1,20}$" } }, ["cache"]),
  output: closed({ flushed: { type: "string" }, key: { type: "string" } }, ["flushed", "key"]),
};
export const LOOK = {
  name: "acme-look",
  description: "reads how full a cache is",
  effect: "read",
  node_types: ["metric_query"],
  params: closed({ cache: { type: "string" } }, ["cache"]),
  output: closed({ full: { type: "integer" } }, ["full"]),
};
const LIBRARY = "export const fullness = (cache) => cache.length;\n";
const CODE = `import { writeFileSync } from "node:fs";
import { fullness } from "./lib/fullness.mjs";

export const tools = {
  async acme_flush({ cache }, context) {
    if (cache === "locked") throw Object.assign(new Error("the cache is locked"), { code: "target-refused" });
    writeFileSync(new URL(\`FLUSHED_FILE\`), cache);
    return { flushed: cache, key: context.idempotencyKey };
  },
  "acme-look": async ({ cache }) => ({ full: fullness(cache) }),
};
`;

export type Files = Record<string, string>;

/** `flushed`: the file that the package's write leaves behind. */
export function packageFiles(flushed: string, more: { tools?: object[]; code?: string } = {}): Files {
  const manifest = { version: "1.0", name: "acme-tools", main: "tools.mjs", tools: more.tools ?? [FLUSH, LOOK] };
  return {
    "autoops-tools.json": JSON.stringify(manifest, undefined, 2),
    "tools.mjs": (more.code ?? CODE).replace("FLUSHED_FILE", `file://${flushed}`),
    "lib/fullness.mjs": LIBRARY,
  };
}

export function writePackage(folder: string, files: Files): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, name), text, { mode: 0o644 });
  }
  return folder;
}
