/** One copy of protobufjs for all of Temporal's packages: with several, histories cannot be written as JSON. */
import { createRequire } from "node:module";
import { expect, test } from "vitest";

test("all of Temporal's packages share one protobufjs", () => {
  const own = createRequire(import.meta.url);
  const copies = ["common", "proto", "worker", "client"].map((name) => {
    const from = createRequire(own.resolve(`@temporalio/${name}`));
    return from.resolve("protobufjs");
  });
  expect(new Set(copies).size).toBe(1);
});
