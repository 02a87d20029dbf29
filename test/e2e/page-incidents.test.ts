/** Incidents and schedules on the page: what came in and what became of it, and what starts by the clock. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHooks } from "../../src/client/hooks.js";
import { hookSchema } from "../../src/schema/config/hooks.js";
import { graphOf } from "../client/support/stack.js";
import { EVIL, HAS_BROWSER, inspect, openStage, picture, type Stage, titled } from "../support/page-stage.js";

const LOOKS = graphOf(
  [{ id: "rate", name: "Sample the error rate", type: "metric_query", tool: "probe", params: { rate: 0.12 } }],
  [],
  { name: "Look at checkout", goal_description: "why do requests of checkout fail?" },
);
const pager = hookSchema.parse({
  ...{ kind: "alertmanager", secret: "env:S", debounce_seconds: 0, cooldown_seconds: 3_600 },
  rules: [{ match: { alertname: "High*" } }],
});

describe.skipIf(!HAS_BROWSER)(titled("incidents and schedules"), () => {
  let stage: Stage;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    stage = await openStage({ draft: LOOKS, hooks: { pager } });
  }, 180_000);
  afterAll(() => stage?.stop());
  beforeEach(async () => {
    ({ page, faults } = await stage.newPage());
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults.filter((fault) => !/status of 4/.test(fault))).toEqual([]);
  });

  async function fire(alertname: string, status: "firing" | "resolved", pod: string): Promise<void> {
    const { client } = stage.stack;
    const audit = { note: async () => undefined };
    const hooks = createHooks({ client, hooks: { pager }, secret: () => "s", audit, now: Date.now });
    const alerts = [{ status, labels: { alertname, pod, service: "checkout" }, annotations: {}, fingerprint: pod }];
    const body = Buffer.from(JSON.stringify({ version: "4", status, alerts }));
    const header = (name: string) => (name === "authorization" ? "Bearer s" : undefined);
    expect(await hooks.take("pager", { body, header }, "127.0.0.1")).toMatchObject({ ok: true });
  }

  test("groups stand with their alerts, run, state and answer, and with why nothing was started", async () => {
    await fire("HighErrors", "firing", `web-1 ${EVIL}`);
    await fire("Unknown", "firing", "web-2");
    await page.goto(`${stage.url}/#/incidents`);
    const row = page.locator(".runs > li", { hasText: "HighErrors" });
    await expect.poll(() => row.textContent(), { timeout: 30_000 }).toMatch(/succeeded.*1 of 1 alerts fire/s);
    await expect
      .poll(() => page.locator(".runs > li", { hasText: "Unknown" }).textContent(), { timeout: 30_000 })
      .toMatch(/no rule fits; nothing was started/);
    await inspect(page, "incidents");
    await fire("HighErrors", "resolved", `web-1 ${EVIL}`);
    await expect
      .poll(() => row.textContent(), { timeout: 30_000 })
      .toMatch(/resolved by itself .* after the first alert/);
    await row.getByRole("link").click();
    await page.getByRole("heading", { name: "HighErrors" }).waitFor();
    const text = await page.locator("#content").textContent();
    expect(text).toMatch(/which only looks/);
    expect(text).toContain(`pod=web-1 ${EVIL}`);
    await inspect(page, "incident");
    await page
      .getByRole("link", { name: /look-at|alert/ })
      .first()
      .click();
    await page.getByRole("heading", { name: "Look at checkout" }).waitFor();
  }, 120_000);

  test("a schedule is shown before it is kept, then paused, resumed and deleted", async () => {
    await page.goto(`${stage.url}/#/schedules`);
    await page.getByText("There is no schedule yet.").waitFor();
    await page.getByLabel("Name").fill("mornings");
    await page.getByLabel(/^Goal/).fill("is checkout well?");
    await page.getByLabel("Time zone").fill("Moon/Base");
    await page.getByRole("button", { name: "Show when" }).click();
    await page
      .getByRole("alert")
      .getByText(/must be a time zone/)
      .waitFor();
    await page.getByLabel("Time zone").fill("Europe/Berlin");
    await page.getByRole("button", { name: "Show when" }).click();
    await page.getByText(/At 07:00, Monday through Friday, Europe\/Berlin/).waitFor();
    await picture(page, "schedule-preview");
    await page.getByRole("button", { name: "Create it" }).click();
    const row = page.locator(".runs > li", { hasText: "mornings" });
    await row.waitFor({ timeout: 30_000 });
    await inspect(page, "schedules");
    await row.getByRole("button", { name: "Pause mornings" }).click();
    await expect.poll(() => row.textContent(), { timeout: 30_000 }).toMatch(/paused/);
    await row.getByRole("button", { name: "Resume mornings" }).click();
    await row.getByRole("button", { name: "Pause mornings" }).waitFor({ timeout: 30_000 });
    await row.getByRole("button", { name: "Delete mornings" }).click();
    await page.getByText("There is no schedule yet.").waitFor({ timeout: 30_000 });
  }, 120_000);
});
