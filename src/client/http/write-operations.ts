/** The operations that hold writes back and let them go. */
import * as shapes from "../../schema/api-writes.js";
import { json, type Operation, V1 } from "./operation.js";

const WRITES = `${V1}/writes`;

export const WRITE_OPERATIONS = {
  showWrites: {
    method: "get",
    path: WRITES,
    needs: "runs.read",
    says: "What is paused, and which change windows are overridden",
    answers: { 200: json("what holds now", shapes.writesAnswer) },
    problems: [404, 503],
  },
  pauseWrites: {
    method: "post",
    path: `${WRITES}/pause`,
    needs: "writes.pause",
    says: "Let no write of a scope start any more, on any worker",
    body: shapes.pauseBodySchema,
    answers: {
      200: json("a worker has taken it in", shapes.pausedAnswer),
      202: json("recorded; it holds before the first write that a worker starts", shapes.pausedAnswer),
    },
    problems: [404, 503],
  },
  resumeWrites: {
    method: "post",
    path: `${WRITES}/resume`,
    needs: "writes.resume",
    says: "End the pauses of a scope, or all; writes that were refused meanwhile are not done by it",
    body: shapes.resumeBodySchema,
    answers: { 200: json("what was ended, and what still holds", shapes.resumedAnswer) },
    problems: [403, 404, 503],
  },
  overrideWindows: {
    method: "post",
    path: `${WRITES}/override`,
    needs: "writes.override",
    says: "Let writes start outside the change windows of an environment for a time; the policy says whose groups may",
    body: shapes.overrideBodySchema,
    answers: { 200: json("until when", shapes.overriddenAnswer) },
    problems: [403, 404, 503],
  },
} as const satisfies Record<string, Operation>;
