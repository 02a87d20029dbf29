/** Encrypted runs for people: the Temporal CLI and the Web UI, with the façade as their codec server. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import type { OpenedRuns } from "../../src/client/runs/connected-runs.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import { createLog } from "../../src/platform/log.js";
import { newPayloadKey } from "../../src/platform/payloads/keys.js";
import type { StartedWorker } from "../../src/worker.js";
import { foundIn } from "../support/canaries.js";
import { createMachine, type Machine } from "../support/machine.js";
import { provideCli } from "../support/provide.js";
import { freePort } from "../support/services.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const WORD = "plover";

let server: TestDevServer;
let machine: Machine;
let worker: StartedWorker;
let opened: OpenedRuns;
let facade: RunningFacade;
let codecEndpoint: string;
let runId: string;

beforeAll(async () => {
  const [uiPort, port] = [await freePort(), await freePort()];
  codecEndpoint = `http://127.0.0.1:${port}/codec`;
  server = await startTestDevServer({ uiPort, codecEndpoint });
  machine = createMachine(server.address);
  machine.policy({ tools: { allowed: ["echo"] }, node_types: { allowed: ["analysis"] } });
  machine.variables.AUTOOPS_PAYLOAD_KEY = newPayloadKey();
  worker = await machine.startWorker();
  const open = await openRuns(machine.variables);
  if (!open.ok) throw new Error(JSON.stringify(open.problems));
  opened = open.value;
  const { payloads, namespace, runs } = opened;
  const codec = { ...payloads, namespace, origins: [`http://127.0.0.1:${uiPort}`] };
  const log = createLog("fatal");
  const started = await startFacade({ runs, operator: "ann", staticDir: "/none", log, codec, host: "127.0.0.1", port });
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  facade = started.facade;
  const node = { id: "say", name: "say it", type: "analysis", tool: "echo", params: { message: `say ${WORD}` } };
  const graph = { id: "g", name: "hush", goal_description: `find the ${WORD}`, nodes: [node], edges: [] };
  const run = await runs.start({ graph: graph as never, requester: "rita", trigger: "cli" });
  if (!run.ok) throw new Error(JSON.stringify(run.problems));
  ({ runId } = run.value);
  const report = await runs.report(runId, 30_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await opened?.close();
  await worker?.stop();
  await server?.stop();
  machine?.remove();
});

async function shown(...more: string[]): Promise<string> {
  const args = ["workflow", "show", "--address", server.address, "--workflow-id", runId, "--output", "json", ...more];
  const { stdout } = await promisify(execFile)(await provideCli(() => undefined), args, {
    env: { HOME: machine.home },
    maxBuffer: 50_000_000,
  });
  return stdout;
}

test("the Temporal CLI shows ciphertext without the codec server, and what was said with it", async () => {
  const said = { word: `say ${WORD}` };
  const closed = await shown();
  expect(foundIn(said, closed)).toEqual([]);
  expect(closed).toContain(Buffer.from("binary/encrypted").toString("base64"));
  expect(foundIn(said, await shown("--codec-endpoint", codecEndpoint)).length).toBeGreaterThan(0);
}, 60_000);

const title = existsSync(CHROMIUM) ? "the Web UI" : `the Web UI (skipped: there is no Chromium at ${CHROMIUM})`;
describe.skipIf(!existsSync(CHROMIUM))(title, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-first-run", "--disable-sync"] });
  });
  afterAll(() => browser?.close());

  test("shows the input of an encrypted run, asked for from its own origin", async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("response", (response) => {
      if (response.url().startsWith(codecEndpoint)) asked.push(`${response.request().method()} ${response.status()}`);
    });
    await page.goto(`${server.uiUrl}/namespaces/${server.namespace}/workflows/${runId}`);
    await expect
      .poll(async () => (await page.locator("body").allInnerTexts()).join("\n"), { timeout: 30_000 })
      .toContain(`say ${WORD}`);
    expect(asked).toContain("POST 200");
    await page.close();
  }, 60_000);
});
