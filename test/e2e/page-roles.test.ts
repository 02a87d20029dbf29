/** Who is signed in on the page: decisions in their name, and nothing offered that their roles leave out. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createApiKeys } from "../../src/platform/api-keys.js";
import { auditStub } from "../support/audit.js";
import { HAS_BROWSER, inspect, openStage, type Stage, titled } from "../support/page-stage.js";

describe.skipIf(!HAS_BROWSER)(titled("roles on the page"), () => {
  let folder: string;
  let stage: Stage;
  let page: Page;
  let faults: string[];
  const keys = new Map<string, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "autoops-keys-"));
    const apiKeys = createApiKeys(join(folder, "api-keys.json"), Date.now);
    for (const [subject, group] of [["alice", "sre"] as const, ["victor", "readers"] as const]) {
      const made = await apiKeys.create({ subject, groups: [group], createdBy: "test" });
      if (!made.ok) throw new Error(made.problems[0]?.message);
      keys.set(subject, made.value.key);
    }
    const roles = async () => ({ sre: ["operator" as const, "approver" as const], readers: ["viewer" as const] });
    stage = await openStage({}, { access: { apiKeys, roles, audit: auditStub(), now: Date.now } });
  }, 180_000);
  afterAll(async () => {
    await stage?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    ({ page, faults } = await stage.newPage());
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults.filter((fault) => !fault.includes("status of 401"))).toEqual([]);
  });

  async function signIn(subject: string): Promise<void> {
    await page.getByLabel("API key or token").fill(keys.get(subject) ?? "");
    await page.keyboard.press("Enter");
    await page.locator(".who", { hasText: subject }).waitFor();
  }

  test("signing in keeps the address, and decisions are in the name of the key", async () => {
    const before = stage.stack.mended.length;
    const runId = await stage.start();
    await page.goto(`${stage.url}/#/runs/${runId}`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await inspect(page, "sign-in");
    await signIn("alice");
    const gate = page.locator('[data-gate="mend"]');
    await gate.getByRole("button", { name: "Approve…" }).click();
    await gate.getByRole("button", { name: "Approve “Roll back checkout”" }).click();
    await page.locator(".report", { hasText: "approved by alice" }).waitFor();
    expect(stage.stack.mended.length).toBe(before + 1);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }, 120_000);

  test("a viewer sees everything, and no button that would be refused", async () => {
    const runId = await stage.start();
    await page.goto(`${stage.url}/#/runs/${runId}`);
    await signIn("victor");
    const gate = page.locator('[data-gate="mend"]');
    await gate.getByText("Your roles do not let you approve, reject or skip at a gate").waitFor();
    expect(await page.getByRole("button", { name: /Approve|Reject|Cancel/ }).count()).toBe(0);
    await inspect(page, "viewer");
    await page.getByRole("link", { name: "New run" }).click();
    await page.getByText("Your roles do not let you draft a graph for a goal").waitFor();
  }, 120_000);
});
