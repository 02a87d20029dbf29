/** Playbooks as files: strict, all problems told, and never written by others. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is a playbook's placeholder
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadPlaybooks, parsePlaybook } from "../../../src/activities/planner/playbooks.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "playbooks-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const GOOD = `
id: look
title: Look
version: 1.0.0
goals: [look at the service]
symptoms: []
parameters:
  message: { type: string, description: what to say }
  limit: { type: number, default: 3, description: how much }
graph:
  name: Look
  nodes:
    - { id: a, name: Say, type: analysis, tool: echo, params: { message: "\${message}" } }
    - { id: b, name: Decide, type: decision, params: { expression: "size(a.message) > \${limit}" } }
  edges:
    - { from_node_id: a, to_node_id: b }
`;

test.each([
  ["an unknown key", GOOD.replace("title:", "colour: red\ntitle:"), "look.yaml.colour"],
  ["no version", GOOD.replace("version: 1.0.0", ""), "look.yaml.version"],
  [
    "an undeclared parameter",
    GOOD.replace('"${message}"', '"${other} ${message}"'),
    "look.yaml.graph.nodes[0].params.message",
  ],
  ["an unused parameter", GOOD.replace('"${message}"', "hello"), "look.yaml.parameters.message"],
  [
    "text in an expression",
    GOOD.replace("> ${limit}", "> ${limit} and a.message == '${message}'"),
    "look.yaml.graph.nodes[1].params.expression",
  ],
  [
    "text in a template",
    GOOD.replace('"${message}"', '"{{ a.${message} }}"'),
    "look.yaml.graph.nodes[0].params.message",
  ],
])("%s is a problem at its place", (_, text, at) => {
  expect(parsePlaybook(GOOD, "look.yaml").ok).toBe(true);
  const parsed = parsePlaybook(text, "look.yaml");
  expect(parsed.ok ? [] : parsed.problems.map((problem) => [problem.code, problem.at])).toContainEqual([
    "playbook-invalid",
    at,
  ]);
});

test("two playbooks with one id, one that is not YAML and a directory that is missing are refused", async () => {
  writeFileSync(join(dir, "a.yaml"), GOOD);
  expect(await loadPlaybooks(dir)).toMatchObject({ ok: true, value: [{ id: "look" }] });
  writeFileSync(join(dir, "b.yaml"), GOOD);
  writeFileSync(join(dir, "c.yaml"), "a: [");
  const loaded = await loadPlaybooks(dir);
  expect(loaded.ok ? [] : loaded.problems.map(({ code }) => code)).toEqual(["playbook-invalid", "document-not-parsed"]);
  expect(await loadPlaybooks(join(dir, "absent"))).toMatchObject({ ok: false, problems: [{ code: "file-not-found" }] });
});

test.skipIf(process.platform === "win32")(
  "a playbook or directory that others may write is refused, with the command that mends it",
  async () => {
    const path = join(dir, "a.yaml");
    writeFileSync(path, GOOD);
    chmodSync(path, 0o646);
    const hint = `chmod go-w ${path}`;
    expect(await loadPlaybooks(dir)).toMatchObject({ ok: false, problems: [{ code: "file-unsafe", hint }] });
    chmodSync(path, 0o644);
    chmodSync(dir, 0o777);
    expect(await loadPlaybooks(dir)).toMatchObject({ ok: false, problems: [{ code: "file-unsafe", at: dir }] });
  },
);
