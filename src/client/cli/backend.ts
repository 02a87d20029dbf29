import type { Refused } from "../../vocabulary/result.js";
import type { OpenedRuns } from "../runs/connected-runs.js";
import type { Runs } from "../runs.js";
import type { Writes } from "../writes.js";
import { type Ending, failed } from "./ending.js";
import type { Environment, Session } from "./session.js";

export type Opened = ({ ok: true } & OpenedRuns) | Refused;

/** Everything heavy loads here, on first use. */
export async function openRuns(environment: Environment): Promise<Opened> {
  const opened = await (await import("../runs/open-runs.js")).openRuns(environment);
  return opened.ok ? { ok: true, ...opened.value } : opened;
}

/** Runs `work` with the calls about runs, and closes the connection whatever happens. */
export async function withRuns(session: Session, work: (runs: Runs) => Promise<Ending>): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    return await work(opened.runs);
  } finally {
    await opened.close();
  }
}

/** The same, with the calls about writes. */
export async function withWrites(
  session: Session,
  work: (writes: Writes, runs: Runs) => Promise<Ending>,
): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    return await work(opened.writes, opened.runs);
  } finally {
    await opened.close();
  }
}
