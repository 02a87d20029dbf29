/** What the workflow sandbox loads, by the bundle's own source map. */
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createContext, Script } from "node:vm";
import { bundleWorkflowCode } from "@temporalio/worker";
import { beforeAll, describe, expect, test } from "vitest";
import { sharedModules } from "../../src/worker/shared-modules.js";

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
let sources: string[] = [];
let size = 0;
let program = "";

beforeAll(async () => {
  const workflowsPath = resolve(import.meta.dirname, "../../src/workflows/index.ts");
  const preloadModules = sharedModules(dirname(workflowsPath));
  const { code } = await bundleWorkflowCode({ workflowsPath, preloadModules, logger: silent });
  const map = /sourceMappingURL=data:application\/json;(?:charset=[^;]+;)?base64,([A-Za-z0-9+/=]+)/.exec(code)?.[1];
  // The map is two thirds of the whole, comments included, and is read only where something fails.
  program = code;
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

// A worker loads it once; what each run loads is held below.
test("the bundle stays small enough to start quickly", () => {
  expect(size).toBeLessThan(1_225_000);
});

describe("what runs of a worker share", () => {
  const isShared = (source: string) => /\/src\/(?:core|vocabulary)\//.test(source);

  test("is all of core and vocabulary: no run loads any of it anew", () => {
    const shared = new Map<string, unknown>();
    const own = new Map<string, unknown>();
    let modules = shared;
    const get = (_: object, name: string) => shared.get(name) ?? modules.get(name);
    const set = (_: object, name: string, value: unknown) => modules.set(name, value) !== undefined;
    const context = createContext({
      ...{ AbortController, TextDecoder, TextEncoder, assert },
      __webpack_module_cache__: new Proxy({}, { get, set }),
    });
    new Script(program).runInContext(context);
    const { importWorkflows, preloadModules } = context.__TEMPORAL__ as Record<string, () => void>;
    preloadModules?.();
    modules = own;
    importWorkflows?.();
    expect([...shared.keys()].filter(isShared).length).toBeGreaterThan(50);
    expect([...own.keys()].some((name) => name.includes("/src/workflows/"))).toBe(true);
    expect([...own.keys()].filter(isShared)).toEqual([]);
    expect(own.size).toBeLessThanOrEqual(30);
  });

  test("shows nothing that remembers: no pattern with a place of its own, no map, no set", async () => {
    const remembering: string[] = [];
    const seen = new Set<unknown>();
    const look = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null || seen.has(value)) return;
      seen.add(value);
      const isPlace = value instanceof RegExp && (value.global || value.sticky);
      if (isPlace || value instanceof Map || value instanceof Set || value instanceof WeakMap) remembering.push(path);
      for (const [name, one] of Object.entries(value)) look(one, `${path}.${name}`);
    };
    for (const path of sources.filter(isShared)) {
      const file = path.replace(/^.*\/src\//, "src/");
      look(await import(resolve(import.meta.dirname, "../..", file)), file);
      expect(readFileSync(resolve(import.meta.dirname, "../..", file), "utf8"), file).not.toMatch(
        /^(?:export )?(?:let|var) /m,
      );
    }
    expect(remembering).toEqual([]);
  });
});

/** What the SDK's own workflow library brings along. */
const ALLOWED: string[] = ["long", "ms", "nexus-rpc"];
