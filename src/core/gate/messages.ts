/**
 * When people are told of a gate again: reminders, the steps of an escalation, and its closing.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { MESSAGES_KEPT } from "../../vocabulary/limits.js";
import type { CheckedNode } from "../check.js";
import type { GateRule } from "../policy/approval-rule.js";
import { labelOf } from "../report/plain.js";
import type { Run } from "../run/run.js";
import type { Gate } from "../run/state.js";
import { gateOf } from "./gate-of.js";

/** One thing to tell while a gate is open. `place` tells it from the others of the gate. */
export interface DueNotice {
  atMs: number;
  place: number;
  event: "gate-reminder" | "gate-escalated";
  /** Absent: the policy's own channel. */
  channel?: string;
  groups?: string[];
}

/** Everything that is to be told while the gate is open, in order of time. */
export function dueMessages(rule: GateRule | undefined, gate: Pick<Gate, "openedAtMs" | "deadlineMs">): DueNotice[] {
  if (rule === undefined) return [];
  const at = (seconds: number) => gate.openedAtMs + seconds * 1_000;
  const reminders = rule.remindAfter.map((seconds) => ({ atMs: at(seconds), event: "gate-reminder" as const }));
  const steps = rule.escalate.map(({ afterSeconds, groups, channel }) => ({
    atMs: at(afterSeconds),
    event: "gate-escalated" as const,
    groups,
    channel,
  }));
  return [...reminders, ...steps]
    .filter((notice) => notice.atMs < gate.deadlineMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map((notice, place) => ({ ...notice, place }));
}

/** What is still to be told of a node's gate after `sinceMs`. */
export function dueAfter(run: Run, { id }: CheckedNode, sinceMs: number): DueNotice[] {
  const gate = run.state.nodes[id]?.gate;
  return gate === undefined ? [] : dueMessages(gateOf(run, id)?.rule, gate).filter(({ atMs }) => atMs > sinceMs);
}

/** The channels that were told of a gate, and by what they know their message. */
export function toldChannels(gate: Pick<Gate, "notices">): { channels: string[]; refs: Record<string, string> } {
  const told = gate.notices.filter((notice) => notice.ok);
  const refs = Object.fromEntries(told.flatMap(({ channel, ref }) => (ref === undefined ? [] : [[channel, ref]])));
  return { channels: [...new Set(told.map((notice) => notice.channel))], refs };
}

/** Keeps how notices went, up to a cap. */
export function noteTold(run: Run, node: string, notices: Gate["notices"]): void {
  const gate = run.state.nodes[node]?.gate;
  if (gate !== undefined) gate.notices = [...gate.notices, ...notices].slice(0, MESSAGES_KEPT);
}

/** The label of the timer of a reminder or step. */
export function noticeSummary(node: Pick<CheckedNode, "id" | "name">): string {
  return labelOf(`gate ${node.id} is asked again: ${node.name}`);
}
