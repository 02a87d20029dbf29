/** `autoops inbox`: the gates that wait for a decision, those that close first at the top; `--watch` tells of new ones. */
import { setTimeout as pause } from "node:timers/promises";
import type { OpenGate, Runs } from "../../runs.js";
import { withWrites } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { gateLines } from "../gate-text.js";
import type { Session } from "../session.js";
import { clock, oneLine, style } from "../text.js";
import { pauseLines } from "../writes-text.js";

const EVERY_MS = 2_000;

interface Options {
  watch?: boolean;
}

export function inbox(session: Session, _words: readonly string[], options: Options): Promise<Ending> {
  return withWrites(session, async (writes, runs) => {
    const [answer, held] = await Promise.all([runs.inbox(), writes.view()]);
    if (!answer.ok) return failed(answer.problems);
    if (!held.ok) return failed(held.problems);
    const gates = [...answer.value].sort((a, b) => a.deadlineMs - b.deadlineMs);
    const { print } = session;
    for (const line of pauseLines(held.value)) print.result(line);
    if (held.value.pauses.length > 0) print.result("a write that is approved meanwhile is refused, and its run fails");
    const { unreadable = [] } = answer;
    for (const runId of unreadable) {
      print.result(
        `${oneLine(runId)} waits for a decision and could not be read in time; look at it with: autoops status ${oneLine(runId)}`,
      );
    }
    if (gates.length === 0 && unreadable.length === 0) print.result("nothing waits for a decision");
    for (const gate of gates) say(session, gate);
    if (!options.watch) return done({ gates, unreadable, writes: held.value });
    return watch(session, runs, gates);
  });
}

/** Until Ctrl-C: gates that open are shown, those that close are named. An outage of Temporal is told and waited out. */
async function watch(session: Session, runs: Runs, first: readonly OpenGate[]): Promise<Ending> {
  const { print, interrupt } = session;
  print.note("watching; Ctrl-C ends it");
  let known = new Map(first.map((gate) => [keyOf(gate), gate]));
  let away = false;
  for (;;) {
    await pause(EVERY_MS, undefined, { signal: interrupt }).catch(() => undefined);
    if (interrupt.aborted) return done({ gates: [...known.values()] });
    const answer = await runs.inbox();
    if (!answer.ok) {
      if (!away) print.note(`${style.yellow("away")} ${oneLine(answer.problems[0]?.message ?? "no answer")}`);
      away = true;
      continue;
    }
    if (away) print.note("there again");
    away = false;
    const now = new Map(answer.value.map((gate) => [keyOf(gate), gate]));
    for (const [key, gate] of now) if (!known.has(key)) say(session, gate);
    for (const [key, gate] of known) {
      if (!now.has(key)) print.result(`${clock(Date.now())}  closed: ${oneLine(gate.runId)} ${gate.nodeId}`);
    }
    known = now;
  }
}

const keyOf = (gate: OpenGate): string => `${gate.runId} ${gate.nodeId} ${gate.digest ?? ""}`;

function say({ print }: Session, gate: OpenGate): void {
  print.result(`${style.bold(oneLine(gate.runId))}  ${oneLine(gate.goal)}  (asked for by ${oneLine(gate.requester)})`);
  const { runId, findings, answer } = gate;
  const context = { runId, findings, answer, nowMs: Date.now(), program: "autoops", asksHere: false };
  for (const line of gateLines(gate, context)) print.result(line);
  print.result();
}
