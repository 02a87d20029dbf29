/** The documents against what they speak of: files, folders, packages, tools, commands, and examples that really parse. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createDefaultRegistry } from "../../src/activities/registry.js";
import { BUILT_IN_TOOLS } from "../../src/activities/tools/built-in.js";
import { declaredUrls } from "../../src/app/declared-urls.js";
import { COMMANDS } from "../../src/client/cli/commands.js";
import type { Declared } from "../../src/client/cli/declared.js";
import { checkAgainst } from "../../src/core/check.js";
import { evaluateCondition } from "../../src/core/condition.js";
import { DEFAULT_POLICY, effectivePolicy } from "../../src/core/policy.js";
import { checkUrl } from "../../src/platform/http/check-url.js";
import { type Config, configFileSchema } from "../../src/schema/config.js";
import { parseDocumentText } from "../../src/schema/document.js";
import { edgeSchema, graphSchema, nodeSchema } from "../../src/schema/graph.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import { policyFileSchema } from "../../src/schema/policy.js";
import { parseWith } from "../../src/schema/problems.js";
import { NODE_TYPE_NAMES } from "../../src/vocabulary/node-types.js";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const DOCUMENTS = [
  ...["README", "ARCHITECTURE", "SECURITY", "CONTRIBUTING", "CHANGELOG"].map((name) => `${name}.md`),
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** What stands in fences of a language. */
function fenced(file: string, language: string): string[] {
  return [...read(file).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text ?? "");
}

/** Paths in backticks, such as `src/core/check.ts`, also with a `*` in their last part. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`((?:src|test|docs|scripts|demo|playbooks|\.ci)\/[\w./*-]+)`/g)].map(
    ([, path]) => path ?? "",
  );
}

function isThere(path: string): boolean {
  if (!path.includes("*")) return existsSync(join(ROOT, path));
  const [folder = "", pattern = ""] = path.split(/\/(?=[^/]*$)/);
  const [start = "", end = ""] = pattern.split("*");
  const names = existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
  return names.some((name) => name.startsWith(start) && name.endsWith(end));
}

describe("the documents", () => {
  test.each([
    ["README.md", 150],
    ["ARCHITECTURE.md", 250],
  ])("%s has at most %i lines", (file, most) => {
    expect(read(file).trimEnd().split("\n").length).toBeLessThanOrEqual(most);
  });

  test("name no file or folder that does not exist", () => {
    const missing = DOCUMENTS.flatMap((file) =>
      pathsIn(read(file))
        .filter((path) => !isThere(path))
        .map((path) => `${file}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test("a path that does not exist would be seen", () => {
    expect(pathsIn("in `src/core/nothing.ts` and `src/core/check.ts`").map(isThere)).toEqual([false, true]);
    expect(["test/core/*.test.ts", "test/core/*.nothing"].map(isThere)).toEqual([true, false]);
  });

  test("link to nothing that does not exist", () => {
    const broken = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target]) => join(file, "..", target ?? ""))
        .filter((target) => !existsSync(join(ROOT, target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test("the licence is MIT, as the package says", () => {
    expect(read("LICENSE")).toMatch(/^MIT License\n/);
    expect(JSON.parse(read("package.json"))).toMatchObject({ license: "MIT" });
  });
});

describe("ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");

  test("names every folder of src and every file that stands beside them", () => {
    const names = readdirSync(join(ROOT, "src"), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`,
    );
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test("has a line for every runtime dependency, and for no other package", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    const section = /## Runtime dependencies\n([\s\S]*?)\n## /.exec(text)?.[1] ?? "";
    const listed = [...section.matchAll(/^\| `([^`]+)`\s*\|/gm)].map(([, name]) => name ?? "");
    expect(listed.sort()).toEqual(Object.keys(dependencies).sort());
  });

  test("gives each invariant a test that is there", () => {
    const section = /## Invariants\n([\s\S]*?)\n## /.exec(text)?.[1] ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| **"));
    expect(rows.length).toBeGreaterThanOrEqual(8);
    expect(rows.filter((row) => !/`test\/[^`]+`/.test(row))).toEqual([]);
  });
});

describe("SECURITY.md", () => {
  test("gives each threat files and tests, and says how and where to report", () => {
    const text = read("SECURITY.md");
    const threats = text.split(/^### /m).slice(1);
    expect(threats.length).toBeGreaterThanOrEqual(8);
    expect(threats.filter((threat) => !/`src\/|`test\//.test(threat)).map((threat) => threat.split("\n")[0])).toEqual(
      [],
    );
    for (const promise of ["security@example.com", "48 hours", "7 days"]) expect.soft(text).toContain(promise);
  });
});

const yamlOf = (file: string): unknown => {
  const [text = "", ...more] = fenced(file, "yaml");
  expect(more).toEqual([]);
  const parsed = parseDocumentText(text, file);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
};

function documentedConfig(): Config {
  const parsed = parseWith(configFileSchema, yamlOf("docs/config.md"));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const { files, sources = {}, targets = {}, channels = {} } = parsed.value;
  return { files: files ?? { roots: [] }, sources, targets, channels };
}

function documentedPolicy() {
  const parsed = parseWith(policyFileSchema, yamlOf("docs/policy.md"));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return effectivePolicy(parsed.value, {}).policy;
}

describe("the examples", () => {
  test("the graph, the policy and the configuration parse, and the graph passes the check with the other two", () => {
    const [example = ""] = fenced("docs/graph-format.md", "yaml");
    const parsed = parseGraph(example, "example");
    if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
    const config = documentedConfig();
    const policy = documentedPolicy();
    const outcome = checkAgainst(parsed.graph, {
      policy,
      policyDigest: "0".repeat(64),
      catalogue: createDefaultRegistry(config),
      checkUrl: (url) => {
        const verdict = checkUrl(url, policy.network, declaredUrls(config));
        return verdict.ok ? undefined : verdict.problem;
      },
    });
    if (!outcome.ok) throw new Error(outcome.problems.map((problem) => problem.message).join("\n"));
    expect(outcome.verdict).toMatchObject({ environment: "production", targets: ["checkout"], signed: true });
    expect(Object.keys(outcome.verdict.gates)).toEqual(["rollback", "probe"]);
  });

  test("every line of the conditions' example can be read", () => {
    const [example = ""] = fenced("docs/conditions.md", "");
    const lines = example.trim().split("\n");
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const result = evaluateCondition(line, {});
      expect.soft(result.ok || result.problem.code, line).not.toBe("condition-invalid");
    }
  });
});

describe("what the documents must not leave out", () => {
  test("docs/graph-format.md names every key of a graph, a node and an edge, and every node type", () => {
    const text = read("docs/graph-format.md");
    const keys = [graphSchema, nodeSchema, edgeSchema].flatMap((schema) => Object.keys(schema.shape));
    expect([...keys, ...NODE_TYPE_NAMES].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test("docs/policy.md has a row for every key, with the default that the code has", () => {
    const text = read("docs/policy.md");
    const rows = new Map(
      [...text.matchAll(/^\| `([\w.]+)`\s*\| ([^|]*)\|/gm)].map(([, key = "", value = ""]) => [key, value]),
    );
    const shape = policyFileSchema.shape;
    const sections = ["execution", "tools", "node_types", "network", "approval"] as const;
    const keys = sections.flatMap((name) => Object.keys(shape[name].unwrap().shape).map((key) => `${name}.${key}`));
    expect(keys.filter((key) => !rows.has(key))).toEqual([]);
    for (const name of ["execution", "approval"] as const) {
      for (const [key, value] of Object.entries(DEFAULT_POLICY[name])) {
        expect.soft(rows.get(`${name}.${key}`)?.replaceAll("`", "").trim(), key).toBe(String(value));
      }
    }
  });

  test("docs/policy.md names every AUTOOPS_ variable that the code reads", () => {
    const files = ["src/platform/environment.ts", "src/platform/temporal/cache.ts"];
    const variables = new Set(files.flatMap((file) => read(file).match(/AUTOOPS_[A-Z_]*[A-Z]/g) ?? []));
    expect(variables.size).toBeGreaterThanOrEqual(8);
    expect([...variables].filter((name) => !read("docs/policy.md").includes(`\`${name}\``))).toEqual([]);
  });

  test("docs/config.md names every kind of source, target and channel with its keys", () => {
    const text = read("docs/config.md");
    const { $defs: _, ...schema } = z.toJSONSchema(configFileSchema, { io: "input", reused: "inline" });
    const keys = new Set<string>();
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const key of Object.keys((value as { properties?: object }).properties ?? {})) keys.add(key);
      for (const child of Object.values(value)) visit(child);
    };
    visit(schema);
    expect(keys.size).toBeGreaterThan(25);
    expect([...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(text))).toEqual([]);
  });

  test.each(BUILT_IN_TOOLS.map((tool) => [tool.name, tool] as const))(
    "docs/tools.md names %s with each param",
    (name, tool) => {
      const section = read("docs/tools.md")
        .split(/^## /m)
        .find((part) => part.split("\n", 1)[0]?.includes(`\`${name}\``));
      expect(section, name).toBeDefined();
      const { properties = {} } = z.toJSONSchema(tool.params, { io: "input", unrepresentable: "any" });
      const params = Object.keys(properties);
      expect(params.length).toBeGreaterThan(0);
      for (const word of [...params, ...(tool.aliases ?? [])]) expect.soft(section, word).toContain(`\`${word}\``);
      expect(section?.split("\n", 1)[0]).toContain(tool.effect);
    },
  );

  test("docs/approvals.md names every field of a decision", () => {
    const fields = ["node_id", "digest", "approver", "comment", "channel", "decision_id", "token", "decision"];
    expect(fields.filter((field) => !read("docs/approvals.md").includes(`\`${field}\``))).toEqual([]);
  });
});

describe("the commands in the documents", () => {
  const commands = new Map<string, Declared>(COMMANDS.map((command) => [command.usage.split(" ")[0] ?? "", command]));

  test("exist, with the options that they are shown with", () => {
    const global = ["--json", "--no-input", "--help"];
    const lines = DOCUMENTS.flatMap((file) =>
      [...fenced(file, ""), ...fenced(file, "sh")]
        .flatMap((text) => text.split("\n"))
        .flatMap((line) => /(?:^|\s)autoops ([a-z].*)$/.exec(line.split(" #")[0] ?? "")?.[1] ?? [])
        .map((line) => ({ file, words: line.trim().split(/\s+/) })),
    );
    expect(lines.length).toBeGreaterThan(8);
    for (const { file, words } of lines) {
      const command = commands.get(words[0] ?? "");
      expect.soft(command, `${file}: autoops ${words[0]}`).toBeDefined();
      const inner = command?.commands?.find(({ usage }) => usage.split(" ")[0] === words[1]) ?? command;
      const known = [...global, ...(inner?.options ?? []).map((option) => option.long)];
      const options = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0]);
      expect
        .soft(
          options.filter((option) => !known.includes(option)),
          `${file}: ${words.join(" ")}`,
        )
        .toEqual([]);
    }
  });
});
