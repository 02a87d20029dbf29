/** What an action would change is read before people are asked, and never keeps them from being asked. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect, test } from "vitest";
import type { AskCall, AskResult } from "../../../src/activities/contract.js";
import type { ToolDefinition } from "../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createAskApproval } from "../../../src/activities/gates/ask-approval.js";
import { createRegistry } from "../../../src/activities/registry.js";
import { rollback } from "../../../src/activities/tools/rollback.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import type { Config } from "../../../src/schema/config.js";
import { recordsStub } from "../../support/approvals.js";

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const CALL: AskCall = {
  nodeId: "w",
  nodeName: "Roll back",
  nodeType: "rollback",
  tool: "rollback",
  params: { target: "shop", version: "1" },
  target: "shop",
  environment: "staging",
  reason: "it changes production",
  requester: "rita",
  runKey: "k",
  policyDigest: "p",
  deadlineMs: 0,
  findings: [],
};

async function ask(tool: ToolDefinition, config: Config, fetch?: Dependencies["fetch"]): Promise<AskResult> {
  const registry = createRegistry({ config });
  registry.register(tool, { builtIn: true });
  const dependencies = {
    config,
    registry,
    policy: async () => ({ ok: true, policy: DEFAULT_POLICY }),
    fetch,
    now: Date.now,
    log: silent,
    records: recordsStub(),
  } as unknown as Dependencies;
  const environment = new MockActivityEnvironment({ activityId: "ask:w:1" });
  return (await environment.run(createAskApproval(dependencies), CALL)) as AskResult;
}

const NOTHING: Config = { files: { roots: [] }, sources: {}, targets: {}, channels: {} };
const tool = rollback as unknown as ToolDefinition;
const previewing = (preview: ToolDefinition["preview"]): ToolDefinition => ({ ...tool, preview });

test("a target's present state and the one that is wanted are shown, and nothing is changed", async () => {
  const methods: string[] = [];
  const server = createServer((request, response) => {
    methods.push(request.method ?? "");
    response.end(JSON.stringify({ version: "2" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const state = { url, read: "version", done_when: "{{ params.version }}" };
    const action = { method: "POST" as const, url, expect_status: [200], idempotency: "probe" as const, state };
    const config: Config = { ...NOTHING, targets: { shop: { kind: "http", actions: { rollback: action } } } };
    const fetch: Dependencies["fetch"] = async (to, request) => {
      const answer = await globalThis.fetch(to, { method: request?.method ?? "GET" });
      return { status: answer.status, headers: {}, text: await answer.text(), ms: 1, url: to };
    };
    expect((await ask(tool, config, fetch)).preview).toEqual({ before: "2", after: "1" });
    expect(methods).toEqual(["GET"]);
    const affects = ["basket", "3 hosts"];
    const declared: Config = {
      ...NOTHING,
      targets: { shop: { kind: "http", actions: { rollback: action }, affects } },
    };
    expect((await ask(tool, declared, fetch)).preview).toEqual({ before: "2", after: "1", affects });
  } finally {
    server.close();
  }
});

test("secrets in a state are not shown", async () => {
  const token = `ghp_${"A".repeat(36)}`;
  const { preview } = await ask(
    previewing(async () => ({ before: `token ${token}`, after: null })),
    NOTHING,
  );
  expect(JSON.stringify(preview)).not.toContain(token);
});

test("a state that cannot be read is said, and people are asked all the same", async () => {
  const broken = previewing(async () => {
    throw new Error("the target does not answer");
  });
  const result = await ask(broken, NOTHING);
  expect(result.preview).toEqual({ before: null, after: null, problem: "the target does not answer" });
  expect(result.digest).toMatch(/^[0-9a-f]{64}$/);
});

test("what hangs on a target is shown also where its state is not declared", async () => {
  const action = { argv: ["/bin/true"], expect_exit: [0], idempotency: "none" as const };
  const targets: Config["targets"] = { shop: { kind: "command", actions: { rollback: action }, affects: ["basket"] } };
  expect((await ask(tool, { ...NOTHING, targets })).preview).toEqual({
    before: null,
    after: null,
    affects: ["basket"],
  });
  const silentTargets: Config["targets"] = { shop: { kind: "command", actions: { rollback: action } } };
  expect(await ask(tool, { ...NOTHING, targets: silentTargets })).not.toHaveProperty("preview");
});

test("a tool that can tell nothing shows nothing", async () => {
  expect(await ask(previewing(undefined), NOTHING)).not.toHaveProperty("preview");
});
