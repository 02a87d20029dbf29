/** An attacker with full write access to the Temporal namespace hands states of its own making to our workflows. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadLocal } from "../../src/app/local.js";
import { checkedGraph } from "../../src/core/check/checked-graph.js";
import { checkAgainst } from "../../src/core/check.js";
import { newIncident } from "../../src/core/incident/incident.js";
import type { RunView } from "../../src/core/report/view.js";
import { begin } from "../../src/core/run/apply.js";
import { createRun } from "../../src/core/run/run.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import { RETRY_AFTER_MAX_MS } from "../../src/vocabulary/rate-limits.js";
import type { Loot } from "../support/attacker/attacker.js";
import { type Bank, bankGraph, createBank } from "../support/attacker/bank.js";
import { openGate } from "../support/machine.js";

let bank: Bank;
/** Two genuine approvals that were never used. */
let loot: Loot;
beforeAll(async () => {
  bank = await createBank();
  const handle = await bank.start();
  loot = await bank.lootOf(handle, ["ann", "bob"]);
  await handle.terminate("by the attacker");
}, 600_000);
afterAll(() => bank?.stop());

let count = 0;

/** As if the gate of `mend` had been approved. */
async function forged() {
  const local = await loadLocal(bank.machine.variables);
  const parsed = parseGraph(bankGraph());
  if (!local.ok || !parsed.ok) throw new Error("the test's own files are wrong");
  const context = { policy: local.policy, policyDigest: "", catalogue: local.registry, checkUrl: () => undefined };
  const checked = checkAgainst(parsed.graph, context);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const run = createRun(checkedGraph(parsed.graph, checked.verdict), Date.now(), "rita");
  begin(run, Date.now());
  const { question, digest, votes } = loot.call.grant;
  const gate = {
    status: "approved",
    round: 1,
    openedAtMs: 0,
    deadlineMs: 9e15,
    reason: "",
    required: 1,
    signed: false,
  };
  run.state.nodes.mend = {
    ...{ status: "approved", taken: 0, notTaken: 0, neutral: 0 },
    gate: {
      ...gate,
      question,
      digest,
      votes: votes.map((vote) => ({ ...vote, decision: "approve" })),
      refused: {},
      notices: [],
    },
  } as never;
  return { runKey: question.runKey, verdict: checked.verdict, state: run.state };
}
const input = { graph: bankGraph(), requester: "rita" };

test.each([undefined, "", "f".repeat(64)])(
  "continued into runGraph with the seal %j are refused, and nothing runs",
  async (seal) => {
    const carried = { ...(await forged()), ...(seal === undefined ? {} : { seal }) };
    expect(await bank.attacker.continueInto("runGraph", "autoops", [input, carried], `forged-${++count}`)).toBe(
      "state-refused",
    );
    expect(bank.acted()).toBe(0);
    const told = (await bank.lines()).filter(({ run, code }) => run === `forged-${count}` && code === "state-refused");
    expect(told).toHaveLength(1);
  },
);

test("handed over by cron are refused", async () => {
  const workflowId = `cron-${++count}`;
  const args = [{ ...input, dry_run: true }, await forged()];
  await bank.attacker.client.workflow.start("runGraph", {
    taskQueue: "autoops",
    workflowId,
    args,
    cronSchedule: "@every 1s",
  });
  const told = async () =>
    (await bank.lines()).filter(({ run, code }) => run === workflowId && code === "state-refused");
  await expect.poll(async () => (await told()).length, { timeout: 30_000 }).toBeGreaterThan(0);
  await bank.attacker.client.workflow.getHandle(workflowId).terminate();
  expect(bank.acted()).toBe(0);
});

/** A state that no earlier execution handed over is not looked at: the run begins anew, and old votes count for nothing in it. */
async function beginsAnew(workflowId: string): Promise<void> {
  const handle = bank.attacker.client.workflow.getHandle(workflowId);
  const { digest } = await openGate(handle, "mend");
  const { grant } = loot.call;
  expect(digest).not.toBe(grant.digest);
  for (const { token, approver } of grant.votes) {
    const answer = { node_id: "mend", approver, token, decision: "approve" };
    await handle.signal("approve", answer);
    expect(await handle.executeUpdate("decide", { args: [answer] })).not.toBe("accepted");
  }
  const { gates } = (await handle.query("runView")) as RunView;
  expect(gates[0]).toMatchObject({ status: "open", votes: [] });
  expect(bank.acted()).toBe(0);
  await handle.terminate();
}

test("of a child of the attacker's are not looked at", async () => {
  const workflowId = `as-child-${++count}`;
  const args = ["runGraph", "autoops", [input, await forged()]];
  await bank.attacker.client.workflow.start("startOurs", { taskQueue: "attacker", workflowId, args });
  await beginsAnew(`${workflowId}.ours`);
});

test("of a schedule are not looked at", async () => {
  const scheduleId = `schedule-${++count}`;
  const schedule = await bank.attacker.client.schedule.create({
    scheduleId,
    spec: { intervals: [{ every: "1h" }] },
    action: {
      type: "startWorkflow",
      workflowType: "runGraph",
      taskQueue: "autoops",
      workflowId: scheduleId,
      args: [input, await forged()],
    },
  });
  await schedule.trigger();
  const taken = async () => (await schedule.describe()).info.recentActions[0]?.action.workflow.workflowId;
  await expect.poll(taken, { timeout: 30_000 }).toBeTruthy();
  await beginsAnew((await taken()) ?? "");
  await schedule.delete();
});

test("given to the ledger of writes are refused", async () => {
  const empty = {
    pauses: [],
    overrides: [],
    starts: { development: [], test: [], staging: [], production: [] },
    runs: [],
  };
  expect(await bank.attacker.continueInto("keepLedger", "autoops", [empty], `ledger-${++count}`)).toBe("state-refused");
});

test.each([[{}], [{ web: { rollout: { uid: "u", key: "u 1", revision: "1" } } }], ["x"], [null]])(
  "given to a watch over rollouts are refused: %j",
  async (state) => {
    const args = [{ hook: "none" }, state];
    expect(await bank.attacker.continueInto("watchRollouts", "autoops", args, `rollouts-${++count}`)).toBe(
      "state-refused",
    );
  },
);

const asAlert = {
  hook: "pager",
  key: { alertname: "BankDown" },
  settings: { debounceMs: 1_000, cooldownMs: 600_000 },
};
/** As if its run were on its way: a run of somebody else's. */
const following = () => ({
  ...newIncident(Date.now(), 0),
  phase: "running",
  run: { id: loot.workflowId, mode: "run", startedMs: 0 },
});

test.each<[string, () => unknown]>([
  ["that follows a run of another's", following],
  ["that starts at once", () => ({ ...newIncident(Date.now(), 0), phase: "starting", fires: 1 })],
  ["of an unknown phase", () => ({ ...newIncident(Date.now(), 0), phase: "__proto__" })],
  ["that is none", () => ({})],
  ["that is a text", () => "cooling"],
])("an incident %s is refused, and starts nothing", async (_, state) => {
  for (const seal of [[], ["f".repeat(64)], [{ seal: "x" }]]) {
    const workflowId = `alert-pager-${String(++count).padStart(24, "0")}`;
    const args = [asAlert, state(), ...seal];
    expect(await bank.attacker.continueInto("incident", "autoops", args, workflowId)).toBe("state-refused");
    const told = (await bank.lines()).filter(({ run, code }) => run === workflowId && code === "state-refused");
    expect(told).toHaveLength(1);
  }
  expect((await bank.lines()).filter(({ event }) => event === "incident-planned")).toEqual([]);
});

test.each([
  {},
  { hook: "pager" },
  { ...asAlert, settings: null },
  { ...asAlert, settings: { debounceMs: "1", cooldownMs: Number.NaN } },
  { ...asAlert, settings: { debounceMs: -1, cooldownMs: 1e300 } },
  { ...asAlert, key: ["a"] },
  { ...asAlert, key: { alertname: { deep: 1 } } },
  { ...asAlert, hook: "../x" },
  { ...asAlert, hook: "a".repeat(10_000) },
  { ...asAlert, asked: "all" },
])("an incident that is started with %j ends with a code, and does not wait for ever", async (given) => {
  const workflowId = `alert-pager-${String(++count).padStart(24, "0")}`;
  const ended = bank.attacker.client.workflow
    .execute("incident", { taskQueue: "autoops", workflowId, args: [given], workflowExecutionTimeout: "20s" })
    .then(
      () => "done",
      (error: { cause?: { type?: string } }) => error.cause?.type ?? "no code",
    );
  expect(await ended).toBe("field-invalid");
});

test("of rates hold back for as long as any service may ask, and no longer", async () => {
  const workflowId = `rates-${++count}`;
  const never = { dueMs: 9e15, heldUntilMs: 9e15 };
  const states = [
    { "shop.example": never, bad: null, worse: "x" },
    { hooks: { a: 9e15 }, deep: [[1]] },
  ];
  const options = { taskQueue: "attacker", workflowId, args: ["keepRates", "autoops", states] };
  await bank.attacker.client.workflow.start("continueInto", options);
  const handle = bank.attacker.client.workflow.getHandle(workflowId);
  const take = { rate: "shop.example", perMinute: 60, burst: 1, count: 1, maxWaitMs: 1_000 };
  const taken = () =>
    handle.executeUpdate<{ waitMs: number }, [object]>("take", { args: [take] }).catch(() => undefined);
  await expect.poll(async () => (await taken())?.waitMs, { timeout: 30_000 }).toBeLessThanOrEqual(RETRY_AFTER_MAX_MS);
  await handle.terminate();
});

test("are sealed, and orders kept, for nobody who asks from outside", async () => {
  const types = ["seal_state", "prove_state", "store_report", "verify_order"];
  const calls = types.map((type) => ({
    type,
    id: type,
    queue: "autoops",
    input: {},
  }));
  expect(await bank.attacker.run("attack", calls)).toEqual(types.map(() => "state-refused"));
});
