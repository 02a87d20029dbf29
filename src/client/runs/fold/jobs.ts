/** What reached the workflow from outside, kept until a workflow task takes it in. */
import type { AskResult } from "../../../activities/contract.js";
import { type BadEnding, eventOfEnding } from "../../../core/run/ending.js";
import { addProblem } from "../../../core/run/run.js";
import type { Json } from "../../../schema/json.js";
import { type DecisionWord, isDecisionWord } from "../../../vocabulary/decisions.js";
import { EVENT_SIGNAL, nodeOfAskId, nodeOfReadId, nodeOfTellId, SIGNALS, UPDATES } from "../../../vocabulary/names.js";
import { firstValue, type HistoryEvent, idOf, msOf } from "../payloads.js";
import type { Change } from "./changes.js";
import type { Mirror } from "./mirror.js";

export type Job =
  | { kind: "decision"; value: unknown; decision: DecisionWord }
  | { kind: "event"; event: Json }
  | { kind: "timer"; timerId: string }
  | { kind: "cancel" }
  | Finished;

interface Finished {
  kind: "finished";
  activityId: string;
  attempt: number;
  lastFailure?: string;
  output?: unknown;
  bad?: BadEnding;
}

export class Jobs {
  #waiting: Job[] = [];
  readonly #activities = new Map<number, string>();
  readonly #attempts = new Map<number, { attempt: number; lastFailure?: string }>();
  readonly #admitted = new Map<string, unknown>();
  readonly #answers = new Map<string, Partial<AskResult>>();

  /** Keeps what an event brings; what people should hear of at once is returned. */
  take(event: HistoryEvent): Change | undefined {
    const atMs = msOf(event.eventTime);
    if (event.workflowExecutionSignaledEventAttributes) return this.#takeSignal(event, atMs);
    if (event.workflowExecutionCancelRequestedEventAttributes) {
      this.#waiting.push({ kind: "cancel" });
      return { atMs, kind: "cancel-requested", text: "cancellation was asked for" };
    }
    const fired = event.timerFiredEventAttributes;
    if (fired?.timerId) this.#waiting.push({ kind: "timer", timerId: fired.timerId });
    const update = event.workflowExecutionUpdateAdmittedEventAttributes?.request;
    if (update?.meta?.updateId) this.#admitted.set(update.meta.updateId, firstValue(update.input?.args));
    const started = event.activityTaskStartedEventAttributes;
    if (started) {
      const lastFailure = started.lastFailure?.message ?? undefined;
      this.#attempts.set(idOf(started.scheduledEventId), { attempt: started.attempt ?? 1, lastFailure });
    }
    const finished = this.#finishedOf(event);
    if (finished !== undefined) this.#waiting.push(finished);
    return undefined;
  }

  /** Learns which activity an event schedules. */
  note(event: HistoryEvent): void {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (!scheduled?.activityId) return;
    this.#activities.set(idOf(event.eventId), scheduled.activityId);
    const node = nodeOfAskId(scheduled.activityId);
    if (node !== undefined) this.#answers.delete(node);
  }

  /** What the task was given, in the order in which the workflow sees it: decisions before all else. */
  ready(updates: HistoryEvent[]): Job[] {
    const given = this.#waiting;
    this.#waiting = [];
    const isSignal = (job: Job) => job.kind === "decision" || job.kind === "event";
    const rest = given.filter((job) => !isSignal(job));
    return [...given.filter(isSignal), ...updates.flatMap((event) => this.#jobOfUpdate(event)), ...rest];
  }

  /** What the newest question about a node was answered with, by the activity that asks people. */
  askedOf(node: string): Partial<AskResult> | undefined {
    return this.#answers.get(node);
  }

  #takeSignal({ workflowExecutionSignaledEventAttributes: signal }: HistoryEvent, atMs: number): Change | undefined {
    const value = firstValue(signal?.input);
    if (signal?.signalName === EVENT_SIGNAL) this.#waiting.push({ kind: "event", event: (value ?? null) as Json });
    const decision = Object.values(SIGNALS).find((name) => name === signal?.signalName);
    if (decision === undefined) return undefined;
    this.#waiting.push({ kind: "decision", decision, value });
    return recorded(value, decision, atMs);
  }

  #finishedOf(event: HistoryEvent): Finished | undefined {
    const done = endOf(event);
    const activityId = done === undefined ? undefined : this.#activities.get(done.scheduled);
    if (done === undefined || activityId === undefined) return undefined;
    const { attempt = 1, lastFailure } = this.#attempts.get(done.scheduled) ?? {};
    const asked = nodeOfAskId(activityId);
    const answer = done.output as Partial<AskResult> | undefined;
    if (asked !== undefined && typeof answer?.digest === "string") this.#answers.set(asked, answer);
    return { kind: "finished", activityId, attempt, lastFailure, output: done.output, bad: done.bad };
  }

  #jobOfUpdate(event: HistoryEvent): Job[] {
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
    const { input, meta } = accepted?.acceptedRequest ?? {};
    if (input && input.name !== UPDATES.decide) return [];
    // After a reset the request stands in an event of its own.
    const given = input ? firstValue(input.args) : this.#admitted.get(meta?.updateId || updateIdOf(accepted));
    const { decision, ...answer } = (given ?? {}) as { decision?: unknown };
    if (!isDecisionWord(decision)) return [];
    return [{ kind: "decision", decision, value: answer }];
  }
}

/** Reports the end of an activity. */
export function endActivity(job: Finished, mirror: Mirror, atMs: number): Change[] {
  const told = nodeOfTellId(job.activityId);
  if (told !== undefined) {
    const { notices = [] } = (job.output ?? {}) as { notices?: AskResult["notices"] };
    const counts = !job.activityId.endsWith(":closed");
    mirror.dispatch({ kind: "gate-told", node: told, notices: counts ? notices : [], atMs });
    return [];
  }
  const asked = nodeOfAskId(job.activityId);
  const looked = nodeOfReadId(job.activityId);
  const node = mirror.run.plan.nodes.get(asked ?? looked ?? job.activityId)?.node;
  if (node === undefined) return [];
  const { bad } = job;
  if (asked !== undefined) {
    if (bad === undefined) {
      mirror.dispatch({ kind: "gate-opened", node: asked, ...(job.output as AskResult), atMs });
    } else {
      const how = bad.kind === "timed-out" ? "timed out" : bad.kind;
      const message = `${node.id}: nobody could be asked: Activity task ${how}`;
      addProblem(mirror.run, { code: "tool-failed", at: node.id, message });
    }
    return [];
  }
  mirror.dispatch(
    bad === undefined
      ? { kind: "node-succeeded", node: node.id, output: job.output as Json, atMs }
      : eventOfEnding(node, bad, atMs, looked !== undefined),
  );
  if (job.attempt <= 1) return [];
  const why = job.lastFailure === undefined ? "" : `: ${job.lastFailure}`;
  return [{ atMs, kind: "node-retried", node: node.id, text: `${node.name} needed ${job.attempt} attempts${why}` }];
}

/** A signal is durable when it is written, and counts when a worker takes it in. */
function recorded(value: unknown, decision: DecisionWord, atMs: number): Change {
  const { node_id: node, approver } = (value ?? {}) as { node_id?: unknown; approver?: unknown };
  const by = typeof approver === "string" ? approver : "somebody";
  const text = `${by}: ${decision} (recorded)`;
  return { atMs, kind: "decided", status: "recorded", text, node: typeof node === "string" ? node : undefined };
}

function updateIdOf(accepted: HistoryEvent["workflowExecutionUpdateAcceptedEventAttributes"]): string {
  return (accepted?.acceptedRequestMessageId ?? "").replace(/\/request$/, "");
}

const TIMEOUT_TYPE_HEARTBEAT = 4;

/** The end of an activity: its output, or what went wrong, freed of the wire's form. */
function endOf(event: HistoryEvent): { scheduled: number; output?: unknown; bad?: BadEnding } | undefined {
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) return { scheduled: idOf(completed.scheduledEventId), output: firstValue(completed.result) };
  const cancelled = event.activityTaskCanceledEventAttributes;
  if (cancelled) return { scheduled: idOf(cancelled.scheduledEventId), bad: { kind: "cancelled" } };
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  if (!failed) return undefined;
  const { failure } = failed;
  const scheduled = idOf(failed.scheduledEventId);
  if (failure?.canceledFailureInfo) return { scheduled, bad: { kind: "cancelled" } };
  const timeout = failure?.timeoutFailureInfo;
  if (timeout) {
    return { scheduled, bad: { kind: "timed-out", withoutHeartbeat: timeout.timeoutType === TIMEOUT_TYPE_HEARTBEAT } };
  }
  const message = failure?.message || "it failed without a reason";
  const info = failure?.applicationFailureInfo;
  const { hint } = (firstValue(info?.details) ?? {}) as { hint?: unknown };
  const given = typeof hint === "string" ? { hint } : {};
  return { scheduled, bad: { kind: "failed", type: info?.type, message, ...given } };
}
