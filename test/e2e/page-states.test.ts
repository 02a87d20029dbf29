/** What the page says of runs that are not as one hopes: failed, terminated, forgotten, unknown, or out of reach. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { graphOf } from "../client/support/stack.js";
import { CHECKOUT, EVIL, HAS_BROWSER, inspect, openStage, picture, type Stage, titled } from "../support/page-stage.js";

const FAILING = graphOf(
  [
    {
      id: "long",
      name: "Read a long log",
      type: "metric_query",
      tool: "probe",
      params: { note: `${"x".repeat(5_000)}END ${EVIL}` },
    },
    {
      id: "away",
      name: "Ask a source that is away",
      type: "metric_query",
      tool: "flaky",
      params: { failures: 9, final: true },
    },
    { id: "mend", name: "Roll back checkout", type: "rollback", tool: "mend", params: { version: "v1" } },
  ],
  [
    ["long", "away"],
    ["away", "mend"],
  ],
  { name: "Doomed run" },
);

describe.skipIf(!HAS_BROWSER)(titled("states on the page"), () => {
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
    // The browser notes what is not there and what cannot be reached; those are what some of these tests are about.
    expect(faults.filter((fault) => !/status of 404|ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);
  });

  const show = (runId: string) => page.goto(`${stage.url}/#/runs/${runId}`);

  test("a failure stands first, word for word with its way out, and a long output opens on demand", async () => {
    const before = stage.stack.mended.length;
    await show(await stage.start(FAILING));
    await page.locator(".report", { hasText: "The run failed." }).waitFor();
    const rows = page.locator(".nodes li");
    expect(await rows.nth(0).textContent()).toMatch(/Ask a source that is away.*failed.*the source is away/s);
    expect(await rows.nth(1).textContent()).toMatch(/Read a long log.*succeeded · \d+ m?s/s);
    expect(await page.locator("#node-title").textContent()).toBe("Ask a source that is away");
    const details = page.locator("section", { has: page.locator("#node-title") });
    expect(await details.textContent()).toMatch(/the source is away.*source-unreachable.*look whether it runs/s);
    await rows.nth(1).getByRole("button").press("Enter");
    const output = page.getByRole("group", { name: "Output of Read a long log" });
    expect(await output.textContent()).not.toContain("END");
    await inspect(page, "failed");
    await page.getByRole("button", { name: /Show all [\d,]+ characters/ }).press("Enter");
    await expect.poll(() => output.textContent()).toContain(`END ${EVIL}\n`);
    expect(await page.locator("main img").count()).toBe(0);
    expect(stage.stack.mended.length).toBe(before);
  }, 120_000);

  test("a terminated run is never shown as finished, and what ran is named", async () => {
    const runId = await stage.start();
    await show(runId);
    await page.locator('[data-gate="mend"]').waitFor();
    await stage.stack.client.workflow.getHandle(runId).terminate("an operator's hand");
    const alert = page.getByRole("alert");
    await alert.getByText(/the run was terminated in Temporal \(an operator's hand\): it has no report/).waitFor();
    expect(await page.locator(".head").textContent()).toContain("terminated");
    expect(await page.locator(".head").textContent()).not.toMatch(/succeeded|cancelled/);
    expect(await page.getByRole("button", { name: "Approve…" }).count()).toBe(0);
    await page.getByText("Roll back checkout: withdrawn.").waitFor();
    expect(await page.locator('[data-node="mend"]').textContent()).toContain("withdrawn");
    await inspect(page, "terminated");
  }, 120_000);

  test("what ran when a run was terminated is not called done", async () => {
    const one = { id: "slow", name: "Work for long", type: "metric_query", tool: "slow" } as const;
    const runId = await stage.start(graphOf([one]));
    await show(runId);
    await page.locator('[data-node="slow"]', { hasText: "running" }).waitFor();
    await stage.stack.client.workflow.getHandle(runId).terminate("an operator's hand");
    await page.getByText("may or may not have finished: Work for long.").waitFor();
    await page.locator('[data-node="slow"]', { hasText: "may or may not have finished" }).waitFor();
    expect(await page.locator(".nodes").textContent()).not.toMatch(/running|succeeded/);
    await picture(page, "cut-off");
  });

  test("an unknown run is told as such; one that Temporal has forgotten is told by its stored report", async () => {
    await show("no-such-run");
    await page.getByRole("heading", { name: "No such run" }).waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("there is no run no-such-run");
    await inspect(page, "no-such-run");

    const runId = await stage.start({ ...CHECKOUT, nodes: CHECKOUT.nodes.slice(0, 1), edges: [], name: "Long ago" });
    expect(await stage.stack.runs.report(runId, 20_000)).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
    const { workflowService, options } = stage.stack.client;
    await workflowService.deleteWorkflowExecution({
      namespace: options.namespace,
      workflowExecution: { workflowId: runId },
    });
    const isGone = async () => !(await stage.stack.runs.view(runId)).ok;
    await expect.poll(isGone, { timeout: 60_000 }).toBe(true);
    await show(runId);
    await page.getByText("Temporal no longer keeps this run's history.").waitFor();
    expect(await page.locator(".report").textContent()).toContain("The run succeeded.");
    await inspect(page, "forgotten");
  }, 120_000);

  test("lists the runs of one status, chosen by keyboard", async () => {
    const failed = await stage.start({ ...FAILING, name: "Failed for the list" });
    await stage.stack.runs.report(failed, 20_000);
    await show(await stage.start({ ...CHECKOUT, name: "Waits for the list" }));
    await page.locator('[data-gate="mend"]').waitFor();
    await page.goto(`${stage.url}/#/`);
    await page.getByRole("link", { name: "Waits for the list" }).waitFor();
    await page.getByRole("link", { name: "Failed for the list" }).waitFor();
    await inspect(page, "runs");
    await page.getByLabel("Show").focus();
    // "fa" leads a select to its entry "failed".
    await page.keyboard.type("fa");
    await page.waitForURL(/status=failed/);
    await page.getByRole("link", { name: "Failed for the list" }).waitFor();
    await expect.poll(() => page.getByRole("link", { name: "Waits for the list" }).count()).toBe(0);
    await page.goto(`${stage.url}/#/?status=timed_out`);
    await page.getByText("No run is shown as “out of time”.").waitFor();
    await page.goto(`${stage.url}/#/elsewhere`);
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    await inspect(page, "nowhere");
  }, 120_000);

  test("a façade that is out of reach is told as such, and the run is not called finished", async () => {
    await show(await stage.start());
    await page.locator('[data-gate="mend"]').waitFor();
    await page.context().setOffline(true);
    await page.locator('[data-gate="mend"]').getByRole("button", { name: "Reject…" }).click();
    await page.getByRole("button", { name: "Reject “Roll back checkout”" }).click();
    await page.getByText("It is not known whether your decision arrived.").waitFor();
    await page.getByText("What stands here may be old").first().waitFor();
    expect(await page.locator(".head").textContent()).toContain("waits for a decision");
    await picture(page, "offline");
    await page.getByRole("link", { name: "Runs" }).click();
    await page.getByText("the façade does not answer").first().waitFor();
    expect(await page.getByText("No run has been started yet.").count()).toBe(0);
    await page.context().setOffline(false);
    await page.locator(".run-name").first().waitFor({ timeout: 20_000 });
  }, 120_000);
});
