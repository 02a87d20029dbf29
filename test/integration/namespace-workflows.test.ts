/**
 * An attacker with full write access to the Temporal namespace resets, ends and begins anew every workflow of ours that
 * an approved action came from. What the bank was asked for stays what two people signed, once. The ledger of writes:
 * `writes.test.ts`.
 */
import type { WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { IncidentView } from "../../src/core/incident/incident.js";
import type { RunView } from "../../src/core/report/view.js";
import * as workflows from "../../src/workflows/index.js";
import { type Bank, bankGraph, createBank } from "../support/attacker/bank.js";
import { openGate } from "../support/machine.js";

let bank: Bank;
beforeAll(async () => {
  bank = await createBank();
}, 600_000);
afterAll(() => bank?.stop());

let count = 0;
const goal = {
  goal: "mend the bank, it answers 500",
  ...{ playbook: "mend-the-bank", planner: "playbook", remedy: true, params: { target: "bank" } },
};
const alert = { id: "a", name: "BankDown", says: "it answers 500", labels: {}, status: "firing" };
const asAlert = { hook: "pager", key: { alertname: "BankDown" }, settings: { debounceMs: 100, cooldownMs: 60_000 } };

interface Origin {
  args: unknown[];
  signal?: { signal: string; signalArgs: unknown[] };
  /** The run that comes of it. */
  runOf(workflowId: string): string | Promise<string>;
}
const child = (workflowId: string): string => `${workflowId}.run`;
const runOfIncident = async (workflowId: string): Promise<string> => {
  const handle = bank.attacker.client.workflow.getHandle(workflowId);
  const asked = () => handle.query<IncidentView>("incidentView").catch(() => undefined);
  await expect.poll(async () => (await asked())?.run?.id, { timeout: 30_000 }).toBeTruthy();
  return (await asked())?.run?.id ?? "";
};

const ORIGINS: Record<string, Origin & { type: keyof typeof workflows }> = {
  "a run": { type: "runGraph", args: [{ graph: bankGraph(), requester: "rita" }], runOf: (id) => id },
  "a goal": { type: "runGoal", args: [{ ...goal, requester: "rita" }], runOf: child },
  "a schedule's graph": {
    type: "runScheduled",
    args: [{ graph: bankGraph(), requester: "rita", pauses: true }],
    runOf: child,
  },
  "a schedule's goal": { type: "runScheduled", args: [{ goal, requester: "rita" }], runOf: child },
  "an incident": {
    type: "incident",
    args: [asAlert],
    signal: { signal: "alerts", signalArgs: [[alert]] },
    runOf: runOfIncident,
  },
};

const handleOf = (workflowId: string): WorkflowHandle => bank.attacker.client.workflow.getHandle(workflowId);

function begin({ type, args, signal }: (typeof ORIGINS)[string], workflowId: string): Promise<unknown> {
  const { workflow } = bank.attacker.client;
  const options = { taskQueue: "autoops", workflowId, args, workflowIdReusePolicy: "ALLOW_DUPLICATE" as const };
  return signal === undefined
    ? workflow.start(type, options)
    : workflow.signalWithStart(type, { ...options, ...signal });
}

type Where = "first" | "last";
async function reset(workflowId: string, where: Where): Promise<void> {
  const handle = handleOf(workflowId);
  const { runId } = await handle.describe();
  const tasks = ((await handle.fetchHistory()).events ?? []).filter(
    (event) => event.workflowTaskCompletedEventAttributes,
  );
  await bank.attacker.client.workflowService.resetWorkflowExecution({
    namespace: bank.server.namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: tasks.at(where === "first" ? 0 : -1)?.eventId,
    requestId: `reset-${++count}`,
    reason: "by the attacker",
  });
}

const end = async (workflowId: string): Promise<void> => {
  await handleOf(workflowId)
    .terminate("by the attacker")
    .catch(() => undefined);
};

/** Every vote that was ever signed, sent to whatever asks now; none counts, and nothing happens. */
async function asksAnew(runId: string, spent: ReadonlyMap<string, string>): Promise<void> {
  const handle = handleOf(runId);
  // One that was ended still answers, with what it asked then.
  const status = () => handle.describe().then(({ status }) => status.name);
  await expect.poll(status, { timeout: 30_000 }).toBe("RUNNING");
  const { digest } = await openGate(handle, "mend");
  expect([...spent.values()]).not.toContain(digest);
  for (const token of spent.keys()) await handle.signal("approve", { node_id: "mend", approver: "x", token });
  const last = { node_id: "mend", approver: "x", token: [...spent.keys()][0], decision: "approve" };
  expect(await handle.executeUpdate("decide", { args: [last] })).not.toBe("accepted");
  const { gates } = (await handle.query("runView")) as RunView;
  expect(gates.filter(({ status }) => status !== "open")).toEqual([]);
  expect(gates.flatMap(({ votes }) => votes)).toEqual([]);
}

test.each(Object.entries(ORIGINS))(
  "what came of %s is done once, whoever resets, ends or begins it anew",
  async (_, origin) => {
    const workflowId =
      origin.type === "incident" ? `alert-pager-${String(++count).padStart(24, "0")}` : `origin-${++count}`;
    const before = bank.acted();
    const spent = new Map<string, string>();
    await begin(origin, workflowId);
    const first = await origin.runOf(workflowId);
    const { tokens, gate } = await bank.approvals(handleOf(first), ["ann", "bob"]);
    for (const token of tokens) spent.set(token, gate.digest ?? "");
    await bank.approve(handleOf(first));
    await handleOf(first).result();
    expect(bank.acted()).toBe(before + 1);

    const attacks: Array<() => Promise<unknown>> = [
      () => reset(workflowId, "first"),
      () =>
        end(workflowId)
          .then(() => end(first))
          .then(() => begin(origin, workflowId)),
      () => reset(first, "first"),
    ];
    for (const attack of attacks) {
      await attack();
      const runId = attack === attacks[2] ? first : await origin.runOf(workflowId);
      await asksAnew(runId, spent);
      // What two people sign for the new question is lost with its run.
      for (const token of (await bank.approvals(handleOf(runId), ["ann", "bob"])).tokens) spent.set(token, "");
      await end(runId);
    }
    // After its effect nothing is done, or asked, again.
    await end(workflowId);
    expect(bank.acted()).toBe(before + 1);
  },
  120_000,
);

const ONLY_THINKS: Partial<Record<keyof typeof workflows, unknown[]>> = {
  planGoal: [{ ...goal, requester: "rita" }],
  narrateFindings: ["ours-1", []],
  keepRates: [],
  watchRollouts: [{ hook: "none" }],
};

test.each(Object.entries(ONLY_THINKS))(
  "%s acts on nothing, reset, ended or begun anew",
  async (type, args) => {
    const workflowId = `thinks-${++count}`;
    const before = bank.acted();
    const options = { taskQueue: "autoops", workflowId, args, workflowIdReusePolicy: "ALLOW_DUPLICATE" as const };
    const seen = async () =>
      ((await handleOf(workflowId).fetchHistory()).events ?? []).some(
        (event) => event.workflowTaskCompletedEventAttributes,
      );
    for (const where of ["first", "last"] as const) {
      await bank.attacker.client.workflow.start(type, options);
      await expect.poll(seen, { timeout: 30_000 }).toBe(true);
      await reset(workflowId, where);
      await expect.poll(seen, { timeout: 30_000 }).toBe(true);
      await end(workflowId);
    }
    expect(bank.acted()).toBe(before);
  },
  60_000,
);

test("every workflow of ours is among them", () => {
  const tried = [...Object.values(ORIGINS).map(({ type }) => type), ...Object.keys(ONLY_THINKS), "keepLedger"];
  expect(Object.keys(workflows).filter((type) => !tried.includes(type))).toEqual([]);
});
