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

interface Scheduled {
  activityId: string;
  tool: string;
  call: Partial<ToolCall>;
}

export class EvidenceInTheMaking {
  readonly #made: RunEvidence;
  readonly #started = new Map<string, RunStart>();
  readonly #effects = new Map<string, Effect>();
  readonly #scheduled = new Map<string, Scheduled>();
  readonly #ended = new Map<string, Pick<Effected, "ended" | "code">>();
  /** A reset copies events with their numbers and times. */
  readonly #seen = new Set<string>();
  isWhole = true;

  constructor(runId: string, runKey: string) {
    this.#made = {
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
  }

  add(executionId: string, event: HistoryEvent): void {
    const start = startOf(event, this.#made.runId);
    if (start !== undefined) {
      this.#started.set(executionId, start);
      if (start.carried !== undefined) this.#learn(start, start.carried.verdict);
    }
    const key = `${idOf(event.eventId)}/${String(event.eventTime?.seconds)}.${event.eventTime?.nanos}`;
    const isCopy = this.#seen.has(key);
    this.#seen.add(key);
    this.#takeActivity(executionId, event, isCopy);
    if (isCopy) return;
    this.#takeMarker(executionId, event);
    this.#takeDecision(event);
    const ending = endingOf(event);
    if (ending?.kind === "completed" && ending.report !== undefined) this.#made.reports.push(ending.report);
  }

  done(isOpen: boolean): RunEvidence {
    const { tokens } = this.#made;
    const votes = this.#made.votes.map((vote) => ({ ...tokens.get(vote.jti), ...vote }));
    return { ...this.#made, isWhole: this.isWhole, isOpen, votes, effects: this.#effectsDone() };
  }

  #takeActivity(executionId: string, event: HistoryEvent, isCopy: boolean): void {
    const at = (id: unknown): string => `${executionId}/${idOf(id)}`;
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity?.activityId) {
      const call = (firstValue(activity.input) ?? {}) as Partial<ToolCall>;
      const tool = activity.activityType?.name ?? "";
      this.#scheduled.set(at(event.eventId), { activityId: activity.activityId, tool, call });
    }
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      const key = at(completed.scheduledEventId);
      this.#ended.set(key, { ended: "done" });
      const asked = nodeOfAskId(this.#scheduled.get(key)?.activityId ?? "");
      const digest = (firstValue(completed.result) as Partial<AskResult> | undefined)?.digest;
      if (asked !== undefined && digest !== undefined && !isCopy) this.#made.asked.push({ node: asked, digest });
    }
    const failed = event.activityTaskFailedEventAttributes;
    if (failed) {
      const code = failed.failure?.applicationFailureInfo?.type ?? undefined;
      this.#ended.set(at(failed.scheduledEventId), { ended: "failed", code });
    }
    const lost = event.activityTaskTimedOutEventAttributes ?? event.activityTaskCanceledEventAttributes;
    if (lost) this.#ended.set(at(lost.scheduledEventId), { ended: "lost" });
  }

  #takeMarker(executionId: string, event: HistoryEvent): void {
    const made = this.#made;
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName !== "core_local_activity") return;
    const { activity_type: type } = (firstValue(marker.details?.data) ?? {}) as { activity_type?: string };
    const result = firstValue(marker.details?.result);
    if (type === ACTIVITIES.checkGraph) {
      const checked = result as CheckResult | undefined;
      const start = this.#started.get(executionId);
      if (checked?.ok === true && start !== undefined) this.#learn(start, checked.verdict);
      made.check = checked?.ok === true ? "accepted" : "refused";
    } else if (type === ACTIVITIES.verifyVote) {
      const verdict = result as VoteVerdict | undefined;
      if (verdict?.ok === true) made.votes.push({ jti: verdict.jti, approver: verdict.approver });
      else if (verdict !== undefined) made.signaturesRefused++;
    }
  }

  #takeDecision(event: HistoryEvent): void {
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
    this.#made.tokensSent++;
    const claims = claimsOf(token);
    if (claims === undefined) return;
    const { jti, subject: approver, nodeId: node, decision, digest } = claims;
    this.#made.tokens.set(jti, { jti, approver, node, decision, digest });
  }

  #learn(start: RunStart, verdict: Verdict): void {
    if (start.graph === undefined) return;
    for (const { id, effect } of checkedGraph(start.graph, verdict).nodes) this.#effects.set(id, effect);
  }

  #effectsDone(): Effected[] {
    return [...this.#scheduled].flatMap(([key, { activityId: node, tool, call }]) => {
      const effect = this.#effects.get(node);
      if (effect !== "write" && effect !== "notify") return [];
      const { grant, params = {} } = call;
      const approvers = grant && peopleOf(grant.votes.map(({ approver }) => approver));
      const { ended, code } = this.#ended.get(key) ?? { ended: "open" as const };
      return [{ node, tool, digest: grant?.digest, params, approvers, ended, code }];
    });
  }
}
