/**
 * What holds for every graph when the real interpreter runs it: the same rules as in `test/core/run`, written anew from
 * the design over what the server recorded, so that they can disagree with the code.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Fold } from "../../src/client/runs/fold.js";
import type { NodeView, RunView } from "../../src/core/report/view.js";
import { type Drawn, drawnArbitrary } from "../support/random-graphs.js";
import { openTheatre, type Played } from "../support/random-runs.js";
import { createTestEnvironment } from "../support/temporal.js";

/** Runs beside each other, and how often. */
const AT_ONCE = 12;
const TIMES = 5;

test("a run of any graph keeps the rules of the design", async () => {
  const cases = fc.array(drawnArbitrary, { minLength: AT_ONCE, maxLength: AT_ONCE });
  await fc.assert(
    fc.asyncProperty(cases, async (drawn) => {
      for (const played of await playAll(drawn)) holds(played);
    }),
    // A failure is told with its seed and graph; to look for a smaller one would take minutes.
    { numRuns: TIMES, endOnFailure: true, interruptAfterTimeLimit: 120_000 },
  );
}, 240_000);

/** Each time a server of its own: it takes the SDK's signs of life for a flood after a minute, and hangs up. */
async function playAll(drawn: Drawn[]): Promise<Played[]> {
  const environment = await createTestEnvironment();
  const theatre = await openTheatre(environment);
  try {
    return await theatre.play(drawn);
  } finally {
    await theatre.close();
    await environment.teardown();
  }
}

function holds(played: Played): void {
  const { drawn, view, calls, mostAtOnce } = played;
  settlesEachNodeOnce(played);
  expect(mostAtOnce).toBeLessThanOrEqual(drawn.concurrency);
  expect(mostScheduledAtOnce(played)).toBeLessThanOrEqual(drawn.concurrency);
  for (const id of calls) startsOnceItsJoinHolds(played, id);
  for (const id of calls.filter((called) => effectOf(view, called) === "write")) actsByAnApprovedGate(played, id);
  writesNothingMoreAfterAFailure(played);
  expect(view.status).toBe(expectedOutcome(played));
  const folded = foldOf(played);
  // What was started and cancelled in one workflow task leaves no event: a view rebuilt from history shows it as running.
  if (!isAtDeadline(played) && view.status !== "cancelled") expect(timeless(folded)).toEqual(timeless(view));
}

const FINAL = ["succeeded", "failed", "rejected", "expired", "skipped", "cancelled"];
const effectOf = (view: RunView, id: string) => view.nodes.find((node) => node.id === id)?.effect;

function settlesEachNodeOnce({ view, report, calls, events }: Played): void {
  for (const node of view.nodes) expect(FINAL).toContain(node.status);
  expect(report.nodes.map(({ id, status }) => [id, status])).toEqual(view.nodes.map(({ id, status }) => [id, status]));
  expect(new Set(calls).size).toBe(calls.length);
  const tools = view.nodes.filter(({ tool }) => tool !== undefined);
  const scheduled = schedulesOf(events).map(({ id }) => id);
  for (const { id, status } of tools) {
    const times = scheduled.filter((one) => one === id).length;
    if (status === "succeeded" || status === "failed") expect([id, times]).toEqual([id, 1]);
    else if (status !== "cancelled") expect([id, times]).toEqual([id, 0]);
  }
}

interface Scheduled {
  id: string;
  /** Event ids. */
  at: number;
  task: number;
  closedAt: number;
}

/** The activities of tools, with the event that closed each. */
function schedulesOf(events: Played["events"]): Scheduled[] {
  const closed = new Map<number, number>();
  for (const event of events) {
    const { activityTaskCompletedEventAttributes: done, activityTaskFailedEventAttributes: failed } = event;
    const ending = done ?? failed ?? event.activityTaskCanceledEventAttributes;
    if (ending) closed.set(Number(ending.scheduledEventId), Number(event.eventId));
  }
  return events.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => {
    if (!scheduled?.activityId || !/^n\d+$/.test(scheduled.activityId)) return [];
    const at = Number(eventId);
    const task = Number(scheduled.workflowTaskCompletedEventId);
    return [{ id: scheduled.activityId, at, task, closedAt: closed.get(at) ?? Number.POSITIVE_INFINITY }];
  });
}

function mostScheduledAtOnce({ events }: Played): number {
  const all = schedulesOf(events);
  return Math.max(0, ...all.map(({ at }) => all.filter((one) => one.at <= at && one.closedAt > at).length));
}

function startsOnceItsJoinHolds({ drawn, view, events }: Played, id: string): void {
  const all = schedulesOf(events);
  const startedAt = all.find((one) => one.id === id)?.at ?? 0;
  const into = view.edges.filter((edge) => edge.to === id);
  const taken = into.filter((edge) => edge.state === "taken");
  // A source that is no tool, or was never called, ended by no event of its own.
  const before = taken.filter(({ from }) => (all.find((one) => one.id === from)?.closedAt ?? 0) < startedAt);
  const join = drawn.graph.nodes.find((node) => node.id === id)?.join ?? "all";
  if (into.length === 0) return;
  if (join === "all") {
    expect(before.length).toBe(taken.length);
    expect(taken.length).toBeGreaterThan(0);
    expect(into.filter((edge) => edge.state === "not_taken" || edge.state === "open")).toEqual([]);
  } else expect(before.length).toBeGreaterThanOrEqual(join === "any" ? 1 : join);
}

function actsByAnApprovedGate({ view, given }: Played, id: string): void {
  const gate = view.gates.find(({ nodeId }) => nodeId === id);
  expect(gate?.status).toBe("approved");
  expect(gate?.votes.map(({ decision }) => decision)).toEqual(["approve"]);
  expect(given.get(id)?.grant).toMatchObject({ digest: gate?.digest, votes: [{ approver: "ann" }] });
}

/** A failure is known to a workflow task that began after it; what a later one starts must not write. */
function writesNothingMoreAfterAFailure({ drawn, view, events }: Played): void {
  const all = schedulesOf(events);
  const continues = (id: string) => drawn.graph.nodes.find((node) => node.id === id)?.continue_on_failure === true;
  const failed = view.nodes.filter(({ id, status, tool }) => status === "failed" && tool && !continues(id));
  for (const { id } of failed) {
    const failedAt = all.find((one) => one.id === id)?.closedAt ?? Number.POSITIVE_INFINITY;
    const knownIn = taskAfter(events, failedAt);
    const later = all.filter((one) => one.task > knownIn && effectOf(view, one.id) === "write");
    for (const write of later) expect([write.id, comesByFailureEdge(view, write.id)]).toEqual([write.id, true]);
  }
}

/** Event id of the completion of the first workflow task that began after an event. */
function taskAfter(events: Played["events"], eventId: number): number {
  const next = events.find((event) => {
    const { workflowTaskCompletedEventAttributes: completed } = event;
    return completed !== null && completed !== undefined && Number(completed.startedEventId) > eventId;
  });
  return next === undefined ? Number.POSITIVE_INFINITY : Number(next.eventId);
}

function comesByFailureEdge({ edges }: RunView, id: string): boolean {
  const view = { edges } as RunView;
  return edges.some(({ from, to, on, state }) => {
    return to === id && state === "taken" && (on === "failure" || comesByFailureEdge(view, from));
  });
}

function expectedOutcome({ drawn, view, wasCancelled }: Played): string {
  if (wasCancelled && view.status === "cancelled") return "cancelled";
  const goesOn = ({ id }: NodeView): boolean =>
    drawn.graph.nodes.find((node) => node.id === id)?.continue_on_failure === true ||
    view.edges.some(({ from, on, state }) => from === id && on === "failure" && state === "taken");
  if (view.nodes.some((node) => node.status === "failed" && !goesOn(node))) return "failed";
  const statuses = view.nodes.map(({ status }) => status);
  if (statuses.includes("rejected")) return "rejected";
  return statuses.includes("expired") ? "expired" : "succeeded";
}

/** What core alone gives for the same events, as a client without a worker sees it. */
function foldOf({ view, events }: Played): RunView {
  const fold = new Fold(view.runId, 0);
  for (const event of events) fold.add(event);
  fold.endTask();
  return JSON.parse(JSON.stringify(fold.view())) as RunView;
}

/** This server tells a worker other times than it keeps: which side of a deadline a decision fell on may differ so far. */
const EDGE_MS = 1_000;

const isAtDeadline = ({ view, events }: Played): boolean =>
  events.some((event) => {
    const isDecision =
      event.workflowExecutionSignaledEventAttributes ?? event.workflowExecutionUpdateAcceptedEventAttributes;
    if (!isDecision) return false;
    const atMs = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1_000_000;
    return view.gates.some(({ deadlineMs }) => Math.abs(atMs - deadlineMs) < EDGE_MS);
  });

/** Without times: this server tells a worker other ones than it keeps, by some milliseconds. */
function timeless(view: RunView): unknown {
  const text = JSON.stringify(view, (key, value: unknown) => (/Ms$/.test(key) ? undefined : value));
  return JSON.parse(text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "a time"));
}
