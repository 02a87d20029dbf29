/** What a person is about to sign, shown before it is signed, and whether that is meant. */
import type { GateView } from "../../core/report/view.js";
import type { Answered, Runs } from "../runs.js";
import { isConfirmed } from "./ask.js";
import { gateLines } from "./gate-text.js";
import type { Session } from "./session.js";

/** The gate as it is shown; undefined where none is open, which deciding says in words. */
export async function showQuestion(
  { print }: Session,
  runs: Runs,
  runId: string,
  node: string,
): Promise<Answered<GateView | undefined>> {
  const seen = await runs.view(runId);
  if (!seen.ok) return seen;
  const { gates, findings, answer, requester } = seen.value.view;
  const gate = gates.find(({ nodeId, status }) => nodeId === node && status === "open");
  if (gate === undefined) return { ok: true, value: undefined };
  const shown = { runId, findings, answer, requester, program: "autoops" };
  const context = { ...shown, nowMs: Date.now(), asksHere: false, signs: true };
  for (const line of gateLines(gate, context)) print.say(line);
  print.say();
  return { ok: true, value: gate };
}

/** On a terminal the person is asked; elsewhere the command itself is the answer. */
export async function isMeant(session: Session, yes: boolean | undefined): Promise<boolean> {
  if (yes === true || !session.canAsk) return true;
  return isConfirmed(session, "Sign exactly this? [y/N] ");
}
