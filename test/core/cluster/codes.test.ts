/** The table of causes: complete, documented, and each code tried. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CAUSES, type CauseCode } from "../../../src/core/cluster/codes.js";
import { causesDocument } from "../../support/cluster-document.js";
import { INCIDENTS } from "../../support/cluster-incidents.js";
import { ALL_FAULTS } from "../../support/cluster-more-faults.js";
import { RECORDED } from "../../support/recorded/families.js";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Named by `autoRCA` from metrics: `test/activities/tools/auto-rca-state.test.ts`. */
const OF_METRICS = new Set(["k8s-cpu-throttled"]);

describe("the table of causes", () => {
  test("has at least 60 codes, each with a sentence for what it means, what confirms it and what is next", () => {
    expect(Object.keys(CAUSES).length).toBeGreaterThanOrEqual(60);
    for (const [code, { means, confirm, next }] of Object.entries(CAUSES)) {
      expect(code).toMatch(/^k8s-[a-z]+(?:-[a-z]+)*$/);
      for (const text of [means, confirm, next]) expect(text, code).toMatch(/^[A-Z`].*[.)]$/s);
    }
  });

  test("is what docs/cluster-causes.md says (npx vitest run -u writes it anew)", async () => {
    await expect(causesDocument()).toMatchFileSnapshot(join(ROOT, "docs/cluster-causes.md"));
  });

  test("has no code that no test brings about", () => {
    const tests = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith(".test.ts") && !file.startsWith("codes"))
      .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
      .join("\n");
    const inIncidents = new Set(Object.values(INCIDENTS).flatMap(({ code }) => code));
    const inRecorded = new Set(
      Object.values(RECORDED).flatMap((family) => Object.values(family).flatMap(({ codes }) => codes)),
    );
    const inSystems = new Set(Object.values(ALL_FAULTS).flatMap(({ codes }) => (codes.length === 1 ? codes : [])));
    // Those of probes are made of kind and fault.
    const untried = Object.keys(CAUSES).filter(
      (code) =>
        !/-probe-/.test(code) &&
        !tests.includes(`code: "${code}"`) &&
        !inIncidents.has(code as CauseCode) &&
        !inSystems.has(code as CauseCode) &&
        !inRecorded.has(code) &&
        !OF_METRICS.has(code),
    );
    expect(untried).toEqual([]);
  });
});
