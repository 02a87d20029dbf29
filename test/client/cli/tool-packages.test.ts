/** Own tools as packages: shown and approved by a person, loaded only as approved, refused where anything changed. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadLocal } from "../../../src/app/local.js";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { tailAudit } from "../../../src/platform/audit/read.js";
import { createLog } from "../../../src/platform/log.js";
import { IMPORT_HOOKS } from "../../../src/platform/tool-packages/private-copy.js";
import { parseGraph } from "../../../src/schema/parse-graph.js";
import { startWorker } from "../../../src/worker.js";
import { contextOf } from "../../support/tool-context.js";
import { type Files, FLUSH, LOOK, packageFiles, writePackage } from "../../support/tool-package.js";

let home: string;
let folder: string;
let flushed: string;
let environment: Record<string, string>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-packages-"));
  chmodSync(home, 0o700);
  flushed = join(home, "flushed");
  folder = writePackage(join(home, "acme"), packageFiles(flushed));
  environment = { AUTOOPS_HOME: home, HOME: home, TEMPORAL_ADDRESS: "127.0.0.1:1" };
  configure("acme");
  const policy = `version: "1.0"
execution: { enable_remediation: true }
tools: { allowed: [acme_flush, acme-look] }
node_types: { allowed: [config_update, metric_query] }
`;
  writeFileSync(join(home, "safety.yaml"), policy, { mode: 0o600 });
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function configure(path: string, digest?: string): void {
  const pinned = digest === undefined ? "" : `, digest: "${digest}"`;
  const text = `version: "1.0"\ntool_packages: [{ path: ${path}${pinned} }]\n`;
  writeFileSync(join(home, "config.yaml"), text, { mode: 0o600 });
}

async function call(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const interrupt = new AbortController().signal;
    return { print, stdout, stdin: Readable.from([]), environment, canAsk: false, interrupt } as unknown as Session;
  });
  return { exit, out: out.join(""), err: err.join("") };
}

const digestNow = async (): Promise<string> => {
  const { out } = await call("tools", "approve", folder, "--json");
  return String((JSON.parse(out) as { digest?: unknown }).digest);
};
const approve = async () => call("tools", "approve", folder, "--digest", await digestNow());
const codesOf = async (): Promise<string[]> => {
  const local = await loadLocal(environment);
  return local.ok ? [] : local.problems.map(({ code }) => code);
};
const copies = (): string[] =>
  existsSync(join(home, "tool-packages")) ? readdirSync(join(home, "tool-packages")) : [];

describe("approving", () => {
  test("shows what is declared, runs none of the code, and takes only the content that was shown", async () => {
    writePackage(
      folder,
      packageFiles(flushed, {
        code: `import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("FLUSHED_FILE"), "ran");\nexport const tools = {};\n`,
      }),
    );
    const shown = await call("tools", "approve", folder);
    expect(shown.exit).not.toBe(0);
    expect(shown.out).toContain("acme_flush");
    expect(shown.out).toContain("write · gated · key");
    expect(shown.out).toContain("config_update");
    expect(shown.out).toContain("^[a-z]{1,20}$");
    expect(shown.err).toMatch(/--digest [0-9a-f]{64}/);
    expect((await call("tools", "approve", folder, "--digest", "0".repeat(64))).exit).not.toBe(0);
    expect(existsSync(join(home, "approved-tools.json"))).toBe(false);
    expect((await approve()).exit).toBe(0);
    expect(existsSync(flushed)).toBe(false);
    expect(statSync(join(home, "approved-tools.json")).mode & 0o777).toBe(0o600);
    const [line] = (await tailAudit(join(home, "audit"), 10)).map(({ record }) => record);
    expect(line).toMatchObject({
      event: "tool-package-approved",
      details: { package: "acme-tools", tools: ["acme_flush", "acme-look"] },
    });
  });
});

describe("loading", () => {
  test("an approved package runs from a private copy, with its own schemas", async () => {
    expect(await codesOf()).toEqual(["tool-package-not-approved"]);
    expect(copies()).toEqual([]);
    await approve();
    const local = await loadLocal(environment);
    if (!local.ok) throw new Error(JSON.stringify(local.problems));
    expect(local.toolPackages).toMatchObject([{ name: "acme-tools", tools: ["acme_flush", "acme-look"] }]);
    const flush = local.registry.definition("acme_flush");
    const output = await flush?.run({ cache: "carts" }, contextOf(local.config, { idempotencyKey: "k-1" }));
    expect(output).toEqual({ flushed: "carts", key: "k-1" });
    expect(readFileSync(flushed, "utf8")).toBe("carts");
    expect(flush?.output.safeParse({ flushed: "x", key: "k", more: 1 }).success).toBe(false);
    expect(await local.registry.definition("acme-look")?.run({ cache: "carts" }, contextOf(local.config))).toEqual({
      full: 5,
    });
    await expect(flush?.run({ cache: "locked" }, contextOf(local.config))).rejects.toMatchObject({
      code: "target-refused",
    });
    const [copy = ""] = copies();
    expect(statSync(join(home, "tool-packages", copy)).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "tool-packages", copy, "tools.mjs")).mode & 0o777).toBe(0o400);
  });

  test("its tools are checked, gated and listed as every tool is", async () => {
    await approve();
    const local = await loadLocal(environment);
    const node = { id: "w", name: "w", type: "config_update", tool: "acme_flush", params: { cache: "carts" } };
    const check = (params: object) => {
      const parsed = parseGraph({ id: "g", name: "g", goal_description: "g", nodes: [{ ...node, params }], edges: [] });
      if (!local.ok || !parsed.ok) throw new Error("nothing to check");
      const outcome = local.check(parsed.graph);
      return outcome.ok ? Object.keys(outcome.verdict.gates) : outcome.problems.map(({ code }) => code);
    };
    expect(check({ cache: "carts" })).toEqual(["w"]);
    expect(check({ cache: "../x" })).toEqual(["params-invalid"]);
    expect(check({ cache: "carts", also: 1 })).toEqual(["params-invalid"]);
    expect((await call("tools")).out).toContain("acme_flush");
  });

  test.each<[string, () => void]>([
    ["a changed byte", () => appendFileSync(join(folder, "tools.mjs"), " ")],
    ["a changed file that only another one imports", () => appendFileSync(join(folder, "lib/fullness.mjs"), " ")],
    [
      "a declaration that grew",
      () =>
        writePackage(
          folder,
          packageFiles(flushed, { tools: [FLUSH, { ...LOOK, effect: "notify", node_types: ["notification"] }] }),
        ),
    ],
    ["a new file", () => writeFileSync(join(folder, "more.mjs"), "", { mode: 0o644 })],
    ["a file that is gone", () => rmSync(join(folder, "lib/fullness.mjs"))],
    [
      "a file that was renamed",
      () => {
        linkSync(join(folder, "lib/fullness.mjs"), join(folder, "lib/other.mjs"));
        rmSync(join(folder, "lib/fullness.mjs"));
      },
    ],
  ])("%s is refused, and no worker starts with it", async (_, change) => {
    await approve();
    expect(await codesOf()).toEqual([]);
    change();
    expect(await codesOf()).toEqual(["tool-package-changed"]);
    const worker = await startWorker({ variables: environment, log: createLog("fatal") });
    expect(worker).toMatchObject({ ok: false, problems: [{ code: "tool-package-changed" }] });
    expect((await call("tools")).exit).toBe(2);
  });

  test.each<[string, () => void, string]>([
    ["a link to a file", () => symlinkSync("/etc/hostname", join(folder, "name.txt")), "tool-package-invalid"],
    ["a link to a folder", () => symlinkSync("/etc", join(folder, "etc")), "tool-package-invalid"],
    ["a pipe", () => void execFileSync("mkfifo", [join(folder, "pipe")]), "tool-package-invalid"],
    ["a file that others may write", () => chmodSync(join(folder, "tools.mjs"), 0o666), "file-unsafe"],
    ["a folder that others may write", () => chmodSync(join(folder, "lib"), 0o777), "file-unsafe"],
    ["a name that cannot be used", () => writeFileSync(join(folder, "a\\..\\b.mjs"), ""), "tool-package-invalid"],
    ["no manifest", () => rmSync(join(folder, "autoops-tools.json")), "tool-package-invalid"],
  ])("a package with %s is neither approved nor loaded", async (_, change, code) => {
    await approve();
    change();
    expect(await codesOf()).toEqual([code]);
    const { exit, out } = await call("tools", "approve", folder, "--json");
    expect(exit).not.toBe(0);
    expect((JSON.parse(out) as { problems: unknown[] }).problems).toMatchObject([{ code }]);
  });

  test("a package whose folder is a link is refused", async () => {
    await approve();
    symlinkSync(folder, join(home, "linked"));
    configure("linked");
    expect(await codesOf()).toEqual(["tool-package-invalid"]);
  });

  test("approvals that others could have written approve nothing", async () => {
    await approve();
    chmodSync(join(home, "approved-tools.json"), 0o666);
    expect(await codesOf()).toEqual(["file-unsafe"]);
    chmodSync(join(home, "approved-tools.json"), 0o600);
    writeFileSync(join(home, "approved-tools.json"), "{}");
    expect([...new Set(await codesOf())]).toEqual(["tool-package-invalid"]);
  });

  test("once another content is approved, the earlier one is refused", async () => {
    await approve();
    const before = readFileSync(join(folder, "tools.mjs"));
    appendFileSync(join(folder, "tools.mjs"), "// mended\n");
    await approve();
    expect(await codesOf()).toEqual([]);
    writeFileSync(join(folder, "tools.mjs"), before);
    expect(await codesOf()).toEqual(["tool-package-changed"]);
  });

  test("config.yaml may name the one content that it takes, beside the approval", async () => {
    await approve();
    configure("acme", await digestNow());
    expect(await codesOf()).toEqual([]);
    configure("acme", "0".repeat(64));
    expect(await codesOf()).toEqual(["tool-package-changed"]);
  });

  test("a private copy that was changed is made anew from what was approved", async () => {
    await approve();
    await loadLocal(environment);
    const copy = join(home, "tool-packages", copies()[0] ?? "");
    chmodSync(join(copy, "tools.mjs"), 0o600);
    writeFileSync(join(copy, "tools.mjs"), "export const tools = {};\n");
    expect(await codesOf()).toEqual([]);
    expect(readFileSync(join(copy, "tools.mjs"), "utf8")).toContain("acme_flush");
    expect(copies()).toHaveLength(1);
  });

  test.each<[string, Files, RegExp]>([
    [
      "declares less than its node type does",
      tools({ ...FLUSH, effect: "read", idempotency: undefined }),
      /effect read, less than/,
    ],
    ["declares a write without saying how it repeats", tools({ ...FLUSH, idempotency: undefined }), /idempotency/],
    ["takes a name of ours", tools({ ...LOOK, name: "check_graph" }), /reserved name/],
    ["takes params of any key", tools({ ...LOOK, params: { type: "object" } }), /additionalProperties/],
    ["has a schema that cannot be used", tools({ ...LOOK, params: { ...LOOK.params, if: {} } }), /JSON Schema/],
    [
      "has a main outside of it",
      {
        ...packageFiles("/x"),
        "autoops-tools.json": JSON.stringify({ version: "1.0", name: "a", main: "../evil.mjs", tools: [LOOK] }),
      },
      /main/,
    ],
    [
      "has a main that it does not hold",
      {
        ...packageFiles("/x"),
        "autoops-tools.json": JSON.stringify({ version: "1.0", name: "a", main: "gone.mjs", tools: [LOOK] }),
      },
      /gone\.mjs/,
    ],
  ])("a package that %s is refused before anything of it runs", async (_, files, message) => {
    rmSync(folder, { recursive: true });
    writePackage(folder, files);
    const { exit, err } = await call("tools", "approve", folder);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  test.each<[string, string, RegExp]>([
    ["lacks a declared tool", "export const tools = {};", /exports no function/],
    [
      "exports a tool that is not declared",
      "const run = async () => ({}); export const tools = { acme_flush: run, 'acme-look': run, extra: run };",
      /extra/,
    ],
    ["does not parse", "export const tools = {", /could not be loaded/],
  ])("code that %s is refused although it was approved", async (_, code, message) => {
    writePackage(folder, packageFiles(flushed, { code }));
    await approve();
    const local = await loadLocal(environment);
    expect([...new Set(await codesOf())]).toEqual(["tool-package-invalid"]);
    expect(local.ok ? "" : local.problems[0]?.message).toMatch(message);
  });

  test("a tool of a name that is taken is refused", async () => {
    writePackage(
      folder,
      packageFiles(flushed, {
        tools: [{ ...LOOK, name: "echo" }],
        code: "export const tools = { echo: async () => ({ full: 1 }) };",
      }),
    );
    await approve();
    expect(await codesOf()).toEqual(["field-invalid"]);
  });
});

function tools(...list: object[]): Files {
  return packageFiles("/x", { tools: list });
}

describe("what a package may import", () => {
  /** In a process of its own: the hooks hold for a whole process. */
  function imported(code: string): { status: number | null; stderr: string; stdout: string } {
    const store = join(home, "store");
    const place = writePackage(join(store, "0".repeat(64)), {
      "tools.mjs": code,
      "own.mjs": "export const own = 1;\n",
    });
    writePackage(join(home, "node_modules", "beside"), {
      "package.json": '{"main":"index.js"}',
      "index.js": "module.exports = 1;\n",
    });
    writePackage(join(store, "1".repeat(64)), { "other.mjs": "export const other = 1;\n" });
    mkdirSync(join(home, "cwd"), { recursive: true });
    const script = `import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(${JSON.stringify(IMPORT_HOOKS)}), { data: { root: "file://${store}/" } });
await import("file://${place}/tools.mjs");
console.log("loaded");`;
    return spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: join(home, "cwd"),
      encoding: "utf8",
    });
  }

  test.each([
    ['import "./own.mjs"; import "node:fs"; import "fs";', true],
    ['import "beside";', false],
    ['import "../../node_modules/beside/index.js";', false],
    [`import "../${"1".repeat(64)}/other.mjs";`, false],
    ['await import("beside");', false],
    ['import "data:text/javascript,export default 1";', false],
    ['await import(["be", "side"].join(""));', false],
  ])("%s loads: %s", (code, loads) => {
    const { status, stdout, stderr } = imported(code);
    expect([status === 0, stdout.includes("loaded")]).toEqual([loads, loads]);
    if (!loads) expect(stderr).toContain("only its own files and node: modules");
  });
});
