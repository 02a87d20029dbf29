/** Telling people again: what a channel is sent, by whose name, and what becomes of one that fails. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect, test } from "vitest";
import type { TellCall } from "../../../src/activities/contract.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createTellApprovers } from "../../../src/activities/gates/tell-approvers.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import type { HttpRequest } from "../../../src/platform/http/contract.js";

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

async function tellWith(call: Partial<TellCall>, status = 200) {
  const sent: Array<{ url: string; request: HttpRequest }> = [];
  const policy = { ...DEFAULT_POLICY, approval: { ...DEFAULT_POLICY.approval, notify_channel: "webhook:ops" } };
  const dependencies = {
    config: {
      files: { roots: [] },
      sources: {},
      targets: {},
      channels: { ops: { kind: "webhook", url: "http://127.0.0.1/ops" } },
      facadeUrl: "https://autoops.example.com",
    },
    policy: async () => ({ ok: true, policy }),
    fetch: async (url: string, request: HttpRequest) => {
      sent.push({ url, request });
      return { status, headers: {}, text: "", ms: 1, url };
    },
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

test("a channel that refuses, is not declared or is of another kind is a result, and no failure", async () => {
  expect((await tellWith({}, 500)).result.notices).toEqual([
    { channel: "webhook:ops", ok: false, problem: "it answered 500" },
  ]);
  const { sent, result } = await tellWith({ channels: ["webhook:nobody", "pagerduty:ops"] });
  expect(result.notices).toMatchObject([{ ok: false }, { ok: false }]);
  expect(sent).toEqual([]);
});
