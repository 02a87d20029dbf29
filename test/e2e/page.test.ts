/** The page in a real browser, over the real façade, server and worker. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import { createLog } from "../../src/platform/log.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { createStack, graphOf, type RunningWorker, type Stack } from "../client/support/stack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];
const title = existsSync(CHROMIUM) ? "the page" : `the page (skipped: there is no Chromium at ${CHROMIUM})`;
/** Where set, pictures of the page are kept there. */
const PICTURES = process.env.PAGE_PICTURES;

const EVIL = '<img src=x onerror="document.title=`owned`">';
const GRAPH: GraphInput = graphOf(
  [
    {
      id: "logs",
      name: "Collect the logs of checkout",
      type: "log_collection",
      tool: "probe",
      params: { target: "v1", errors: 12 },
    },
    { id: "metrics", name: "Sample the error rate", type: "metric_query", tool: "probe", params: { rate: 0.12 } },
    { id: "bad", name: "Is it the deploy?", type: "decision", params: { expression: "logs.errors > 5" } },
    {
      id: "mend",
      name: "Roll back checkout",
      type: "rollback",
      tool: "mend",
      params: { version: "{{ logs.target }}" },
    },
    { id: "keep", name: `Leave it ${EVIL}`, type: "metric_query", tool: "probe", params: { note: EVIL } },
  ],
  [
    ["logs", "bad"],
    ["metrics", "bad"],
    ["bad", "mend", { condition: "bad.value" }],
    ["bad", "keep", { condition: "not bad.value" }],
  ],
  { name: "Checkout returns 500s", goal_description: `checkout returns 500s since the last deploy ${EVIL}` },
);

describe.skipIf(!existsSync(CHROMIUM))(title, () => {
  let server: TestDevServer;
  let stack: Stack;
  let worker: RunningWorker;
  let facade: RunningFacade;
  let browser: Browser;
  let page: Page;
  let staticDir: string;
  let faults: string[];

  beforeAll(async () => {
    staticDir = await mkdtemp(join(tmpdir(), "autoops-web-"));
    await build({ configFile: resolve(import.meta.dirname, "../../vite.config.ts"), build: { outDir: staticDir } });
    server = await startTestDevServer();
    const { connection, address, namespace } = server;
    stack = await createStack({ connection, address, namespace });
    worker = await stack.startWorker();
    const log = createLog("fatal");
    const common = { runs: stack.runs, operator: "ann", staticDir, log, requestsPerMinute: 10_000 };
    const started = await startFacade({ ...common, host: "127.0.0.1", port: 0 });
    if (!started.ok) throw new Error(started.problems[0]?.message);
    facade = started.facade;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await facade?.stop();
    await stack?.close();
    await server?.stop();
    await rm(staticDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    faults = [];
    page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(facade.url)) faults.push(`asked for ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  const picture = async (name: string): Promise<void> => {
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  };

  async function start(graph = GRAPH): Promise<string> {
    const started = await stack.runs.start({ graph, requester: "ann", trigger: "test" });
    if (!started.ok) throw new Error(started.problems[0]?.message);
    return started.value.runId;
  }

  async function open(runId: string): Promise<void> {
    await page.goto(`${facade.url}/#/runs/${runId}`);
    await page.locator('[data-gate="mend"]').waitFor();
  }

  test("shows a run live, and approves its action after a second look", async () => {
    const runId = await start();
    await open(runId);
    const gate = page.locator('[data-gate="mend"]');
    expect(await gate.textContent()).toMatch(/mend.*production/s);
    expect(await gate.locator(".params").textContent()).toContain("versionv1");
    expect(await gate.textContent()).toContain("it changes production: always asked");
    expect(await gate.textContent()).toContain("the rate of errors is 12 %");
    expect(await gate.textContent()).toMatch(/closes in \d+ min/);
    await picture("gate");

    const before = stack.mended.length;
    await gate.getByRole("button", { name: "Approve…" }).click();
    const confirm = gate.getByRole("group", { name: "Approve Roll back checkout?" });
    expect(await confirm.textContent()).toContain("production");
    expect(stack.mended.length).toBe(before);
    await confirm.getByRole("textbox").fill("seen it, go");
    await picture("confirm");
    await confirm.getByRole("button", { name: "Approve “Roll back checkout”" }).click();

    await page.getByRole("heading", { name: "Report" }).waitFor();
    expect(await page.locator(".report").textContent()).toContain("The run succeeded.");
    expect(await page.locator('[data-node="mend"]').textContent()).toContain("succeeded");
    expect(await page.locator('[data-node="keep"]').textContent()).toContain("skipped");
    expect(await page.locator(".timeline").textContent()).toContain("ann: approve (accepted)");
    expect(stack.mended.slice(before)).toEqual(["v1"]);
    const report = await stack.runs.report(runId, 5_000);
    expect(report).toMatchObject({
      ok: true,
      value: { gates: [{ votes: [{ approver: "ann", comment: "seen it, go", channel: "page", verified: true }] }] },
    });
    await picture("report");
  });

  /** Shown is not enough: a key pressed before the focus has moved goes elsewhere. */
  const fieldHasFocus = () => page.getByRole("textbox").and(page.locator(":focus")).waitFor();

  test("rejects by keyboard alone, and nothing is done", async () => {
    const before = stack.mended.length;
    const runId = await start();
    await open(runId);
    await page.getByRole("button", { name: "Reject…" }).focus();
    await page.keyboard.press("Enter");
    // The field for a comment has the focus; Escape leads back without a decision.
    await fieldHasFocus();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Reject…" }).waitFor();
    await page.getByRole("button", { name: "Reject…" }).focus();
    await page.keyboard.press("Enter");
    await fieldHasFocus();
    await page.keyboard.type("not now");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Report" }).waitFor();
    expect(await page.locator(".report").textContent()).toContain("A person rejected an action");
    expect(stack.mended.length).toBe(before);
  });

  test("shows what data hold as text, whatever it looks like", async () => {
    await open(await start());
    expect(await page.locator("h1 + p").textContent()).toContain(EVIL);
    await page.locator('[data-node="keep"]').focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#node-title").textContent()).toContain(EVIL);
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
  });

  test("lists the runs, and the inbox what waits in them", async () => {
    const runId = await start({ ...GRAPH, name: "Listed run" });
    await open(runId);
    await page.getByRole("link", { name: "Runs" }).click();
    await page.getByRole("link", { name: "Listed run" }).waitFor();
    await picture("runs");
    await page.getByRole("navigation").getByRole("link", { name: /Inbox/ }).click();
    const row = page.locator(".runs li", { hasText: "Listed run" });
    await row.waitFor();
    expect(await row.textContent()).toMatch(/closes in/);
    await picture("inbox");
    await row.getByRole("link").click();
    await page.locator('[data-gate="mend"]').waitFor();
    await page.goto(`${facade.url}/#/runs/no-such-run`);
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("there is no run no-such-run");
    // The browser notes each answer of 404: one for the run, one for its stream.
    await expect.poll(() => faults.filter((fault) => fault.includes("404")).length).toBe(2);
    faults = faults.filter((fault) => !fault.includes("404"));
  });

  test("fits a narrow screen, dark and light", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.emulateMedia({ colorScheme });
      await open(await start());
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide).toBeLessThanOrEqual(360);
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      const [red = 0] = background.match(/\d+/g)?.map(Number) ?? [];
      expect(red < 128).toBe(colorScheme === "dark");
      await picture(`narrow-${colorScheme}`);
    }
  });

  test("takes a decision while no worker runs, and says that it waits", async () => {
    const runId = await start({ ...GRAPH, name: "Left alone" });
    await open(runId);
    await worker.stop();
    const before = stack.mended.length;
    const gate = page.locator('[data-gate="mend"]');
    await gate.getByRole("button", { name: "Approve…" }).click();
    await gate.getByRole("button", { name: "Approve “Roll back checkout”" }).click();
    await gate.getByRole("status").getByText("Recorded. It counts as soon as a worker runs.").waitFor();
    await page.getByText("No worker answers").waitFor();
    expect(stack.mended.length).toBe(before);
    await picture("no-worker");
    worker = await stack.startWorker();
    await page.getByRole("heading", { name: "Report" }).waitFor({ timeout: 40_000 });
    expect(stack.mended.length).toBe(before + 1);
  }, 90_000);
});
