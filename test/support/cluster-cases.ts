/** How a family's table of causes is tried: each row is a code with siblings, each of which must be the first guess. */
import { describe, expect, test } from "vitest";
import { refText } from "../../src/core/cluster/cause.js";
import { CAUSES, type CauseCode } from "../../src/core/cluster/codes.js";
import { shop, verdictIn, type World } from "./cluster-world.js";

export type Break = (world: World) => void;
export interface Case {
  code: CauseCode;
  /** `Deployment shop/cart`: the one to mend. */
  object: string;
  /** At least three ways in which it shows. */
  siblings: Break[];
  /** It is worth a notice, and no cause. */
  isNotice?: true;
}

const SIBLINGS_MIN = 3;

export function tryCases(family: string, cases: readonly Case[]): void {
  describe(family, () => {
    test.each(cases)("$code names $object", ({ code, object, siblings, isNotice }) => {
      expect(CAUSES[code]?.means, code).toMatch(/\.$/);
      expect(siblings.length, `siblings of ${code}`).toBeGreaterThanOrEqual(SIBLINGS_MIN);
      siblings.forEach((breaks, index) => {
        const world = shop();
        breaks(world);
        const { causes, symptoms, notices } = verdictIn(world);
        const named = (isNotice ? notices : causes).map((one) => `${one.code} ${refText(one.object)} ${one.score}`);
        const all = [...causes, ...symptoms, ...notices].map(
          (one) => `${one.code} ${refText(one.object)} ${one.score} ${one.what}`,
        );
        const [first] = named;
        expect(first?.split(" ").slice(0, 3).join(" "), `sibling ${index + 1}: ${all.join("\n")}`).toBe(
          `${code} ${object}`,
        );
        const cause = (isNotice ? notices : causes)[0];
        expect(cause?.evidence.length, `evidence of sibling ${index + 1}`).toBeGreaterThan(0);
        if (isNotice) expect(causes.map(({ code: one }) => one)).toEqual([]);
      });
    });
  });
}
