/** The inbox: everything that waits, over all runs, and what becomes of each decision. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Policy } from "../../src/core/policy.js";
import { POLICY } from "../client/support/stack.js";
import { CHECKOUT, EVIL, HAS_BROWSER, inspect, openStage, picture, type Stage, titled } from "../support/page-stage.js";

describe.skipIf(!HAS_BROWSER)(titled("the inbox"), () => {
  let stage: Stage;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    stage = await openStage();
  }, 180_000);
  afterAll(() => stage?.stop());
  beforeEach(async () => {
    stage.stack.setPolicy(POLICY);
    ({ page, faults } = await stage.newPage());
  });
  afterEach(async () => {
    await page.context().close();
    // The browser notes each refusal of the façade; those are what some of these tests are about.
    expect(faults.filter((fault) => !/status of 4(03|09|12)/.test(fault))).toEqual([]);
  });

  /** With an approval rule for everything that is asked. */
  function ruled(rule: object): void {
    const rules = [{ name: "two-of-us", match: {}, ...rule }] as Policy["approval"]["rules"];
    stage.stack.setPolicy({ ...POLICY, approval: { ...POLICY.approval, rules } });
  }

  async function waiting(name: string): Promise<string> {
    const runId = await stage.start({ ...CHECKOUT, name });
    const open = async () => {
      const inbox = await stage.stack.runs.inbox();
      return inbox.ok && inbox.value.some((gate) => gate.runId === runId);
    };
    await expect.poll(open, { timeout: 20_000 }).toBe(true);
    return runId;
  }

  /** The gate's line, opened. */
  async function open(name: string) {
    await page.goto(`${stage.url}/#/inbox`);
    const row = page.locator(".inbox > li", { hasText: name });
    await row.waitFor();
    if ((await row.locator("[data-gate]").count()) === 0) await row.locator("button[aria-expanded]").click();
    return row.locator("[data-gate]");
  }

  async function answer(name: string, choice: "Approve" | "Reject" | "Skip", comment = ""): Promise<void> {
    const gate = await open(name);
    await gate.getByRole("button", { name: `${choice}…` }).click();
    if (comment !== "") await gate.getByRole("textbox").fill(comment);
    await gate.getByRole("button", { name: `${choice} “Roll back checkout”` }).click();
  }

  test("shows all that waits with its evidence and deadline, and tells what became of a decision", async () => {
    const before = stage.stack.mended.length;
    const first = await waiting("First run");
    const second = await waiting(`Second run ${EVIL}`);
    await page.goto(`${stage.url}/#/inbox`);
    const rows = page.locator(".inbox > li");
    await expect.poll(() => rows.count()).toBe(2);
    // The one that closes first lies open; the other one is a line.
    const gate = rows.nth(0).locator("[data-gate]");
    expect(await gate.textContent()).toMatch(/First run.*mend.*production.*versionv1.*the rate of errors is 12 %/s);
    expect(await gate.textContent()).toMatch(/checkout 500s: 12 of 100.*0 of 1 approval, signed/s);
    expect(await rows.nth(0).textContent()).toMatch(/closes in \d+ min/);
    expect(await rows.nth(1).textContent()).toContain(EVIL);
    expect(await rows.nth(1).locator("[data-gate]").count()).toBe(0);
    await rows.nth(1).locator("button[aria-expanded]").press("Enter");
    await rows.nth(1).locator("[data-gate]").waitFor();
    await inspect(page, "inbox");

    await answer("First run", "Approve", "seen it");
    const said = page.locator(".closed", { hasText: "Your approval counts." });
    await said.waitFor();
    await picture(page, "inbox-decided");
    expect(await said.getByRole("link").getAttribute("href")).toBe(`#/runs/${first}`);
    await expect.poll(() => stage.stack.mended.length).toBe(before + 1);
    await answer(EVIL, "Reject");
    await page.locator(".closed", { hasText: "Your rejection counts." }).waitFor();
    const report = await stage.stack.runs.report(second, 10_000);
    expect(report).toMatchObject({ ok: true, value: { outcome: "rejected" } });
    expect(stage.stack.mended.length).toBe(before + 1);
  }, 120_000);

  test("says who else must agree, wants the comment that the rule asks for, and counts the votes", async () => {
    ruled({ required: 2, comment_required: "always", forbid_requester: false });
    const before = stage.stack.mended.length;
    const runId = await waiting("Two of us");
    const gate = await open("Two of us");
    expect(await gate.textContent()).toContain("(rule two-of-us)");
    expect(await gate.textContent()).toContain("0 of 2 approvals");
    await gate.getByRole("button", { name: "Approve…" }).click();
    const send = gate.getByRole("button", { name: "Approve “Roll back checkout”" });
    expect(await send.isDisabled()).toBe(true);
    await gate.getByLabel(/the policy asks for one/).fill("the graph is plain");
    await send.click();
    await gate.getByText("Your approval counts: 1 of 2 people have approved.").waitFor();
    await expect.poll(() => gate.textContent()).toMatch(/1 of 2 approvals.*ann approved.*the graph is plain/s);
    await inspect(page, "inbox-votes");
    expect(stage.stack.mended.length).toBe(before);
    const vote = {
      runId,
      node: "mend",
      decision: "approve",
      approver: "bob",
      comment: "agreed",
      channel: "test",
    } as const;
    expect(await stage.stack.runs.decide(vote)).toMatchObject({ ok: true, value: { result: "accepted" } });
    await expect.poll(() => stage.stack.mended.length).toBe(before + 1);
  }, 120_000);

  test("a skip leaves the node out, and the run goes on: two steps, by whom and why in the report", async () => {
    const before = stage.stack.mended.length;
    const runId = await waiting("Left out");
    const gate = await open("Left out");
    await gate.getByRole("button", { name: "Skip…" }).click();
    await gate.getByText("It is left out, and the run goes on without it.").waitFor();
    await gate.getByRole("button", { name: "Back", exact: true }).click();
    await answer("Left out", "Skip", "it recovered");
    await page.locator(".closed", { hasText: /skip/i }).waitFor();
    const report = await stage.stack.runs.report(runId, 10_000);
    expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded", gates: [{ status: "skipped" }] } });
    const votes = report.ok ? report.value?.gates[0]?.votes : [];
    expect(votes).toMatchObject([{ decision: "skip", approver: "ann", comment: "it recovered", verified: true }]);
    expect(stage.stack.mended.length).toBe(before);
  }, 120_000);

  test("shows a plan that is asked about whole line by line, and its own gate after it", async () => {
    stage.stack.setPolicy({ ...POLICY, approval: { ...POLICY.approval, whole_plan: "always" } });
    const before = stage.stack.mended.length;
    const runId = await waiting("Whole first");
    const gate = await open("Whole first");
    const text = (await gate.locator("dl.params").first().textContent()) ?? "";
    expect(text).toContain("May this plan run, as it stands here?");
    expect(text).toMatch(/nodes:\n {2}- name: Collect the logs of checkout\n {4}id: logs\n/);
    expect(text).not.toMatch(/[{[]"/);
    await inspect(page, "inbox-whole-plan");
    await gate.getByRole("button", { name: "Approve…" }).click();
    await gate.getByRole("button", { name: "Approve “The whole plan”" }).click();
    await expect
      .poll(
        async () => {
          const inbox = await stage.stack.runs.inbox();
          return inbox.ok && inbox.value.filter((one) => one.runId === runId).map(({ nodeId }) => nodeId);
        },
        { timeout: 20_000 },
      )
      .toEqual(["mend"]);
    expect(stage.stack.mended.length).toBe(before);
    await answer("Whole first", "Approve");
    const report = await stage.stack.runs.report(runId, 60_000);
    expect(stage.stack.mended.length).toBe(before + 1);
    const gates = report.ok ? (report.value?.gates ?? []) : [];
    expect(gates.map(({ votes }) => votes.map(({ verified }) => verified))).toEqual([[true], [true]]);
  }, 120_000);

  test("says of a decision by somebody who may not that it does not count", async () => {
    ruled({ groups: ["database"], required: 1 });
    const before = stage.stack.mended.length;
    await waiting("Not for ann");
    const gate = await open("Not for ann");
    expect(await gate.textContent()).toContain("May answer: members of database.");
    await answer("Not for ann", "Approve");
    const alert = gate.getByRole("alert");
    await alert.getByText("Not allowed: your decision does not count.").waitFor();
    expect(await alert.textContent()).toContain("decision-not-allowed");
    await gate.getByText("1 not counted: by somebody who may not").waitFor({ timeout: 20_000 });
    await inspect(page, "inbox-not-allowed");
    expect(stage.stack.mended.length).toBe(before);
  }, 120_000);

  test("says of a decision about another action that nothing was decided", async () => {
    const before = stage.stack.mended.length;
    await waiting("Stale one");
    await page.route("**/approvals/mend", (route) =>
      route.continue({ headers: { ...route.request().headers(), "if-match": `"${"0".repeat(64)}"` } }),
    );
    await answer("Stale one", "Approve");
    const gate = page.locator(".inbox > li", { hasText: "Stale one" }).locator("[data-gate]");
    await gate.getByText("The action is no longer the one that you looked at.").waitFor();
    expect(await gate.textContent()).toContain("decision-stale");
    // It may be answered again, for what stands there now.
    await gate.getByRole("button", { name: "Approve…" }).waitFor();
    expect(stage.stack.mended.length).toBe(before);
  });

  test("shows what would change, line by line, as text", async () => {
    await waiting("With a preview");
    // The interface may say what stands there now and what would; here it is put into a real answer.
    await page.route("**/api/v1/inbox", async (route) => {
      const answer = await route.fetch();
      const { gates } = await answer.json();
      const preview = { before: { version: "v2", replicas: 3 }, after: { version: `v1 ${EVIL}`, replicas: 3 } };
      await route.fulfill({ response: answer, json: { gates: gates.map((gate: object) => ({ ...gate, preview })) } });
    });
    const gate = await open("With a preview");
    const diff = gate.locator(".diff");
    expect(await diff.locator(".gone").allTextContents()).toEqual([expect.stringContaining("version: v2")]);
    expect(await diff.locator(".new").textContent()).toContain("onerror=");
    expect(await diff.locator(".same").count()).toBe(1);
    expect(await page.locator("main img").count()).toBe(0);
    await inspect(page, "inbox-diff");
  }, 120_000);

  test("says that somebody else was first, also to who was about to answer", async () => {
    const before = stage.stack.mended.length;
    const runId = await waiting("Decided elsewhere");
    const gate = await open("Decided elsewhere");
    await gate.getByRole("button", { name: "Approve…" }).click();
    // The list is not looked at anew until the decision was sent.
    await page.route("**/api/v1/inbox", () => undefined);
    const vote = { runId, node: "mend", decision: "reject", approver: "bob", channel: "test" } as const;
    expect(await stage.stack.runs.decide(vote)).toMatchObject({ ok: true, value: { result: "accepted" } });
    await gate.getByRole("button", { name: "Approve “Roll back checkout”" }).click();
    await gate.getByRole("alert").getByText("Somebody decided before you.").waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    expect(stage.stack.mended.length).toBe(before);
    await page.goto(`${stage.url}/#/runs/${runId}`);
    await page.locator(".report", { hasText: "A person rejected an action" }).waitFor();
    expect(await page.locator(".report").textContent()).toContain("rejected by bob");
  });
});
