/** Approvals for tests: a store of records in memory, a server that answers as it is told, and questions with their grants. */
import type { Grant } from "../../src/activities/contract.js";
import { redactValue } from "../../src/core/redact.js";
import type { ContentStore } from "../../src/platform/blobs/store.js";
import { digestOf } from "../../src/platform/digest.js";
import { createRecords, type Records } from "../../src/platform/records/records.js";
import type { AskCaller, CallingRun } from "../../src/platform/temporal/calling-run.js";
import type { JsonObject } from "../../src/schema/json.js";
import type { Question } from "../../src/schema/question.js";

export function recordsStub(): Records {
  const kept = new Map<string, Buffer>();
  const store: ContentStore = {
    put: async (name, bytes) => void kept.set(name, bytes),
    get: async (name) => kept.get(name),
    async add(name, bytes) {
      if (kept.has(name)) return false;
      kept.set(name, bytes);
      return true;
    },
  };
  return createRecords(store);
}

/** A run of ours that waits for the activity and has asked; `said` overrides what the server says of it. */
export function callerStub(said: () => Partial<CallingRun> = () => ({})): AskCaller {
  return async ({ runId }, askedIn) => ({
    type: "runGraph",
    isOpen: true,
    isPending: true,
    runKey: runId,
    hasAsked: runId === askedIn,
    ...said(),
  });
}

/** Of a write on the target shop in staging, by the node `w` of the run `run`. */
export async function questionAbout(
  params: JsonObject,
  records: Records,
  more: Partial<Question> = {},
): Promise<Question> {
  const runKey = more.runKey ?? "11111111-1111-1111-1111-111111111111";
  return {
    v: 2,
    run: "run",
    runKey,
    askedIn: runKey,
    store: await records.id(),
    nonce: "a".repeat(32),
    node: "w",
    nodeType: "rollback",
    tool: "rollback",
    params: digestOf(params),
    shown: digestOf(redactValue(params)),
    target: "shop",
    environment: "staging",
    effect: "write",
    rule: null,
    required: 1,
    signed: false,
    requester: "rita",
    retries: 0,
    policyDigest: "p",
    openedAtMs: 0,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    preview: null,
    undo: null,
    ...more,
  };
}

export const grantOf = (question: Question, votes: Grant["votes"] = [{ approver: "ann" }]): Grant => ({
  digest: digestOf(question),
  question,
  votes,
});
