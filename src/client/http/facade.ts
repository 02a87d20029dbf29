/** The façade: the REST interface and the page, over `client/runs` and nothing below it. */
import { join } from "node:path";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Log } from "../../platform/log.js";
import { misreadInJson } from "../../schema/exact-scalars.js";
import { HTTP_REFUSALS_PER_MINUTE, SLACK_REQUEST_MAX_BYTES } from "../../vocabulary/facade-limits.js";
import { DOCUMENT_MAX_BYTES } from "../../vocabulary/limits.js";
import { CODEC_PATH } from "../../vocabulary/names.js";
import { CODEC_REQUESTS_PER_MINUTE } from "../../vocabulary/payload-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { createAuthenticator } from "./access/authenticator.js";
import { type Gatekeeping, knownCaller, permit } from "./access/caller.js";
import { schemeOf } from "./access/exposure.js";
import { createSessions } from "./access/sessions.js";
import { createMetrics, type FacadeMetrics, showMetrics } from "./metrics.js";
import { checkOrigin, requestRate, requireTls, securityHeaders } from "./middleware.js";
import { OPERATIONS, type Operation, type OperationId } from "./operations.js";
import type { FacadeOptions } from "./options.js";
import { answersVisibly, Refusal, sendProblems } from "./problem-document.js";
import { listApiKeys, revokeApiKey } from "./routes/api-keys.js";
import { decideGate } from "./routes/approvals.js";
import { codecCors, decodePayloads, encodePayloads } from "./routes/codec.js";
import { describe } from "./routes/description.js";
import { streamEvents } from "./routes/events.js";
import { takeHook } from "./routes/hooks.js";
import { listIncidents, showIncident } from "./routes/incidents.js";
import { createPlan, listPlaybooks, previewGraph } from "./routes/plans.js";
import { isAlive, isReady } from "./routes/probes.js";
import { cancelRun, createRun, listRuns, showInbox, showReport, showRun } from "./routes/runs.js";
import {
  createSchedule,
  deleteSchedule,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  showSchedule,
  triggerSchedule,
} from "./routes/schedules.js";
import { beginSession, endSession, showSession } from "./routes/session.js";
import { takeSlackInteraction } from "./routes/slack.js";
import { overrideWindows, pauseWrites, resumeWrites, showWrites } from "./routes/writes.js";

/** `hooks`: where alerts come in, and nothing else is; `rest`: all but that. */
export type Door = "all" | "rest" | "hooks";

export function createFacade(given: FacadeOptions, door: Door = "all"): Express {
  const metrics = given.metrics ?? createMetrics();
  const options = { ...given, metrics };
  const { access, exposure = {}, operator, log } = options;
  const now = access?.now ?? Date.now;
  const keeping: Gatekeeping = {
    operator,
    authenticator: access === undefined ? undefined : createAuthenticator(access),
    audit: access?.audit,
    sessions: createSessions(schemeOf(exposure) === "https", now),
    refusals: requestRate(options.refusalsPerMinute ?? HTTP_REFUSALS_PER_MINUTE, "refused requests"),
  };
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", "strong");
  // Checks compare paths as they are written, and so do routes: /API is nowhere.
  app.set("case sensitive routing", true);
  app.set("query parser", "simple");
  // One hop: the proxy that was declared, whose word about the address counts.
  app.set("trust proxy", exposure.tlsProxy === true ? 1 : false);
  app.use(recordRequests(log, metrics));
  app.use(answersVisibly);
  app.use(securityHeaders(exposure));
  if (exposure.tlsProxy === true) app.use(requireTls);
  // A sender calls by whatever name leads here, and every delivery carries its secret.
  if (door !== "hooks") app.use(checkOrigin(exposure, options.codec));
  // A page that shows a history asks for each of its events.
  const codecRate = requestRate(options.requestsPerMinute ?? CODEC_REQUESTS_PER_MINUTE, "codec requests");
  app.use(CODEC_PATH, codecRate, notStored, codecCors(options.codec?.origins ?? []));
  app.use(["/api", "/readyz", "/metrics"], requestRate(options.requestsPerMinute), notStored);
  addRoutes(app, handlersOf(options, keeping), keeping, door);
  if (door !== "hooks") app.use(page(options.staticDir));
  app.use((request) => {
    const message = `there is nothing at ${request.path.slice(0, 120)}`;
    throw new Refusal([{ code: "not-found", at: "path", message, hint: wayTo(request.path, door) }]);
  });
  app.use(toProblems(log));
  return app;
}

/** Where hooks have an address of their own, each door knows what the other has. */
function wayTo(path: string, door: Door): string {
  if (door === "hooks") return "alerts come in here, at /hooks/NAME; everything else is at the address of the façade";
  if (door === "rest" && path.startsWith("/hooks/"))
    return "alerts come in at the address of facade.hooks in config.yaml";
  return "the interface begins at /api/v1";
}

function handlersOf(
  options: FacadeOptions & { metrics: FacadeMetrics },
  keeping: Gatekeeping,
): Record<OperationId, RequestHandler> {
  return {
    isAlive,
    isHealthy: isAlive,
    isReady: isReady(options),
    showMetrics: showMetrics(options.metrics),
    describe,
    showSession: showSession(keeping),
    beginSession: beginSession(keeping),
    endSession: endSession(keeping),
    createPlan: createPlan(options),
    previewGraph: previewGraph(options),
    listPlaybooks: listPlaybooks(options),
    listRuns: listRuns(options),
    createRun: createRun(options),
    showRun: showRun(options),
    showReport: showReport(options),
    streamEvents: streamEvents(options),
    decideGate: decideGate(options),
    cancelRun: cancelRun(options),
    showInbox: showInbox(options),
    showWrites: showWrites(options),
    pauseWrites: pauseWrites(options),
    resumeWrites: resumeWrites(options),
    overrideWindows: overrideWindows(options),
    listApiKeys: listApiKeys(options.access),
    revokeApiKey: revokeApiKey(options.access),
    takeSlackInteraction: takeSlackInteraction(options, keeping),
    takeHook: takeHook(options, keeping),
    listIncidents: listIncidents(options),
    showIncident: showIncident(options),
    listSchedules: listSchedules(options),
    createSchedule: createSchedule(options),
    showSchedule: showSchedule(options),
    deleteSchedule: deleteSchedule(options),
    pauseSchedule: pauseSchedule(options),
    resumeSchedule: resumeSchedule(options),
    triggerSchedule: triggerSchedule(options),
    decodePayloads: decodePayloads(options),
    encodePayloads: encodePayloads(options),
  };
}

/** Each path with the methods that the list gives it; any other method is refused with those that it takes. */
function addRoutes(
  app: Express,
  handlers: Record<OperationId, RequestHandler>,
  keeping: Gatekeeping,
  door: Door,
): void {
  const byPath = new Map<string, Array<[OperationId, Operation]>>();
  for (const [id, operation] of Object.entries(OPERATIONS) as Array<[OperationId, Operation]>) {
    if (!isBehind(door, id)) continue;
    byPath.set(operation.path, [...(byPath.get(operation.path) ?? []), [id, operation]]);
  }
  for (const [path, operations] of byPath) {
    const taken = app.route(path.replace(/\{(\w+)\}/g, ":$1"));
    taken.all((_request, response, next) => {
      response.locals.route = path;
      next();
    });
    for (const [id, { method, needs, body, bodyMaxBytes, form, rawBody }] of operations) {
      if (needs !== "anyone") taken[method](permit(needs, keeping));
      if (body !== undefined)
        taken[method](express.json({ limit: bodyMaxBytes ?? DOCUMENT_MAX_BYTES, verify: refuseMisread }));
      // As it came: a signature is over the bytes.
      if (rawBody !== undefined)
        taken[method](express.raw({ type: () => true, limit: bodyMaxBytes ?? DOCUMENT_MAX_BYTES }));
      if (form !== undefined) taken[method](express.raw({ type: () => true, limit: SLACK_REQUEST_MAX_BYTES }));
      taken[method](handlers[id]);
    }
    taken.all(refuseMethod(operations.map(([, { method }]) => method)));
  }
}

const AT_HOOKS: ReadonlySet<OperationId> = new Set(["takeHook", "isAlive", "isHealthy", "isReady"]);

const isBehind = (door: Door, id: OperationId): boolean =>
  door === "all" || (door === "hooks" ? AT_HOOKS.has(id) : id !== "takeHook");

/** What the parser would change is refused: it would go into an action as nobody wrote it. */
function refuseMisread(_request: unknown, _response: unknown, body: Buffer): void {
  const problems = misreadInJson(body.toString("utf8")).map((message): Problem => {
    return { code: "field-invalid", at: "body", message, hint: "write it in quotes" };
  });
  if (problems.length > 0) throw new Refusal(problems);
}

function refuseMethod(methods: readonly Operation["method"][]): RequestHandler {
  const names = methods.flatMap((method) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]));
  return (request, response) => {
    response.set("allow", names.join(", "));
    const message = `${request.path.slice(0, 120)} takes ${names.join(" and ")}, got ${request.method}`;
    throw new Refusal([{ code: "method-not-allowed", at: "method", message }]);
  };
}

const notStored: RequestHandler = (_request, response, next) => {
  response.set("cache-control", "no-store");
  next();
};

/** The page's own files are named by their content; the page itself is looked at anew each time. */
function page(staticDir: string): RequestHandler {
  return express.static(staticDir, {
    setHeaders: (response, file) => {
      const isAsset = file.startsWith(join(staticDir, "assets"));
      response.setHeader("cache-control", isAsset ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}

function recordRequests(log: Log, metrics: FacadeMetrics): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    const startedMs = performance.now();
    response.once("close", () => {
      const ms = Math.round(performance.now() - startedMs);
      const { route = "other", code = "ok" } = response.locals as { route?: string; code?: string };
      const status = response.statusCode;
      metrics.request({ route, method, status, code }, ms / 1_000);
      log.info("request", { operation: `${method} ${path}`, requester: knownCaller(response)?.subject, status, ms });
    });
    next();
  };
}

function toProblems(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof Refusal) return sendProblems(response, error.problems, error.status);
    const foreseen = problemOfBody(error);
    if (foreseen !== undefined) return sendProblems(response, [foreseen]);
    log.error("a request failed", { operation: `${request.method} ${request.path}`, reason: error });
    sendProblems(response, [{ code: "internal", at: "request", message: "a bug of ours; the log has the rest" }]);
  };
}

/** What express says of a body that it could not read, or of a path that it could not decode. */
function problemOfBody(error: unknown): Problem | undefined {
  const { type, status, limit } = error as { type?: unknown; status?: unknown; limit?: unknown };
  if (type === "entity.too.large") {
    const message = `the body must have at most ${Number(limit ?? DOCUMENT_MAX_BYTES)} bytes`;
    return { code: "document-too-large", at: "body", message };
  }
  if (type === "entity.parse.failed") {
    return { code: "document-not-parsed", at: "body", message: "the body must be JSON" };
  }
  if (typeof status !== "number" || status < 400 || status > 499) return undefined;
  return { code: "usage", at: "request", message: "the request cannot be read" };
}
