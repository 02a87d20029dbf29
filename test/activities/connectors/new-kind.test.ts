/** A kind of source that nobody has: what adding one touches, shown on a copy of the sources that is compiled. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const TSC_TIMEOUT_MS = 280_000;

const CONNECTOR = `import type { SourceConnector } from "../contract.js";

export const madeup: SourceConnector<"madeup"> = {
  kind: "madeup",
  urls: ({ url }) => [url],
  readTraces: async () => ({ traces: [], query: "all", cut: false, unreadable: [] }),
  sample: { kind: "madeup", url: "http://127.0.0.1:1" },
};
`;

let copy = "";
const at = (file: string) => join(copy, "src", file);

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "new-kind-"));
  cpSync(join(ROOT, "src"), join(copy, "src"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, "tsconfig.json"), "utf8"));
  const own = { ...compilerOptions, incremental: false, tsBuildInfoFile: undefined };
  const config = { compilerOptions: own, files: ["src/activities/tools/built-in.ts", "src/schema/config.ts"] };
  writeFileSync(join(copy, "tsconfig.json"), JSON.stringify(config));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function compile(): { status: number | null; says: string } {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", join(copy, "tsconfig.json")], {
    encoding: "utf8",
    timeout: TSC_TIMEOUT_MS,
  });
  return { status, says: stdout };
}

/** Puts `line` before what stands there once. */
function insert(file: string, before: string, line: string): void {
  const text = readFileSync(at(file), "utf8");
  expect(text.split(before), `${file}: ${before}`).toHaveLength(2);
  writeFileSync(at(file), text.replace(before, line + before));
}

test("takes its folder, its schema and its line in the table; without the line the sources do not compile", () => {
  const schema = "schema/config/sources.ts";
  insert(schema, 'traceSource("zipkin")]', 'traceSource("madeup"), ');
  insert(schema, '"zipkin"] as const', '"madeup", ');
  const folder = at("activities/connectors/madeup/connector.ts");
  mkdirSync(dirname(folder));
  writeFileSync(folder, CONNECTOR);

  const table = "activities/connectors/sources.ts";
  insert(table, "import { prometheus }", 'import { madeup } from "./madeup/connector.js";\n');
  const without = compile();
  expect(without.status).not.toBe(0);
  expect(without.says).toMatch(/connectors\/sources\.ts.*TS2741.*madeup/);
  const elsewhere = without.says.split("\n").filter((line) => line.includes("error TS") && !line.includes(table));
  expect(elsewhere).toEqual([]);

  insert(table, "  zipkin,\n  dns,", "  madeup,\n");
  expect(compile()).toEqual({ status: 0, says: "" });
}, 600_000);
