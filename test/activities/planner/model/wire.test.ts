/** The form in which a model is asked for params and nodes: what strict structured output takes, and the way back. */
import { zodResponseFormat } from "openai/helpers/zod";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { offerOf } from "../../../../src/activities/planner/model/offer.js";
import { wireGraphOf } from "../../../../src/activities/planner/model/wire-graph.js";
import { type JsonSchema, wireOf } from "../../../../src/activities/planner/model/wire-params.js";
import { BUILT_IN_TOOLS } from "../../../../src/activities/tools/built-in.js";
import { DEFAULT_POLICY } from "../../../../src/core/policy.js";
import { nodeSchema } from "../../../../src/schema/graph.js";
import type { Json } from "../../../../src/schema/json.js";
import { CONFIG, openPolicy, REGISTRY } from "../../../support/adversarial.js";

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
const wire = (schema: z.ZodType) => wireOf(schemaOf(schema));

/** Everything that strict structured output refuses, by path. */
function objections(schema: unknown, at = "$"): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((item, index) => objections(item, `${at}[${index}]`));
  const { type, properties, required, additionalProperties } = schema as JsonSchema;
  const found: string[] = [];
  if (type === "object") {
    if (additionalProperties !== false) found.push(`${at}: an open object`);
    const keys = Object.keys(properties ?? {}).sort();
    if (JSON.stringify(keys) !== JSON.stringify([...(required ?? [])].sort())) found.push(`${at}: an optional member`);
  }
  for (const [key, value] of Object.entries(schema)) {
    if (key === "enum" || key === "const") continue;
    if (["allOf", "not", "patternProperties", "propertyNames", "prefixItems"].includes(key))
      found.push(`${at}: ${key}`);
    found.push(...objections(value, `${at}.${key}`));
  }
  return found;
}

test("every tool of the product can be asked for in strict structured output", () => {
  const graph = wireGraphOf(offerOf(REGISTRY, openPolicy(), CONFIG));
  if (graph === undefined) throw new Error("nothing is offered");
  for (const schema of [graph.graph, graph.changes]) {
    const format = zodResponseFormat(schema, "plan") as unknown as {
      json_schema: { strict: boolean; schema: unknown };
    };
    expect(format.json_schema.strict).toBe(true);
    expect(objections(format.json_schema.schema)).toEqual([]);
  }
});

test("it would see an open object and an optional member", () => {
  expect(objections({ type: "object", properties: { a: {} }, required: [], additionalProperties: true })).toHaveLength(
    2,
  );
});

test("only what the policy allows is offered; nothing is where it allows nothing", () => {
  const offered = (policy: typeof DEFAULT_POLICY) => offerOf(REGISTRY, policy, CONFIG).tools.map(({ name }) => name);
  const byDefault = offered(DEFAULT_POLICY);
  expect(byDefault).toContain("log_collector");
  for (const name of ["rollback", "service_restart", "notification"]) expect(byDefault).not.toContain(name);
  expect(offered(openPolicy())).toContain("rollback");
  expect(offered({ ...openPolicy(), execution: DEFAULT_POLICY.execution })).not.toContain("rollback");
  const nothing = { ...DEFAULT_POLICY, node_types: { allowed: [], blocked: [] } };
  expect(wireGraphOf(offerOf(REGISTRY, nothing, CONFIG))).toBeUndefined();
});

describe("the way back", () => {
  const params = z.strictObject({
    need: z.string(),
    may: z.string().optional(),
    nullable: z.string().nullable().optional(),
    count: z.int().min(1).default(3),
    list: z.array(z.strictObject({ on: z.boolean().optional() })).optional(),
    open: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    any: z.json().optional(),
    kind: z.enum(["a", "b"]).optional(),
  });
  const cases: Array<[string, Json, Json]> = [
    [
      "null is absent where absent is allowed",
      { need: "x", may: null, count: null, list: null, open: null, any: null, kind: null },
      { need: "x" },
    ],
    [
      "entries are a mapping",
      {
        need: "x",
        open: [
          { key: "a", value: "1" },
          { key: "b", value: 2 },
        ],
      },
      { need: "x", open: { a: "1", b: 2 } },
    ],
    ["a mapping is one too", { need: "x", open: { a: "1" } }, { need: "x", open: { a: "1" } }],
    ["JSON text is its value", { need: "x", any: '{"a":[1,null]}' }, { need: "x", any: { a: [1, null] } }],
    [
      "templates stay",
      { need: "{{ a.b }}", count: "{{ a.n }}", list: "{{ a.list }}", open: "{{ a.o }}", any: "{{ a.any }}" },
      { need: "{{ a.b }}", count: "{{ a.n }}", list: "{{ a.list }}", open: "{{ a.o }}", any: "{{ a.any }}" },
    ],
    [
      "members of lists are mapped",
      { need: "x", list: [{ on: null }, { on: true }] },
      { need: "x", list: [{}, { on: true }] },
    ],
    ["an unknown key stays for the check to refuse", { need: "x", extra: null }, { need: "x", extra: null }],
    [
      "a wrong type stays for the check to refuse",
      { need: 7, count: "many", open: [{ key: 1 }] },
      { need: 7, count: "many", open: [{ key: 1 }] },
    ],
  ];
  test.each(cases)("%s", (_, given, expected) => {
    expect(wire(params).back(given)).toEqual(expected);
  });

  test("a null that a tool takes stays, where the param must be there", () => {
    expect(wire(z.strictObject({ since: z.string().nullable() })).back({ since: null })).toEqual({ since: null });
  });

  test("what the wire schema accepts for a tool's own defaults, the tool accepts", () => {
    for (const tool of BUILT_IN_TOOLS) {
      const own = wire(tool.params as z.ZodType);
      const required = new Set(schemaOf(tool.params as z.ZodType).required ?? []);
      const keys = Object.keys(schemaOf(tool.params as z.ZodType).properties ?? {});
      const nulls = Object.fromEntries(keys.filter((key) => !required.has(key)).map((key) => [key, null]));
      expect(Object.keys(own.back(nulls) as object), tool.name).toEqual([]);
    }
  });
});

describe("what stands around a write", () => {
  const graph = wireGraphOf(offerOf(REGISTRY, openPolicy(), CONFIG));
  const write = {
    id: "back",
    name: "Roll back",
    description: "",
    type: "rollback",
    tool: "rollback",
    params: { target: "shop", version: "1" },
    requires_human_approval: true,
    timeout_seconds: null,
    retry_count: null,
    continue_on_failure: false,
    join: "all",
  };
  const read = { tool: "http_probe", params: '{"url":"http://shop.example/"}', expect: "output.ok" };
  const guarded = {
    ...write,
    preconditions: [{ ...read, expect: "not output.ok" }],
    verify: { ...read, settle_seconds: 30, attempts: null },
    undo: { tool: "rollback", params: '{"target":"shop","version":"2"}' },
  };
  const answer = (node: object) =>
    graph?.graph.safeParse({ name: "x", nodes: [node], edges: [], cannot: null }).success;

  test("is asked of every write and of nothing else", () => {
    expect(answer(guarded)).toBe(true);
    expect(answer({ ...write, preconditions: null, verify: null, undo: null })).toBe(true);
    expect(answer(write)).toBe(false);
    const look = { ...write, type: "metric_query", tool: "http_probe", params: { url: "http://a.example/" } };
    expect(answer({ ...look, verify: null })).toBe(false);
  });

  test("comes back as the format has it, and passes its schema", () => {
    const back = graph?.node(guarded as unknown as Json);
    const parsed = nodeSchema.safeParse(back);
    expect(parsed.error?.issues ?? []).toEqual([]);
    const params = { url: "http://shop.example/" };
    expect(back).toMatchObject({
      preconditions: [{ tool: "http_probe", params, expect: "not output.ok" }],
      verify: { tool: "http_probe", params, expect: "output.ok", settle_seconds: 30 },
      undo: { tool: "rollback", params: { target: "shop", version: "2" } },
    });
    const bare = graph?.node({ ...write, preconditions: [], verify: null, undo: null } as unknown as Json);
    for (const key of ["preconditions", "verify", "undo"]) expect(bare).not.toHaveProperty(key);
  });

  test("stays as it is where it cannot be read, for the check to refuse", () => {
    for (const verify of [{ ...read, params: "{" }, { ...read, params: "[1]" }, "look", 7]) {
      expect(nodeSchema.safeParse(graph?.node({ ...guarded, verify } as unknown as Json)).success).toBe(false);
    }
  });
});
