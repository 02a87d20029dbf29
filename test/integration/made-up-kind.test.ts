/** What adding a kind of source touches, by the compiler: its folder, one file of the schema, one line of the table and its import. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const CONNECTOR = `/** Sources of kind \`madeup\`. */
import type { SourceConnector } from "../contract.js";

export const madeup: SourceConnector<"madeup"> = {
  kind: "madeup",
  urls: ({ url }) => [url],
  check: async ({ name }) => \`\${name} answers\`,
  readTraces: async () => ({ traces: [], query: "", cut: false, unreadable: [] }),
  sample: { kind: "madeup", url: "https://sample.example/" },
};
`;

/** A copy of the sources with one more kind: its folder, one file of the schema, and one line of the table and its import. */
function withMadeUpKind(folder: string): void {
  cpSync(join(ROOT, "src"), join(folder, "src"), { recursive: true });
  for (const name of ["package.json", "tsconfig.json"]) cpSync(join(ROOT, name), join(folder, name));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const edit = (file: string, from: string, to: string, under = file): void => {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text, file).toContain(from);
    writeFileSync(join(folder, under), text.replace(from, to));
  };
  edit("src/schema/config/sources.ts", 'traceSource("jaeger"),', 'traceSource("jaeger"), traceSource("madeup"),');
  const table = "src/activities/connectors/sources.ts";
  // The same table without the new line, beside it: it must not compile.
  edit(table, "type Connectors", "type Connectors", "src/activities/connectors/incomplete.ts");
  edit(table, "  jaeger,\n", "  jaeger,\n  madeup,\n");
  edit(table, "import { prometheus }", 'import { madeup } from "./madeup/connector.js";\nimport { prometheus }');
  mkdirSync(join(folder, "src/activities/connectors/madeup"));
  writeFileSync(join(folder, "src/activities/connectors/madeup/connector.ts"), CONNECTOR);
  const files = ["sources.ts", "incomplete.ts", "check-source.ts"].map((name) => `src/activities/connectors/${name}`);
  const config = { extends: "./tsconfig.json", files, include: [] };
  writeFileSync(join(folder, "tsconfig.made.json"), JSON.stringify(config));
}

async function compile(folder: string): Promise<string[]> {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const program = spawn(process.execPath, [tsc, "-p", join(folder, "tsconfig.made.json"), "--pretty", "false"]);
  let text = "";
  program.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await new Promise((done) => program.on("close", done));
  return text.split("\n").filter((line) => /error TS\d+/.test(line));
}

test("a kind is added by its folder, one file of the schema and the table; without the table it does not compile", async () => {
  const folder = mkdtempSync(join(tmpdir(), "made-up-kind-"));
  try {
    withMadeUpKind(folder);
    const errors = await compile(folder);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/incomplete\.ts.*'madeup' is missing/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);
