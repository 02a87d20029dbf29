/** Telling people again: what a channel is sent, by whose name, and what becomes of one that fails. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { describe, expect, test } from "vitest";
import type { TellCall } from "../../../src/activities/contract.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createTellApprovers } from "../../../src/activities/gates/tell-approvers.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import { digestOf } from "../../../src/platform/digest.js";
import type { HttpRequest } from "../../../src/platform/http/contract.js";
import type { Question } from "../../../src/schema/question.js";

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

const WEBHOOK = { kind: "webhook", url: "http://127.0.0.1/ops" };

async function tellWith(call: Partial<TellCall>, status = 200, ops: object = WEBHOOK) {
  const sent: Array<{ url: string; request: HttpRequest }> = [];
  const policy = { ...DEFAULT_POLICY, approval: { ...DEFAULT_POLICY.approval, notify_channel: "webhook:ops" } };
  const dependencies = {
    config: {
      files: { roots: [] },
      sources: {},
      targets: {},
      channels: { ops },
      facadeUrl: "https://autoops.example.com",
    },
    policy: async () => ({ ok: true, policy }),
    fetch: async (url: string, request: HttpRequest) => {
      sent.push({ url, request });
      return { status, headers: {}, text: "", ms: 1, url };
    },
    secret: () => "k",
    now: () => 0,
    log: silent,
  } as unknown as Dependencies;
  const environment = new MockActivityEnvironment({
    activityId: "tell:w:1:0",
    workflowExecution: { workflowId: "run-1", runId: "r" },
  });
  const whole: TellCall = { event: "gate-reminder", nodeId: "w", nodeName: "Roll back", digest: "d", ...call };
  const result = await environment.run(createTellApprovers(dependencies), whole);
  return { sent, result: result as { notices: unknown[] } };
}

test("a reminder goes to the policy's channel and says how to answer", async () => {
  const { sent, result } = await tellWith({ deadlineMs: 0 });
  expect(result.notices).toEqual([{ channel: "webhook:ops", ok: true }]);
  expect(sent.map(({ url }) => url)).toEqual(["http://127.0.0.1/ops"]);
  expect(JSON.parse(sent[0]?.request.body ?? "")).toEqual({
    event: "gate-reminder",
    run: "run-1",
    node: "w",
    nodeName: "Roll back",
    digest: "d",
    deadline: "1970-01-01T00:00:00.000Z",
    answer: "autoops approve run-1 w",
    page: "https://autoops.example.com/#/runs/run-1",
  });
});

test("that a gate has closed says how and by whom, and not how to answer", async () => {
  const { sent } = await tellWith({
    event: "gate-closed",
    channels: ["webhook:ops"],
    status: "approved",
    by: ["ann: approve"],
  });
  const body = JSON.parse(sent[0]?.request.body ?? "");
  expect(body).toMatchObject({ event: "gate-closed", status: "approved", by: ["ann: approve"] });
  expect(body).not.toHaveProperty("answer");
});

describe("who is asked by a message is asked what its digest stands for", () => {
  const params = { target: "shop", version: "1.0" };
  const preview = { before: "1.1", after: "1.0" };
  const question: Question = {
    ...{ v: 2, run: "run-1", runKey: "k", askedIn: "r", store: "s", nonce: "n", node: "w", nodeType: "rollback" },
    ...{ tool: "rollback", params: digestOf(params), shown: digestOf(params), target: "shop" },
    ...{ environment: "production", effect: "write", rule: null, required: 1, signed: true, requester: "rita" },
    ...{ retries: 0, policyDigest: "", openedAtMs: 0, deadlineMs: 60_000, preview: digestOf(preview), undo: null },
  } as Question;
  const digest = digestOf(question);
  const honest: Partial<TellCall> = {
    ...{ event: "gate-escalated", digest, question, params, preview, deadlineMs: 60_000 },
    ...{ nodeType: "rollback", tool: "rollback", target: "shop", environment: "production" },
  };
  const digestTold = async (call: Partial<TellCall>) =>
    JSON.parse((await tellWith({ ...honest, ...call })).sent[0]?.request.body ?? "").digest;

  test("and all of it is told", async () => expect(await digestTold({})).toBe(digest));

  test.each<[string, object]>([
    ["params", { params: { target: "shop", version: "0.9" } }],
    ["no params", { params: undefined }],
    ["the change", { preview: { before: "1.1", after: "1.1" } }],
    ["the deadline", { deadlineMs: 9e15 }],
    ["the type", { nodeType: "notification" }],
    ["the target", { target: "stage" }],
    ["the environment", { environment: "staging" }],
    ["the rule", { rule: { name: "lax", required: 1 } }],
    ["another node", { nodeId: "x" }],
    ["nothing of the question", { question: undefined }],
  ])("forged %s comes without a digest, whatever the event is called", async (_, forged) => {
    for (const event of ["gate-escalated", "gate-opened", "another"] as const) {
      expect(await digestTold({ event, ...forged } as Partial<TellCall>), event).toBe("");
    }
  });

  test("and what a caller adds is not told", async () => {
    const more = {
      undo: { tool: "rollback", params: {} },
      requester: "somebody",
      findings: [{ statement: "all well" }],
    };
    const { sent } = await tellWith({ ...honest, ...more } as Partial<TellCall>);
    expect(sent[0]?.request.body).not.toMatch(/undo"|somebody|all well/);
  });
});

test("no channel is sent a character that nobody sees", async () => {
  const hidden = "Roll\u202eback\u200b\u0085";
  const kinds: Array<[string, object]> = [
    ["webhook:ops", { kind: "webhook", url: "http://127.0.0.1/ops" }],
    ["pagerduty:ops", { kind: "pagerduty", routing_key: "env:KEY", url: "http://127.0.0.1/ops" }],
  ];
  for (const [name, channel] of kinds) {
    const { sent } = await tellWith(
      { channels: [name], nodeName: hidden, reason: hidden, nodeId: hidden },
      202,
      channel,
    );
    expect(sent, name).toHaveLength(1);
    expect(String(sent[0]?.request.body)).not.toMatch(/[\u202e\u200b\u0085]/);
  }
});

test("a channel that refuses, is not declared or is of another kind is a result, and no failure", async () => {
  expect((await tellWith({}, 500)).result.notices).toEqual([
    { channel: "webhook:ops", ok: false, problem: "it answered 500" },
  ]);
  const { sent, result } = await tellWith({ channels: ["webhook:nobody", "pagerduty:ops"] });
  expect(result.notices).toMatchObject([{ ok: false }, { ok: false }]);
  expect(sent).toEqual([]);
});
