/** A run on the page, in a real browser: its graph, its gates and its report. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHECKOUT, EVIL, HAS_BROWSER, inspect, openStage, picture, type Stage, titled } from "../support/page-stage.js";

const COMMENT = `seen it, go ${EVIL}`;

describe.skipIf(!HAS_BROWSER)(titled("a run on the page"), () => {
  let stage: Stage;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    stage = await openStage();
  }, 180_000);
  afterAll(() => stage?.stop());
  beforeEach(async () => {
    ({ page, faults } = await stage.newPage());
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  async function open(runId: string): Promise<void> {
    await page.goto(`${stage.url}/#/runs/${runId}`);
    await page.locator('[data-gate="mend"]').waitFor();
  }

  test("shows a run live, and approves its action after a second look", async () => {
    const runId = await stage.start();
    await open(runId);
    const gate = page.locator('[data-gate="mend"]');
    expect(await gate.textContent()).toMatch(/mend.*production/s);
    expect(await gate.locator(".params").textContent()).toContain("versionv1");
    expect(await gate.textContent()).toContain("it changes what runs: always asked");
    expect(await gate.textContent()).toContain("the rate of errors is 12 %");
    expect(await gate.textContent()).toMatch(/closes in \d+ min/);
    await inspect(page, "gate");

    const before = stage.stack.mended.length;
    await gate.getByRole("button", { name: "Approve…" }).click();
    const confirm = gate.getByRole("group", { name: "Approve Roll back checkout?" });
    expect(await confirm.textContent()).toContain("production");
    expect(stage.stack.mended.length).toBe(before);
    await confirm.getByRole("textbox").fill(COMMENT);
    await inspect(page, "confirm");
    await confirm.getByRole("button", { name: "Approve “Roll back checkout”" }).click();

    await page.getByRole("heading", { name: "Report" }).waitFor();
    expect(await page.locator(".report").textContent()).toContain("The run succeeded.");
    expect(await page.locator('[data-node="mend"]').textContent()).toContain("succeeded");
    expect(await page.locator('[data-node="keep"]').textContent()).toContain("skipped");
    expect(await page.locator(".timeline").textContent()).toContain("ann: approve (accepted)");
    expect(await page.locator(".report").textContent()).toContain(COMMENT);
    expect(await page.locator("main img").count()).toBe(0);
    expect(stage.stack.mended.slice(before)).toEqual(["v1"]);
    const report = await stage.stack.runs.report(runId, 5_000);
    expect(report).toMatchObject({
      ok: true,
      value: { gates: [{ votes: [{ approver: "ann", comment: COMMENT, channel: "page", verified: true }] }] },
    });
    await inspect(page, "report");
  }, 120_000);

  /** Shown is not enough: a key pressed before the focus has moved goes elsewhere. */
  const fieldHasFocus = () => page.getByRole("textbox").and(page.locator(":focus")).waitFor();

  test("rejects by keyboard alone, and nothing is done", async () => {
    const before = stage.stack.mended.length;
    const runId = await stage.start();
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
    expect(stage.stack.mended.length).toBe(before);
  });

  test("shows what data hold as text, whatever it looks like", async () => {
    await open(await stage.start());
    expect(await page.locator("h1 + p").textContent()).toContain(EVIL);
    await page.locator('[data-node="keep"]').focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#node-title").textContent()).toContain(EVIL);
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
  });

  test("takes a decision while no worker runs, and says that it waits", async () => {
    const runId = await stage.start({ ...CHECKOUT, name: "Left alone" });
    await open(runId);
    await stage.stopWorker();
    const before = stage.stack.mended.length;
    const gate = page.locator('[data-gate="mend"]');
    await gate.getByRole("button", { name: "Approve…" }).click();
    await gate.getByRole("button", { name: "Approve “Roll back checkout”" }).click();
    await gate.getByRole("status").getByText("Recorded. It counts as soon as a worker runs.").waitFor();
    await page.getByText("No worker answers").waitFor();
    expect(stage.stack.mended.length).toBe(before);
    await picture(page, "no-worker");
    await stage.startWorker();
    await page.getByRole("heading", { name: "Report" }).waitFor({ timeout: 40_000 });
    expect(stage.stack.mended.length).toBe(before + 1);
  }, 90_000);
});
