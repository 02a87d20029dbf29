/** Events of a run's histories in, decisions and effects out. What a reset copied is counted once. */
import type { AskResult, CheckResult, ToolCall, VoteVerdict } from "../../../activities/contract.js";
import { checkedGraph } from "../../../core/check/checked-graph.js";
import type { Verdict } from "../../../core/check.js";
import type { Report } from "../../../core/report.js";
import { claimsOf } from "../../../platform/signing.js";
import type { JsonObject } from "../../../schema/json.js";
import { ACTIVITIES, nodeOfAskId, SIGNALS, UPDATES } from "../../../vocabulary/names.js";
import type { Effect } from "../../../vocabulary/node-types.js";
import { peopleOf } from "../../../vocabulary/person.js";
import { endingOf } from "../fold/ending.js";
import { type RunStart, startOf } from "../fold/start.js";
import { allValues, firstValue, type HistoryEvent, idOf } from "../payloads.js";

/** A decision whose signature was verified. */
export interface ProvenVote {
  jti: string;
  approver: string;
  /** As its token says; absent where history no longer holds it. */
  node?: string;
  decision?: string;
  digest?: string;
}

/** An activity that tells somebody or changes something. */
export interface Effected {
  node: string;
  tool: string;
  digest?: string;
  params: JsonObject;
  approvers?: string[];
  /** `open`: it may or may not have acted yet; `lost`: Temporal does not know. */
  ended: "done" | "failed" | "lost" | "open";
  code?: string;
}

export interface RunEvidence {
  runId: string;
  runKey: string;
  isOpen: boolean;
  /** Whether history still holds all that the run did. */
  isWhole: boolean;
  check: "accepted" | "refused" | "none";
  asked: Array<{ node: string; digest: string }>;
  votes: ProvenVote[];
  signaturesRefused: number;
  /** Every token that arrived, by its id. */
  tokens: Map<string, ProvenVote>;
  /** Decisions that came with a token, readable or not. */
  tokensSent: number;
  effects: Effected[];
  /** One for each execution that ended with one. */
  reports: Report[];
}

export interface EvidenceInTheMaking {
  isWhole: boolean;
  add(executionId: string, event: HistoryEvent): void;
  done(isOpen: boolean): RunEvidence;
}

interface Scheduled {
  activityId: string;
  tool: string;
  call: Partial<ToolCall>;
}

export function createEvidence(runId: string, runKey: string): EvidenceInTheMaking {
  const made: RunEvidence = {
    runId,
    runKey,
    isOpen: false,
    isWhole: true,
    check: "none",
    asked: [],
    votes: [],
    signaturesRefused: 0,
    tokens: new Map(),
    tokensSent: 0,
    effects: [],
    reports: [],
  };
  const started = new Map<string, RunStart>();
  const effects = new Map<string, Effect>();
  const scheduled = new Map<string, Scheduled>();
  const ended = new Map<string, Pick<Effected, "ended" | "code">>();
  /** A reset copies events with their numbers and times. */
  const seen = new Set<string>();

  function add(executionId: string, event: HistoryEvent): void {
    const start = startOf(event, runId);
    if (start !== undefined) {
      started.set(executionId, start);
      if (start.carried !== undefined) learn(start, start.carried.verdict);
    }
    const key = `${idOf(event.eventId)}/${String(event.eventTime?.seconds)}.${event.eventTime?.nanos}`;
    const isCopy = seen.has(key);
    seen.add(key);
    take(executionId, event, isCopy);
  }

  function take(executionId: string, event: HistoryEvent, isCopy: boolean): void {
    const at = (id: unknown): string => `${executionId}/${idOf(id)}`;
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity?.activityId) {
      const call = (firstValue(activity.input) ?? {}) as Partial<ToolCall>;
      scheduled.set(at(event.eventId), {
        activityId: activity.activityId,
        tool: activity.activityType?.name ?? "",
        call,
      });
    }
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      ended.set(at(completed.scheduledEventId), { ended: "done" });
      const asked = nodeOfAskId(scheduled.get(at(completed.scheduledEventId))?.activityId ?? "");
      const digest = (firstValue(completed.result) as Partial<AskResult> | undefined)?.digest;
      if (asked !== undefined && digest !== undefined && !isCopy) made.asked.push({ node: asked, digest });
    }
    const failed = event.activityTaskFailedEventAttributes;
    if (failed) {
      const code = failed.failure?.applicationFailureInfo?.type ?? undefined;
      ended.set(at(failed.scheduledEventId), { ended: "failed", code });
    }
    const lost = event.activityTaskTimedOutEventAttributes ?? event.activityTaskCanceledEventAttributes;
    if (lost) ended.set(at(lost.scheduledEventId), { ended: "lost" });
    if (isCopy) return;
    takeMarker(executionId, event);
    takeDecision(event);
    const ending = endingOf(event);
    if (ending?.kind === "completed" && ending.report !== undefined) made.reports.push(ending.report);
  }

  function takeMarker(executionId: string, event: HistoryEvent): void {
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName !== "core_local_activity") return;
    const { activity_type: type } = (firstValue(marker.details?.data) ?? {}) as { activity_type?: string };
    const result = firstValue(marker.details?.result);
    if (type === ACTIVITIES.checkGraph) {
      const checked = result as CheckResult | undefined;
      const start = started.get(executionId);
      if (checked?.ok === true && start !== undefined) learn(start, checked.verdict);
      made.check = checked?.ok === true ? "accepted" : "refused";
    } else if (type === ACTIVITIES.verifyVote) {
      const verdict = result as VoteVerdict | undefined;
      if (verdict?.ok === true) made.votes.push({ jti: verdict.jti, approver: verdict.approver });
      else if (verdict !== undefined) made.signaturesRefused++;
    }
  }

  function takeDecision(event: HistoryEvent): void {
    const signal = event.workflowExecutionSignaledEventAttributes;
    const request =
      event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ??
      event.workflowExecutionUpdateAdmittedEventAttributes?.request;
    const isSignal = Object.values(SIGNALS).some((name) => name === signal?.signalName);
    const isUpdate = request?.input?.name === UPDATES.decide;
    if (!isSignal && !isUpdate) return;
    const [value] = allValues(isSignal ? signal?.input : request?.input?.args);
    const { token } = (value ?? {}) as { token?: unknown };
    if (typeof token !== "string") return;
    made.tokensSent++;
    const claims = claimsOf(token);
    if (claims === undefined) return;
    const { jti, subject: approver, nodeId: node, decision, digest } = claims;
    made.tokens.set(jti, { jti, approver, node, decision, digest });
  }

  function learn(start: RunStart, verdict: Verdict): void {
    if (start.graph === undefined) return;
    for (const { id, effect } of checkedGraph(start.graph, verdict).nodes) effects.set(id, effect);
  }

  function effectsDone(): Effected[] {
    return [...scheduled].flatMap(([key, { activityId: node, tool, call }]) => {
      const effect = effects.get(node);
      if (effect !== "write" && effect !== "notify") return [];
      const { grant, params = {} } = call;
      const approvers = grant && peopleOf(grant.votes.map(({ approver }) => approver));
      return [
        { node, tool, digest: grant?.digest, params, approvers, ...(ended.get(key) ?? { ended: "open" as const }) },
      ];
    });
  }

  return {
    get isWhole() {
      return made.isWhole;
    },
    set isWhole(value) {
      made.isWhole = value;
    },
    add,
    done: (isOpen) => {
      const votes = made.votes.map((vote) => ({ ...made.tokens.get(vote.jti), ...vote }));
      return { ...made, isOpen, votes, effects: effectsDone() };
    },
  };
}
