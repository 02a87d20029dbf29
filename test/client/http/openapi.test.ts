/** The OpenAPI description: current, whole, and true by the routes that express really has. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createFacade } from "../../../src/client/http/facade.js";
import { openApi } from "../../../src/client/http/openapi.js";
import { createLog } from "../../../src/platform/log.js";
import { stagedRuns, startServing } from "./support/staged.js";

interface Layer {
  route?: { path: string; methods?: Record<string, boolean>; stack: Array<{ method?: string }> };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
const document = openApi() as any;
const METHODS = ["get", "post", "put", "patch", "delete"];

test("docs/openapi.json is current; `npm run openapi` writes it", () => {
  expect(JSON.parse(readFileSync("docs/openapi.json", "utf8"))).toEqual(JSON.parse(JSON.stringify(document)));
});

test("every route of the façade is in it, and it has no other", () => {
  const app = createFacade({
    runs: stagedRuns([]),
    operator: "ann",
    staticDir: "/nonexistent",
    log: createLog("fatal"),
  });
  const { stack } = (app as unknown as { router: { stack: Layer[] } }).router;
  const routed = stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = new Set(route.stack.map(({ method }) => method).filter((method) => method !== undefined));
    return [...methods].map((method) => `${method} ${route.path.replace(/:(\w+)/g, "{$1}")}`);
  });
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations as object).map((method) => `${method} ${path}`),
  );
  expect(routed.sort()).toEqual(described.sort());
  expect(routed.length).toBeGreaterThan(15);
});

describe("it", () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(
      methods as Record<
        string,
        { operationId: string; responses: Record<string, unknown>; parameters?: Array<{ in: string; name: string }> }
      >,
    ).map(([method, operation]) => ({ path, method, ...operation })),
  );

  test("is served to who has not signed in, as it is", async () => {
    const serving = await startServing();
    await serving.key("ann", "viewers");
    const response = await fetch(`${serving.url}/openapi.json`);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
    await serving.stop();
  });

  test("names each operation once, and each part of its path", () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { path, method, parameters = [] } of operations) {
      expect(METHODS).toContain(method);
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test("refers to nothing that it does not hold", () => {
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
    expect(JSON.stringify(document)).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  });
});
