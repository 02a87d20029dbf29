/** Shows a gate when it opens, asks on a terminal, and delivers the answer. */
import { setTimeout as pause } from "node:timers/promises";
import type { GateView, RunView } from "../../core/report/view.js";
import type { Decided, Runs } from "../runs.js";
import { askLine } from "./ask.js";
import { decidedText, problemOfDecision } from "./decided.js";
import { gateLines } from "./gate-text.js";
import { Left } from "./leave.js";
import { ownName, type Session } from "./session.js";
import { style } from "./text.js";

/** How long what was typed before the question is read and dropped: the terminal holds it already. */
const DRAIN_MS = 50;
const POLLS = 25;
const LOOK_EVERY_MS = 200;

export interface PromptOptions {
  runId: string;
  program: string;
  pageUrl?: string;
  /** Called while a question stands on the terminal, so that nothing is redrawn below it. */
  hold(held: boolean): void;
}

export interface GatePrompt {
  opened(node: string): void;
  closed(node: string): void;
  /** Withdraws a question that still stands. */
  end(): Promise<void>;
}

export function createGatePrompt(session: Session, runs: Runs, options: PromptOptions): GatePrompt {
  const open = new Map<string, AbortController>();
  // One question at a time: two on one terminal could be answered for one another.
  let queue: Promise<void> = Promise.resolve();
  return {
    opened(node) {
      if (open.has(node)) return;
      const gone = new AbortController();
      open.set(node, gone);
      queue = queue.then(async () => {
        if (gone.signal.aborted) return;
        const found = await readGate(runs, options.runId, node, gone.signal);
        if (found !== undefined) await present(session, runs, options, found, gone.signal);
      });
    },
    closed(node) {
      open.get(node)?.abort();
      open.delete(node);
    },
    async end() {
      for (const gone of open.values()) gone.abort();
      await queue;
    },
  };
}

interface Found {
  gate: GateView;
  findings: RunView["findings"];
  answer: RunView["answer"];
}

/** History may be ahead of the worker's answer by a moment; a gate that has closed since is not shown. */
async function readGate(runs: Runs, runId: string, node: string, gone: AbortSignal): Promise<Found | undefined> {
  for (let count = 0; count < POLLS && !gone.aborted; count++) {
    const answer = await runs.view(runId);
    if (!answer.ok) return undefined;
    const { view } = answer.value;
    const gate = view.gates.find((candidate) => candidate.nodeId === node);
    if (gate?.status === "open") return { gate, findings: view.findings, answer: view.answer };
    if (gate !== undefined && gate.status !== "asking") return undefined;
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
}

async function present(
  session: Session,
  runs: Runs,
  options: PromptOptions,
  { gate, findings, answer }: Found,
  gone: AbortSignal,
): Promise<void> {
  const { print } = session;
  const { runId, program, pageUrl } = options;
  const asksHere = session.canAsk;
  if (asksHere) options.hold(true);
  print.say();
  for (const line of gateLines(gate, { runId, findings, answer, nowMs: Date.now(), program, pageUrl, asksHere }))
    print.say(line);
  print.say();
  if (!asksHere) return;
  try {
    const decision = await ask(session, gone);
    if (decision === undefined) return;
    const answer = await runs.decide({
      runId,
      node: gate.nodeId,
      decision,
      // For exactly what was shown, whatever the gate asks by now.
      digest: gate.digest,
      approver: ownName(),
      channel: "cli",
    });
    if (answer.ok) tell(session, answer.value, decision);
    else print.problems(answer.problems);
  } finally {
    options.hold(false);
  }
}

function tell(session: Session, decided: Decided, decision: "approve" | "reject"): void {
  const problem = problemOfDecision(decided);
  if (problem === undefined) session.print.say(decidedText(decided, decision));
  else session.print.problems([problem]);
  session.print.say();
}

/** Undefined where nobody answers: the gate closed, the input ended, or the person leaves, which following sees itself. */
async function ask(session: Session, gone: AbortSignal): Promise<"approve" | "reject" | undefined> {
  await dropTypedAhead(session);
  for (;;) {
    const answer = await askLine(session, "Approve? [y/N] ", gone).catch(leaving);
    const word = answer?.trim().toLowerCase();
    if (word === undefined) return undefined;
    if (word === "y" || word === "yes") return "approve";
    if (word === "n" || word === "no" || word === "") return "reject";
    session.print.say(style.dim("type y to approve or n to reject"));
  }
}

function leaving(error: unknown): undefined {
  if (!(error instanceof Left)) throw error;
}

/** A key that was pressed before there was a question answers none. Ctrl-C always counts. */
async function dropTypedAhead({ stdin }: Session): Promise<void> {
  const drop = (chunk: Buffer | string) => {
    if (chunk.toString().includes("\u0003")) process.kill(process.pid, "SIGINT");
  };
  stdin.setRawMode(true);
  stdin.on("data", drop);
  await pause(DRAIN_MS);
  stdin.off("data", drop);
  stdin.pause();
  stdin.setRawMode(false);
}
