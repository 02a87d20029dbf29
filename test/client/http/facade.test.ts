/** The façade's routes over made-up runs: what it takes, what it refuses, and that a refusal does nothing. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import supertest from "supertest";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFacade } from "../../../src/client/http/facade.js";
import { startFacade } from "../../../src/client/http/server.js";
import type { Answered, RunHappening, Runs } from "../../../src/client/runs.js";
import type { DecisionResult } from "../../../src/core/run/state.js";
import { createLog } from "../../../src/platform/log.js";
import type { Problem } from "../../../src/vocabulary/problems.js";
import { GATED } from "../support/stack.js";

const DIGEST = "a".repeat(64);
const log = createLog("fatal");
let staticDir: string;
let server: Server;
let calls: Array<[string, ...unknown[]]>;
let runs: Runs;

beforeAll(async () => {
  staticDir = await mkdtemp(join(tmpdir(), "autoops-page-"));
  await writeFile(join(staticDir, "index.html"), "<!doctype html><title>page</title>");
});
afterAll(async () => await rm(staticDir, { recursive: true, force: true }));

const refused = (...problems: Problem[]) => ({ ok: false as const, problems });
const noRun = (runId: string) => refused({ code: "run-not-found", at: runId, message: `there is no run ${runId}` });

/** Notes each call; answers what a run named `r1` would. */
function fakeRuns(changes: Partial<Runs> = {}): Runs {
  const note =
    <A extends unknown[], T>(name: string, answer: (...args: A) => Answered<T>) =>
    (...args: A): Promise<Answered<T>> => {
      calls.push([name, ...args]);
      return Promise.resolve(answer(...args));
    };
  return {
    start: note("start", () => ({ ok: true, value: { runId: "r1", runKey: "k1", isNew: true } })),
    plan: note("plan", () => ({
      ok: true,
      value: { ok: true, graph: GATED as never, playbook: "test", score: 1, notices: [] },
    })),
    list: note("list", () => ({ ok: true, value: { runs: [] } })),
    view: note("view", (runId) =>
      runId === "r1"
        ? { ok: true, value: { view: { runId } as never, source: "worker", waitsForWorker: false } }
        : noRun(runId),
    ),
    report: note("report", (runId) => (runId === "r1" ? { ok: true, value: undefined } : noRun(runId))),
    happenings: (...args) => {
      calls.push(["happenings", ...args]);
      return happenings();
    },
    inbox: note("inbox", () => ({ ok: true, value: [] })),
    decide: note("decide", ({ runId, node }) => ({
      ok: true,
      value: { runId, node, counted: true, result: "accepted" },
    })),
    cancel: note("cancel", (runId) => ({ ok: true, value: { runId } })),
    hasWorker: note("hasWorker", () => ({ ok: true, value: true })),
    ...changes,
  };
}

async function* happenings(): AsyncGenerator<RunHappening> {
  yield { id: "0.1", atMs: 1, kind: "run-started", text: "line one\nline two" };
  yield { id: "0.9.0", atMs: 2, kind: "run-ended", text: "the run ended", status: "succeeded" };
}

async function serve(changes: Partial<Runs> = {}, more: object = {}): Promise<void> {
  runs = fakeRuns(changes);
  server = createServer(createFacade({ runs, operator: "ann", staticDir, log, ...more }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}
beforeEach(async () => {
  calls = [];
  await serve();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
async function again(changes: Partial<Runs> = {}, more: object = {}): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
  await serve(changes, more);
}

const ask = () => supertest(server);
const named = (name: string) => calls.filter(([call]) => call === name);

function expectProblem(response: supertest.Response, status: number, code: string): void {
  expect(response.status, response.text).toBe(status);
  expect(response.headers["content-type"]).toMatch(/^application\/problem\+json/);
  const document = JSON.parse(response.text);
  expect(document).toMatchObject({ type: `urn:autoops:problem:${code}`, status, code });
  expect(document.title).toEqual(expect.any(String));
  expect(document.detail).toEqual(expect.any(String));
  expect(document.problems[0].code).toBe(code);
  expect(response.text).not.toMatch(/node_modules|at .*\.ts:\d/);
}

describe("starting a run", () => {
  test("from a graph answers 202 with the place to look at", async () => {
    const response = await ask()
      .post("/api/v1/runs")
      .set("Idempotency-Key", "k-1")
      .send({ graph: GATED, dry_run: true });
    expect(response.status).toBe(202);
    expect(response.headers.location).toBe("/api/v1/runs/r1");
    expect(response.body).toMatchObject({ runId: "r1", isNew: true });
    expect(named("start")[0]?.[1]).toMatchObject({
      requester: "ann",
      trigger: "http",
      dryRun: true,
      idempotencyKey: "k-1",
      request: { graph: GATED, dry_run: true },
      graph: { id: "g", nodes: [{ id: "look" }, { id: "mend" }] },
    });
  });

  test("that the key had started before answers 200", async () => {
    const start = async () => ({ ok: true as const, value: { runId: "r1", runKey: "k1", isNew: false } });
    await again({ start });
    expect((await ask().post("/api/v1/runs").send({ graph: GATED })).status).toBe(200);
  });

  test("under a key of another request answers 422", async () => {
    await again({
      start: async () => refused({ code: "idempotency-conflict", at: "Idempotency-Key", message: "used" }),
    });
    expectProblem(
      await ask().post("/api/v1/runs").set("Idempotency-Key", "k").send({ graph: GATED }),
      422,
      "idempotency-conflict",
    );
  });

  test("from a goal plans first, in the operator's name", async () => {
    expect((await ask().post("/api/v1/runs").send({ goal: "mend it" })).status).toBe(202);
    expect(named("plan")[0]?.[1]).toMatchObject({ goal: "mend it", requester: "ann" });
    expect(named("start")[0]?.[1]).toMatchObject({ graph: { name: GATED.name } });
  });

  test.each<[string, unknown, number, string]>([
    ["neither graph nor goal", {}, 422, "field-invalid"],
    ["both", { graph: GATED, goal: "x" }, 422, "field-invalid"],
    ["an unknown key", { graph: GATED, requester: "eve" }, 422, "unknown-key"],
    ["a graph that is none", { graph: { id: "g" } }, 422, "field-invalid"],
    ["a graph as text that does not parse", { graph: "{" }, 422, "document-not-parsed"],
    ["a dry run that is no boolean", { graph: GATED, dry_run: "yes" }, 422, "field-invalid"],
    ["no object", [], 422, "field-invalid"],
  ])("with %s is refused and starts nothing", async (_what, body, status, code) => {
    expectProblem(
      await ask()
        .post("/api/v1/runs")
        .send(body as object),
      status,
      code,
    );
    expect(named("start")).toEqual([]);
  });

  test("with a body that is too large, no JSON, or of another type is refused and starts nothing", async () => {
    const large = JSON.stringify({ graph: { id: "x".repeat(1_100_000) } });
    const post = (type: string, body: string) => ask().post("/api/v1/runs").set("Content-Type", type).send(body);
    expectProblem(await post("application/json", large), 413, "document-too-large");
    expectProblem(await post("application/json", "{nope"), 422, "document-not-parsed");
    expectProblem(await post("text/plain", JSON.stringify({ graph: GATED })), 422, "field-invalid");
    expect(calls).toEqual([]);
  });

  test("with a key of spaces is refused and starts nothing", async () => {
    expectProblem(
      await ask().post("/api/v1/runs").set("Idempotency-Key", "a b").send({ graph: GATED }),
      422,
      "field-invalid",
    );
    expect(named("start")).toEqual([]);
  });
});

describe("plans", () => {
  test("come with the playbook that made them", async () => {
    const response = await ask().post("/api/v1/plans").send({ goal: "mend it" });
    expect(response.body).toMatchObject({ playbook: "test", graph: { id: "g" } });
  });

  test("that no playbook fits are a problem", async () => {
    const problems: Problem[] = [{ code: "no-playbook", at: "goal", message: "no playbook fits" }];
    await again({ plan: async () => ({ ok: true, value: { ok: false, problems } }) });
    expectProblem(await ask().post("/api/v1/plans").send({ goal: "mend it" }), 422, "no-playbook");
  });
});

describe("reading", () => {
  test("a list takes a page size and a cursor, and nothing else", async () => {
    expect((await ask().get("/api/v1/runs?limit=7&cursor=abc")).status).toBe(200);
    expect(named("list")[0]?.[1]).toEqual({ limit: 7, cursor: "abc", openOnly: false });
    expect((await ask().get("/api/v1/runs?status=failed")).status).toBe(200);
    expect(named("list")[1]?.[1]).toMatchObject({ status: "failed" });
    for (const query of ["status=broken", "limit=0", "limit=201", "limit=1e2", "what=1", "limit=1&limit=2"]) {
      const response = await ask().get(`/api/v1/runs?${query}`);
      expect(response.status, query).toBe(422);
    }
    expect(named("list")).toHaveLength(2);
  });

  test("a run has an entity tag, and is not sent again while it is the same", async () => {
    const first = await ask().get("/api/v1/runs/r1");
    expect(first.headers.etag).toMatch(/^"/);
    const second = await ask().get("/api/v1/runs/r1").set("If-None-Match", String(first.headers.etag));
    expect(second.status).toBe(304);
  });

  test("a report that is not there yet answers 202; as Markdown where that is wanted", async () => {
    expect((await ask().get("/api/v1/runs/r1/report")).status).toBe(202);
    await again({ report: async () => ({ ok: true, value: { outcome: "succeeded", text: "# it\n" } as never }) });
    expect((await ask().get("/api/v1/runs/r1/report")).body).toMatchObject({ outcome: "succeeded" });
    const text = await ask().get("/api/v1/runs/r1/report").set("Accept", "text/markdown");
    expect(text.headers["content-type"]).toMatch(/^text\/markdown/);
    expect(text.text).toBe("# it\n");
  });

  test("what is not there is a problem with status 404", async () => {
    expectProblem(await ask().get("/api/v1/runs/nothing"), 404, "run-not-found");
    expectProblem(await ask().get("/api/v1/runs/nothing/report"), 404, "run-not-found");
    expectProblem(await ask().get("/api/v1/runs/nothing/events"), 404, "run-not-found");
    expectProblem(await ask().get("/api/v1/nothing"), 404, "not-found");
  });

  test("a server that is away is 503 everywhere, never an empty list", async () => {
    const away = async () => refused({ code: "temporal-unreachable", at: "runs", message: "away" });
    await again({ list: away, inbox: away, view: away, report: away, hasWorker: away });
    for (const path of ["/api/v1/runs", "/api/v1/inbox", "/api/v1/runs/r1", "/api/v1/runs/r1/events", "/readyz"]) {
      expectProblem(await ask().get(path), 503, "temporal-unreachable");
    }
  });

  test("an error that nobody foresaw shows no insides", async () => {
    const inbox = () => Promise.reject(new Error("secret insides"));
    await again({ inbox });
    const response = await ask().get("/api/v1/inbox");
    expectProblem(response, 500, "internal");
    expect(response.text).not.toContain("secret insides");
  });
});

describe("deciding", () => {
  const at = "/api/v1/runs/r1/approvals/mend";

  test("goes out in the operator's name, for the action that was seen", async () => {
    const response = await ask().post(at).send({ decision: "approve", comment: "go", digest: DIGEST });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ result: "accepted", counted: true });
    expect(named("decide")).toEqual([
      [
        "decide",
        {
          runId: "r1",
          node: "mend",
          decision: "approve",
          comment: "go",
          digest: DIGEST,
          approver: "ann",
          channel: "http",
        },
      ],
    ]);
  });

  test("without a worker is 202: recorded, not counted", async () => {
    await again({ decide: async ({ runId, node }) => ({ ok: true, value: { runId, node, counted: false } }) });
    const response = await ask().post(at).send({ decision: "reject" });
    expect(response.status).toBe(202);
    expect(response.body).toMatchObject({ counted: false, code: "decision-not-counted" });
  });

  test.each<[DecisionResult, number, string]>([
    ["already-decided", 409, "already-decided"],
    ["late", 409, "decision-late"],
    ["stale-digest", 409, "decision-stale"],
    ["gate-not-open", 409, "gate-not-open"],
    ["not-allowed", 403, "decision-not-allowed"],
    ["node-not-found", 404, "node-not-found"],
  ])("that is refused as %s answers %i", async (result, status, code) => {
    await again({ decide: async ({ runId, node }) => ({ ok: true, value: { runId, node, counted: true, result } }) });
    expectProblem(await ask().post(at).send({ decision: "approve" }), status, code);
  });

  test("with an If-Match that no longer holds is 412", async () => {
    await again({
      decide: async ({ runId, node }) => ({ ok: true, value: { runId, node, counted: false, result: "stale-digest" } }),
    });
    expectProblem(
      await ask().post(at).set("If-Match", `"${DIGEST}"`).send({ decision: "approve" }),
      412,
      "decision-stale",
    );
  });

  test("with an If-Match that contradicts the body is 412, and decides nothing", async () => {
    const response = await ask()
      .post(at)
      .set("If-Match", `"${DIGEST}"`)
      .send({ decision: "approve", digest: "b".repeat(64) });
    expectProblem(response, 412, "decision-stale");
    expect(named("decide")).toEqual([]);
  });

  test.each<[string, object]>([
    ["no decision", {}],
    ["another word", { decision: "yes" }],
    ["somebody else's name", { decision: "approve", approver: "eve" }],
    ["a digest that is none", { decision: "approve", digest: "abc" }],
    ["a comment that is too long", { decision: "approve", comment: "x".repeat(2_001) }],
  ])("with %s is refused, and decides nothing", async (_what, body) => {
    expect((await ask().post(at).send(body)).status).toBe(422);
    expect(named("decide")).toEqual([]);
  });

  test("by GET is not possible", async () => {
    const response = await ask().get(`${at}?decision=approve`);
    expectProblem(response, 405, "method-not-allowed");
    expect(response.headers.allow).toBe("POST");
    expect(calls).toEqual([]);
  });
});

describe("who may ask", () => {
  const post = () => ask().post("/api/v1/runs/r1/cancel");

  test("a name that was made to point here is refused, and nothing happens", async () => {
    for (const host of [
      "evil.example",
      `evil.example:${(server.address() as AddressInfo).port}`,
      "127.0.0.1:1",
      "[::2]",
    ]) {
      expectProblem(await post().set("Host", host), 403, "origin-not-allowed");
    }
    expect(calls).toEqual([]);
  });

  test("a page of another origin is refused, and nothing happens", async () => {
    for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1"]) {
      expectProblem(await post().set("Origin", origin), 403, "origin-not-allowed");
    }
    expectProblem(await ask().get("/api/v1/runs").set("Sec-Fetch-Site", "cross-site"), 403, "origin-not-allowed");
    expect(calls).toEqual([]);
  });

  test("the page itself may ask", async () => {
    const host = `localhost:${(server.address() as AddressInfo).port}`;
    const response = await post()
      .set("Host", host)
      .set("Origin", `http://${host}`)
      .set("Sec-Fetch-Site", "same-origin");
    expect(response.status).toBe(202);
  });

  test("too many requests are told when to come back", async () => {
    await again({}, { requestsPerMinute: 2 });
    await ask().get("/api/v1/inbox");
    await ask().get("/api/v1/inbox");
    const response = await ask().get("/api/v1/inbox");
    expectProblem(response, 429, "too-many-requests");
    expect(Number(response.headers["retry-after"])).toBeGreaterThan(0);
    expect(response.headers.ratelimit).toBeDefined();
    expect(named("inbox")).toHaveLength(2);
  });
});

describe("what browsers are told", () => {
  test("only the façade's own scripts and styles run, and no page may frame it", async () => {
    const { headers, text } = await ask().get("/");
    expect(text).toContain("<title>page</title>");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-powered-by"]).toBeUndefined();
  });

  test("nothing outside the page's folder is served", async () => {
    for (const path of ["/../package.json", "/%2e%2e/package.json", "/..%2fpackage.json", "/.env"]) {
      expect((await ask().get(path)).status, path).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("the event stream", () => {
  test("gives each happening with its id, then its end", async () => {
    const response = await ask().get("/api/v1/runs/r1/events").set("Last-Event-ID", "0.0.4");
    expect(response.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(response.text).toMatch(/retry:\s?2000/);
    const events = response.text.split("\n\n").filter((block) => /^id:|\nid:/.test(block));
    expect(events).toHaveLength(3);
    expect(events[0]).toMatch(/id:\s?0\.1(\n|$)/);
    expect(events[0]).toMatch(/event:\s?happening/);
    expect(events[0]).toContain("line one\\nline two");
    expect(events[2]).toMatch(/event:\s?end/);
    expect(events[2]).toMatch(/id:\s?0\.9\.0(\n|$)/);
    expect(named("happenings")[0]?.[2]).toMatchObject({ after: "0.0.4" });
  });

  test("refuses to go on after an id that is none", async () => {
    for (const id of ["x", "1", "0.1.2.3", "-1.2"]) {
      expectProblem(await ask().get("/api/v1/runs/r1/events").set("Last-Event-ID", id), 422, "field-invalid");
    }
    expect(named("happenings")).toEqual([]);
  });

  test("ends what it holds on Temporal when the client goes", async () => {
    let stopped = (): void => undefined;
    const wasStopped = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    await again({
      async *happenings(_runId, { signal }) {
        yield { id: "0.1", atMs: 1, kind: "run-started" as const, text: "started" };
        await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
        stopped();
      },
    });
    const stop = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/runs/r1/events`;
    const response = await fetch(url, { signal: stop.signal });
    await response.body?.getReader().read();
    stop.abort();
    await wasStopped;
  });
});

describe("probes", () => {
  test("the façade lives whether or not Temporal does, and is ready only with a worker", async () => {
    for (const path of ["/healthz", "/livez", "/readyz"]) expect((await ask().get(path)).status).toBe(200);
    await again({ hasWorker: async () => ({ ok: true, value: false }) });
    expect((await ask().get("/healthz")).status).toBe(200);
    expectProblem(await ask().get("/readyz"), 503, "no-worker");
  });
});

describe("the server", () => {
  test("refuses every address but this machine's own, and listens nowhere", async () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
      const started = await startFacade({ runs, operator: "ann", staticDir, log, host, port: 0 });
      expect(started).toMatchObject({ ok: false, problems: [{ code: "facade-unsafe" }, { code: "facade-unsafe" }] });
      if (!started.ok) expect(started.problems[0]?.message).toContain("must have a sign-in");
    }
  });

  test("names a port that is taken", async () => {
    const { port } = server.address() as AddressInfo;
    const started = await startFacade({ runs, operator: "ann", staticDir, log, host: "127.0.0.1", port });
    expect(started).toMatchObject({ ok: false, problems: [{ code: "port-in-use" }] });
  });

  test("ends with its streams", async () => {
    const waiting = fakeRuns({
      async *happenings(_runId, { signal }) {
        yield { id: "0.1", atMs: 1, kind: "run-started" as const, text: "started" };
        await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
      },
    });
    const started = await startFacade({ runs: waiting, operator: "ann", staticDir, log, host: "127.0.0.1", port: 0 });
    if (!started.ok) throw new Error(started.problems[0]?.message);
    const response = await fetch(`${started.facade.url}/api/v1/runs/r1/events`);
    const reader = response.body?.getReader();
    await reader?.read();
    await started.facade.stop();
    await expect(fetch(`${started.facade.url}/healthz`)).rejects.toThrow();
  });
});
