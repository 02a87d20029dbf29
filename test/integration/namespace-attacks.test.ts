/**
 * An attacker with full write access to the Temporal namespace against a real worker: nothing in production happens
 * but what the signing keys approved, once. `ATTACKS=full` runs a thousand generated cases, else there is a sample.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRuns } from "../../src/client/runs.js";
import type { RunView } from "../../src/core/report/view.js";
import { digestOf } from "../../src/platform/digest.js";
import { actAlone } from "../support/attacker/alone.js";
import type { Loot } from "../support/attacker/attacker.js";
import { type Bank, createBank, HOLD } from "../support/attacker/bank.js";
import { attemptOf } from "../support/attacker/cases.js";
import { actWithin } from "../support/attacker/raw-worker.js";
import { openGate } from "../support/machine.js";

const IS_FULL = process.env.ATTACKS === "full";
const CASES = IS_FULL ? 1_000 : 48;
const AT_ONCE = 6;

let bank: Bank;
let loots: Loot[];

beforeAll(async () => {
  bank = await createBank();
  loots = [await spent(), await spent(HOLD), await unspent(), await halfApproved()];
}, 600_000);
afterAll(() => bank?.stop());

let count = 0;

/** A run that two people approved, and that acted. */
async function spent(more: typeof HOLD = []): Promise<Loot> {
  const handle = await bank.start(more);
  await bank.approve(handle);
  if (more.length === 0) await handle.result();
  return bank.attacker.steal(handle.workflowId, "mend");
}

/** Two genuine approvals that were never used: the run was terminated before they reached it. */
async function unspent(): Promise<Loot> {
  const handle = await bank.start();
  const loot = await bank.lootOf(handle, ["ann", "bob"]);
  await handle.terminate("by the attacker");
  return loot;
}

/** One of the two approvals that are wanted, in a run that is open. */
async function halfApproved(): Promise<Loot> {
  const handle = await bank.start();
  const loot = await bank.lootOf(handle, ["ann"]);
  for (const { token } of loot.call.grant.votes)
    await handle.signal("approve", { node_id: "mend", approver: "x", token });
  return loot;
}

const refusals = async () =>
  (await bank.lines()).filter(({ event, code }) => event === "node-finished" && code !== undefined);

test("what two people signed was done once each", async () => {
  expect(bank.acted()).toBe(2);
  const called = (await bank.lines()).filter(({ event }) => event === "tool-called");
  // Which of two votes is verified first is left open.
  expect(called.map(({ details }) => [...((details?.approvers ?? []) as string[])].sort())).toEqual([
    ["ann", "bob"],
    ["ann", "bob"],
  ]);
});

test(`${CASES} generated attacks by activities: no effect, and one line for each refusal`, {
  timeout: IS_FULL ? 1_800_000 : 120_000,
}, async () => {
  let state = Number(process.env.ATTACK_SEED ?? 20_261_129);
  const pick = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const before = (await refusals()).length;
  const done: string[] = [];
  const kinds = new Set<string>();
  // One that takes over an id must wait until the one before has ended.
  const takeovers = new Map<string, Promise<unknown>>();
  const one = async (): Promise<void> => {
    const loot = loots[pick(loots.length)] as Loot;
    const { kind, attempt } = attemptOf(loot, pick);
    const isEnded = loot === loots[0] || loot === loots[2];
    const id = attempt.takesId && isEnded ? loot.workflowId : undefined;
    const run = () => bank.attacker.run(attempt.type, attempt.calls, id);
    const ended = id === undefined ? run() : (takeovers.get(id) ?? Promise.resolve()).then(run);
    if (id !== undefined)
      takeovers.set(
        id,
        ended.catch(() => undefined),
      );
    for (const end of await ended) if (end === "done") done.push(kind);
    kinds.add(kind);
  };
  let left = CASES;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const told = (await refusals()).length - before;
  process.stdout.write(
    `attacks: ${CASES} cases of ${kinds.size} kinds, ${done.length} let pass, ${bank.acted() - 2} effects, ${told} lines\n`,
  );
  expect(done).toEqual([]);
  expect(bank.acted()).toBe(2);
  expect(told).toBe(CASES);
});

describe("other ways to start an activity", () => {
  test("as a Nexus operation on our queue: nobody answers, and nothing happens", async () => {
    const { operatorService } = bank.server.connection;
    const name = `ours-${++count}`;
    const target = { worker: { namespace: bank.server.namespace, taskQueue: "autoops" } };
    await operatorService.createNexusEndpoint({ spec: { name, target } });
    for (const loot of loots) {
      const args = [name, { type: loot.type, input: loot.call }];
      const options = { taskQueue: "attacker", workflowId: `nexus-${++count}`, args };
      expect(await bank.attacker.client.workflow.execute("viaNexus", options)).toBe("NexusOperationFailure");
    }
    expect(bank.acted()).toBe(2);
  }, 60_000);

  test("by itself, where the server has activities without a workflow", async ({ skip }) => {
    for (const { type, call } of loots) {
      const ended = await actAlone(bank.server.connection, bank.server.namespace, { type, id: "mend", input: call });
      // `test/services/standalone-activities.test.ts` tries it on a newer server.
      if (ended === "unknown-here") skip("this server has no activities without a workflow");
      expect(ended).toBe("grant-invalid");
    }
    expect(bank.acted()).toBe(2);
  });
});

test("a worker of the attacker's on our queue, within the very run that was approved, lets the approved action happen once", async () => {
  const handle = await bank.start();
  const loot = await bank.lootOf(handle, ["ann", "bob"]);
  await bank.worker.stop();
  for (const { token } of loot.call.grant.votes)
    await handle.signal("approve", { node_id: "mend", approver: "x", token });
  const { runId, call, type } = loot;
  const within = (more: Partial<Loot["call"]>, from: "autoops" | "sticky" = "sticky", id = "mend") =>
    actWithin(bank.attacker.client, bank.server.namespace, { runId, from }, { type, id, input: { ...call, ...more } });
  const params = { ...call.params, version: "6.6.6" };
  const first = within({ params }, "autoops");
  // Ours comes back once the attacker has taken the task: nobody else polls until then.
  await expect.poll(async () => (await handle.describe()).raw.pendingActivities?.length, { timeout: 30_000 }).toBe(1);
  bank.worker = await bank.machine.startWorker();
  expect(await first).toBe("grant-invalid");
  expect(bank.acted()).toBe(2);
  expect(await within({})).toBe("done");
  expect(bank.acted()).toBe(3);
  for (const id of ["mend", "mend", "again", "mend.undo"]) {
    expect(await within({}, "sticky", id)).toBe(id === "mend" ? "approval-used" : "grant-invalid");
  }
  expect(bank.acted()).toBe(3);
  await handle.terminate();
}, 90_000);

test("a run that is reset after it acted asks again, and the approvals of before do nothing", async () => {
  const { workflowId } = loots[1] as Loot;
  const handle = bank.attacker.client.workflow.getHandle(workflowId);
  const history = await handle.fetchHistory();
  const first = history.events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await bank.attacker.client.workflowService.resetWorkflowExecution({
    namespace: bank.server.namespace,
    workflowExecution: { workflowId, runId: (loots[1] as Loot).runId },
    reason: "by the attacker",
    requestId: `reset-${Date.now()}`,
    workflowTaskFinishEventId: first?.eventId,
  });
  const { digest } = await openGate(bank.attacker.client.workflow.getHandle(workflowId), "mend");
  expect(digest).not.toBe((loots[1] as Loot).call.grant.digest);
  expect(bank.acted()).toBe(3);
});

test("a forged view is shown without a digest, and nothing is signed for it", async () => {
  const loot = loots[3] as Loot;
  const honest = (await bank.attacker.client.workflow.getHandle(loot.workflowId).query("runView")) as RunView;
  const view = {
    ...honest,
    gates: honest.gates.map((gate) => ({
      ...gate,
      environment: "staging",
      params: { target: "bank", version: "harmless" },
    })),
  };
  const workflowId = `liar-${++count}`;
  const lying = await bank.attacker.client.workflow.start("runGraph", {
    taskQueue: "attacker",
    workflowId,
    args: [{ view }],
  });
  const { client } = bank.attacker;
  const runs = createRuns({
    client,
    namespace: bank.server.namespace,
    signer: bank.signer,
    idTail: () => "aaaaaaaaaa",
    now: Date.now,
  });
  const seen = await runs.view(workflowId);
  if (!seen.ok) throw new Error(JSON.stringify(seen.problems));
  expect(seen.value.view.gates.filter((gate) => gate.digest !== undefined)).toEqual([]);
  expect(seen.value.view.problems.map(({ code }) => code)).toContain("question-forged");
  const wish = { runId: workflowId, node: "mend", decision: "approve" as const, approver: "bob", channel: "test" };
  await runs.decide({ ...wish, digest: digestOf(loot.call.grant.question) });
  const { events = [] } = await lying.fetchHistory();
  expect(JSON.stringify(events)).not.toContain("token");
  await lying.terminate();
});

test("ending our workflows denies service and lets nothing happen", async () => {
  for (const { workflowId } of loots.slice(1)) {
    await bank.attacker.client.workflow
      .getHandle(workflowId)
      .terminate("by the attacker")
      .catch(() => undefined);
  }
  for (const id of ["autoops-ledger", "autoops-rates"]) {
    await bank.attacker.client.workflow
      .getHandle(id)
      .terminate("by the attacker")
      .catch(() => undefined);
  }
  // Nor does anything remember less without them.
  for (const { type, workflowId, call } of loots) {
    const calls = [{ type, id: "mend", queue: "autoops", input: call }];
    for (const [as, id] of [["attack"], ["parent"], ["runGraph", workflowId]] as const) {
      expect(await bank.attacker.run(as, calls, id), `${workflowId} as ${as}`).toEqual(["grant-invalid"]);
    }
  }
  expect(bank.acted()).toBe(3);
});
