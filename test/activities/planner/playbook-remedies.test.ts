/** Every remedy of a bundled playbook looks before it acts, looks whether it helped, and says what takes it back. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parseDocumentText } from "../../../src/schema/document.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { playbookSchema } from "../../../src/schema/playbook.js";
import { NODE_TYPES, type NodeType } from "../../../src/vocabulary/node-types.js";

const FOLDER = resolve(import.meta.dirname, "../../../playbooks");

interface Remedy {
  playbook: string;
  node: JsonObject;
}
const remedies: Remedy[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => {
    const parsed = parseDocumentText(readFileSync(join(FOLDER, file), "utf8"), file);
    if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
    const { id, graph } = playbookSchema.parse(parsed.value);
    return graph.nodes
      .filter(({ type }) => NODE_TYPES[type as NodeType] === "write")
      .map((node) => ({ playbook: id, node }));
  });

test("there are remedies of each kind that changes production", () => {
  const kinds = new Set(remedies.map(({ node }) => node.type));
  expect([...kinds].sort()).toEqual(["config_update", "rollback", "scale_action", "service_restart"]);
});

test.each(remedies.map(({ playbook, node }) => [playbook, node] as const))("%s", (_, node) => {
  const { preconditions, undo } = node as { preconditions?: JsonObject[]; undo?: JsonObject };
  expect(node.verify).toMatchObject({ tool: expect.any(String), expect: expect.stringContaining("output.") });
  expect((node.verify as JsonObject).settle_seconds).toMatch(/^\$\{\w+_seconds\}$/);
  expect(preconditions?.map((one) => one.expect)).toEqual(preconditions?.map(() => expect.stringContaining("output.")));
  expect(preconditions?.length).toBeGreaterThan(0);
  // A restart has nothing that would take it back.
  expect(undo?.tool).toBe(node.type === "service_restart" ? undefined : node.tool);
});
