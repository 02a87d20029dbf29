/** What a history gives where it is cut short, odd, or no run's at all. Whole histories are compared in `test/integration`. */
import { defaultPayloadConverter } from "@temporalio/common";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fold } from "../../../src/client/runs/fold.js";
import { compareIds } from "../../../src/client/runs/happenings.js";
import type { HistoryEvent } from "../../../src/client/runs/payloads.js";
import { GATED } from "../support/stack.js";

const payloads = (...values: unknown[]) => ({
  payloads: values.map((value) => defaultPayloadConverter.toPayload(value)),
});
const at = (seconds: number) => ({ seconds, nanos: 0 }) as never;
const id = (eventId: number) => eventId as never;

const STARTED: HistoryEvent = {
  eventId: id(1),
  eventTime: at(100),
  workflowExecutionStartedEventAttributes: {
    workflowType: { name: "runGraph" },
    firstExecutionRunId: "key",
    input: payloads({ graph: GATED, requester: "ann" }),
  },
};

function foldOf(...events: HistoryEvent[]) {
  const fold = new Fold("run", 0);
  const happenings = events.flatMap((event) => fold.add(event));
  return { fold, happenings: [...happenings, ...fold.endTask()] };
}

describe("a run that no worker has seen", () => {
  test("shows its graph, with a gate wherever one is sure to come", () => {
    const { fold, happenings } = foldOf(STARTED);
    expect(happenings).toEqual([{ id: "0.1", atMs: 100_000, kind: "run-started", text: "the run was started" }]);
    expect(fold.view()).toMatchObject({
      runId: "run",
      runKey: "key",
      requester: "ann",
      status: "running",
      nodes: [
        { id: "look", status: "pending", gated: false },
        { id: "mend", status: "pending", gated: true },
      ],
      gates: [],
    });
  });

  test("tells of a decision and of a cancellation that wait, and counts neither", () => {
    const { fold, happenings } = foldOf(
      STARTED,
      {
        eventId: id(2),
        eventTime: at(101),
        workflowExecutionSignaledEventAttributes: {
          signalName: "approve",
          input: payloads({ node_id: "mend", approver: "bob" }),
        },
      },
      { eventId: id(3), eventTime: at(102), workflowExecutionCancelRequestedEventAttributes: {} },
    );
    expect(happenings.map(({ id, kind, status }) => [id, kind, status])).toEqual([
      ["0.1", "run-started", undefined],
      ["0.2", "decided", "recorded"],
      ["0.3", "cancel-requested", undefined],
    ]);
    expect(fold.view().status).toBe("running");
  });

  test("shows what it can of an input that is no graph", () => {
    for (const input of [
      payloads(),
      payloads("x"),
      payloads({ graph: { nodes: 1 } }),
      { payloads: [{ data: new Uint8Array([1]) }] },
    ]) {
      const started = { ...STARTED.workflowExecutionStartedEventAttributes, input };
      const { fold } = foldOf({ ...STARTED, workflowExecutionStartedEventAttributes: started });
      expect(fold.view()).toMatchObject({ name: "run", nodes: [], status: "running" });
    }
  });

  test("ends as Temporal says, with the problems of a refusal", () => {
    const problems = [{ code: "unknown-tool", at: "nodes[0]", message: "no such tool" }];
    const { fold, happenings } = foldOf(STARTED, {
      eventId: id(2),
      eventTime: at(103),
      workflowExecutionFailedEventAttributes: {
        failure: {
          message: "no such tool",
          applicationFailureInfo: { type: "graph-refused", details: payloads({ problems }) },
        },
      },
    });
    expect(happenings.at(-1)).toMatchObject({ kind: "run-ended", status: "failed", text: "no such tool" });
    expect(fold.view()).toMatchObject({ status: "failed", problems, endedAtMs: 103_000 });
  });
});

test("a state that a caller hands over is not looked at: only one of a run that continued as new", () => {
  const forged = { runKey: "forged", verdict: {}, state: { outcome: "succeeded" } };
  const input = payloads({ graph: GATED, requester: "ann" }, forged);
  const started = { ...STARTED.workflowExecutionStartedEventAttributes, input };
  const { fold } = foldOf({ ...STARTED, workflowExecutionStartedEventAttributes: started });
  expect(fold.view()).toMatchObject({ runKey: "key", status: "running" });
});

test("no event, whatever stands in it, makes the fold throw", () => {
  const names = [
    "workflowTaskStartedEventAttributes",
    "workflowTaskCompletedEventAttributes",
    "activityTaskScheduledEventAttributes",
    "activityTaskStartedEventAttributes",
    "activityTaskCompletedEventAttributes",
    "activityTaskFailedEventAttributes",
    "activityTaskTimedOutEventAttributes",
    "timerStartedEventAttributes",
    "timerFiredEventAttributes",
    "markerRecordedEventAttributes",
    "workflowExecutionSignaledEventAttributes",
    "workflowExecutionUpdateAcceptedEventAttributes",
    "workflowExecutionUpdateAdmittedEventAttributes",
    "workflowExecutionTerminatedEventAttributes",
  ];
  const event = fc.record({
    name: fc.constantFrom(...names),
    attributes: fc.record(
      {
        scheduledEventId: fc.nat(20),
        startedEventId: fc.nat(20),
        workflowTaskCompletedEventId: fc.nat(20),
        activityId: fc.constantFrom("look", "ask:mend:1", "x"),
        timerId: fc.constantFrom("1", "2"),
        signalName: fc.constantFrom("approve", "reject", "x"),
        markerName: fc.constant("core_local_activity"),
        input: fc.jsonValue().map((value) => payloads(value)),
        result: fc.jsonValue().map((value) => payloads(value)),
      },
      { requiredKeys: [] },
    ),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const history = events.map(({ name, attributes }, index) => ({ eventId: id(index + 2), [name]: attributes }));
      const { fold } = foldOf(STARTED, ...(history as HistoryEvent[]));
      expect(fold.view().runId).toBe("run");
    }),
    { numRuns: 300 },
  );
});

test("ids are ordered by execution, event and place, as numbers", () => {
  const ids = ["0.1", "0.9", "0.9.0", "0.9.2", "0.9.10", "0.10", "1.1", "1.4.0", "10.2"];
  const shuffled = [...ids].reverse().sort(compareIds);
  expect(shuffled).toEqual(ids);
});
