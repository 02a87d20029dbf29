/** What the workflow sandbox loads, by the bundle's own source map. */
import { resolve } from "node:path";
import { bundleWorkflowCode } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
let sources: string[] = [];
let size = 0;

beforeAll(async () => {
  const workflowsPath = resolve(import.meta.dirname, "../../src/workflows/index.ts");
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: silent });
  const map = /sourceMappingURL=data:application\/json;(?:charset=[^;]+;)?base64,([A-Za-z0-9+/=]+)/.exec(code)?.[1];
  // The map is two thirds of the whole, comments included, and is read only where something fails.
  size = code.length - (map?.length ?? 0);
  sources = (JSON.parse(Buffer.from(map ?? "", "base64").toString()) as { sources: string[] }).sources;
});

test("the bundle holds our vocabulary, core and workflows and nothing else of ours", () => {
  const ours = sources.filter((source) => source.includes("/src/") && !source.includes("node_modules"));
  const folders = new Set(ours.map((source) => /\/src\/([a-z]+)\//.exec(source)?.[1]));
  expect([...folders].sort()).toEqual(["core", "vocabulary", "workflows"]);
});

test("the bundle holds no package beyond Temporal's own and what it brings", () => {
  const packages = new Set(
    sources.flatMap((source) => {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(source)?.[1];
      return name === undefined ? [] : [name];
    }),
  );
  const foreign = [...packages].filter((name) => !name.startsWith("@temporalio/"));
  expect(foreign.sort()).toEqual(ALLOWED);
});

test("the bundle stays small enough to start quickly", () => {
  expect(size).toBeLessThan(1_235_000);
});

/** What the SDK's own workflow library brings along. */
const ALLOWED: string[] = ["long", "ms", "nexus-rpc"];
