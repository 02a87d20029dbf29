/**
 * Follows a run until it ends, the user leaves, or the time is up: a table that is redrawn on a terminal, plain lines
 * elsewhere. What cannot be reached is never taken for ended.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { RunView } from "../../core/report/view.js";
import type { Report } from "../../core/report.js";
import { messageOf } from "../../vocabulary/message-of.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { RunHappening, Runs } from "../runs.js";
import { createGatePrompt } from "./gate-prompt.js";
import { happeningLine, nodeTable } from "./run-text.js";
import type { Session } from "./session.js";
import { style } from "./text.js";

export interface FollowOptions {
  runId: string;
  /** Waits at most so long. */
  waitMs?: number;
  /** How this program is called, for the commands that are shown. */
  program: string;
  pageUrl?: string;
}

export type Followed =
  | { kind: "ended"; report: Report }
  | { kind: "left" }
  | { kind: "goes-on" }
  | { kind: "lost"; problems: Problem[] };

const REPORT_WAIT_MS = 10_000;
const REDRAW_MS = 1_000;
const WORKER_CHECK_MS = 20_000;
const AGAIN_MS = 1_000;

export async function follow(session: Session, runs: Runs, options: FollowOptions): Promise<Followed> {
  const timeUp = options.waitMs === undefined ? undefined : AbortSignal.timeout(options.waitMs);
  const signal = AbortSignal.any(timeUp === undefined ? [session.interrupt] : [session.interrupt, timeUp]);
  // Every poll of a long stream listens for itself.
  setMaxListeners(0, signal);
  const screen = createScreen(session, runs, options.runId);
  const prompt = createGatePrompt(session, runs, { ...options, hold: screen.hold });
  const workerWatch = watchForWorker(session, runs);
  let after: string | undefined;
  try {
    for (;;) {
      for await (const happening of runs.happenings(options.runId, { after, signal })) {
        after = happening.id;
        workerWatch.seen();
        screen.happened(happening);
        if (happening.node !== undefined && happening.kind === "gate-opened") prompt.opened(happening.node);
        if (happening.node !== undefined && happening.kind === "gate-closed") prompt.closed(happening.node);
      }
      if (session.interrupt.aborted) return { kind: "left" };
      if (timeUp?.aborted) return { kind: "goes-on" };
      const answer = await runs.report(options.runId, REPORT_WAIT_MS);
      if (!answer.ok) return { kind: "lost", problems: answer.problems };
      if (answer.value !== undefined) {
        await screen.last();
        return { kind: "ended", report: answer.value };
      }
      await pause(AGAIN_MS);
    }
  } catch (error) {
    if (session.interrupt.aborted) return { kind: "left" };
    if (timeUp?.aborted) return { kind: "goes-on" };
    return { kind: "lost", problems: [unreachable(options.runId, error)] };
  } finally {
    workerWatch.end();
    await prompt.end();
    screen.end();
  }
}

function unreachable(runId: string, error: unknown): Problem {
  const reason = messageOf(error);
  const message = `Temporal stopped answering while ${runId} was watched: ${reason}`;
  return { code: "temporal-unreachable", at: runId, message, hint: `the run may go on: autoops watch ${runId}` };
}

interface Screen {
  happened(happening: RunHappening): void;
  hold(held: boolean): void;
  last(): Promise<void>;
  end(): void;
}

function createScreen(session: Session, runs: Runs, runId: string): Screen {
  const { print } = session;
  if (!print.isTerminal) {
    const none = () => undefined;
    return {
      happened: (happening) => print.say(happeningLine(happening)),
      hold: none,
      last: async () => none(),
      end: none,
    };
  }
  let view: RunView | undefined;
  let held = false;
  let fetching: Promise<void> | undefined;
  let stale = false;
  const redraw = (): void => {
    if (!held && view !== undefined) print.live(nodeTable(view, Date.now()));
  };
  const refresh = async (): Promise<void> => {
    do {
      stale = false;
      const answer = await runs.view(runId);
      if (answer.ok) view = answer.value.view;
      redraw();
    } while (stale);
  };
  const ask = (): Promise<void> => {
    stale = true;
    fetching ??= refresh().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    happened: () => void ask().catch(() => undefined),
    hold(hold) {
      // The table stays where it is, above the question, and a fresh one is drawn below the answer.
      if (hold) print.finishLine();
      held = hold;
      if (!hold) redraw();
    },
    last: () => ask().catch(() => undefined),
    end() {
      clearInterval(timer);
      print.finishLine();
    },
  };
}

/** Says when a silent run has no worker, and again only after it was heard of in between. */
function watchForWorker(session: Session, runs: Runs): { seen(): void; end(): void } {
  let told = false;
  const checkWorker = async (): Promise<void> => {
    const answer = await runs.hasWorker();
    if (!answer.ok || answer.value || told) return;
    told = true;
    session.print.note(`${style.yellow("waiting")} no worker polls for runs; start one with: autoops worker`);
  };
  const check = () => void checkWorker().catch(() => undefined);
  check();
  let timer = setInterval(check, WORKER_CHECK_MS);
  return {
    seen() {
      told = false;
      clearInterval(timer);
      timer = setInterval(check, WORKER_CHECK_MS);
    },
    end: () => clearInterval(timer),
  };
}
