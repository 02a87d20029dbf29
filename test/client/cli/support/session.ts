/** A session whose streams are kept in memory, and a scripted stand-in for the calls about runs. */

import { createPrinter } from "../../../../src/client/cli/print.js";
import type { Session } from "../../../../src/client/cli/session.js";
import type { RunHappening, Runs } from "../../../../src/client/runs.js";
import type { GateView, RunView } from "../../../../src/core/report/view.js";
import { type Report, reportOf } from "../../../../src/core/report.js";

export interface Heard {
  session: Session;
  interrupt: AbortController;
  out(): string;
  err(): string;
}

export function createSession({ json = false } = {}): Heard {
  const out: string[] = [];
  const err: string[] = [];
  const interrupt = new AbortController();
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const print = createPrinter({ stdout, stderr, json, plain: true });
  const session = { print, stdout, environment: {}, canAsk: false, interrupt: interrupt.signal } as unknown as Session;
  return { session, interrupt, out: () => out.join(""), err: () => err.join("") };
}

export const GATE: GateView = {
  nodeId: "rollback",
  nodeName: "Roll back checkout",
  nodeType: "rollback",
  tool: "rollback",
  status: "open",
  reason: "it changes what runs: always asked",
  environment: "staging",
  target: "checkout",
  digest: "d".repeat(64),
  params: { target: "checkout", version: "1" },
  required: 1,
  signed: false,
  openedAtMs: 1_000,
  deadlineMs: 301_000,
  votes: [],
  refused: {},
  notices: [],
};

export const VIEW: RunView = {
  runId: "checkout-abc",
  runKey: "11111111-2222-3333-4444-555555555555",
  status: "waiting",
  dryRun: false,
  goal: "find out why",
  name: "Checkout",
  requester: "ann",
  environment: "staging",
  policyDigest: "p".repeat(64),
  startedAtMs: 0,
  nodes: [
    {
      id: "logs",
      name: "Collect logs",
      type: "log_collection",
      effect: "read",
      gated: false,
      status: "succeeded",
      startedAtMs: 0,
      endedAtMs: 900,
    },
    { id: "rollback", name: "Roll back checkout", type: "rollback", effect: "write", gated: true, status: "asking" },
  ],
  edges: [],
  gates: [GATE],
  findings: [
    { node: "logs", statement: "27 % of checkouts fail since version 2", evidence: ["TypeError: tier of undefined"] },
  ],
  problems: [],
};

export function reportWith(outcome: Report["outcome"]): Report {
  return { ...reportOf(VIEW, outcome, 5_000), text: "# Checkout\n\nthe report\n" };
}

/** Answers as scripted; what is not scripted must not be called. */
export function scriptedRuns(script: Partial<Runs>): Runs {
  const missing = (name: string) => () => {
    throw new Error(`${name} was not expected to be called`);
  };
  const names = ["start", "plan", "list", "view", "report", "happenings", "inbox", "decide", "cancel"] as const;
  const base = Object.fromEntries(names.map((name) => [name, missing(name)]));
  return { ...base, hasWorker: async () => ({ ok: true, value: true }), ...script } as unknown as Runs;
}

export async function* streamOf(...happenings: RunHappening[]): AsyncGenerator<RunHappening> {
  yield* happenings;
}

export const happening = (id: number, kind: RunHappening["kind"], text: string, node?: string): RunHappening => ({
  id: String(id),
  atMs: id * 1_000,
  kind,
  text,
  ...(node === undefined ? {} : { node }),
});
