/** The import table of ARCHITECTURE.md: which folder may take values, and types, from which, and who owns a package. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

interface Rule {
  /** Folders that values may come from. Types may come from anywhere below `client`. */
  values: string[];
  /** Packages whose values the folder may import; `node:` stands for the built-ins. */
  packages: string[];
}

const OUTSIDE = ["core", "goal", "schema", "vocabulary", "platform"];
const RULES: Record<string, Rule> = {
  vocabulary: { values: [], packages: [] },
  schema: { values: ["vocabulary"], packages: ["zod", "yaml"] },
  core: { values: ["vocabulary"], packages: [] },
  goal: { values: ["schema", "vocabulary", "platform/data-file"], packages: ["node:"] },
  workflows: { values: ["core", "vocabulary"], packages: ["@temporalio/workflow", "@temporalio/common"] },
  activities: {
    values: OUTSIDE,
    packages: [
      "node:",
      "@temporalio/activity",
      "zod",
      "openai",
      "openai/helpers/zod",
      "minisearch",
      "@prometheus-io/lezer-promql",
      "@kubernetes/client-node",
      "@modelcontextprotocol/client",
      "@modelcontextprotocol/client/stdio",
      "nodemailer",
      "playwright-core",
      "re2js",
    ],
  },
  platform: {
    values: ["schema", "vocabulary", "core/redact", "core/policy", "core/condition/template"],
    packages: [
      "node:",
      "jose",
      "pino",
      "undici",
      "ipaddr.js",
      "canonicalize",
      "@temporalio/client",
      "@temporalio/common",
      "@temporalio/common/lib/time.js",
      "@temporalio/envconfig",
      "@temporalio/proto",
      "zod",
      "@slack/web-api",
      "aws4fetch",
    ],
  },
  "client/cli": {
    values: [
      ...OUTSIDE,
      "client/runs",
      "client/writes",
      "client/hooks",
      "client/schedules",
      "client/http",
      "app",
      "worker",
    ],
    packages: ["node:", "commander", "cronstrue", "picocolors"],
  },
  "client/http": {
    values: [...OUTSIDE, "client/runs"],
    packages: ["node:", "express", "helmet", "express-rate-limit", "better-sse", "prom-client", "zod", "@slack/bolt"],
  },
  client: {
    values: [...OUTSIDE],
    packages: [
      "node:",
      "@temporalio/client",
      "@temporalio/common",
      "@temporalio/common/lib/internal-non-workflow/index.js",
      "@temporalio/common/lib/time.js",
      "@temporalio/proto",
    ],
  },
  demo: { values: [], packages: ["node:"] },
};

/** Composition: the files that put the rest together. */
const MAINS = new Set(["worker.ts", "index.ts"]);
const COMPOSES = ["app/", "worker/"];
const isMain = (file: string): boolean => MAINS.has(file) || COMPOSES.some((folder) => file.startsWith(folder));
/** The page is built apart; it takes types and words only. */
const WEB = "client/web/";

interface Import {
  file: string;
  from: string;
  isType: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found: Import[] = [];
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s+)?([^;"']*?\s+from\s+)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;
  for (const match of text.matchAll(pattern)) {
    const names = match[3] ?? "";
    const inner = /\{([^}]*)\}/.exec(names)?.[1];
    const allTypes = inner?.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type ")) ?? false;
    if (match[1] === "export" && match[3] === undefined) continue;
    found.push({
      file,
      from: match[4] ?? match[5] ?? "",
      isType: match[2] !== undefined || (allTypes && !/^\s*\w/.test(names)),
    });
  }
  return found;
}

const everything = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .sort();
const files = everything.filter((file) => !file.startsWith(WEB));

function folderOf(path: string): string {
  return (
    Object.keys(RULES)
      .filter((folder) => path === folder || path.startsWith(`${folder}/`))
      .sort((a, b) => b.length - a.length)[0] ?? path
  );
}

function targetOf(found: Import): string {
  return relative(SRC, resolve(dirname(join(SRC, found.file)), found.from)).replace(/\.js$/, "");
}

function objection(found: Import): string | undefined {
  if (found.isType) return undefined;
  const folder = folderOf(found.file);
  const rule = RULES[folder];
  if (rule === undefined) return `${found.file} is in no folder of the table`;
  if (!found.from.startsWith(".")) {
    const allowed = rule.packages.some((name) =>
      name === "node:" ? found.from.startsWith("node:") : found.from === name,
    );
    return allowed ? undefined : `${found.file} imports the package ${found.from}`;
  }
  const target = targetOf(found);
  const own = folderOf(target) === folder;
  const allowed =
    own || rule.values.some((place) => target === place || target.startsWith(`${place}/`) || target === `${place}.ts`);
  return allowed ? undefined : `${found.file} imports values from ${target}`;
}

const isFrom = (found: Import, place: string): boolean =>
  found.from.startsWith(".") && targetOf(found).startsWith(place);

function importsBetween(among: string[]): Map<string, string[]> {
  const known = new Set(among);
  const targets = (file: string): string[] =>
    importsOf(file)
      .filter(({ from }) => from.startsWith("."))
      .map((found) => `${targetOf(found)}.ts`)
      .filter((target) => known.has(target));
  return new Map(among.map((file) => [file, targets(file)]));
}

/** Files that reach each other, in groups: Tarjan's strongly connected components of more than one file. */
function circles(between: ReadonlyMap<string, string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.size - 1);
    open.push(file);
    for (const target of between.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) low.set(file, Math.min(low.get(file) ?? 0, low.get(target) ?? 0));
    }
    if (low.get(file) !== order.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  };
  for (const file of between.keys()) if (!order.has(file)) visit(file);
  return found;
}

const FOLDERS = Object.keys(RULES).join("|");
const ROW = new RegExp(`^\\| \`src/(?:${FOLDERS})/\` \\| `);
const listed = (names: readonly string[], none: string): string => (names.length === 0 ? none : names.join(", "));

/** The table as ARCHITECTURE.md has it. */
function rowsOf(rules: Record<string, Rule>): string[] {
  return Object.entries(rules).map(([folder, { values, packages }]) => {
    const named = packages.map((name) => (name === "node:" ? "Node" : name));
    return `| \`src/${folder}/\` | ${listed(values, "nothing")} | ${listed(named, "none")} |`;
  });
}

describe("the import table", () => {
  const all = files.filter((file) => !isMain(file)).flatMap(importsOf);

  test("no folder imports a value that the table does not grant it", () => {
    expect(all.map(objection).filter((text) => text !== undefined)).toEqual([]);
  });

  test("stands in ARCHITECTURE.md as it is here", () => {
    const document = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
    const rows = document.split("\n").filter((line) => line.startsWith("| `") && ROW.test(line));
    expect(rows).toEqual(rowsOf(RULES));
  });

  test("it sees a forbidden import", () => {
    expect(objection({ file: "core/check.ts", from: "zod", isType: false })).toContain("the package zod");
    expect(objection({ file: "workflows/decisions.ts", from: "../platform/log.js", isType: false })).toContain(
      "platform/log",
    );
    expect(objection({ file: "core/check.ts", from: "../schema/graph.js", isType: true })).toBeUndefined();
  });

  test("platform takes nothing from activities, types included", () => {
    const taken = all
      .filter(({ file }) => file.startsWith("platform/"))
      .filter((found) => isFrom(found, "activities/"));
    expect(taken.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
  });

  test("no files import each other in a circle, types included", () => {
    expect(circles(importsBetween(everything))).toEqual([]);
  });

  test("it sees a circle", () => {
    const between = new Map([
      ["a.ts", ["b.ts"]],
      ["b.ts", ["c.ts"]],
      ["c.ts", ["b.ts"]],
    ]);
    expect(circles(between)).toEqual([["b.ts", "c.ts"]]);
  });

  test("at the root of src stand the library and the worker alone", () => {
    expect(readdirSync(SRC).filter((file) => file.endsWith(".ts"))).toEqual(["index.ts", "worker.ts"]);
  });

  test("only platform/environment reads the environment", () => {
    const readers = files.filter((file) => {
      if (file === "platform/environment.ts" || file.startsWith("demo/")) return false;
      return /\bprocess\.env\b/.test(readFileSync(join(SRC, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""));
    });
    expect(readers).toEqual([]);
  });

  test("nothing calls the global fetch", () => {
    const callers = files.filter((file) =>
      /(^|[^.\w])fetch\(/m.test(readFileSync(join(SRC, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")),
    );
    expect(callers.filter((file) => !file.startsWith("demo/"))).toEqual([]);
  });

  test("no file is over 250 lines, and none in the workflows over 200", () => {
    const long = files.filter((file) => {
      const lines = readFileSync(join(SRC, file), "utf8").split("\n").length - 1;
      return lines > (file.startsWith("workflows/") ? 200 : 250);
    });
    expect(long).toEqual([]);
  });
});
