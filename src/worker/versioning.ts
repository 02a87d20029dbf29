/** Which build a run stays with. */
import type { WorkerOptions } from "@temporalio/worker";
import type { Local } from "../app/local.js";

/** A run stays with the build that started it. Off unless the operator names the deployment and the build. */
export function versioning({ environment: { deployment } }: Local): Pick<WorkerOptions, "workerDeploymentOptions"> {
  if (deployment === undefined) return {};
  const version = { deploymentName: deployment.name, buildId: deployment.buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: "PINNED" } };
}
