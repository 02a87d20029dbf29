/** The operations about what starts by the clock. Whoever may start runs may have them started. */
import { emptyBodySchema } from "../../schema/api.js";
import * as shapes from "../../schema/api-schedules.js";
import { json, type Operation, V1 } from "./operation.js";

const SCHEDULES = `${V1}/schedules`;
const ONE = `${SCHEDULES}/{name}`;
const answers = { 200: json("the schedule with its next starts", shapes.scheduleAnswer) };

export const SCHEDULE_OPERATIONS = {
  listSchedules: {
    method: "get",
    path: SCHEDULES,
    needs: "runs.read",
    says: "What starts by the clock, and when next",
    answers: { 200: json("the schedules", shapes.schedulesAnswer) },
    problems: [404, 503],
  },
  createSchedule: {
    method: "post",
    path: SCHEDULES,
    needs: "runs.start",
    says: "Start a stored graph, or plan anew from a goal, by the clock; with `preview` it only says when",
    body: shapes.scheduleBodySchema,
    answers: {
      200: json("a preview: nothing was kept", shapes.scheduleAnswer),
      201: json("it is kept", shapes.scheduleAnswer),
    },
    problems: [404, 409, 422, 503],
  },
  showSchedule: {
    method: "get",
    path: ONE,
    needs: "runs.read",
    says: "A schedule with its next and last starts",
    params: shapes.schedulePathSchema,
    answers,
    problems: [404, 503],
  },
  deleteSchedule: {
    method: "delete",
    path: ONE,
    needs: "runs.start",
    says: "Forget a schedule; runs that it started go on",
    params: shapes.schedulePathSchema,
    answers: { 200: json("it is gone", shapes.scheduleDeletedAnswer) },
    problems: [404, 503],
  },
  pauseSchedule: {
    method: "post",
    path: `${ONE}/pause`,
    needs: "runs.start",
    says: "Start nothing by it until it is resumed",
    params: shapes.schedulePathSchema,
    body: shapes.scheduleReasonSchema,
    answers,
    problems: [404, 503],
  },
  resumeSchedule: {
    method: "post",
    path: `${ONE}/resume`,
    needs: "runs.start",
    says: "Start by it again",
    params: shapes.schedulePathSchema,
    body: shapes.scheduleReasonSchema,
    answers,
    problems: [404, 503],
  },
  triggerSchedule: {
    method: "post",
    path: `${ONE}/trigger`,
    needs: "runs.start",
    says: "Start it now, unless a run of it goes on",
    params: shapes.schedulePathSchema,
    body: emptyBodySchema,
    answers,
    problems: [404, 503],
  },
} as const satisfies Record<string, Operation>;
