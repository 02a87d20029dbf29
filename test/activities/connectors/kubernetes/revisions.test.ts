/** Which kept revision a version means. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carries, type Revision, revisionFor } from "../../../../src/activities/connectors/kubernetes/revisions.js";
import type { Place } from "../../../../src/activities/connectors/kubernetes/workload.js";
import { failureOf } from "../../../support/tool-context.js";

const place = { workload: "deployment/shop", namespace: "prod" } as Place;
const kept = (...images: string[]): Revision[] =>
  images.map((image, index) => ({ number: images.length - index, hash: `h${index}`, image, template: {} }));
const pick = (revisions: Revision[], version: string) => revisionFor(place, revisions, version).number;
const DIGEST = `sha256:${"4f".repeat(32)}`;

describe("a version", () => {
  const revisions = kept("r.example:5000/shop:v3", `shop@${DIGEST}`, "shop:v1.2", "shop:v1", "shop");

  test.each([
    ["revision:2", 2],
    ["2", 2],
    ["v3", 5],
    ["v1.2", 3],
    ["v1", 2],
    [DIGEST, 4],
  ])("%s means revision %i", (version, number) => {
    expect(pick(revisions, version)).toBe(number);
  });

  test.each([["v9"], ["revision:9"], ["9"], ["shop"], ["5000"], ["latest"]])(
    "%s means none: those that are kept are named",
    async (version) => {
      const failure = await failureOf(Promise.resolve().then(() => pick(revisions, version)));
      expect(failure).toMatchObject({ code: "revision-unknown", retryable: false });
      expect(failure.hint).toContain("it keeps 5 (r.example:5000/shop:v3), 4 (");
    },
  );

  test("that several revisions carry means the newest of them", () => {
    expect(pick(kept("shop:v2", "shop:v1", "shop:v2", "shop:v1"), "v1")).toBe(3);
  });

  test("that reads like a number and like a tag is not guessed, but for the same revision", async () => {
    const failure = await failureOf(Promise.resolve().then(() => pick(kept("shop:1", "shop:2"), "1")));
    expect(failure.message).toContain('"1" may mean revision 1 (shop:2) or the image shop:1 of revision 2');
    expect(pick(kept("shop:2", "shop:1"), "1")).toBe(1);
  });
});

test("a revision's own number always leads to it", () => {
  const image = fc.constantFrom("shop:1", "shop:2", "shop:3", "shop:v1", "shop");
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 8 }), fc.nat(7), (images, index) => {
      const revisions = kept(...images);
      const wanted = revisions[index % revisions.length];
      expect(pick(revisions, `revision:${wanted?.number}`)).toBe(wanted?.number);
    }),
  );
});

test("an image carries its tag, its digest, or both", () => {
  expect(carries(`r.example/shop:v1@${DIGEST}`, "v1")).toBe(true);
  expect(carries(`r.example/shop:v1@${DIGEST}`, DIGEST)).toBe(true);
  expect(carries(`r.example/shop:v1@${DIGEST}`, `v1@${DIGEST}`)).toBe(true);
  expect(carries("r.example:5000/shop", "5000")).toBe(false);
  expect(carries("r.example:5000/shop", "5000/shop")).toBe(false);
});
