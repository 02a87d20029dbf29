/** Fields that expressions read from outputs: one that cannot be there is a problem, with the nearest name. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../../src/activities/define-tool.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { checkExpressions } from "../../../src/core/check/expressions.js";
import { nearestName } from "../../../src/core/check/nearest-name.js";
import { graphOf } from "../../support/graphs.js";

const registry = createDefaultRegistry();
type Tree = { name: string; children: Tree[] };
const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ name: z.string(), children: z.array(tree) }));
registry.register(
  defineTool({
    name: "shapes",
    description: "has many shapes",
    nodeTypes: ["analysis"],
    effect: "none",
    params: z.strictObject({}),
    output: z.strictObject({
      counts: z.record(z.string(), z.strictObject({ total: z.int() })),
      either: z.union([z.strictObject({ left: z.int() }), z.strictObject({ right: z.int() }), z.null()]),
      pair: z.tuple([z.strictObject({ first: z.int() }), z.string()]),
      anything: z.unknown(),
      loose: z.looseObject({ known: z.int() }),
      tree,
      note: z.string().nullable().optional(),
    }),
    run: async () => ({}) as never,
  }),
);
const first = { id: "A", type: "metric_query" as const, tool: "dns_probe" };
const shapes = { id: "A", type: "analysis" as const, tool: "shapes" };
const problems = (node: object, condition: string) =>
  checkExpressions(
    graphOf([{ ...first, ...node }, "B"], [{ from_node_id: "A", to_node_id: "B", condition }]),
    registry,
  );

describe("what an output cannot have", () => {
  test.each([
    [first, "A.outputs.unresolvable", "its fields are name, type"],
    [first, "A.statuss == 'nxdomain'", "did you mean status?"],
    [first, "has(A.truncatd)", "did you mean truncated?"],
    [first, "size(A.answer) > 0", "did you mean answers?"],
    [first, "1 < 2 or not (A.OK)", "did you mean ok?"],
    [first, "A.answers[0].valeu == '10.0.0.1'", "did you mean value?"],
    [first, "A.answers.value == '10.0.0.1'", "such as [0]"],
    [first, "A.status.code == 1", "leave out"],
    [{ id: "A", type: "metric_query", tool: "metric_query" }, "A.vlaue > 3", "did you mean value?"],
    [{ id: "A", type: "decision", tool: undefined, params: { expression: "true" } }, "A.vale", "did you mean value?"],
    [{ id: "A", type: "human_review", tool: undefined }, "A.desicion == 'approve'", "did you mean decision?"],
    [{ id: "A", type: "wait", tool: undefined }, "A.seconds > 1", "did you mean waited_seconds?"],
    [shapes, "A.counts.web.totl > 1", "did you mean total?"],
    [shapes, "A.either.middle > 1", "its fields are left, right"],
    [shapes, "A.pair[0].frist > 1", "did you mean first?"],
    [shapes, "A.tree.children[0].children[1].nmae == 'x'", "did you mean name?"],
    [shapes, "A.note.text == 'x'", "leave out"],
  ])("%j: %s", (node, condition, hint) => {
    const found = problems(node, condition);
    expect(found).toMatchObject([{ code: "output-field-unknown", at: "edges[0].condition" }]);
    expect(found[0]?.hint).toContain(hint);
  });

  test.each([
    [first, "A.status == 'ok' and A.answers[0].ttl > 3 and size(A.findings) > 0"],
    [first, "'status' in A"],
    [shapes, "A.counts.anything.total > 1"],
    [shapes, "A.either.left > 1 or A.either.right > 1"],
    [shapes, "A.anything.at[0].all and A.loose.other.key"],
    [shapes, "A.tree.children[0].children[1].children[0].name == 'x'"],
  ])("%j: %s is fine", (node, condition) => {
    expect(problems(node, condition)).toEqual([]);
  });

  test("is told in params, decisions, preconditions and verify as well", () => {
    const graph = graphOf(
      [
        first,
        {
          id: "told",
          type: "notification",
          tool: "notification",
          params: { text: "{{ A.stauts }} and {{ A.status }}" },
        },
        { id: "asked", type: "decision", params: { expression: "A.okk" } },
        {
          id: "write",
          type: "service_restart",
          tool: "service_restart",
          params: { target: "shop" },
          preconditions: [{ tool: "dns_probe", params: { name: "{{ A.nam }}" }, expect: "output.okay" }],
          verify: { tool: "dns_probe", params: { name: "x" }, expect: "output.ok and write.statos == 'done'" },
          undo: { tool: "rollback", params: { target: "{{ write.tarket }}" } },
        },
      ],
      ["A>told", "A>asked", "A>write"],
    );
    const found = checkExpressions(graph, registry).map(({ code, at }) => `${at}: ${code}`);
    expect(found).toEqual([
      "nodes[1].params.text: output-field-unknown",
      "nodes[2].params.expression: output-field-unknown",
      "nodes[3].preconditions[0].params.name: output-field-unknown",
      "nodes[3].preconditions[0].expect: output-field-unknown",
      "nodes[3].verify.expect: output-field-unknown",
      "nodes[3].undo.params.target: output-field-unknown",
    ]);
  });
});

test("every shape of the product's own tools can be looked through", () => {
  for (const { name } of registry.list()) expect(registry.outputShape?.(name), name).toHaveProperty("type", "object");
});

test("the nearest name takes few changed letters, or holds the word", () => {
  const known = ["status", "error_count", "p95_ms"];
  expect(nearestName("stauts", known)).toBe("status");
  expect(nearestName("errors_count", known)).toBe("error_count");
  expect(nearestName("p95", known)).toBe("p95_ms");
  expect(nearestName("colour", known)).toBeUndefined();
});
