/** The real dev server as `autoops dev` starts it: ready, set up, and gone when it is stopped. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isAlive } from "../../src/platform/lock.js";
import { startDevServer } from "../../src/platform/temporal/dev-server.js";
import { portOf } from "../../src/platform/temporal/settings.js";
import { PLANNER_QUEUE, SEARCH_ATTRIBUTES } from "../../src/vocabulary/names.js";
import { provideCli } from "../support/provide.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";

const quiet = (): void => undefined;
let folder: string;
let cliPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "autoops-dev-server-"));
  cliPath = await provideCli(quiet);
}, 60_000);
afterAll(async () => await rm(folder, { recursive: true, force: true }));

describe("a server that runs", () => {
  let server: TestDevServer;
  beforeAll(async () => {
    server = await startTestDevServer({ namespace: "ops", logFile: join(folder, "server.log"), uiPort: 0 });
  }, 60_000);
  afterAll(async () => await server?.stop());

  test("keeps finished runs of its namespace for 30 days", async () => {
    const answer = await server.connection.workflowService.describeNamespace({ namespace: "ops" });
    expect(Number(answer.config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  });

  test("has every search attribute of the product", async () => {
    const answer = await server.connection.operatorService.listSearchAttributes({ namespace: "ops" });
    expect(Object.keys(answer.customAttributes ?? {}).sort()).toEqual(Object.keys(SEARCH_ATTRIBUTES).sort());
  });

  test("gives the planner's queue one partition, so that its rate holds", async () => {
    const answer = await server.connection.workflowService.listTaskQueuePartitions({
      namespace: "ops",
      taskQueue: { name: PLANNER_QUEUE },
    });
    expect(answer.activityTaskQueuePartitions).toHaveLength(1);
  });

  test("shows its Web UI", async () => {
    expect((await fetch(server.uiUrl ?? "")).status).toBe(200);
  });

  test.skipIf(process.platform !== "linux")("listens on this machine alone", async () => {
    const stdout = `${await readFile("/proc/net/tcp", "utf8")}${await readFile("/proc/net/tcp6", "utf8")}`;
    const port = portOf(server.address).toString(16).toUpperCase().padStart(4, "0");
    const listening = stdout.split("\n").filter((line) => line.includes(`:${port} `) && / 0A /.test(line));
    expect(listening.map((line) => line.trim().split(/\s+/)[1])).toEqual([`0100007F:${port}`]);
  });

  test("writes a log that only its user can read", async () => {
    expect((await stat(join(folder, "server.log"))).mode & 0o777).toBe(0o600);
  });

  test("makes a second one on its port say that a Temporal server answers there, and how to use it", async () => {
    const settings = await temporalDevSettings();
    const port = portOf(server.address);
    const second = await startDevServer({ cliPath, settings, port, uiPort: false, say: quiet });
    expect(second.ok).toBe(false);
    if (second.ok) return;
    expect(second.problems).toHaveLength(1);
    expect(second.problems[0]?.code).toBe("port-in-use");
    expect(second.problems[0]?.message).toContain(`port ${port}`);
    expect(second.problems[0]?.message).toMatch(/Temporal server \(\d+\.\d+\.\d+\) answers/);
    expect(second.problems[0]?.hint).toContain(`TEMPORAL_ADDRESS=${server.address}`);
    expect(isAlive(server.pid)).toBe(true);
  });
});

test("what a server with a database file holds is there after it was ended and started again", async () => {
  const databaseFile = join(folder, "kept.db");
  const first = await startTestDevServer({ databaseFile });
  await first.connection.workflowService.startWorkflowExecution({
    namespace: first.namespace,
    workflowId: "kept",
    requestId: "kept",
    workflowType: { name: "nobody-runs-this" },
    taskQueue: { name: "nobody-polls-this" },
  });
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await startTestDevServer({ databaseFile, port: portOf(first.address) });
  try {
    const execution = { workflowId: "kept" };
    const answer = await second.connection.workflowService.describeWorkflowExecution({
      namespace: second.namespace,
      execution,
    });
    expect(answer.workflowExecutionInfo?.type?.name).toBe("nobody-runs-this");
  } finally {
    await second.stop();
  }
}, 60_000);

test("stopping a server politely leaves neither its process nor its port", async () => {
  const server = await startTestDevServer();
  await server.stop(10_000);
  expect(isAlive(server.pid)).toBe(false);
  expect((await server.exited).signal).toBeNull();
  await expect(Connection.connect({ address: server.address, connectTimeout: 300 })).rejects.toThrow();
}, 60_000);

const ownerSource = fileURLToPath(new URL("../platform/temporal/fixtures/dev-server-owner.mjs", import.meta.url));

test("a server ends when the process that started it is killed outright", async () => {
  const owner = spawn(process.execPath, [ownerSource, cliPath], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  const pid = Number(line.toString().trim());
  expect(isAlive(pid)).toBe(true);
  owner.kill("SIGKILL");
  await once(owner, "exit");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 15_000, interval: 50 });
}, 60_000);

test("a port that another program has is named, and no server is started", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const program = join(folder, "never-run");
  await writeFile(program, `#!/bin/sh\ntouch ${folder}/was-run\n`, { mode: 0o755 });
  const settings = await temporalDevSettings();
  const result = await startDevServer({ cliPath: program, settings, port, uiPort: port, say: quiet });
  taken.close();
  expect(result.ok).toBe(false);
  if (result.ok) return;
  expect(result.problems.map((problem) => problem.code)).toEqual(["port-in-use", "port-in-use"]);
  expect(result.problems[0]?.message).toBe(
    `port ${port} (Temporal server) must be free, but another program listens on it`,
  );
  await expect(stat(join(folder, "was-run"))).rejects.toThrow();
}, 20_000);

test("a server that dies while it starts is reported with its last words", async () => {
  const program = join(folder, "dies");
  await writeFile(program, "#!/bin/sh\necho 'the disk is full' >&2\nexit 3\n", { mode: 0o755 });
  const settings = await temporalDevSettings();
  const result = await startDevServer({ cliPath: program, settings, port: 0, uiPort: false, say: quiet });
  expect(result).toMatchObject({ ok: false, problems: [{ code: "temporal-not-available" }] });
  if (result.ok) return;
  expect(result.problems[0]?.message).toMatch(/ended with exit code 3 before it listened on 127\.0\.0\.1:\d+/);
  expect(result.problems[0]?.message).toContain("the disk is full");
});

test("a real server that refuses its flags is reported with what it says", async () => {
  const settings = await temporalDevSettings();
  const broken = { ...settings, search_attributes: { Odd: "Nonsense" as "Keyword" } };
  const result = await startDevServer({ cliPath, settings: broken, port: 0, uiPort: false, say: quiet });
  expect(result.ok).toBe(false);
  if (result.ok) return;
  expect(result.problems[0]?.message).toMatch(/invalid search attribute value type .*Nonsense/);
});

test("a program that is not there is a problem, not a crash", async () => {
  const settings = await temporalDevSettings();
  const absent = join(folder, "absent");
  const result = await startDevServer({ cliPath: absent, settings, port: 0, uiPort: false, say: quiet });
  expect(result).toMatchObject({ ok: false, problems: [{ code: "temporal-not-available" }] });
});
