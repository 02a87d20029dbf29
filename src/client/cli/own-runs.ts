/** Calls about runs for a command that must work on a bare machine: Temporal and a worker that are there, else own ones for as long as it takes. */
import type { Refused, Result } from "../../vocabulary/result.js";
import type { WorkerOptions } from "../../worker.js";
import type { OpenedRuns } from "../runs/connected-runs.js";
import { openRuns } from "./backend.js";
import { Props, startServer } from "./demo/stage.js";
import { type Ending, failed } from "./ending.js";
import type { Environment, Session } from "./session.js";

type Clusters = WorkerOptions["clusters"];

/** What a plan will run on, brought up while the plan is made. */
export interface OwnRuns {
  /** Waits until it is up, works, and takes it down again. */
  use(work: (opened: OpenedRuns) => Promise<Ending>): Promise<Ending>;
  /** For a plan that came to nothing. Does nothing after `use`. */
  drop(): Promise<void>;
}

/**
 * What is there is used only if a worker polls: a run must not wait for one that nobody starts. `clusters`, which no
 * config.yaml declares, are known to an own worker alone.
 */
export function startOwnRuns(session: Session, clusters?: Clusters): OwnRuns {
  const ends: Array<() => Promise<unknown>> = [];
  const given = new AbortController();
  const interrupt = AbortSignal.any([session.interrupt, given.signal]);
  const drop = async (): Promise<void> => {
    given.abort();
    await opening.catch(() => undefined);
    for (const end of ends.splice(0).reverse()) await end();
  };
  const opening = opened({ ...session, interrupt }, clusters, (end) => ends.push(end));
  // It is waited for in `use`; until then nobody may be told of it as unhandled.
  opening.catch(() => undefined);
  const use: OwnRuns["use"] = async (work) => {
    try {
      const runs = await opening;
      return runs.ok ? await work(runs.value) : failed(runs.problems);
    } finally {
      await drop();
    }
  };
  return { use, drop };
}

type AtEnd = (end: () => Promise<unknown>) => void;

async function opened(session: Session, clusters: Clusters, atEnd: AtEnd): Promise<Result<OpenedRuns>> {
  const there = clusters === undefined ? await openRuns(session.environment) : undefined;
  if (there?.ok === true) {
    atEnd(() => there.close());
    const seen = await there.runs.hasWorker();
    if (seen.ok && seen.value) return { ok: true, value: there };
  }
  const props = await Props.create();
  atEnd(() => props.stop());
  const [started] = await Promise.all([startOwnServer(session, props), import("../../worker.js")]);
  return started.ok ? withWorker(started.environment, clusters, atEnd) : started;
}

async function startOwnServer(
  session: Session,
  props: Props,
): Promise<{ ok: true; environment: Environment } | Refused> {
  const server = await startServer(session, props, { headless: true });
  if (!server.ok) return server;
  const { address, namespace } = server.value;
  const kept = Object.entries(session.environment).filter(([name]) => !name.startsWith("TEMPORAL_"));
  const variables = { ...Object.fromEntries(kept), TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  return { ok: true, environment: { AUTOOPS_LOG_LEVEL: "error", ...variables } };
}

async function withWorker(environment: Environment, clusters: Clusters, atEnd: AtEnd): Promise<Result<OpenedRuns>> {
  const { startWorker } = await import("../../worker.js");
  const worker = await startWorker({ variables: environment, clusters });
  if (!worker.ok) return worker;
  worker.done.catch(() => undefined);
  atEnd(() => worker.stop().catch(() => undefined));
  const runs = await openRuns(environment);
  if (!runs.ok) return runs;
  atEnd(() => runs.close());
  return { ok: true, value: runs };
}
