/** Connecting to a real server: what it is, what its namespace lacks, and who polls. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { checkSearchAttributes, connect } from "../../src/platform/temporal/connection.js";
import { runProgram } from "../../src/platform/temporal/program.js";
import { missingSearchAttributes } from "../../src/platform/temporal/service.js";
import { SEARCH_ATTRIBUTES } from "../../src/vocabulary/names.js";
import { provideCli } from "../support/provide.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";

let server: TestDevServer;
beforeAll(async () => {
  const settings = await temporalDevSettings();
  // As a server that somebody else set up: one attribute of ours is there, the others are not.
  const bare = { ...settings, search_attributes: { AutoopsStatus: "Keyword" as const } };
  server = await startTestDevServer({ settings: bare, namespace: "ops" });
}, 60_000);
afterAll(async () => await server?.stop());

const connectTo = async (namespace: string) =>
  await connect({
    settings: await temporalDevSettings(),
    environment: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: namespace },
  });

test("a server that is fit tells its version", async () => {
  const connected = await connectTo("ops");
  if (!connected.ok) throw new Error(connected.problems[0]?.message);
  expect(connected.value).toMatchObject({ address: server.address, namespace: "ops" });
  expect(connected.value.serverVersion).toMatch(/^1\.\d+\.\d+/);
  await connected.value.close();
});

test("a namespace that does not exist is named, with the command that makes it", async () => {
  const connected = await connectTo("nowhere");
  expect(connected).toMatchObject({ ok: false, problems: [{ code: "config-invalid", at: "TEMPORAL_NAMESPACE" }] });
  if (connected.ok) return;
  expect(connected.problems[0]?.message).toContain("has no namespace nowhere");
  expect(connected.problems[0]?.hint).toContain(`--address ${server.address} --namespace nowhere`);
});

test("the problem with missing search attributes is the command that registers them, and running it cures it", async () => {
  const connected = await connectTo("ops");
  if (!connected.ok) throw new Error(connected.problems[0]?.message);
  const [problem] = await checkSearchAttributes(connected.value);
  expect(problem?.code).toBe("search-attributes-missing");
  expect(problem?.message).toContain("lacks AutoopsEnvironment, ");
  expect(problem?.message).not.toContain("AutoopsStatus");
  await runTemporal(problem?.hint?.replace(/^run: temporal /, "") ?? "");
  const cured = async () => expect(await checkSearchAttributes(connected.value)).toEqual([]);
  await vi.waitFor(cured, { timeout: 10_000, interval: 100 });
  expect(await missingSearchAttributes(server.connection, "ops", SEARCH_ATTRIBUTES)).toEqual({});
  await connected.value.close();
}, 20_000);

test("an attribute of the right name and another type counts as missing", async () => {
  const lacking = await missingSearchAttributes(server.connection, "ops", { AutoopsStatus: "Int" });
  expect(lacking).toEqual({ AutoopsStatus: "Int" });
});

/** Runs the very command that the problem shows, with the CLI that the server came from. */
async function runTemporal(command: string): Promise<void> {
  const cliPath = await provideCli(() => undefined);
  const environment = { HOME: process.env.HOME };
  const ended = await runProgram(cliPath, { args: command.split(" "), environment, timeoutMs: 20_000 });
  if (!ended.ok) throw new Error(`temporal ${ended.reason}: ${ended.output}`);
}
