/** The façade: the REST interface and the page, over `client/runs` and nothing below it. */
import { join } from "node:path";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { DraftResult } from "../../activities/contract.js";
import type { Log } from "../../platform/log.js";
import type { GoalInput } from "../../schema/run-input.js";
import { DOCUMENT_MAX_BYTES } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { LocalPlanning } from "../runs/plan-preview.js";
import type { Answered, Runs } from "../runs.js";
import { checkOrigin, requestRate, securityHeaders } from "./guards.js";
import { Refusal, sendProblems } from "./problem-document.js";
import { decideGate } from "./routes/approvals.js";
import { streamEvents } from "./routes/events.js";
import { createPlan, listPlaybooks, previewGraph } from "./routes/plans.js";
import { isAlive, isReady } from "./routes/probes.js";
import { cancelRun, createRun, listRuns, RUNS_PATH, showInbox, showReport, showRun } from "./routes/runs.js";

export interface FacadeOptions {
  runs: Runs;
  /** The one person who acts through this façade: it has no sign-in yet, so it serves this machine alone. */
  operator: string;
  /** Plans; default: through the worker. */
  plan?(input: GoalInput): Promise<Answered<DraftResult>>;
  /** What the files of this machine say of plans, as they are when it is called. Absent: plans come unchecked. */
  local?(): Promise<({ ok: true } & LocalPlanning) | { ok: false; problems: Problem[] }>;
  /** The built page (`dist/web`). */
  staticDir: string;
  log: Log;
  requestsPerMinute?: number;
}

export function createFacade(options: FacadeOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", "strong");
  app.set("query parser", "simple");
  app.use(logRequests(options));
  app.use(securityHeaders());
  app.use(checkOrigin);
  app.get("/healthz", isAlive);
  app.get("/livez", isAlive);
  app.get("/readyz", requestRate(options.requestsPerMinute), isReady(options));
  app.use("/api", requestRate(options.requestsPerMinute), notStored, express.json({ limit: DOCUMENT_MAX_BYTES }));
  route(app, "/api/v1/plans", { post: createPlan(options) });
  route(app, "/api/v1/plans/preview", { post: previewGraph(options) });
  route(app, "/api/v1/playbooks", { get: listPlaybooks(options) });
  route(app, RUNS_PATH, { get: listRuns(options), post: createRun(options) });
  route(app, `${RUNS_PATH}/:id`, { get: showRun(options) });
  route(app, `${RUNS_PATH}/:id/report`, { get: showReport(options) });
  route(app, `${RUNS_PATH}/:id/events`, { get: streamEvents(options) });
  route(app, `${RUNS_PATH}/:id/approvals/:node`, { post: decideGate(options) });
  route(app, `${RUNS_PATH}/:id/cancel`, { post: cancelRun(options) });
  route(app, "/api/v1/inbox", { get: showInbox(options) });
  app.use(page(options.staticDir));
  app.use((request) => {
    const message = `there is nothing at ${request.path.slice(0, 120)}`;
    throw new Refusal([{ code: "not-found", at: "path", message, hint: "the interface begins at /api/v1" }]);
  });
  app.use(toProblems(options.log));
  return app;
}

/** The methods of one path; any other is refused with those that it takes. */
function route(app: Express, path: string, methods: { get?: RequestHandler; post?: RequestHandler }): void {
  const taken = app.route(path);
  if (methods.get !== undefined) taken.get(methods.get);
  if (methods.post !== undefined) taken.post(methods.post);
  const names = Object.keys(methods).map((name) => name.toUpperCase());
  taken.all((request, response) => {
    response.set("allow", names.join(", "));
    const message = `${request.path.slice(0, 120)} takes ${names.join(" and ")}, got ${request.method}`;
    throw new Refusal([{ code: "method-not-allowed", at: "method", message }]);
  });
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

function logRequests({ log, operator }: FacadeOptions): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    const startedMs = performance.now();
    response.once("finish", () => {
      const ms = Math.round(performance.now() - startedMs);
      log.info("request", { operation: `${method} ${path}`, requester: operator, status: response.statusCode, ms });
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
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === "entity.too.large") {
    const message = `the body must have at most ${DOCUMENT_MAX_BYTES} bytes`;
    return { code: "document-too-large", at: "body", message };
  }
  if (type === "entity.parse.failed") {
    return { code: "document-not-parsed", at: "body", message: "the body must be JSON" };
  }
  if (typeof status !== "number" || status < 400 || status > 499) return undefined;
  return { code: "usage", at: "request", message: "the request cannot be read" };
}
