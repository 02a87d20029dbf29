/** Payloads that are too large for Temporal: through the store of results, sealed, there and back. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "@temporalio/client";
import { bundleWorkflowCode, NativeConnection, Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { opened } from "../../src/client/runs/opened.js";
import { allValues } from "../../src/client/runs/payloads.js";
import { storedPayloads } from "../../src/client/runs/stored-payloads.js";
import { configuredStore } from "../../src/platform/blobs/configured.js";
import { createFolder } from "../../src/platform/blobs/folder.js";
import { loadConfig } from "../../src/platform/config-file.js";
import { readEnvironment, type Variables } from "../../src/platform/environment.js";
import { createPayloadCodec } from "../../src/platform/payloads/codec.js";
import { newPayloadKey } from "../../src/platform/payloads/keys.js";
import { createSealer } from "../../src/platform/payloads/seal.js";
import type { StorageOptions } from "../../src/platform/payloads/storage.js";
import { workerConverter } from "../../src/worker/payloads.js";
import { ACCESS_KEY, BUCKET, SECRET_KEY, startS3 } from "../support/s3.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const LARGE = 3_000_000;
const WORD = "plover";

let server: TestDevServer;
let native: NativeConnection;
let workflowBundle: WorkflowBundle;
let home: string;
let count = 0;

beforeAll(async () => {
  server = await startTestDevServer();
  native = await NativeConnection.connect({ address: server.address });
  const quiet = () => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  const workflowsPath = resolve(import.meta.dirname, "large.workflow.ts");
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
});
afterAll(async () => {
  await native?.close();
  await server?.stop();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-large-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function environmentOf(variables: Variables) {
  const read = readEnvironment({ AUTOOPS_HOME: home, ...variables });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.environment;
}

/** Runs the workflow with the product's converters on both sides, and gives its result and its history as clients read it. */
async function passed(bytes: number, storage: StorageOptions, variables: Variables) {
  const environment = environmentOf(variables);
  const taskQueue = `large-${++count}`;
  const dataConverter = workerConverter(environment, storage);
  const activities = { make: async (size: number) => WORD.repeat(Math.ceil(size / WORD.length)) };
  const worker = await Worker.create({
    connection: native,
    namespace: server.namespace,
    taskQueue,
    workflowBundle,
    activities,
    dataConverter,
  });
  const payloadCodecs = [createPayloadCodec(createSealer(environment.payloadKeys))];
  const externalStorage = storedPayloads(environment);
  const client = new Client({
    connection: server.connection,
    namespace: server.namespace,
    dataConverter: { payloadCodecs, externalStorage },
  });
  return worker.runUntil(async () => {
    const handle = await client.workflow.start("passOn", { taskQueue, workflowId: taskQueue, args: [bytes] });
    const result = (await handle.result()) as { text: string };
    const raw = await client.workflowService.getWorkflowExecutionHistory({
      namespace: server.namespace,
      execution: { workflowId: taskQueue },
    });
    const size = JSON.stringify(raw).length;
    const events = (await opened(raw, client)).history?.events ?? [];
    const read = allValues(events.at(-1)?.workflowExecutionCompletedEventAttributes?.result);
    return { result, read: read[0] as { text: string }, size };
  });
}

test("a result of three million bytes passes through the folder of one machine, and is ciphertext there", async () => {
  const key = { AUTOOPS_PAYLOAD_KEY: newPayloadKey() };
  const folder = join(home, "blobs");
  const { result, read, size } = await passed(
    LARGE,
    { keeps: "local", contentStore: async () => createFolder(folder) },
    key,
  );
  expect(result.text).toHaveLength(LARGE);
  expect(read).toEqual(result);
  expect(size).toBeLessThan(50_000);
  const names = readdirSync(folder);
  // What the activity returned, and what the workflow did.
  expect(names).toHaveLength(2);
  for (const name of names) {
    expect(name).toMatch(/^payload-[0-9a-f]{64}$/);
    expect(readFileSync(join(folder, name), "latin1")).not.toContain(WORD);
  }
});

test("a shared bucket takes what is larger than Temporal likes", async () => {
  const s3 = await startS3();
  try {
    const keys = { access_key: "env:S3_KEY", secret_key: "env:S3_SECRET", region: "eu-central-1" };
    const blobs = { kind: "s3", endpoint: s3.endpoint, bucket: BUCKET, ...keys };
    writeFileSync(join(home, "config.yaml"), JSON.stringify({ version: "1.0", blobs }), { mode: 0o600 });
    const variables = { S3_KEY: ACCESS_KEY, S3_SECRET: SECRET_KEY };
    const environment = environmentOf(variables);
    const loaded = await loadConfig(environment);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const shelf = async () =>
      configuredStore({ config: loaded.config, environment }, async () => ({ ok: true, policy: { network: {} } }));
    const { result, read } = await passed(300_000, { keeps: "shared", contentStore: shelf }, variables);
    expect(read).toEqual(result);
    expect(s3.received.filter(({ method }) => method === "PUT")).toHaveLength(2);
  } finally {
    await s3.stop();
  }
});

test("without the store such a result is refused by Temporal", async () => {
  const none = { keeps: "none" as const, contentStore: () => Promise.reject(new Error("nothing is stored here")) };
  await expect(passed(LARGE, none, {})).rejects.toThrow();
});
