/** The registry: what may be registered, what stays, and what it says of params and reach. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type ToolDefinition } from "../../src/activities/define-tool.js";
import {
  applyWhitelist,
  createDefaultRegistry,
  createRegistry,
  type RegistryChange,
} from "../../src/activities/registry.js";
import { RESERVED_TOOL_NAMES } from "../../src/vocabulary/names.js";
import { configOf } from "../support/tool-context.js";

const tool = (parts: Partial<ToolDefinition> = {}): ToolDefinition =>
  defineTool<unknown, unknown>({
    name: "probe_me",
    description: "Looks.",
    nodeTypes: ["metric_query"],
    effect: "read",
    params: z.strictObject({ text: z.string().max(5), count: z.int().min(1).optional() }),
    output: z.strictObject({}),
    run: () => Promise.resolve({}),
    ...parts,
  });

describe("registration", () => {
  const faulty: Array<[string, Partial<ToolDefinition>]> = [
    ["a name with a blank", { name: "a b" }],
    ["a name that is a path", { name: "../x" }],
    ["an empty name", { name: "" }],
    ["the name of the activity for unknown tools", { name: "default" }],
    ["an alias that is reserved", { aliases: [RESERVED_TOOL_NAMES[0] ?? ""] }],
    ["no description", { description: " " }],
    ["no node types", { nodeTypes: [] }],
    ["a node type that does not exist", { nodeTypes: ["metrics" as "metric_query"] }],
    ["a node type that needs no tool", { nodeTypes: ["wait"] }],
    ["an effect below that of its node type", { nodeTypes: ["rollback"] }],
    ["an effect that does not exist", { effect: "delete" as "write" }],
    ["a write without idempotency", { effect: "write", nodeTypes: ["rollback"] }],
    ["an idempotency without a write", { idempotency: "key" }],
    ["no params schema", { params: undefined as unknown as z.ZodType }],
    ["no output schema", { output: {} as z.ZodType }],
    ["no code", { run: undefined as unknown as ToolDefinition["run"] }],
  ];
  test.each(faulty)("a tool with %s is refused and not there", (_, parts) => {
    const changes: RegistryChange[] = [];
    const registry = createRegistry({ onChange: (change) => changes.push(change) });
    expect(registry.register(tool(parts))).not.toEqual([]);
    expect(registry.list()).toEqual([]);
    expect(changes.map((change) => change.change)).toEqual(["refused"]);
  });

  test.each(RESERVED_TOOL_NAMES)("the reserved name %s is refused", (name) => {
    expect(createRegistry().register(tool({ name }))).toHaveLength(1);
  });

  test("a tool is found by its name and aliases, and its change is reported", () => {
    const changes: RegistryChange[] = [];
    const registry = createRegistry({ onChange: (change) => changes.push(change) });
    expect(registry.register(tool({ aliases: ["other"] }))).toEqual([]);
    expect(registry.find("other")).toBe(registry.find("probe_me"));
    expect(registry.find("probe_me")).toMatchObject({ effect: "read", builtIn: false });
    expect(registry.definition("other")?.name).toBe("probe_me");
    expect(registry.find("absent")).toBeUndefined();
    expect(registry.find("__proto__")).toBeUndefined();
    expect(changes).toEqual([{ change: "registered", tool: "probe_me" }]);
  });

  test("a second tool of one name or alias is refused, and the first stays", () => {
    const registry = createRegistry();
    registry.register(tool({ aliases: ["other"], description: "First." }));
    for (const parts of [{}, { name: "other" }, { name: "third", aliases: ["probe_me"] }]) {
      expect(registry.register(tool({ description: "Second.", ...parts }))).toHaveLength(1);
    }
    expect(registry.list().map((facts) => facts.description)).toEqual(["First."]);
  });

  test("what a tool may do cannot be changed once it is registered", () => {
    const given = tool();
    const registry = createRegistry();
    registry.register(given);
    given.effect = "none";
    expect(registry.definition("probe_me")?.effect).toBe("read");
    expect(() => Object.assign(registry.definition("probe_me") ?? {}, { effect: "none" })).toThrow(TypeError);
    expect(() => Object.assign(registry.find("probe_me") ?? {}, { effect: "none" })).toThrow(TypeError);
  });
});

describe("the whitelist", () => {
  test("leaves only the named tools, and reports what went", () => {
    const changes: RegistryChange[] = [];
    const registry = createDefaultRegistry(undefined, (change) => changes.push(change));
    expect(applyWhitelist(registry, ["log_collector", "echo"])).toEqual([]);
    expect(registry.list().map((facts) => facts.name)).toEqual(["log_collector", "echo"]);
    expect(registry.definition("rollback")).toBeUndefined();
    expect(changes.filter(({ change }) => change === "removed").map(({ tool }) => tool)).toContain("rollback");
  });

  test("names what nothing registers and restricts all the same", () => {
    const registry = createDefaultRegistry();
    expect(applyWhitelist(registry, ["echo", "eccho"])).toMatchObject([{ code: "name-not-registered" }]);
    expect(registry.list().map((facts) => facts.name)).toEqual(["echo"]);
  });

  test("keeps a tool that is registered later out, and cannot be widened again", () => {
    const registry = createDefaultRegistry();
    applyWhitelist(registry, ["echo"]);
    expect(registry.register(tool())).toMatchObject([{ code: "tool-not-allowed" }]);
    applyWhitelist(registry, ["probe_me", "echo"]);
    expect(registry.register(tool())).toMatchObject([{ code: "tool-not-allowed" }]);
    expect(registry.list().map((facts) => facts.name)).toEqual(["echo"]);
  });

  test("of an alias keeps the tool, and an empty one keeps nothing", () => {
    const registry = createRegistry();
    registry.register(tool({ aliases: ["other"] }));
    applyWhitelist(registry, ["other"]);
    expect(registry.find("probe_me")).toBeDefined();
    applyWhitelist(registry, []);
    expect(registry.list()).toEqual([]);
  });
});

describe("params", () => {
  const registry = createRegistry();
  registry.register(tool());
  const nested = z.strictObject({ list: z.array(z.strictObject({ n: z.int() })) });
  registry.register(tool({ name: "nested", params: nested }));
  const check = (params: Parameters<typeof registry.checkParams>[1], name = "probe_me") =>
    registry.checkParams(name, params, "nodes[2].params");

  test("that fit have no problems", () => {
    expect(check({ text: "abc" })).toEqual([]);
  });

  test("that do not fit are named with their full path, all at once", () => {
    const problems = check({ text: "abcdef", count: 0, more: 1 });
    expect(problems.map((problem) => problem.code)).toEqual(["params-invalid", "params-invalid", "params-invalid"]);
    expect(problems.map((problem) => problem.at).sort()).toEqual([
      "nodes[2].params.count",
      "nodes[2].params.more",
      "nodes[2].params.text",
    ]);
    expect(check({})[0]?.at).toBe("nodes[2].params.text");
  });

  test("that a template will fill in are left open, and everything beside them is checked", () => {
    expect(check({ text: "{{ logs.total }}", count: "{{ logs.total }}" })).toEqual([]);
    expect(check({ text: "{{ logs.total }}", count: "many" })).toMatchObject([{ at: "nodes[2].params.count" }]);
    expect(check({ text: "abc", more: "{{ x.y }}" })).toMatchObject([{ at: "nodes[2].params.more" }]);
    expect(check({ list: "{{ x.list }}" }, "nested")).toEqual([]);
    expect(check({ list: [{ n: "{{ x.n }}" }, { n: "no" }] }, "nested")).toMatchObject([
      { at: "nodes[2].params.list[1].n" },
    ]);
    expect(check({ list: ["{{ x.n }}"] }, "nested")).toEqual([]);
  });

  test("of no tool are a problem, and a secret in a wrong value is not shown", () => {
    expect(check({}, "absent")).toMatchObject([{ code: "unknown-tool" }]);
    const [problem] = check({ text: `ghp_${"a1B2".repeat(9)}` });
    expect(problem?.message).not.toContain("a1B2a1B2");
  });
});

describe("the tools of the product", () => {
  test("are registered, marked as built in, and read-only ones do not write", () => {
    const registry = createDefaultRegistry();
    const effects = Object.fromEntries(registry.list().map((facts) => [facts.name, facts.effect]));
    expect(effects).toMatchObject({
      log_collector: "read",
      http_probe: "read",
      notification: "notify",
      rollback: "write",
      service_restart: "write",
      scale_action: "write",
      config_update: "write",
      echo: "none",
    });
    expect(registry.list().every((facts) => facts.builtIn)).toBe(true);
  });

  test("say what a call would touch, and a template leaves it open", () => {
    const registry = createDefaultRegistry(
      configOf({
        targets: {
          shop: {
            kind: "command",
            environment: "staging",
            actions: { rollback: { argv: ["x"], expect_exit: [0], idempotency: "none" } },
          },
          bare: { kind: "http", actions: {} },
        },
        channels: { ops: { kind: "webhook", url: "https://ops.example/" } },
      }),
    );
    expect(registry.reach("rollback", { target: "shop", version: "1" }, "p")).toEqual({
      urls: [],
      target: "shop",
      environment: "staging",
      problems: [],
    });
    expect(registry.reach("rollback", { target: "{{ a.b }}" }, "p")).toMatchObject({
      environment: "production",
      problems: [],
    });
    for (const [name, target] of [
      ["rollback", "absent"],
      ["rollback", "bare"],
      ["service_restart", "shop"],
      ["rollback", "constructor"],
    ] as const) {
      const reach = registry.reach(name, { target }, "nodes[0].params");
      expect(reach.problems).toMatchObject([{ code: "target-not-declared", at: "nodes[0].params.target" }]);
      expect(reach.target).toBeUndefined();
    }
    expect(registry.reach("rollback", { target: "absent" }, "p").problems[0]?.hint).toContain("shop");
    expect(registry.reach("http_probe", { url: "https://a.example/" }, "p").urls).toEqual(["https://a.example/"]);
    expect(registry.reach("http_probe", { url: "https://{{ a.b }}/" }, "p").urls).toEqual([]);
    expect(registry.reach("notification", { channel: "ops" }, "p").problems).toEqual([]);
    expect(registry.reach("notification", { channel: "opps" }, "p").problems[0]?.code).toBe("source-not-configured");
    expect(registry.reach("echo", { message: "x" }, "p")).toEqual({ urls: [], problems: [] });
  });
});
