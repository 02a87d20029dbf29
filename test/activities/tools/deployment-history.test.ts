/** The deployment history: from a file and from an address, sorted, and strict about what a record is. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deploymentHistory } from "../../../src/activities/tools/deployment-history.js";
import { configOf, contextOf, failureOf, NOW } from "../../support/tool-context.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "deployments-")));
  path = join(dir, "deployments.json");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const iso = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();
const config = () => configOf({ files: { roots: [dir] }, sources: { shop: { kind: "deployments", path } } });

async function read(record: unknown, context = contextOf(config())) {
  writeFileSync(path, typeof record === "string" ? record : JSON.stringify(record));
  return deploymentHistory.output.parse(await deploymentHistory.run({ source: "shop" }, context));
}

test("the newest deployment is current, the newest of another version is previous, in whatever order the record is", async () => {
  const output = await read({
    deployments: [
      { version: "1", deployed_at: iso(9_000), by: "amy" },
      { version: "2", deployed_at: iso(180), by: "pipeline", change: { id: 7 } },
      { version: "2", deployed_at: iso(240), by: "pipeline" },
    ],
  });
  expect(output.current).toEqual({ version: "2", deployed_at: iso(180), by: "pipeline" });
  expect(output.previous).toEqual({ version: "1", deployed_at: iso(9_000), by: "amy" });
  expect(output.deployments.map(({ deployed_at }) => deployed_at)).toEqual([iso(180), iso(240), iso(9_000)]);
  expect(output.findings[0]?.statement).toBe("Version 2 was deployed 3 minutes ago by pipeline, before it version 1");
});

test("a first deployment has nothing before it, and numbers count as versions and times", async () => {
  const output = await read({ deployments: [{ version: 7, deployed_at: (NOW - 60_000) / 1_000 }], note: "ours" });
  expect(output).toMatchObject({ current: { version: "7", deployed_at: iso(60) }, previous: null, total: 1 });
});

test.each([
  ["no JSON", "{"],
  ["no deployments", { deployments: [] }],
  ["no version", { deployments: [{ deployed_at: iso(1) }] }],
  ["no time", { deployments: [{ version: "1", deployed_at: "yesterday" }] }],
  ["a list", []],
])("a record with %s is refused", async (_, record) => {
  expect((await failureOf(read(record))).code).toBe("source-answer-invalid");
});

test("an address is asked with its headers, and its refusal is told", async () => {
  const asked: unknown[] = [];
  const url = "http://127.0.0.1:9/deployments";
  const remote = configOf({
    sources: { shop: { kind: "deployments", url, headers: { authorization: "Bearer env:TOKEN" } } },
  });
  const answer = (status: number) =>
    contextOf(remote, {
      fetch: (address, request) => {
        asked.push([address, request?.headers]);
        const text = JSON.stringify({ deployments: [{ version: "1", deployed_at: iso(1) }] });
        return Promise.resolve({ status, headers: {}, text, ms: 1, url });
      },
    });
  expect((await read("", answer(200))).current.version).toBe("1");
  expect(asked).toEqual([[url, { authorization: "Bearer env:TOKEN" }]]);
  expect((await failureOf(read("", answer(403)))).code).toBe("source-denied");
  expect((await failureOf(read("", answer(503)))).code).toBe("source-error");
});

test("a record outside the roots is not read", async () => {
  const rootless = contextOf({ ...config(), files: { roots: [] } });
  expect((await failureOf(read({ deployments: [] }, rootless))).code).toBe("path-not-allowed");
});
