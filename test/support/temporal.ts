/**
 * The Temporal servers of the tests, and the only file that knows them: `createTestEnvironment` skips time and lacks
 * list, reset and versioning; `startTestDevServer` is the real server. A test that starts one ends it.
 */
import { Connection } from "@temporalio/client";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Runtime } from "@temporalio/worker";
import { type DevServer, startDevServer } from "../../src/platform/temporal/dev-server.js";
import { addSearchAttributes } from "../../src/platform/temporal/service.js";
import { loadTemporalDev } from "../../src/platform/temporal/settings.js";
import type { TemporalDevSettings } from "../../src/schema/temporal-dev.js";
import { SEARCH_ATTRIBUTES } from "../../src/vocabulary/names.js";
import { provideCli, provideTestServer } from "./provide.js";

const quiet = (): void => undefined;

/** The SDK logs each start and stop of a worker; a test run should show what went wrong and nothing else. */
export function quietRuntime(): void {
  try {
    Runtime.install({ telemetryOptions: { logging: { forward: {}, filter: "ERROR" } }, logger: silentLogger });
  } catch {
    // Installed before by another test of the same process: one is enough.
  }
}
const silentLogger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

/**
 * A server whose time jumps to the next timer while a result is awaited. `teardown()` ends it. One a test file, or a
 * test: time is global to it, and a hung run poisons it.
 */
export async function createTestEnvironment(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const path = await provideTestServer(quiet);
  const server = path === undefined ? undefined : { executable: { type: "existing-path" as const, path } };
  const environment = await startedServer(server);
  // Before any run: a workflow task that sets an unknown attribute is retried for ever.
  await addSearchAttributes(environment.connection, environment.namespace ?? "default", SEARCH_ATTRIBUTES);
  return environment;
}

/** The SDK gives a server seconds to answer, which a Java machine on busy processors may not: it gets three tries. */
async function startedServer(
  server: NonNullable<Parameters<typeof TestWorkflowEnvironment.createTimeSkipping>[0]>["server"],
): Promise<TestWorkflowEnvironment> {
  for (let tries = 1; ; tries++) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({ server });
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

export interface TestDevServer extends DevServer {
  /** Connected to the server; closed by `stop`. */
  readonly connection: Connection;
}

interface TestDevServerOptions {
  /** Keeps what it holds between two servers; absent = in memory. */
  databaseFile?: string;
  namespace?: string;
  /** To start again where a stopped server was; default: a free one. */
  port?: number;
  uiPort?: number | false;
  codecEndpoint?: string;
  logFile?: string;
  settings?: TemporalDevSettings;
}

/** The real dev server on free ports, ready for runs. `stop()` ends it at once. */
export async function startTestDevServer(options: TestDevServerOptions = {}): Promise<TestDevServer> {
  quietRuntime();
  const settings = options.settings ?? (await temporalDevSettings());
  const cliPath = await provideCli(quiet);
  const result = await startDevServer({ cliPath, settings, port: 0, uiPort: false, say: quiet, ...options });
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join("\n"));
  const { server } = result;
  const connection = await Connection.connect({ address: server.address });
  return {
    ...server,
    connection,
    async stop(graceMs = 0) {
      await connection.close();
      await server.stop(graceMs);
    },
  };
}

/** The settings of `temporal-dev.yaml`. */
export async function temporalDevSettings(): Promise<TemporalDevSettings> {
  const settings = await loadTemporalDev();
  if (!settings.ok) throw new Error(settings.problems.map((problem) => problem.message).join("\n"));
  return settings.value;
}
