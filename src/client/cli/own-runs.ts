/** Calls about runs for a command that must work on a bare machine: Temporal and a worker that are there, else own ones for as long as it takes. */
import type { Problem } from "../../vocabulary/problems.js";
import type { WorkerOptions } from "../../worker.js";
import type { OpenedRuns } from "../runs/connected-runs.js";
import { openRuns } from "./backend.js";
import { Props, startServer } from "./demo/stage.js";
import { type Ending, failed } from "./ending.js";
import type { Environment, Session } from "./session.js";

type Clusters = WorkerOptions["clusters"];

/**
 * What is there is used only if a worker polls: a run must not wait for one that nobody starts. `clusters`, which no
 * config.yaml declares, are known to an own worker alone.
 */
export async function withOwnRuns(
  session: Session,
  work: (opened: OpenedRuns) => Promise<Ending>,
  clusters?: Clusters,
): Promise<Ending> {
  const there = clusters === undefined ? await openRuns(session.environment) : undefined;
  if (there?.ok === true) {
    try {
      const seen = await there.runs.hasWorker();
      if (seen.ok && seen.value) return await work(there);
    } finally {
      await there.close();
    }
  }
  const props = await Props.create();
  try {
    const started = await startOwnServer(session, props);
    return started.ok
      ? await withWorker({ ...session, environment: started.environment }, work, clusters)
      : failed(started.problems);
  } finally {
    await props.stop();
  }
}

async function startOwnServer(
  session: Session,
  props: Props,
): Promise<{ ok: true; environment: Environment } | { ok: false; problems: Problem[] }> {
  const server = await startServer(session, props, { headless: true });
  if (!server.ok) return server;
  const { address, namespace } = server.value;
  const kept = Object.entries(session.environment).filter(([name]) => !name.startsWith("TEMPORAL_"));
  const variables = { ...Object.fromEntries(kept), TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  return { ok: true, environment: { AUTOOPS_LOG_LEVEL: "error", ...variables } };
}

async function withWorker(
  session: Session,
  work: (opened: OpenedRuns) => Promise<Ending>,
  clusters: Clusters,
): Promise<Ending> {
  const { startWorker } = await import("../../worker.js");
  const worker = await startWorker({ variables: session.environment, clusters });
  if (!worker.ok) return failed(worker.problems);
  // Its end is waited for below; until then nobody may be told of it as unhandled.
  worker.done.catch(() => undefined);
  try {
    const opened = await openRuns(session.environment);
    if (!opened.ok) return failed(opened.problems);
    try {
      return await work(opened);
    } finally {
      await opened.close();
    }
  } finally {
    await worker.stop().catch(() => undefined);
  }
}
