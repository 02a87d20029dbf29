/** From a goal, or a workflow file, to a run: what the page shows before, and that exactly that is started. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "../../src/core/policy.js";
import { type Playbook, playbookSchema } from "../../src/schema/playbook.js";
import { POLICY } from "../client/support/stack.js";
import { CHECKOUT, EVIL, HAS_BROWSER, inspect, openStage, picture, type Stage, titled } from "../support/page-stage.js";

const PLAYBOOK: Playbook = playbookSchema.parse({
  id: "mend-checkout",
  title: "Mend the checkout",
  version: "1.0.0",
  description: "Looks at the errors of a service and goes back to the version before.",
  goals: ["service returns 500s since the last deploy, find out why and roll it back"],
  symptoms: ["500s", "since the last deploy"],
  parameters: {
    version: { type: "string", description: "the version to go back to" },
    share: { type: "number", min: 0, max: 1, default: 0.05, description: "the share of errors that is too much" },
  },
  graph: {
    name: "Mend the checkout",
    nodes: [
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: a playbook's own placeholders
      { id: "look", name: "Sample the error rate", type: "metric_query", tool: "probe", params: { share: "${share}" } },
      { id: "mend", name: "Roll back checkout", type: "rollback", tool: "mend", params: { version: "${version}" } },
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: a playbook's own placeholders
    ],
    edges: [{ from_node_id: "look", to_node_id: "mend", condition: "look.share > 0.01" }],
  },
});
/** What may stand around an effect. */
const AROUND = {
  preconditions: [{ tool: "probe", params: { share: 0 }, expect: "output.share < 1" }],
  verify: { tool: "probe", expect: "true" },
  undo: { tool: "mend", params: { version: "v0" } },
};
const GOAL = `checkout returns 500s since the last deploy; find out why and roll it back ${EVIL}`;

describe.skipIf(!HAS_BROWSER)(titled("planning on the page"), () => {
  let stage: Stage;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    const config = { files: { roots: [] }, sources: {}, targets: {}, channels: {} };
    stage = await openStage({ planner: { playbooks: [PLAYBOOK], config } });
  }, 180_000);
  afterAll(() => stage?.stop());
  beforeEach(async () => {
    stage.stack.setPolicy(POLICY);
    ({ page, faults } = await stage.newPage());
  });
  afterEach(async () => {
    await page.context().close();
    // The browser notes each refusal of the façade; those are what some of these tests are about.
    expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);
  });

  const runs = async (): Promise<number> => {
    const listed = await stage.stack.runs.list({ limit: 200 });
    return listed.ok ? listed.value.runs.length : Number.NaN;
  };

  async function plan(version = "v1"): Promise<void> {
    await page.goto(`${stage.url}/#/new`);
    await page.getByLabel("What is wrong, and what do you want?").fill(GOAL);
    await page.getByRole("button", { name: "Make a plan" }).click();
    await page.getByLabel(/the version to go back to/).fill(version);
    await page.getByRole("button", { name: "Make a plan" }).click();
    await page.getByRole("heading", { name: "Mend the checkout" }).waitFor();
  }

  /** What the workflow was started with, as its history has it. */
  async function startedWith(runId: string): Promise<{ graph: unknown; dry_run?: boolean }> {
    const history = await stage.stack.client.workflow.getHandle(runId).fetchHistory();
    const payload = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    return JSON.parse(Buffer.from(payload?.data ?? "").toString());
  }

  async function runOfPage(): Promise<string> {
    await page.waitForURL(/#\/runs\//);
    return decodeURIComponent(page.url().split("#/runs/")[1] ?? "");
  }

  test("asks for the value that the goal does not tell, beside its field, by keyboard alone", async () => {
    await page.goto(`${stage.url}/#/new`);
    await page.getByLabel("What is wrong, and what do you want?").focus();
    await page.keyboard.type(GOAL);
    for (const _ of ["playbook", "planner", "button"]) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const field = page.getByLabel(/the version to go back to/);
    await field.and(page.locator(":focus")).waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator("#param-version-hint").textContent()).toContain("the parameter version is missing");
    await inspect(page, "plan-missing");
    await field.focus();
    await page.keyboard.type("v1");
    await page.keyboard.press("Enter");
    // The plan takes the focus, so that it is read next.
    await page.getByRole("heading", { name: "Mend the checkout" }).and(page.locator(":focus")).waitFor();
    await inspect(page, "plan");
  }, 120_000);

  test("shows gates, effects, rules and params, and starts byte for byte what it showed", async () => {
    const before = await runs();
    const answered = page.waitForResponse((response) => response.url().endsWith("/api/v1/plans") && response.ok());
    await plan();
    const previewed = (await (await answered).json()).graph;
    const shown = page.locator(".plan");
    expect(await shown.textContent()).toContain("The policy lets this plan run");
    expect(await shown.textContent()).toContain("By the playbook mend-checkout");
    expect(await shown.textContent()).toContain(EVIL);
    expect(await shown.locator(".words").textContent()).toMatch(
      /Gates1: each waits for a person.*Changesmend.*production/s,
    );
    const mend = page.locator('[data-plan-node="mend"]');
    expect(await mend.textContent()).toMatch(/Roll back checkout.*needs approval.*mend.*changes production/s);
    await mend.locator("summary").click();
    expect(await mend.textContent()).toMatch(/after Sample the error rate if look.share > 0.01/);
    expect(await mend.textContent()).toMatch(/tools.allowed names the tool.*versionv1/s);
    expect(await shown.textContent()).toContain("Waits for approval: it changes what runs: always asked");
    expect(await page.locator("main img").count()).toBe(0);
    expect(await runs()).toBe(before);

    await page.getByRole("button", { name: "Start this run" }).click();
    const runId = await runOfPage();
    await page.locator('[data-gate="mend"]').waitFor();
    const { graph } = await startedWith(runId);
    expect(JSON.stringify(graph)).toBe(JSON.stringify(previewed));
    await expect.poll(runs).toBe(before + 1);
  });

  test("counts the gate over the whole plan among the gates, and says what it is for", async () => {
    stage.stack.setPolicy({ ...POLICY, approval: { ...POLICY.approval, whole_plan: "always" } });
    await plan();
    const words = await page.locator(".plan .words").textContent();
    expect(words).toMatch(/Gates2: each waits for a person; the first asks about the whole plan, before anything runs/);
  }, 120_000);

  test("starts no plan that the form has left behind", async () => {
    await plan();
    await page.getByLabel("What is wrong, and what do you want?").fill("something else entirely");
    await page.getByText("What you wrote has changed since").waitFor();
    expect(await page.getByRole("button", { name: "Start this run" }).count()).toBe(0);
  });

  test("tries a plan without doing it", async () => {
    const before = stage.stack.mended.length;
    await plan();
    await page.getByRole("button", { name: "Dry run" }).click();
    const runId = await runOfPage();
    await page.getByText("Dry run: nothing was executed.").waitFor();
    expect((await startedWith(runId)).dry_run).toBe(true);
    expect(await page.locator('[data-node="mend"]').textContent()).toContain("would run");
    expect(stage.stack.mended.length).toBe(before);
    await picture(page, "dry-run");
  });

  test("says what the policy refuses, node by node with the rule, and offers no start", async () => {
    const before = await runs();
    stage.stack.setPolicy({ ...POLICY, tools: { ...POLICY.tools, blocked: ["mend"] } });
    await plan();
    await page.getByText("The policy refuses this plan").waitFor();
    const row = page.locator(".nodes li", { hasText: "Roll back checkout" });
    expect(await row.textContent()).toContain("refused");
    expect(await row.textContent()).toContain("tools.blocked names it");
    expect(await row.textContent()).toContain("tool-not-allowed");
    expect(await page.locator('[data-plan-node="look"]').textContent()).not.toContain("refused");
    expect(await page.getByRole("button", { name: /Start|Dry run/ }).count()).toBe(0);
    expect(await runs()).toBe(before);
    await inspect(page, "plan-refused");
  }, 120_000);

  test("shows what the worker's policy refuses where it has changed since the plan was read", async () => {
    const before = stage.stack.mended.length;
    await plan();
    stage.stack.setPolicy({ ...POLICY, execution: DEFAULT_POLICY.execution });
    await page.getByRole("button", { name: "Start this run" }).click();
    const refused = page.getByRole("alert");
    await refused.getByText("The worker's policy refused this plan. Nothing of it was carried out.").waitFor();
    expect(await refused.textContent()).toContain("remediation-disabled");
    expect(await refused.textContent()).toContain("set execution.enable_remediation: true");
    expect(await page.getByRole("button", { name: "Approve…" }).count()).toBe(0);
    expect(stage.stack.mended.length).toBe(before);
    await inspect(page, "run-refused");
  }, 120_000);

  test("reads a workflow file, and tells each of its problems", async () => {
    await page.goto(`${stage.url}/#/new`);
    await page.getByRole("link", { name: "From a workflow file" }).click();
    const text = page.getByLabel("Its text (YAML or JSON)");
    const nodes = CHECKOUT.nodes.map((node) => (node.id === "mend" ? { ...node, ...AROUND } : node));
    await text.fill(JSON.stringify({ ...CHECKOUT, nodes: CHECKOUT.nodes.slice(0, 1), edges: [], color: "red" }));
    await page.getByRole("button", { name: "Show the plan" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("unknown-key");
    await text.fill(JSON.stringify({ ...CHECKOUT, nodes }));
    await page.getByRole("button", { name: "Show the plan" }).click();
    await page.getByText("The policy lets this plan run").waitFor();
    expect(await page.locator('[data-plan-node="keep"]').textContent()).toContain(EVIL);
    const mend = page.locator('[data-plan-node="mend"]');
    await mend.locator("summary").click();
    expect(await mend.textContent()).toMatch(/Only ifprobe \{"share":0\} shows output.share < 1/);
    expect(await mend.textContent()).toMatch(/Verified byprobe showing true.*Undone bymend \{"version":"v0"\}/s);
    await inspect(page, "plan-file");
    await page.getByRole("button", { name: "Start this run" }).click();
    const gate = page.locator('[data-gate="mend"]');
    await gate.waitFor();
    expect(await gate.textContent()).toMatch(/How it would be taken back.*mend.*versionv0/s);
    await gate.getByRole("button", { name: "Approve…" }).click();
    await gate.getByRole("button", { name: "Approve “Roll back checkout”" }).click();
    await page.locator(".report", { hasText: /carried out; verified/ }).waitFor();
  }, 120_000);

  test("plans without a worker, by this machine's playbooks, and says so", async () => {
    await stage.stopWorker();
    await plan();
    await page.getByText("No worker answers. This plan is by the playbooks of this machine").waitFor();
    await picture(page, "plan-no-worker");
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("No worker answers: this is the run as its history tells it.").waitFor({ timeout: 40_000 });
    expect(await page.locator(".head").textContent()).not.toContain("succeeded");
    await stage.startWorker();
    await page.locator('[data-gate="mend"]').waitFor({ timeout: 40_000 });
  }, 120_000);
});
