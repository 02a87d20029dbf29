/** `temporal-dev.yaml` itself, and what its schema refuses. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { serverFlags } from "../../../src/platform/temporal/dev-server.js";
import { databaseFile, loadTemporalDev, TEMPORAL_DEV_FILE } from "../../../src/platform/temporal/settings.js";
import type { TemporalDevSettings } from "../../../src/schema/temporal-dev.js";
import { SEARCH_ATTRIBUTES } from "../../../src/vocabulary/names.js";

let folder: string;
let shipped: TemporalDevSettings;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "autoops-settings-"));
  const loaded = await loadTemporalDev();
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  shipped = loaded.value;
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

test("the shipped file registers exactly the search attributes that the product uses", () => {
  expect(shipped.search_attributes).toEqual(SEARCH_ATTRIBUTES);
});

test("the shipped search attributes leave users at least one of every kind in SQL visibility", () => {
  const counts = new Map<string, number>();
  for (const type of Object.values(shipped.search_attributes)) counts.set(type, (counts.get(type) ?? 0) + 1);
  for (const [type, count] of counts) expect(count).toBeLessThan(type === "Keyword" ? 10 : 3);
});

test("the shipped file keeps runs for 30 days and pins one partition a queue", () => {
  expect(shipped.retention_hours).toBe(720);
  expect(shipped.dynamic_config["matching.numTaskqueueReadPartitions"]).toBe(1);
  expect(shipped.dynamic_config["matching.numTaskqueueWritePartitions"]).toBe(1);
});

test("the server's command line keeps to this machine and carries every setting", () => {
  const options = { cliPath: "temporal", settings: shipped, databaseFile: "/data/temporal.db", say: () => undefined };
  const flags = serverFlags(options, { port: 7233, uiPort: 8233 }, "ops").join(" ");
  expect(flags).toContain("server start-dev --ip 127.0.0.1 --port 7233");
  expect(flags).toContain("--ui-ip 127.0.0.1 --ui-port 8233 --namespace ops --db-filename /data/temporal.db");
  expect(flags).toContain("--sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=1");
  expect(flags).toContain("--search-attribute AutoopsPendingApprovals=Int");
  expect(flags).toContain("--dynamic-config-value history.transferProcessorMaxPollRPS=2000");
  expect(flags).toContain("--dynamic-config-value system.enableActivityEagerExecution=true");
});

test("a server in memory gets no file and no pragmas", () => {
  const options = { cliPath: "temporal", settings: shipped, say: () => undefined };
  const flags = serverFlags(options, { port: 7233, uiPort: false }, "default").join(" ");
  expect(flags).toContain("--headless");
  expect(flags).not.toMatch(/--db-filename|--sqlite-pragma|--ui-|--namespace/);
});

test("the database lies in the home that is given, or nowhere", () => {
  expect(databaseFile(shipped, "/home/op/.autoops")).toBe("/home/op/.autoops/temporal.db");
  expect(databaseFile({ ...shipped, database: { pragmas: {} } }, "/home/op/.autoops")).toBeUndefined();
});

test.each([
  ["an address of all interfaces", { address: "0.0.0.0:7233" }, "address"],
  ["a key that does not exist", { adress: "127.0.0.1:7233" }, "adress"],
  ["a retention of no time", { retention_hours: 0 }, "retention_hours"],
  ["a search attribute of no known type", { search_attributes: { A: "keyword" } }, "search_attributes.A"],
  ["a database outside the home", { database: { file: "../x.db" } }, "database.file"],
  ["a pragma that carries more than a value", { database: { pragmas: { a: "1; x" } } }, "database.pragmas.a"],
])("%s is a problem with its key", async (_what, change, at) => {
  const file = join(folder, "changed.yaml");
  const text = parse(await readFile(TEMPORAL_DEV_FILE, "utf8")) as Record<string, unknown>;
  await writeFile(file, stringify({ ...text, ...change }));
  const loaded = await loadTemporalDev(file);
  expect(loaded.ok).toBe(false);
  if (!loaded.ok) expect(loaded.problems.map((problem) => problem.at)).toEqual([`temporal-dev.yaml: ${at}`]);
});

test("a file that is not there is named", async () => {
  const file = join(folder, "absent.yaml");
  expect(await loadTemporalDev(file)).toMatchObject({ ok: false, problems: [{ code: "file-not-found", at: file }] });
});
