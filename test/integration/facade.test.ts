/** The façade over real runs: started, followed, decided and read by HTTP alone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import { createLog } from "../../src/platform/log.js";
import { createStack, GATED, type RunningWorker, type Stack } from "../client/support/stack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;
let worker: RunningWorker;
let facade: RunningFacade;

beforeAll(async () => {
  server = await startTestDevServer();
  const { connection, address, namespace } = server;
  stack = await createStack({ connection, address, namespace, draft: GATED });
  worker = await stack.startWorker();
  const common = { runs: stack.runs, operator: "ann", staticDir: "/nonexistent", log: createLog("fatal") };
  const started = await startFacade({ ...common, host: "127.0.0.1", port: 0 });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  facade = started.facade;
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await stack?.close();
  await server?.stop();
});

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  body: any;
  headers: Headers;
}

async function ask(path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const init =
    body === undefined
      ? { headers }
      : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
  const response = await fetch(`${facade.url}/api/v1${path}`, init);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

interface Event {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  data: any;
}

/** Reads a stream until `isLast`, or its end. */
async function events(runId: string, isLast: (event: Event) => boolean, after?: string): Promise<Event[]> {
  const stop = new AbortController();
  const headers: Record<string, string> = after === undefined ? {} : { "last-event-id": after };
  const response = await fetch(`${facade.url}/api/v1/runs/${runId}/events`, { headers, signal: stop.signal });
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const all: Event[] = [];
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1] ?? "";
      if (field("event") === "") continue;
      const event = { id: field("id"), event: field("event"), data: JSON.parse(field("data")) };
      all.push(event);
      if (!isLast(event)) continue;
      stop.abort();
      return all;
    }
  }
  return all;
}
const opened = ({ data }: Event) => data.kind === "gate-opened";

async function start(body: object = { graph: GATED }): Promise<string> {
  const answer = await ask("/runs", body);
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toBe(`/api/v1/runs/${answer.body.runId}`);
  return answer.body.runId;
}

test("a goal becomes a run that is followed, approved and reported", async () => {
  const plan = await ask("/plans", { goal: "mend the checkout" });
  expect(plan).toMatchObject({
    status: 200,
    body: { playbook: "test", graph: { nodes: [{ id: "look" }, { id: "mend" }] } },
  });
  const runId = await start({ goal: "mend the checkout" });
  const before = await events(runId, opened);
  const run = await ask(`/runs/${runId}`);
  const { digest } = run.body.view.gates[0];
  const stale = await ask(
    `/runs/${runId}/approvals/mend`,
    { decision: "approve" },
    { "if-match": `"${"0".repeat(64)}"` },
  );
  expect(stale).toMatchObject({ status: 412, body: { code: "decision-stale" } });
  expect(stack.mended).toEqual([]);

  const decided = await ask(
    `/runs/${runId}/approvals/mend`,
    { decision: "approve", comment: "go" },
    { "if-match": `"${digest}"` },
  );
  expect(decided).toMatchObject({ status: 200, body: { result: "accepted", counted: true } });
  const after = await events(runId, () => false, before.at(-1)?.id);
  expect(after.at(-1)?.event).toBe("end");
  expect(after.at(-2)?.data).toMatchObject({ kind: "run-ended", status: "succeeded" });
  const all = await events(runId, () => false);
  expect(all).toEqual([...before, ...after]);
  expect(stack.mended).toEqual(["v1"]);

  const report = await ask(`/runs/${runId}/report`);
  expect(report).toMatchObject({
    status: 200,
    body: {
      outcome: "succeeded",
      requester: "ann",
      gates: [{ votes: [{ approver: "ann", comment: "go", verified: true }] }],
    },
  });
  const late = await ask(`/runs/${runId}/approvals/mend`, { decision: "reject" });
  expect(late).toMatchObject({ status: 409, body: { code: "already-decided" } });
  expect((await ask(`/runs/${runId}/cancel`, {})).body.code).toBe("run-ended");
});

test("one idempotency key starts one run", async () => {
  const headers = { "idempotency-key": "once" };
  const answers = await Promise.all([1, 2, 3].map(() => ask("/runs", { graph: GATED }, headers)));
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 202]);
  expect(new Set(answers.map((answer) => answer.body.runId)).size).toBe(1);
  const other = await ask("/runs", { graph: GATED, dry_run: true }, headers);
  expect(other).toMatchObject({ status: 422, body: { code: "idempotency-conflict" } });
  const { runId } = answers[0]?.body ?? {};
  expect((await ask(`/runs/${runId}/cancel`, {})).status).toBe(202);
  await events(runId, () => false);
  expect((await ask(`/runs/${runId}/report`)).body).toMatchObject({ outcome: "cancelled" });
});

describe("without a worker", () => {
  test("an approval is taken, and completes the run once a worker runs", async () => {
    const runId = await start();
    await events(runId, opened);
    await worker.stop();
    const before = stack.mended.length;
    const decided = await ask(`/runs/${runId}/approvals/mend`, { decision: "approve" });
    expect(decided).toMatchObject({ status: 202, body: { counted: false, code: "decision-not-counted" } });
    expect((await ask(`/runs/${runId}`)).body).toMatchObject({ source: "history", waitsForWorker: true });
    expect((await ask(`/runs/${runId}/report`)).status).toBe(202);
    expect((await ask("/inbox")).body.gates).toMatchObject([{ runId, nodeId: "mend" }]);
    const ready = await fetch(`${facade.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ code: "no-worker" });
    expect((await fetch(`${facade.url}/healthz`)).status).toBe(200);
    expect(stack.mended.length).toBe(before);

    worker = await stack.startWorker();
    const all = await events(runId, () => false);
    expect(all.at(-2)?.data).toMatchObject({ kind: "run-ended", status: "succeeded" });
    expect(stack.mended.length).toBe(before + 1);
    expect((await fetch(`${facade.url}/readyz`)).status).toBe(200);
  }, 60_000);
});

test("a server that is gone is told as such, and not as an empty list", async () => {
  await worker.stop();
  server.stopSync();
  await server.exited;
  const answers = await Promise.all([
    ask("/runs"),
    ask("/inbox"),
    ask("/runs/some-run"),
    ask("/runs", { graph: GATED }),
    ask("/runs/some-run/approvals/mend", { decision: "approve" }),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, body: { code: "temporal-unreachable" } });
    expect(JSON.stringify(answer.body)).not.toContain("node_modules");
  }
}, 60_000);
