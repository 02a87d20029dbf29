/** A run in the Temporal Web UI, as a person with a browser sees it: waiting at its gate, then approved. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { type Browser, chromium, type FrameLocator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRun } from "../../src/client/runs/start.js";
import type { Report } from "../../src/core/report.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];
const title = existsSync(CHROMIUM)
  ? "the Temporal Web UI"
  : `the Temporal Web UI (skipped: there is no Chromium at ${CHROMIUM})`;
/** Where set, pictures of each page are kept there. */
const PICTURES = process.env.WEB_UI_PICTURES;

let shop: Service;
function graph(): GraphInput {
  return {
    id: "checkout",
    name: "Checkout returns 500s",
    goal_description: "checkout returns 500s since the last deploy; find out why and roll it back",
    nodes: [
      {
        id: "look",
        name: "Look at the checkout service",
        type: "metric_query",
        tool: "http_probe",
        params: { url: `${shop.url}/health` },
      },
      {
        id: "mend",
        name: "Roll back checkout",
        type: "rollback",
        tool: "rollback",
        params: { target: "checkout", version: "1" },
      },
      { id: "tell", name: "Sum it up", type: "summary", tool: "summary", params: {} },
    ],
    edges: [
      { from_node_id: "look", to_node_id: "mend" },
      { from_node_id: "mend", to_node_id: "tell" },
    ],
  };
}

/** The text of a page or frame as a person reads it. */
async function seen(where: Page | FrameLocator): Promise<string> {
  return (await where.locator("body").allInnerTexts()).join("\n");
}

describe.skipIf(!existsSync(CHROMIUM))(title, () => {
  let server: TestDevServer;
  let machine: Machine;
  let worker: StartedWorker;
  let browser: Browser;
  let page: Page;
  let handle: WorkflowHandle;
  let runUrl: string;

  beforeAll(async () => {
    server = await startTestDevServer({ uiPort: 0 });
    shop = await startService();
    machine = createMachine(server.address);
    machine.config({
      targets: {
        checkout: {
          kind: "http",
          environment: "staging",
          actions: { rollback: { method: "POST", url: `${shop.url}/rollback`, idempotency: "key" } },
        },
      },
    });
    machine.policy({
      execution: { enable_remediation: true },
      tools: { allowed: ["http_probe", "rollback", "summary"] },
      node_types: { allowed: ["metric_query", "rollback", "summary"] },
    });
    worker = await machine.startWorker();
    const client = new Client({ connection: server.connection, namespace: server.namespace });
    const started = await startRun(
      { graph: graph(), requester: "rita", trigger: "test" },
      { client, namespace: server.namespace, webUiUrl: server.uiUrl, idTail: () => "abcdefgh12", now: Date.now },
    );
    if (!started.ok) throw new Error(JSON.stringify(started.problems));
    handle = client.workflow.getHandle(started.value.runId);
    runUrl = (started.value.webUrl ?? "").replace(/\/history$/, "");
    await openGate(handle, "mend");
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await worker?.stop();
    await shop?.close();
    await server?.stop();
    machine?.remove();
  });

  /** Opens a part of the run's page and waits until it shows what is looked for; gives all its text. */
  async function look(part: string, shows: string | RegExp, picture: string): Promise<string> {
    await page.goto(`${runUrl}/${part}`);
    await page.getByText(shows).first().waitFor({ timeout: 20_000 });
    await keep(picture);
    return seen(page);
  }

  async function keep(picture: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${picture}.png`), fullPage: true });
  }

  /** The current details, which stand in a frame of their own, with what of them can be seen. */
  async function details(shows: string | RegExp, picture: string): Promise<{ text: string; hidden: string[] }> {
    await page.goto(`${runUrl}/user-metadata`);
    await page.getByText("Current Details").waitFor({ timeout: 20_000 });
    const frames = page.locator("iframe");
    await expect.poll(() => frames.count(), { timeout: 20_000 }).toBe(3);
    const inner = page.frameLocator("iframe >> nth=2");
    await inner.getByText(shows).first().waitFor({ timeout: 20_000 });
    await keep(picture);
    const { height = 0 } = (await frames.nth(2).boundingBox()) ?? {};
    const top = (await frames.nth(2).boundingBox())?.y ?? 0;
    const hidden: string[] = [];
    for (const line of await inner.locator("li, p, h1, h2, code").all()) {
      const box = await line.boundingBox();
      const text = ((await line.allInnerTexts())[0] ?? "").trim();
      if (text !== "" && (box === null || box.y + box.height > top + height + 1)) hidden.push(text);
    }
    return { text: await seen(inner), hidden };
  }

  describe("of a run that waits at its gate", () => {
    test("the history tells nodes by their names and the gate by its label", async () => {
      const text = await look("history", "gate mend closes: Roll back checkout", "open-history");
      expect(text).toContain("Running");
      expect(text).toContain("http_probe • Look at the checkout service");
      expect(text).toContain("ask_approval • ask for approval: Roll back checkout");
    });

    test("the details tell each node and the lines that answer the gate, all of it to be seen", async () => {
      const { text, hidden } = await details("Open gates", "open-details");
      expect(await seen(page)).toContain("User Metadata");
      expect(await seen(page.frameLocator("iframe >> nth=0"))).toContain("since the last deploy");
      expect(text).toContain("waiting · Checkout returns 500s");
      expect(text).toContain("succeeded · Look at the checkout service (look)");
      expect(text).toContain("waits for approval · Roll back checkout (mend)");
      expect(text).toMatch(/Roll back checkout, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
      expect(text).toContain(`autoops approve ${handle.workflowId} mend`);
      expect(text).toContain(`autoops reject ${handle.workflowId} mend`);
      expect(hidden).toEqual([]);
    });

    test("the search attributes say that it waits, for whom and where", async () => {
      const text = await look("search-attributes", "AutoopsStatus", "open-search-attributes");
      for (const part of ["AutoopsPendingApprovals", "waiting", "staging", "rita", "checkout"])
        expect(text).toContain(part);
    });

    test("looking has decided nothing", () => {
      expect(shop.writes()).toEqual([]);
    });
  });

  describe("of a run that was approved", () => {
    beforeAll(async () => {
      await handle.signal("approve", { node_id: "mend", approver: "ann", comment: "go ahead" });
      expect(((await handle.result()) as Report).outcome).toBe("succeeded");
      expect(shop.writes()).toHaveLength(1);
    });

    test("the history tells the act with its target, and the result", async () => {
      const text = await look("history", "rollback • Roll back checkout → checkout · write", "done-history");
      expect(text).toContain("Completed");
      expect(text).toContain("summary • Sum it up");
      expect(text).toContain("approve");
      expect(text).toContain('"outcome": "succeeded"');
    });

    test("the details are the report: what was found, what was changed and who decided", async () => {
      const { text, hidden } = await details("The run succeeded.", "done-details");
      expect(text).toContain("answered GET with status 200");
      expect(text).toMatch(/Roll back checkout \[mend\] was carried out/);
      expect(text).toMatch(/approved by ann .* “go ahead”/);
      expect(text).toMatch(/succeeded · Roll back checkout \[mend\], \d/);
      expect(await page.frameLocator("iframe >> nth=2").locator("a", { hasText: "mend" }).count()).toBe(0);
      expect(hidden).toEqual([]);
    });
  });

  test("the list finds it by our search attributes", async () => {
    const query = encodeURIComponent('AutoopsStatus="succeeded" AND AutoopsTargets="checkout"');
    await page.goto(`${server.uiUrl}/namespaces/${server.namespace}/workflows?query=${query}`);
    await page.getByText(handle.workflowId).first().waitFor({ timeout: 20_000 });
    await keep("list");
  });
});
