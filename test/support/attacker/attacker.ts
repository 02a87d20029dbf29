/**
 * An attacker with full write access to the Temporal namespace: a client, a worker of its own, and all that stands in
 * histories. It has no signing key, and is not on the worker's machine.
 */
import { createRequire } from "node:module";
import { Client, type Connection } from "@temporalio/client";
import { bundleWorkflowCode, NativeConnection, Worker } from "@temporalio/worker";
import type { Grant, ToolCall } from "../../../src/activities/contract.js";
import { digestOf } from "../../../src/platform/digest.js";
import type { Question } from "../../../src/schema/question.js";
import type { Call } from "./workflows.js";

const QUEUE = "attacker";

/** What a run of ours left in history for everybody to read. */
export interface Loot {
  workflowId: string;
  runId: string;
  node: string;
  type: string;
  call: ToolCall & { grant: Grant & { question: Question } };
}

export interface Attacker {
  client: Client;
  /** Runs a workflow of the attacker's; gives what its activities ended in. */
  run(type: "attack" | "runGraph" | "parent", calls: Call[], workflowId?: string): Promise<string[]>;
  /** Continues a workflow of the attacker's into one of ours; resolves when that has ended, with its code. */
  continueInto(type: string, queue: string, args: unknown[], workflowId: string): Promise<string>;
  /** Reads what the acting activity was given. */
  steal(workflowId: string, node: string): Promise<Loot>;
  stop(): Promise<void>;
}

export async function createAttacker(connection: Connection, address: string, namespace: string): Promise<Attacker> {
  const client = new Client({ connection, namespace });
  const native = await NativeConnection.connect({ address });
  const workflowsPath = createRequire(import.meta.url).resolve("./workflows.ts");
  const workflowBundle = await bundleWorkflowCode({ workflowsPath });
  const worker = await Worker.create({ connection: native, namespace, taskQueue: QUEUE, workflowBundle });
  const ended = worker.run();
  let count = 0;
  const idOf = (given?: string): string => given ?? `attack-${++count}`;

  return {
    client,
    run: (type, calls, workflowId) =>
      client.workflow.execute(type, { taskQueue: QUEUE, workflowId: idOf(workflowId), args: [calls] }),
    async continueInto(type, queue, args, workflowId) {
      const options = { taskQueue: QUEUE, workflowId, args: [type, queue, args] };
      const handle = await client.workflow.start("continueInto", options);
      return handle.result().then(
        () => "done",
        (error: { cause?: { type?: string } }) => error.cause?.type ?? "failed",
      );
    },
    async steal(workflowId, node) {
      const history = await client.workflow.getHandle(workflowId).fetchHistory();
      for (const event of history.events ?? []) {
        const scheduled = event.activityTaskScheduledEventAttributes;
        const data = scheduled?.activityId === node ? scheduled.input?.payloads?.[0]?.data : undefined;
        if (data === undefined || data === null) continue;
        const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
        return {
          workflowId,
          runId: started?.originalExecutionRunId ?? "",
          node,
          type: scheduled?.activityType?.name ?? "",
          call: JSON.parse(Buffer.from(data).toString("utf8")),
        };
      }
      throw new Error(`${workflowId} has not called ${node}`);
    },
    async stop() {
      worker.shutdown();
      await ended;
      await native.close();
    },
  };
}

/** The stolen call with other words in its question, under a digest made for them. */
export function saying({ call }: Loot, more: Partial<Question>, rest: Partial<ToolCall> = {}): ToolCall {
  const question = { ...call.grant.question, ...more };
  return { ...call, ...rest, grant: { ...call.grant, question, digest: digestOf(question) } };
}
