/**
 * The attack matrix once more, a sample of each kind: real runs through Temporal, sent by a plain client, on a worker
 * that holds public keys alone. What the matrix asserts of core and activities holds for the whole.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { publicFolderOf } from "../../src/platform/keys/key-file.js";
import { loadSigner, loadVerifier, type Signer, type Verifier } from "../../src/platform/signing.js";
import { ACTION_ATTACKS } from "../support/attacks/actions.js";
import { GRAPH_ATTACKS } from "../support/attacks/graphs.js";
import { GRAPH, NODE } from "../support/attacks/run.js";
import {
  judgedByTheBook,
  PEOPLE,
  policyOf,
  REQUESTER,
  type Scenario,
  scenarios,
  votesWanted,
} from "../support/attacks/scenario.js";
import { createTarget, type Target } from "../support/attacks/target.js";
import { genuine, type OpenGate, type Sent, type Situation, VOTE_ATTACKS } from "../support/attacks/votes.js";
import { createTestEnvironment } from "../support/temporal.js";
import { gateOf, workflowBundle } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
let folder: string;
let signer: Signer;
let stranger: Signer;
let verifier: Verifier;

beforeAll(async () => {
  environment = await createTestEnvironment();
  folder = mkdtempSync(join(tmpdir(), "autoops-attacks-"));
  signer = await signerIn("ours.json");
  stranger = await signerIn("stranger.json");
  const loaded = await loadVerifier(publicFolderOf(join(folder, "ours.json")));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  verifier = loaded.verifier;
  worker = await workerOn(QUEUE);
  polling = worker.run();
});
afterAll(async () => {
  worker?.shutdown();
  await polling;
  await environment?.teardown();
  rmSync(folder, { recursive: true, force: true });
});

async function signerIn(name: string): Promise<Signer> {
  const loaded = await loadSigner(join(folder, name));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.signer;
}

/** Something else that goes on for a while, so that decisions after the gate has closed find the run alive. */
const HOLDING = {
  ...GRAPH,
  nodes: [...GRAPH.nodes, { id: "hold", name: "hold", type: "wait", params: { seconds: 500 } }],
  edges: [...(GRAPH.edges ?? []), { from_node_id: "look", to_node_id: "hold" }],
};
let count = 0;
/** By workflow id: whom a run's activities belong to. */
const targets = new Map<string, Target>();
const QUEUE = `attacks-${process.pid}`;
let worker: Worker;
let polling: Promise<void>;

/** One worker for all runs; each run's activities are its own target's. */
async function workerOn(taskQueue: string, maxCachedWorkflows?: number): Promise<Worker> {
  const types = ["check_graph", "ask_approval", "verify_vote", "store_report", "reader", "rollback", "default"];
  const dispatch = (type: string) => {
    return async (...args: unknown[]): Promise<unknown> => {
      const { activityType, workflowExecution } = Context.current().info;
      const own = targets.get(workflowExecution?.workflowId ?? "")?.activities[type];
      if (own === undefined) throw new Error(`nobody expects ${activityType}`);
      return own(...args);
    };
  };
  return Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: Object.fromEntries(types.map((type) => [type, dispatch(type)])),
    ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
  });
}

async function stageOf(scenario: Scenario, taskQueue = QUEUE) {
  const policy = policyOf(scenario);
  policy.node_types.allowed = [...(policy.node_types.allowed ?? []), "wait"];
  const nowMs = await environment.currentTimeMs();
  const target = createTarget({ signer, verifier, policy, environment: scenario.environment, nowMs });
  const start = (...args: unknown[]): Promise<WorkflowHandle> => {
    const workflowId = `attacked-${++count}`;
    targets.set(workflowId, target);
    return environment.client.workflow.start("runGraph", { taskQueue, workflowId, args });
  };
  return { target, start };
}

async function gateIn(handle: WorkflowHandle, target: Target): Promise<OpenGate> {
  const gate = await gateOf(handle, NODE);
  const { runKey } = (await handle.query("runView")) as RunView;
  return { runKey, gate, target };
}

function picker(scenario: Scenario): Situation["pick"] {
  let state = scenario.seed + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const linesOf = (target: Target, event: string, node?: string) =>
  target.audit.entries.filter((entry) => entry.event === event && (node === undefined || entry.node === node));

/** One scenario a kind, the same in each test run. */
const scenarioFor = (index: number, suits: (scenario: Scenario) => boolean = () => true): Scenario =>
  fc.sample(scenarios.filter(suits), { numRuns: 1, seed: 20_261_122 + index })[0] as Scenario;

async function deliver(handle: WorkflowHandle, { answer, decision }: Sent, by: "update" | "signal") {
  if (by === "signal") return handle.signal(decision, answer);
  return handle.executeUpdate("decide", { args: [{ ...answer, decision }] });
}

const input = { graph: HOLDING, requester: REQUESTER.id };

interface Attacked {
  scenario: Scenario;
  target: Target;
  handle: WorkflowHandle;
  /** In the order in which they were sent. */
  all: Sent[];
}

/** Opens a gate, and sends what comes in time: honest decisions around those of the attack. */
async function attackedWith(
  attack: (on: Situation) => Promise<Sent[]>,
  scenario: Scenario,
  queue?: string,
): Promise<Attacked> {
  const { target, start } = await stageOf(scenario, queue);
  const [handle, other] = [await start(input), await start(input)];
  const attacked = await gateIn(handle, target);
  const situation = {
    attacked,
    other: await gateIn(other, target),
    scenario,
    signer,
    stranger,
    pick: picker(scenario),
  };
  await other.terminate("it was needed for its gate alone");
  const honest = await Promise.all(scenario.honest.map(({ person, signed }) => genuine(situation, person, { signed })));
  const sent = await attack(situation);
  const timely = [...honest.slice(0, 1), ...sent.filter(({ late }) => !late), ...honest.slice(1)];
  // An update is taken in before the next decision is sent; the last one goes as a signal.
  for (const [position, one] of timely.entries()) {
    await deliver(handle, one, position === timely.length - 1 ? "signal" : "update");
  }
  return { scenario, target, handle, all: [...timely, ...sent.filter(({ late }) => late)] };
}

async function judge({ scenario, target, handle, all }: Attacked): Promise<void> {
  await handle.result();
  const judged = judgedByTheBook(
    scenario,
    all.map(({ truth }) => truth),
  );
  expect(target.effects.size).toBe(judged.approved ? 1 : 0);
  expect(linesOf(target, "tool-called", NODE)).toHaveLength(target.effects.size);
  // The other run was terminated: it tells nothing.
  expect(linesOf(target, "signature-refused")).toHaveLength(all.filter(({ tokenRefused }) => tokenRefused).length);
  // One line a refusal: a token that does not hold has had its own.
  const plainly = judged.refused.filter((isRefused, index) => isRefused && !all[index]?.tokenRefused);
  expect(linesOf(target, "decision-refused")).toHaveLength(plainly.length);
}

describe("attacks by decisions", () => {
  const kinds = Object.entries(VOTE_ATTACKS).map(([name, attack], index) => ({ name, attack, index }));
  // One that comes late but was signed in time counts only until somebody notices the deadline: the matrix has it.
  const here = kinds.filter(({ name }) => name !== "late, but signed in time");

  test.each(here)("$name", { timeout: 60_000 }, async ({ attack, index }) => {
    const attacked = await attackedWith(attack, scenarioFor(index));
    const { target, handle, all } = attacked;
    const late = all.filter((one) => one.late);
    if (late.length > 0) {
      await environment.sleep("310s");
      target.nowMs = await environment.currentTimeMs();
      for (const one of late) await deliver(handle, one, "update");
    }
    await judge(attacked);
  });
});

describe("attacks by what is sent to the workflow", () => {
  const kinds = Object.entries(GRAPH_ATTACKS).map(([name, make], index) => ({ name, make, index }));

  test.each(kinds)("$name", { timeout: 60_000 }, async ({ make, index }) => {
    const scenario = scenarioFor(index);
    const { target, start } = await stageOf(scenario);
    const { graph, input: more = {} } = make(picker(scenario), scenario);
    const handle = await start({ graph, requester: REQUESTER.id, ...more });
    // Nobody votes: it is refused, or its gate expires.
    const ended = await handle.result().then(
      (report) => (report as Report).outcome,
      () => "refused",
    );
    expect(["refused", "expired", "succeeded"]).toContain(ended);
    if (ended === "refused") expect(linesOf(target, "graph-refused")).toHaveLength(1);
    if (ended === "succeeded") expect(linesOf(target, "run-started")[0]?.details).toEqual({ dry_run: true });
    expect(target.effects.size).toBe(0);
    expect(linesOf(target, "tool-called", NODE)).toEqual([]);
  });

  test("a state that was carried over, in the place where continue-as-new puts it", { timeout: 60_000 }, async () => {
    const { target, start } = await stageOf(scenarioFor(1));
    const verdict = { semantics: 1, signed: false, tools: { rollback: { effect: "read" } }, gates: {}, notices: [] };
    const state = { nodes: { look: { status: "succeeded" }, [NODE]: { status: "approved" } }, edges: {}, lineage: [] };
    const handle = await start({ graph: GRAPH, requester: REQUESTER.id }, { runKey: "mine", verdict, state });
    expect(((await handle.result()) as Report).outcome).toBe("expired");
    expect(target.effects.size).toBe(0);
  });
});

describe("what changed between the question and the action", () => {
  const kinds = Object.entries(ACTION_ATTACKS).filter(([name]) => name.startsWith("approvals of before"));

  test.each(kinds)("%s", { timeout: 60_000 }, async (_, { bend, refusedAs }) => {
    const scenario = scenarioFor(3);
    const { target, start } = await stageOf(scenario);
    const handle = await start({ graph: GRAPH, requester: REQUESTER.id });
    const attacked = await gateIn(handle, target);
    const situation = { attacked, other: attacked, scenario, signer, stranger, pick: picker(scenario) };
    // Changes the policy that the worker reads; the prepared call itself is the workflow's own here.
    await bend({} as never, situation as never);
    for (const person of [PEOPLE.ann, PEOPLE.bob, PEOPLE.cleo].slice(0, votesWanted(scenario))) {
      expect(await deliver(handle, await genuine(situation, person), "update")).toBe("accepted");
    }
    const report = (await handle.result()) as Report;
    expect(target.effects.size).toBe(0);
    const code = report.nodes.find(({ id }) => id === NODE)?.failure?.code;
    expect(refusedAs).toContain(code);
    expect(linesOf(target, "grant-refused")).toMatchObject([{ code, node: NODE }]);
  });
});

test("a worker lost between vote and act: another acts, once", { timeout: 120_000 }, async () => {
  const scenario = scenarioFor(4);
  const queue = `${QUEUE}-lost`;
  const { target, start } = await stageOf(scenario, queue);
  const first = await workerOn(queue, 0);
  const { handle, answers } = await first.runUntil(async () => {
    const handle = await start({ graph: GRAPH, requester: REQUESTER.id });
    const attacked = await gateIn(handle, target);
    const situation = { attacked, other: attacked, scenario, signer, stranger, pick: picker(scenario) };
    const people = [PEOPLE.ann, PEOPLE.bob, PEOPLE.cleo].slice(0, votesWanted(scenario));
    return { handle, answers: await Promise.all(people.map((person) => genuine(situation, person))) };
  });
  // No worker takes them in, and each is delivered twice.
  for (const one of [...answers, ...answers]) await deliver(handle, one, "signal");
  const second = await workerOn(queue, 0);
  const report = await second.runUntil(async () => (await handle.result()) as Report);
  expect(report.outcome).toBe("succeeded");
  expect(target.effects.size).toBe(1);
});
