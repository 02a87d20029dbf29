/**
 * An attacker with full write access to the Temporal namespace against a real worker: nothing in production happens
 * but what the signing keys approved, once. `ATTACKS=full` runs a thousand generated cases, else there is a sample.
 */
import { join } from "node:path";
import type { WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadLocal } from "../../src/app/local.js";
import { createRuns } from "../../src/client/runs.js";
import { checkedGraph } from "../../src/core/check/checked-graph.js";
import { checkAgainst } from "../../src/core/check.js";
import type { RunView } from "../../src/core/report/view.js";
import { begin } from "../../src/core/run/apply.js";
import { createRun } from "../../src/core/run/run.js";
import { digestOf } from "../../src/platform/digest.js";
import { loadSigner, type Signer } from "../../src/platform/signing.js";
import type { AuditRecord } from "../../src/schema/audit.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { type Attacker, createAttacker, type Loot } from "../support/attacker/attacker.js";
import { readAudit } from "../support/attacker/audit.js";
import { attemptOf } from "../support/attacker/cases.js";
import { actWithin } from "../support/attacker/raw-worker.js";
import { createMachine, type Machine, openGate, type Service, startService, viewWhen } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const IS_FULL = process.env.ATTACKS === "full";
const CASES = IS_FULL ? 1_000 : 48;
const AT_ONCE = 6;

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let attacker: Attacker;
let signer: Signer;
let loots: Loot[];

const graphFor = (more: GraphInput["nodes"] = []): GraphInput => ({
  id: "roll-back",
  name: "roll the bank back",
  goal_description: "the bank answers 500",
  nodes: [
    { id: "mend", name: "roll back", type: "rollback", tool: "rollback", params: { target: "bank", version: "1.0" } },
    ...more,
  ],
  edges: more.map(({ id }) => ({ from_node_id: "mend", to_node_id: id })),
});
const HOLD: GraphInput["nodes"] = [{ id: "hold", name: "hold", type: "human_review", params: { prompt: "go on?" } }];

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  // With no idempotency of its own: what is asked of it twice, it does twice. No environment is production.
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  const target = { kind: "http", actions: { rollback } };
  machine.config({ targets: { bank: target, vault: target } });
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["rollback"] },
    node_types: { allowed: ["rollback", "human_review"] },
    approval: { rules: [{ name: "prod", match: { node_types: ["rollback"] }, required: 2, forbid_requester: true }] },
  });
  worker = await machine.startWorker();
  const loaded = await loadSigner(join(machine.home, "approval-key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  signer = loaded.signer;
  attacker = await createAttacker(server.connection, server.address, server.namespace);
  loots = [await spent(), await spent(HOLD), await unspent(), await halfApproved()];
}, 600_000);
afterAll(async () => {
  await attacker?.stop();
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});

let count = 0;
function start(more: GraphInput["nodes"] = []): Promise<WorkflowHandle> {
  const workflowId = `ours-${++count}`;
  const args = [{ graph: graphFor(more), requester: "rita" }];
  return attacker.client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args });
}

async function approvals(handle: WorkflowHandle, people: string[]) {
  const gate = await openGate(handle, "mend");
  const { runKey } = (await handle.query("runView")) as RunView;
  const claims = { v: 2 as const, runKey, nodeId: "mend", digest: gate.digest ?? "", decision: "approve" as const };
  const signed = people.map((subject) => signer.sign({ ...claims, subject, groups: [], channel: "test" }, Date.now()));
  return { gate, runKey, tokens: (await Promise.all(signed)).map(({ token }) => token) };
}

/** A run that two people approved, and that acted. */
async function spent(more: GraphInput["nodes"] = []): Promise<Loot> {
  const handle = await start(more);
  const { tokens } = await approvals(handle, ["ann", "bob"]);
  for (const token of tokens) await handle.signal("approve", { node_id: "mend", approver: "x", token });
  await viewWhen(handle, ({ nodes }) => nodes[0]?.status === "succeeded");
  if (more.length === 0) await handle.result();
  return attacker.steal(handle.workflowId, "mend");
}

/** What a run would have called, with the votes that an attacker has seen. */
async function lootOf(handle: WorkflowHandle, people: string[]): Promise<Loot> {
  const { gate, runKey, tokens } = await approvals(handle, people);
  const { question, params, digest = "" } = gate;
  if (question === undefined) throw new Error("the gate shows no question");
  const votes = tokens.map((token, index) => ({ approver: `p${index}`, token, atMs: Date.now() }));
  const call = { params, requester: "rita", runKey, retries: 0, grant: { digest, question, votes } };
  return { workflowId: handle.workflowId, runId: runKey, node: "mend", type: "rollback", call };
}

/** Two genuine approvals that were never used: the run was terminated before they reached it. */
async function unspent(): Promise<Loot> {
  const handle = await start();
  const loot = await lootOf(handle, ["ann", "bob"]);
  await handle.terminate("by the attacker");
  return loot;
}

/** One of the two approvals that are wanted, in a run that is open. */
async function halfApproved(): Promise<Loot> {
  const handle = await start();
  const loot = await lootOf(handle, ["ann"]);
  for (const { token } of loot.call.grant.votes)
    await handle.signal("approve", { node_id: "mend", approver: "x", token });
  return loot;
}

async function isPending(handle: WorkflowHandle): Promise<boolean> {
  return ((await handle.describe()).raw.pendingActivities ?? []).length > 0;
}

const acted = () => service.writes().length;
const lines = (): Promise<AuditRecord[]> => readAudit(machine.home);
const refusals = async () =>
  (await lines()).filter(({ event, code }) => event === "node-finished" && code !== undefined);

test("what two people signed was done once each", async () => {
  expect(acted()).toBe(2);
  const called = (await lines()).filter(({ event }) => event === "tool-called");
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
    const run = () => attacker.run(attempt.type, attempt.calls, id);
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
    `attacks: ${CASES} cases of ${kinds.size} kinds, ${done.length} let pass, ${acted() - 2} effects, ${told} lines\n`,
  );
  expect(done).toEqual([]);
  expect(acted()).toBe(2);
  expect(told).toBe(CASES);
});

describe("forged states", () => {
  /** As if the gate of `mend` had been approved. */
  async function forged() {
    const local = await loadLocal(machine.variables);
    const parsed = parseGraph(graphFor());
    if (!local.ok || !parsed.ok) throw new Error("the test's own files are wrong");
    const context = { policy: local.policy, policyDigest: "", catalogue: local.registry, checkUrl: () => undefined };
    const checked = checkAgainst(parsed.graph, context);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const run = createRun(checkedGraph(parsed.graph, checked.verdict), Date.now(), "rita");
    begin(run, Date.now());
    const loot = loots[2] as Loot;
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
  const input = { graph: graphFor(), requester: "rita" };

  test.each([undefined, "", "f".repeat(64)])(
    "continued into runGraph with the seal %j are refused, and nothing runs",
    async (seal) => {
      const carried = { ...(await forged()), ...(seal === undefined ? {} : { seal }) };
      expect(await attacker.continueInto("runGraph", "autoops", [input, carried], `forged-${++count}`)).toBe(
        "state-refused",
      );
      expect(acted()).toBe(2);
      const told = (await lines()).filter(({ run, code }) => run === `forged-${count}` && code === "state-refused");
      expect(told).toHaveLength(1);
    },
  );

  test("handed over by cron are refused", async () => {
    const workflowId = `cron-${++count}`;
    const args = [{ ...input, dry_run: true }, await forged()];
    await attacker.client.workflow.start("runGraph", {
      taskQueue: "autoops",
      workflowId,
      args,
      cronSchedule: "@every 1s",
    });
    const told = async () => (await lines()).filter(({ run, code }) => run === workflowId && code === "state-refused");
    await expect.poll(async () => (await told()).length, { timeout: 30_000 }).toBeGreaterThan(0);
    await attacker.client.workflow.getHandle(workflowId).terminate();
    expect(acted()).toBe(2);
  });

  /** A state that no earlier execution handed over is not looked at: the run begins anew, and old votes count for nothing in it. */
  async function beginsAnew(workflowId: string): Promise<void> {
    const handle = attacker.client.workflow.getHandle(workflowId);
    const { digest } = await openGate(handle, "mend");
    const { grant } = (loots[2] as Loot).call;
    expect(digest).not.toBe(grant.digest);
    for (const { token, approver } of grant.votes) {
      const answer = { node_id: "mend", approver, token, decision: "approve" };
      await handle.signal("approve", answer);
      expect(await handle.executeUpdate("decide", { args: [answer] })).not.toBe("accepted");
    }
    const { gates } = (await handle.query("runView")) as RunView;
    expect(gates[0]).toMatchObject({ status: "open", votes: [] });
    expect(acted()).toBe(2);
    await handle.terminate();
  }

  test("of a child of the attacker's are not looked at", async () => {
    const workflowId = `as-child-${++count}`;
    const args = ["runGraph", "autoops", [input, await forged()]];
    await attacker.client.workflow.start("startOurs", { taskQueue: "attacker", workflowId, args });
    await beginsAnew(`${workflowId}.ours`);
  });

  test("of a schedule are not looked at", async () => {
    const scheduleId = `schedule-${++count}`;
    const schedule = await attacker.client.schedule.create({
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
    expect(await attacker.continueInto("keepLedger", "autoops", [empty], `ledger-${++count}`)).toBe("state-refused");
  });

  test("are sealed for nobody who asks from outside", async () => {
    const calls = ["seal_state", "prove_state", "store_report"].map((type) => ({
      type,
      id: type,
      queue: "autoops",
      input: {},
    }));
    expect(await attacker.run("attack", calls)).toEqual(["state-refused", "state-refused", "state-refused"]);
  });
});

describe("other ways to start an activity", () => {
  test("as a Nexus operation on our queue: nobody answers, and nothing happens", async () => {
    const { operatorService } = server.connection;
    const name = `ours-${++count}`;
    const target = { worker: { namespace: server.namespace, taskQueue: "autoops" } };
    await operatorService.createNexusEndpoint({ spec: { name, target } });
    for (const loot of loots) {
      const args = [name, { type: loot.type, input: loot.call }];
      const options = { taskQueue: "attacker", workflowId: `nexus-${++count}`, args };
      expect(await attacker.client.workflow.execute("viaNexus", options)).toBe("NexusOperationFailure");
    }
    expect(acted()).toBe(2);
  }, 60_000);

  test("by itself, where the server has activities without a workflow", async ({ skip }) => {
    const payloads = [{ metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from("{}") }];
    const ended: string[] = [];
    for (const { type, call } of loots) {
      const [payload] = payloads;
      const started = await server.connection.workflowService
        .startActivityExecution({
          namespace: server.namespace,
          activityId: "mend",
          activityType: { name: type },
          taskQueue: { name: "autoops" },
          input: { payloads: [{ ...payload, data: Buffer.from(JSON.stringify(call)) }] },
          startToCloseTimeout: { seconds: 20 as never },
          retryPolicy: { maximumAttempts: 1 },
          requestId: `alone-${++count}`,
        })
        .catch((error: { code?: number; message: string }) => error);
      const UNIMPLEMENTED = 12;
      if ("code" in started && started.code === UNIMPLEMENTED) skip("this server has no activities without a workflow");
      if ("message" in started) throw started;
      const request = { namespace: server.namespace, activityId: "mend", runId: started.runId, includeOutcome: true };
      const outcome = async () =>
        (await server.connection.workflowService.describeActivityExecution(request)).outcome?.failure;
      await expect.poll(outcome, { timeout: 30_000 }).toBeTruthy();
      ended.push((await outcome())?.applicationFailureInfo?.type ?? "failed");
    }
    expect(ended).not.toContain("done");
    expect(acted()).toBe(2);
  });
});

test("a worker of the attacker's on our queue, within the very run that was approved, lets the approved action happen once", async () => {
  const handle = await start();
  const loot = await lootOf(handle, ["ann", "bob"]);
  await worker.stop();
  for (const { token } of loot.call.grant.votes)
    await handle.signal("approve", { node_id: "mend", approver: "x", token });
  const { runId, call, type } = loot;
  const within = (more: Partial<Loot["call"]>, from: "autoops" | "sticky" = "sticky", id = "mend") =>
    actWithin(attacker.client, server.namespace, { runId, from }, { type, id, input: { ...call, ...more } });
  const params = { ...call.params, version: "6.6.6" };
  const first = within({ params }, "autoops");
  // Ours comes back once the attacker has taken the task: nobody else polls until then.
  await expect.poll(() => isPending(handle), { timeout: 30_000 }).toBe(true);
  worker = await machine.startWorker();
  expect(await first).toBe("grant-invalid");
  expect(acted()).toBe(2);
  expect(await within({})).toBe("done");
  expect(acted()).toBe(3);
  for (const id of ["mend", "mend", "again", "mend.undo"]) {
    expect(await within({}, "sticky", id)).toBe(id === "mend" ? "approval-used" : "grant-invalid");
  }
  expect(acted()).toBe(3);
  await handle.terminate();
}, 90_000);

test("a run that is reset after it acted asks again, and the approvals of before do nothing", async () => {
  const { workflowId } = loots[1] as Loot;
  const handle = attacker.client.workflow.getHandle(workflowId);
  const history = await handle.fetchHistory();
  const first = history.events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await attacker.client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId, runId: (loots[1] as Loot).runId },
    reason: "by the attacker",
    requestId: `reset-${Date.now()}`,
    workflowTaskFinishEventId: first?.eventId,
  });
  const { digest } = await openGate(attacker.client.workflow.getHandle(workflowId), "mend");
  expect(digest).not.toBe((loots[1] as Loot).call.grant.digest);
  expect(acted()).toBe(3);
});

test("a forged view is shown without a digest, and nothing is signed for it", async () => {
  const loot = loots[3] as Loot;
  const honest = (await attacker.client.workflow.getHandle(loot.workflowId).query("runView")) as RunView;
  const view = {
    ...honest,
    gates: honest.gates.map((gate) => ({
      ...gate,
      environment: "staging",
      params: { target: "bank", version: "harmless" },
    })),
  };
  const workflowId = `liar-${++count}`;
  const lying = await attacker.client.workflow.start("runGraph", {
    taskQueue: "attacker",
    workflowId,
    args: [{ view }],
  });
  const { client } = attacker;
  const runs = createRuns({ client, namespace: server.namespace, signer, idTail: () => "aaaaaaaaaa", now: Date.now });
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
    await attacker.client.workflow
      .getHandle(workflowId)
      .terminate("by the attacker")
      .catch(() => undefined);
  }
  for (const id of ["autoops-ledger", "autoops-rates"]) {
    await attacker.client.workflow
      .getHandle(id)
      .terminate("by the attacker")
      .catch(() => undefined);
  }
  // Nor does anything remember less without them.
  for (const { type, workflowId, call } of loots) {
    const calls = [{ type, id: "mend", queue: "autoops", input: call }];
    for (const [as, id] of [["attack"], ["parent"], ["runGraph", workflowId]] as const) {
      expect(await attacker.run(as, calls, id), `${workflowId} as ${as}`).toEqual(["grant-invalid"]);
    }
  }
  expect(acted()).toBe(3);
});
