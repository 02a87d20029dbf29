/** The file formats as the program tells them: JSON Schema, YAML and JSON, and what each tool takes and gives. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { FORMAT_NAMES, publishedSchema } from "../../../src/schema/published.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "formats-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function call(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const environment = { AUTOOPS_HOME: join(folder, "home") };
    const interrupt = new AbortController().signal;
    return { print, stdout, environment, canAsk: false, interrupt } as unknown as Session;
  });
  return { exit, out: out.join(""), err: err.join("") };
}

test.each(FORMAT_NAMES)("the schema of a %s is what the package ships, and what the command prints", async (format) => {
  const shipped = JSON.parse(readFileSync(`docs/schemas/${format}.schema.json`, "utf8"));
  expect(shipped, "npm run schemas").toEqual(JSON.parse(JSON.stringify(publishedSchema(format))));
  expect(JSON.parse((await call("schema", format)).out)).toEqual(shipped);
});

test("a format that there is not is a usage error that names those there are", async () => {
  const { exit, err } = await call("schema", "goal");
  expect([exit, err]).toEqual([2, expect.stringContaining("graph, policy, config, playbook")]);
});

test("what is no file is told in words, not by the system's code", async () => {
  writeFileSync(join(folder, "file"), "");
  expect((await call("validate", folder)).err).toContain(`${folder} cannot be read: it is a folder`);
  expect((await call("validate", join(folder, "file", "g.yaml"))).err).toContain("a part of its path is a file");
  expect((await call("validate", join(folder, "x".repeat(300)))).err).toContain("its name is too long");
});

const GRAPH = {
  id: "g",
  name: "Say it",
  goal_description: "see: that it runs",
  nodes: [{ id: "say", name: "Say", type: "analysis", tool: "echo", params: { message: "1.10" } }],
  edges: [],
};

describe("a graph goes from JSON to YAML and back", () => {
  test("unchanged, with the schema for editors in its first line", async () => {
    const json = join(folder, "g.json");
    writeFileSync(json, JSON.stringify(GRAPH));
    const yaml = await call("validate", json, "--format", "yaml");
    expect(yaml.exit).toBe(0);
    const [, schema = ""] = /^# yaml-language-server: \$schema=(.*)\n/.exec(yaml.out) ?? [];
    expect(existsSync(schema)).toBe(true);
    expect(parse(yaml.out)).toEqual(GRAPH);
    const file = join(folder, "g.yaml");
    writeFileSync(file, yaml.out);
    const back = await call("validate", file, "--format", "json");
    expect(JSON.parse(back.out)).toEqual(GRAPH);
  });

  test("one that does not pass is told its problems, and printed in no format", async () => {
    const file = join(folder, "g.json");
    writeFileSync(file, JSON.stringify({ ...GRAPH, nodes: [{ ...GRAPH.nodes[0], tool: "none" }] }));
    expect(await call("validate", file, "--format", "yaml")).toMatchObject({ exit: 1, out: "" });
  });
});

describe("tools show", () => {
  test("tells params and output of a tool by its name and by its other names", async () => {
    const { exit, out } = await call("tools", "show", "metric_query", "--json");
    expect(exit).toBe(0);
    const document = JSON.parse(out);
    expect(document.tool).toMatchObject({ name: "metric_query", effect: "read" });
    expect(Object.keys(document.params.properties ?? document.params)).not.toEqual([]);
    expect(document.output).toMatchObject({ type: "object" });
  });

  test("every tool can be shown", async () => {
    const { tools } = JSON.parse((await call("tools", "--all", "--json")).out);
    for (const { name } of tools) expect((await call("tools", "show", name, "--json")).exit, name).toBe(0);
  });

  test("a name that there is not is told the ones like it", async () => {
    const { exit, err } = await call("tools", "show", "metric");
    expect(exit).not.toBe(0);
    expect(err).toContain("perhaps metric_query");
  });
});

test("a plan as YAML names its schema, and --service is the parameter of that name", async () => {
  const words = ["plan", "is checkout down", "--playbook", "service-unreachable", "--service", "checkout", "--json"];
  const { out } = await call(...words, "--param", "url=https://checkout.example.com/");
  expect(JSON.stringify(JSON.parse(out).graph?.metadata?.parameters ?? JSON.parse(out))).toContain("checkout");
  const yaml = await call(...words.slice(0, -1), "--param", "url=https://checkout.example.com/", "--yaml");
  expect(yaml.out).toMatch(/^# yaml-language-server: \$schema=/);
});
