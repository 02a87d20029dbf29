/** A worker in a process of its own, for measuring its memory: address, task queue and bundle as arguments. */
import { NativeConnection, Worker } from "@temporalio/worker";
import { quietRuntime } from "../test/support/temporal.js";
import { workerOptions } from "./arena.js";
import { createBenchActivities } from "./tools.js";

export async function main([address, taskQueue, codePath]: string[]): Promise<number> {
  if (address === undefined || taskQueue === undefined || codePath === undefined) return 2;
  quietRuntime();
  const connection = await NativeConnection.connect({ address });
  const { activities } = await createBenchActivities();
  const workflowBundle = { codePath };
  const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities, ...workerOptions });
  process.on("message", (message) => {
    if (message === "rss") process.send?.(process.memoryUsage.rss());
    if (message === "stop") worker.shutdown();
  });
  const running = worker.run();
  process.send?.("ready");
  await running;
  await connection.close();
  process.disconnect();
  return 0;
}
