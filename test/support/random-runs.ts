/** Plays drawn graphs with the real interpreter on the time-skipping server: tools, gates and cancels as drawn. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { Client, type WorkflowHandle } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import type { AskCall, AskResult, ToolCall } from "../../src/activities/contract.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import type { DecisionResult } from "../../src/core/run/state.js";
import type { Json } from "../../src/schema/json.js";
import { openPolicy } from "./graphs.js";
import type { Drawn } from "./random-graphs.js";
import { quietRuntime } from "./temporal.js";
import { answerOf, type Staged, stage, workflowBundle } from "./workflows.js";

export interface Played {
  drawn: Drawn;
  /** As its worker shows it at the end. */
  view: RunView;
  report: Report;
  events: temporal.api.history.v1.IHistoryEvent[];
  /** Ids of nodes whose tool was called, each time. */
  calls: string[];
  /** What each call of a tool was given. */
  given: Map<string, ToolCall>;
  mostAtOnce: number;
  wasCancelled: boolean;
}

export interface Theatre {
  /** Plays them beside each other, each until its end. */
  play(drawn: Drawn[]): Promise<Played[]>;
  close(): Promise<void>;
}

interface Scene {
  id: string;
  drawn: Drawn;
  staged: Staged;
  given: Map<string, ToolCall>;
  running: number;
  mostAtOnce: number;
  /** Digests of the gates that were asked about, by node. */
  asked: Map<string, string>;
  answered: Set<string>;
  /** What it had come to, and for how many rounds it has stood there. */
  seen: string;
  still: number;
  wasCancelled: boolean;
}

const QUEUE = "drawn";
/** Longer than the time-out of a gate. */
const PAST_THE_DEADLINE = "301 seconds";
/** Rounds of 25 ms. */
const STILL_ROUNDS = 20;
const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

export async function openTheatre(environment: TestWorkflowEnvironment): Promise<Theatre> {
  quietRuntime();
  const scenes = new Map<string, Scene>();
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace,
    taskQueue: QUEUE,
    workflowBundle: await workflowBundle(),
    activities: activitiesOf(scenes),
  });
  const running = worker.run();
  // The environment's own client lets time skip whenever a result is awaited, for all of them.
  const client = new Client({ connection: environment.connection, namespace: environment.namespace });
  let count = 0;

  async function play(drawn: Drawn[]): Promise<Played[]> {
    const cast = drawn.map((one) => sceneOf(`drawn-${count++}`, one));
    for (const scene of cast) scenes.set(scene.id, scene);
    const handles = await Promise.all(
      cast.map(({ id, drawn: { graph } }) => {
        const args = [{ graph, requester: "rita" }];
        return client.workflow.start("runGraph", { taskQueue: QUEUE, workflowId: id, args });
      }),
    );
    try {
      await conduct(cast, handles, environment);
      return await Promise.all(cast.map((scene, index) => playedOf(scene, handles[index] as WorkflowHandle)));
    } finally {
      for (const handle of handles) await handle.terminate("the test is over").catch(() => undefined);
    }
  }

  return {
    play,
    async close() {
      worker.shutdown();
      await running;
    },
  };
}

/** Answers gates and cancels until all have ended; lets time pass where everybody waits for it. */
async function conduct(cast: Scene[], handles: WorkflowHandle[], environment: TestWorkflowEnvironment): Promise<void> {
  let states: string[] = [];
  for (let round = 0; round < 600; round++) {
    states = await Promise.all(cast.map((scene, index) => tend(scene, handles[index] as WorkflowHandle)));
    if (states.every((state) => state === "ended")) return;
    if (states.includes("busy")) await pause(25);
    else await environment.sleep(PAST_THE_DEADLINE);
  }
  throw new Error(`they do not end: ${cast.map(({ id }, index) => `${id} ${states[index]}`).join(", ")}`);
}

/**
 * Looks at what was called, and not at the run: on this server a query that meets a workflow task may cost the task.
 * A run waits for time where nothing has happened for a while; should it be busy all the same, its gates expire, and
 * what holds for every run holds for it.
 */
async function tend(scene: Scene, handle: WorkflowHandle): Promise<"busy" | "waits" | "ended"> {
  const { drawn, staged, answered, asked } = scene;
  if (staged.reports.length > 0) return "ended";
  const steps = staged.calls.length + answered.size;
  // A cancel that meets the end of an activity may cost the task as well: it comes while a gate is all there is.
  const isAtGate = scene.still > 4 && scene.running === 0 && asked.size > 0;
  if (isAtGate && !scene.wasCancelled && drawn.cancelAt !== undefined && steps >= drawn.cancelAt) {
    scene.wasCancelled = true;
    await handle.cancel();
  }
  for (const [node, digest] of asked) {
    const endings = drawn.ends[node] ?? [];
    if (answered.has(node) || endings.includes("expire")) continue;
    // The run may have ended meanwhile, where it was cancelled.
    if (await answer(handle, node, digest, drawn).catch(() => scene.wasCancelled)) answered.add(node);
  }
  const seen = `${steps} ${asked.size} ${scene.running}`;
  scene.still = seen === scene.seen ? scene.still + 1 : 0;
  scene.seen = seen;
  return scene.still > STILL_ROUNDS && scene.running === 0 ? "waits" : "busy";
}

/**
 * Gives whether the gate was open. By update, so that nothing is on its way when time is let pass; for another action
 * before, or twice, as drawn.
 */
async function answer(handle: WorkflowHandle, node: string, digest: string, { ends, picks }: Drawn): Promise<boolean> {
  const decision = ends[node]?.includes("reject") ? "reject" : "approve";
  const decide = (named: string): Promise<DecisionResult> =>
    handle.executeUpdate("decide", { args: [{ node_id: node, approver: "ann", digest: named, decision }] });
  const manner = (picks[Number(node.slice(1)) % picks.length] ?? 0) % 3;
  if (manner === 1) await decide("0".repeat(64));
  const result = await decide(digest);
  if (manner === 2 && result === "accepted") await decide(digest);
  return result !== "gate-not-open";
}

function sceneOf(id: string, drawn: Drawn): Scene {
  const { ends, outputs, picks, concurrency } = drawn;
  const given = new Map<string, ToolCall>();
  const tool = async (node: string, call: ToolCall): Promise<Json> => {
    given.set(node, call);
    scene.running++;
    scene.mostAtOnce = Math.max(scene.mostAtOnce, scene.running);
    // Who ends first is drawn, too.
    await pause(picks[Number(node.slice(1)) % picks.length] ?? 0);
    scene.running--;
    if (ends[node]?.includes("fail")) throw ApplicationFailure.nonRetryable("it failed", "tool-failed");
    return outputs[node] ?? {};
  };
  const tools = Object.fromEntries(Object.keys(ends).map((node) => [node, (call: ToolCall) => tool(node, call)]));
  const asked = new Map<string, string>();
  const ask = async (call: AskCall): Promise<AskResult> => {
    const result = answerOf(call, `nonce-${call.nodeId}`);
    asked.set(call.nodeId, result.digest);
    return result;
  };
  const staged = stage({ tools, ask, policy: openPolicy({ max_concurrency: concurrency }) });
  const scene: Scene = {
    id,
    drawn,
    staged,
    given,
    running: 0,
    mostAtOnce: 0,
    asked,
    answered: new Set(),
    seen: "",
    still: 0,
    wasCancelled: false,
  };
  return scene;
}

function activitiesOf(scenes: Map<string, Scene>): Staged["activities"] {
  const names = Object.keys(stage().activities);
  const dispatch = (name: string) => {
    return async (...args: never[]): Promise<unknown> => {
      const id = Context.current().info.workflowExecution?.workflowId ?? "";
      return scenes.get(id)?.staged.activities[name]?.(...args);
    };
  };
  return Object.fromEntries(names.map((name) => [name, dispatch(name)]));
}

async function playedOf(scene: Scene, handle: WorkflowHandle): Promise<Played> {
  const { drawn, staged, given, mostAtOnce, wasCancelled } = scene;
  const report = (await handle.result()) as Report;
  const view = (await handle.query("runView")) as RunView;
  const { events } = await handle.fetchHistory();
  return { drawn, view, report, events: events ?? [], calls: staged.calls, given, mostAtOnce, wasCancelled };
}
