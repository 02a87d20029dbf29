/** Caps by environment, as core judges them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { effectivePolicy } from "../../../src/core/policy.js";
import { fits, limitsOf, reachProblems, stepProblem, targetProblems } from "../../../src/core/writes/limits.js";
import type { LimitsFile } from "../../../src/schema/write-limits.js";
import { ENVIRONMENTS } from "../../../src/vocabulary/node-types.js";

const limits = (file: LimitsFile = {}) => limitsOf(file, () => undefined);
const production = "production" as const;
const codes = (problems: ReadonlyArray<{ code: string }>) => problems.map(({ code }) => code);

describe("the defaults", () => {
  test("bound production alone, and keep every write out of what runs a cluster", () => {
    expect(limits().production).toMatchObject({ targets_per_run: 5, actions_per_hour: 60 });
    expect(limits().staging).toEqual({ forbidden_namespaces: ["kube-system", "kube-public", "kube-node-lease"] });
    const reach = { environment: "development" as const, namespace: "kube-system" };
    expect(codes(reachProblems(limits(), reach, "nodes[0]"))).toEqual(["namespace-forbidden"]);
  });

  test("give way key by key, and say where each value came from", () => {
    const file = { version: "1.0" as const, limits: { production: { targets_per_run: 1 } } };
    const { policy, origins } = effectivePolicy(file, {});
    expect(policy.limits.production).toMatchObject({ targets_per_run: 1, actions_per_hour: 60 });
    expect(origins["limits.production.targets_per_run"]).toBe("file");
    expect(origins["limits.production.actions_per_hour"]).toBe("default");
  });
});

describe("one write", () => {
  test.each([
    ["payments", ["payments"], true],
    ["payments-eu", ["payments"], false],
    ["payments-eu", ["pay*"], true],
    ["eu-payments", ["*-payments"], true],
    ["shop", ["*"], true],
    ["shop", [], false],
  ])("in the namespace %s with %j forbidden", (namespace, forbidden_namespaces, refused) => {
    const own = limits({ production: { forbidden_namespaces } });
    const problems = reachProblems(own, { environment: production, namespace }, "nodes[0]");
    expect(codes(problems)).toEqual(refused ? ["namespace-forbidden"] : []);
  });

  test("asks for at most so many replicas, and not for none where a factor bounds the step", () => {
    const own = limits({ production: { max_replicas: 10, max_scale_step: { factor: 3 } } });
    const of = (replicas: number) => codes(reachProblems(own, { environment: production, replicas }, "nodes[0]"));
    expect([of(10), of(11), of(0), of(1)]).toEqual([[], ["cap-exceeded"], ["cap-exceeded"], []]);
    expect(codes(reachProblems(own, { environment: "staging", replicas: 900 }, "nodes[0]"))).toEqual([]);
  });

  test.each([
    [3, 6, true],
    [3, 7, false],
    [6, 3, true],
    [7, 3, false],
    [10, 15, true],
    [10, 16, false],
    [0, 5, true],
    [0, 6, false],
    [4, 4, true],
    [4, 0, false],
  ])("going from %i to %i replicas within 5 and twice", (present, wanted, passes) => {
    const own = limits({ production: { max_scale_step: { replicas: 5, factor: 2 } } });
    expect(stepProblem(own, production, { present, wanted }, "w") === undefined).toBe(passes);
  });

  test("whose present number cannot be known is refused in production, where a step is bounded", () => {
    const own = limits({ production: { max_scale_step: { factor: 2 } }, staging: { max_scale_step: { factor: 2 } } });
    const unknown = { present: null, wanted: 4 };
    expect(stepProblem(own, production, unknown, "w")).toMatchObject({ code: "cap-exceeded" });
    expect(stepProblem(own, "staging", unknown, "w")).toBeUndefined();
    expect(stepProblem(limits(), production, unknown, "w")).toBeUndefined();
  });

  test("a step that passes never changes more than is allowed, whichever way it goes", () => {
    const count = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(
        count,
        count,
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 1.1, max: 10, noNaN: true }),
        (present, wanted, replicas, factor) => {
          const own = limits({ production: { max_scale_step: { replicas, factor } } });
          const passes = stepProblem(own, production, { present, wanted }, "w") === undefined;
          const within = Math.abs(wanted - present) <= replicas;
          const gentle =
            present === wanted || present === 0 || (wanted <= present * factor && present <= wanted * factor);
          // At the bound itself, rounding of the factor may decide either way.
          const onTheEdge = [wanted / present, present / wanted].some((ratio) => Math.abs(ratio - factor) < 1e-9);
          expect(onTheEdge || passes === (within && gentle)).toBe(true);
        },
      ),
    );
  });
});

describe("the targets of a graph", () => {
  const writes = (...targets: string[]) =>
    targets.map((target, index) => ({ at: `nodes[${index}]`, target, environment: production }));

  test("are counted once each, by environment, and told at the first that is too many", () => {
    const own = limits({ production: { targets_per_run: 2 } });
    expect(targetProblems(own, writes("a", "b", "a", "b"))).toEqual([]);
    const problems = targetProblems(own, [
      ...writes("a", "b", "c", "d"),
      { at: "nodes[9]", target: "e", environment: "test" },
    ]);
    expect(problems).toMatchObject([{ code: "cap-exceeded", at: "nodes[2]" }]);
    expect(problems[0]?.message).toContain("a, b, c, d");
  });
});

test("a pattern fits as its parts say", () => {
  const word = fc.stringMatching(/^[ab-]{0,8}$/);
  fc.assert(
    fc.property(fc.stringMatching(/^[ab*-]{0,8}$/), word, (pattern, name) => {
      const expected = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(name);
      expect(fits(pattern, name)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});

test("every environment has limits", () => {
  expect(Object.keys(limits()).sort()).toEqual([...ENVIRONMENTS].sort());
});
