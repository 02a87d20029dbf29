/**
 * Every operation of the façade: its route, who may call it, what it takes and gives. The routes, the OpenAPI
 * description and the tests of roles are made from this list.
 */
import * as takes from "../../schema/api.js";
import * as gives from "../../schema/api-answers.js";
import { CODEC_OPERATIONS } from "./codec-operations.js";
import { INCIDENT_OPERATIONS } from "./incident-operations.js";
import { json, type Operation, V1 } from "./operation.js";
import { SCHEDULE_OPERATIONS } from "./schedule-operations.js";
import { WRITE_OPERATIONS } from "./write-operations.js";

export type { Operation } from "./operation.js";

const IDEMPOTENCY = {
  name: "Idempotency-Key",
  says: "the same key and body give the same run; another body is refused",
  schema: takes.idempotencyKeySchema,
} as const;
const IF_MATCH = {
  name: "If-Match",
  says: "the digest of the action that is meant, in quotes: another action is refused with 412",
  schema: takes.ifMatchSchema,
} as const;
const AFTER = { name: "Last-Event-ID", says: "go on after this event", schema: takes.eventIdSchema } as const;
const SLACK_HEADERS = [
  { name: "X-Slack-Signature", says: "v0, over the time and the body", schema: takes.slackHeaderSchema },
  { name: "X-Slack-Request-Timestamp", says: "at most five minutes away", schema: takes.slackHeaderSchema },
] as const;
const probe = (path: string, says: string, problems: number[] = []) =>
  ({
    method: "get",
    path,
    needs: "anyone",
    says,
    answers: { 200: json("yes", gives.statusAnswer) },
    problems,
  }) as const;
const RUN = `${V1}/runs/{id}`;

/** By operation id. Bodies are read only once the caller may call. */
export const OPERATIONS = {
  isAlive: probe("/livez", "The façade runs"),
  isHealthy: probe("/healthz", "The same, under its older name"),
  isReady: probe("/readyz", "Temporal answers and a worker polls", [503]),
  showMetrics: {
    method: "get",
    path: "/metrics",
    needs: "metrics.read",
    says: "Metrics in Prometheus's text format",
    answers: { 200: { says: "the metrics", type: "text/plain" } },
    problems: [],
  },
  describe: {
    method: "get",
    path: "/openapi.json",
    needs: "anyone",
    says: "This description",
    answers: { 200: { says: "OpenAPI 3.1", type: "application/json" } },
    problems: [],
  },
  showSession: {
    method: "get",
    path: `${V1}/session`,
    needs: "anyone",
    says: "Who is signed in on the page, and whether one must",
    answers: { 200: json("subject, groups and roles; only `required` where nobody is", gives.sessionAnswer) },
    problems: [],
  },
  beginSession: {
    method: "post",
    path: `${V1}/session`,
    needs: "anyone",
    says: "Sign in on the page: a key or token, once, for a cookie. Only for the page itself",
    body: takes.sessionBodySchema,
    answers: { 201: json("signed in; the cookie is set", gives.sessionAnswer) },
    problems: [400, 401, 503],
  },
  endSession: {
    method: "delete",
    path: `${V1}/session`,
    needs: "anyone",
    says: "Sign out on the page",
    answers: { 204: { says: "nobody is signed in any more" } },
    problems: [],
  },
  createPlan: {
    method: "post",
    path: `${V1}/plans`,
    needs: "plans.make",
    says: "Draft a graph for a goal; nothing runs",
    body: takes.planBodySchema,
    answers: { 200: json("the graph, and what is to be said of it", gives.planAnswer) },
    problems: [502, 503, 504],
  },
  previewGraph: {
    method: "post",
    path: `${V1}/plans/preview`,
    needs: "plans.make",
    says: "What the policy says of a graph; nothing runs",
    body: takes.previewBodySchema,
    answers: { 200: json("the graph with the verdict on each node", gives.previewAnswer) },
    problems: [404],
  },
  listPlaybooks: {
    method: "get",
    path: `${V1}/playbooks`,
    needs: "runs.read",
    says: "The playbooks that goals are planned from",
    answers: { 200: json("the playbooks", gives.playbooksAnswer) },
    problems: [404],
  },
  listRuns: {
    method: "get",
    path: `${V1}/runs`,
    needs: "runs.read",
    says: "Runs, the newest first",
    query: takes.listQuerySchema,
    answers: { 200: json("a page; `next` is the cursor of the next one", gives.runsAnswer) },
    problems: [400, 503],
  },
  createRun: {
    method: "post",
    path: `${V1}/runs`,
    needs: "runs.start",
    says: "Start a run of a graph, or of the plan for a goal, in the caller's name",
    headers: [IDEMPOTENCY],
    body: takes.runBodySchema,
    answers: {
      200: json("the key had started it before", gives.startedAnswer),
      202: json("started; Location says where to look", gives.startedAnswer),
    },
    problems: [409, 502, 503, 504],
  },
  showRun: {
    method: "get",
    path: RUN,
    needs: "runs.read",
    says: "A run as it is now, with an entity tag",
    params: takes.runPathSchema,
    answers: { 200: json("the run", gives.runAnswer) },
    problems: [404, 503],
  },
  showReport: {
    method: "get",
    path: `${RUN}/report`,
    needs: "runs.read",
    says: "The report of a run that has ended; as text with Accept: text/markdown",
    params: takes.runPathSchema,
    answers: {
      200: json("the report", gives.reportAnswer),
      202: json("the run goes on", gives.stillRunningAnswer),
    },
    problems: [404, 503],
  },
  streamEvents: {
    method: "get",
    path: `${RUN}/events`,
    needs: "runs.read",
    says: "What happens in a run, as server-sent events; ends with the run, or with the caller's right to see it",
    params: takes.runPathSchema,
    headers: [AFTER],
    answers: { 200: { says: "events `happening`, and `end` at the end", type: "text/event-stream" } },
    problems: [404, 503],
  },
  decideGate: {
    method: "post",
    path: `${RUN}/approvals/{node}`,
    needs: "gates.decide",
    says: "Approve or reject at a gate, in the caller's name. Nothing else decides",
    params: takes.gatePathSchema,
    headers: [IF_MATCH],
    body: takes.decisionBodySchema,
    answers: {
      200: json("it counts", gives.decidedAnswer),
      202: json("recorded; it counts once a worker runs", gives.decidedAnswer),
    },
    problems: [404, 409, 412, 503],
  },
  cancelRun: {
    method: "post",
    path: `${RUN}/cancel`,
    needs: "runs.cancel",
    says: "Stop a run: its tools are stopped, its gates close",
    params: takes.runPathSchema,
    body: takes.emptyBodySchema,
    answers: { 202: json("it is being cancelled", gives.cancelledAnswer) },
    problems: [404, 409, 503],
  },
  showInbox: {
    method: "get",
    path: `${V1}/inbox`,
    needs: "runs.read",
    says: "The gates that wait for a decision",
    answers: { 200: json("open gates of all runs", gives.inboxAnswer) },
    problems: [503],
  },
  ...WRITE_OPERATIONS,
  listApiKeys: {
    method: "get",
    path: `${V1}/api-keys`,
    needs: "keys.manage",
    says: "The API keys by prefix; never a key",
    answers: { 200: json("the keys", gives.apiKeysAnswer) },
    problems: [404],
  },
  revokeApiKey: {
    method: "delete",
    path: `${V1}/api-keys/{prefix}`,
    needs: "keys.manage",
    says: "Take an API key back; again is no error",
    params: takes.keyPathSchema,
    answers: { 200: json("it is revoked", gives.apiKeyAnswer) },
    problems: [404],
  },
  takeSlackInteraction: {
    method: "post",
    path: `${V1}/slack/interactions`,
    // Slack's signature is the sign-in, and the policy says who the person is.
    needs: "anyone",
    says: "Clicks and forms from Slack, signed by it; a decision is made in the name that the policy gives to the person",
    headers: SLACK_HEADERS,
    form: takes.slackFormSchema,
    answers: { 200: { says: "taken; the outcome is posted in Slack" } },
    problems: [401, 404, 413],
  },
  ...INCIDENT_OPERATIONS,
  ...SCHEDULE_OPERATIONS,
  ...CODEC_OPERATIONS,
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;
