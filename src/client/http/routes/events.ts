/** `GET /api/v1/runs/:id/events`: what happens in a run as server-sent events, resumable, with an end. */
import { createSession, type Session } from "better-sse";
import type { Request, RequestHandler, Response } from "express";
import {
  HTTP_KEEP_ALIVE_SECONDS,
  HTTP_RETRY_SECONDS,
  HTTP_STREAMS_MAX,
  HTTP_STREAMS_PER_CALLER_MAX,
} from "../../../vocabulary/facade-limits.js";
import { visibleJson } from "../../../vocabulary/visible.js";
import { type Caller, callerOf } from "../access/caller.js";
import { watchCaller } from "../access/stream-watch.js";
import type { FacadeOptions } from "../options.js";
import { Refusal } from "../problem-document.js";
import { lastEventIdOf, runOf } from "../read.js";

export function streamEvents(options: FacadeOptions): RequestHandler {
  const places = createPlaces(options);
  return async (request, response) => {
    const runId = runOf(request);
    const after = lastEventIdOf(request);
    const leave = places.take(callerOf(response));
    try {
      await refuseUnknown(runId, options);
      if (request.method === "HEAD") return void response.type("text/event-stream").end();
      await stream(runId, after, request, response, options);
    } finally {
      leave();
    }
  };
}

/** Bounds the streams of all, and of each who has signed in. The local operator is all that there are. */
function createPlaces({ streamsMax = HTTP_STREAMS_MAX, metrics }: FacadeOptions) {
  const bySubject = new Map<string, number>();
  let taken = 0;
  return {
    /** Returns what gives the place back. */
    take({ subject, channel }: Caller): () => void {
      const own = bySubject.get(subject) ?? 0;
      if (channel !== undefined && own >= HTTP_STREAMS_PER_CALLER_MAX) throw tooMany(own, " by you");
      if (taken >= streamsMax) throw tooMany(taken, "");
      bySubject.set(subject, own + 1);
      metrics?.streams(++taken);
      return () => {
        const left = (bySubject.get(subject) ?? 1) - 1;
        if (left === 0) bySubject.delete(subject);
        else bySubject.set(subject, left);
        metrics?.streams(--taken);
      };
    },
  };
}

function tooMany(open: number, whose: string): Refusal {
  const message = `${open} event streams are open${whose} already`;
  return new Refusal([{ code: "too-many-requests", at: "events", message, hint: "close one and try again" }]);
}

/** Once a stream is open there is no status to tell it with. A run without a report is still a run. */
async function refuseUnknown(runId: string, { runs }: FacadeOptions): Promise<void> {
  const answer = await runs.report(runId, 0);
  const codes = answer.ok ? [] : answer.problems.map((problem) => problem.code);
  if (codes.includes("run-not-found") || codes.includes("temporal-unreachable")) {
    throw new Refusal(answer.ok ? [] : answer.problems);
  }
}

async function stream(
  runId: string,
  after: string | undefined,
  request: Request,
  response: Response,
  { runs, log }: FacadeOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const session: Session = await createSession(request, response, {
    keepAlive: HTTP_KEEP_ALIVE_SECONDS * 1_000,
    retry: HTTP_RETRY_SECONDS * 1_000,
    trustClientEventId: false,
    serializer: (data) => visibleJson(JSON.stringify(data)),
  });
  let last = after ?? "0.0";
  const stopWatch = watchCaller(callerOf(response), "runs.read", () => {
    // The client comes back, and is told why it may not.
    log.info("event stream ended: its caller may no longer see it", { operation: "events", run: runId });
    gone.abort();
    // What is asked of Temporal may take a while to end; the caller sees nothing of it any more.
    response.end();
  });
  try {
    for await (const happening of runs.happenings(runId, { after, signal: gone.signal })) {
      if (!session.isConnected || gone.signal.aborted) return;
      last = happening.id;
      session.push(happening, "happening", last);
    }
    if (session.isConnected && !gone.signal.aborted) session.push({ runId }, "end", last);
  } catch (error) {
    // The client comes back after `retry` and goes on where it was.
    log.warn("event stream broken off", { operation: "events", run: runId, reason: error });
  } finally {
    stopWatch();
    response.end();
  }
}
