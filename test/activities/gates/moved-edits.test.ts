/**
 * An edit that moves an action elsewhere, by whichever param: for every registered tool it is refused, or asked about as
 * a new node would be, and no vote for what stood there before lets it act.
 */
import { describe, expect, test } from "vitest";
import { verifyGrant } from "../../../src/activities/acting/grant.js";
import type { AskCall, Grant } from "../../../src/activities/contract.js";
import type { ToolDefinition } from "../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createCheckEdit } from "../../../src/activities/gates/check-edit.js";
import { questionOf } from "../../../src/activities/gates/question.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { asCalled } from "../../../src/core/check/catalogue.js";
import type { NodeGate } from "../../../src/core/gate/node-gate.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";
import { digestOf } from "../../../src/platform/digest.js";
import type { JsonObject } from "../../../src/schema/json.js";
import type { Question } from "../../../src/schema/question.js";
import { NODE_TYPES, type NodeType, riskier } from "../../../src/vocabulary/node-types.js";
import { callerStub, recordsStub } from "../../support/approvals.js";

const RUN_KEY = "11111111-1111-1111-1111-111111111111";
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const action = { method: "POST", url: "http://127.0.0.1/", expect_status: [200], idempotency: "none" };
const actions = { rollback: action, service_restart: action, scale_action: action, config_update: action };
const command = { argv: ["/bin/true"], expect_exit: [0], idempotency: "none" };
const say = { effect: "notify", node_types: ["mcp_action", "notification"], idempotency: "none" };
const write = { effect: "write", node_types: ["mcp_action", "rollback"], idempotency: "none" };
const mcpTools = { say, write, look: { effect: "read", node_types: ["mcp_action"], idempotency: "none" } };
/** Each thing twice: what is called `stage` is declared as staging, `prod` says nothing and so is production. */
const pair = <T extends object>(kind: T): Record<string, T> => ({
  stage: { ...kind, environment: "staging" },
  prod: kind,
});
const named = (name: string, kind: object): object =>
  Object.fromEntries(Object.entries(pair(kind)).map(([where, one]) => [`${name}-${where}`, one]));
const url = "http://127.0.0.1:1/";
const config = {
  files: { roots: ["/var/log"] },
  sources: {
    ...named("metrics", { kind: "prometheus", url }),
    ...named("logs", { kind: "loki", url, selector: '{app="a"}', level_field: "level" }),
    ...named("traces", { kind: "jaeger", url }),
    ...named("deploys", { kind: "deployments", url }),
    ...named("cluster", { kind: "kubernetes", cluster: "one" }),
    ...named("resolver", { kind: "dns", server: "127.0.0.1" }),
  },
  targets: {
    ...named("http", { kind: "http", actions }),
    ...named("command", { kind: "command", actions: { rollback: command } }),
    ...named("pod", {
      kind: "kubernetes",
      cluster: "one",
      namespace: "a",
      workload: "deployment/a",
      actions: { service_restart: {} },
    }),
    "pod-elsewhere": {
      kind: "kubernetes",
      cluster: "two",
      namespace: "b",
      workload: "deployment/a",
      environment: "staging",
      actions: { service_restart: {} },
    },
  },
  scripts: named("script", { path: "/bin/true" }),
  channels: { ops: { kind: "webhook", url }, board: { kind: "webhook", url } },
  trackers: {
    ours: { kind: "github", repository: "a/b", token: "env:T", url },
    theirs: { kind: "github", repository: "c/d", token: "env:T", url },
  },
  mcp: {
    servers: {
      "mcp-stage": { transport: "http", url, environment: "staging", tools: mcpTools },
      "mcp-prod": { transport: "http", url, tools: mcpTools },
    },
    pins: "/nowhere",
  },
  browser: { executable: "/bin/true", secrets: {} },
} as unknown as Dependencies["config"];
const registry = createDefaultRegistry(config);
const policy: Policy = {
  ...DEFAULT_POLICY,
  execution: { ...DEFAULT_POLICY.execution, enable_remediation: true, require_approval_all: true },
  tools: { allowed: registry.list().map(({ name }) => name), blocked: [], require_approval: [] },
  node_types: { allowed: Object.keys(NODE_TYPES), blocked: [] },
  network: { ...DEFAULT_POLICY.network, allowed_hosts: ["127.0.0.1"] },
  approval: {
    ...DEFAULT_POLICY.approval,
    rules: [
      { name: "prod", match: { environments: ["production"] }, groups: ["sre"], required: 2, forbid_requester: true },
    ],
  },
};

/** What becomes of the edit. `same`: it stays as strict, since it was as strict before. */
type Becomes = "refused" | "stricter" | "same";
interface Row {
  type: NodeType;
  before: JsonObject;
  after: JsonObject;
  becomes: Becomes;
}
const row = (type: NodeType, before: JsonObject, after: JsonObject, becomes: Becomes): Row => ({
  ...{ type, before, after: { ...before, ...after }, becomes },
});
const services = [{ name: "a" }];
const moved = (type: NodeType, param: string, what: string, more: JsonObject, becomes: Becomes) =>
  row(type, { [param]: `${what}-stage`, ...more }, { [param]: `${what}-prod` }, becomes);
const reads = (type: NodeType, what: string, more: JsonObject = {}) => [moved(type, "source", what, more, "stricter")];
const step = (to: string) => [{ do: "goto", url: to }];

/** By tool: every way in which its params can name another place. */
const ROWS: Record<string, Row[]> = {
  rollback: [
    moved("rollback", "target", "http", { version: "1" }, "refused"),
    moved("rollback", "target", "command", { version: "1" }, "refused"),
    row("rollback", { target: "http-stage", version: "1" }, { target: "command-stage" }, "refused"),
  ],
  service_restart: [
    moved("service_restart", "target", "pod", {}, "refused"),
    row("service_restart", { target: "pod-stage" }, { target: "pod-elsewhere" }, "refused"),
  ],
  scale_action: [moved("scale_action", "target", "http", { replicas: 2 }, "refused")],
  config_update: [moved("config_update", "target", "http", { values: { A: "1" } }, "refused")],
  custom_script: [moved("custom_script", "program", "script", {}, "refused")],
  notification: [row("notification", { channel: "ops", message: "m" }, { channel: "board" }, "same")],
  ticket_create: [row("ticket_create", { tracker: "ours", title: "t" }, { tracker: "theirs" }, "same")],
  ticket_update: [row("ticket_update", { tracker: "ours", ticket: "1", comment: "c" }, { tracker: "theirs" }, "same")],
  secureMCP: [
    moved("mcp_action", "server", "mcp", { action: "say", arguments: {} }, "stricter"),
    moved("notification", "server", "mcp", { action: "say", arguments: {} }, "stricter"),
    moved("mcp_action", "server", "mcp", { action: "look", arguments: {} }, "stricter"),
    moved("mcp_action", "server", "mcp", { action: "write", arguments: {} }, "refused"),
    row("mcp_action", { server: "mcp-stage", action: "look", arguments: {} }, { action: "say" }, "refused"),
    row("mcp_action", { server: "mcp-stage", action: "say", arguments: {} }, { action: "write" }, "refused"),
    row("mcp_action", { server: "mcp-stage", action: "say", arguments: {} }, { server: "mcp-nowhere" }, "refused"),
  ],
  "secureMCP:mcp-stage": [
    row("mcp_action", { action: "say", arguments: {} }, { server: "mcp-prod" }, "refused"),
    row("mcp_action", { action: "say", arguments: {} }, { action: "write" }, "refused"),
  ],
  "secureMCP:mcp-prod": [row("mcp_action", { action: "say", arguments: {} }, { server: "mcp-stage" }, "refused")],
  log_collector: reads("log_collection", "logs"),
  metric_query: reads("metric_query", "metrics", { query: "up" }),
  trace_collector: reads("trace_collection", "traces", { service: "a" }),
  alerts_active: reads("metric_query", "metrics", { services }),
  health_check: reads("metric_query", "metrics", { services }),
  series_scan: reads("metric_query", "metrics", { services }),
  log_scan: [
    row(
      "log_collection",
      { logs: [{ source: "logs-stage", service: "a" }], services },
      { logs: [{ source: "logs-prod", service: "a" }] },
      "stricter",
    ),
    row(
      "log_collection",
      { logs: [{ source: "logs-stage", service: "a" }], services },
      {
        logs: [
          { source: "logs-stage", service: "a" },
          { source: "logs-prod", service: "a" },
        ],
      },
      "stricter",
    ),
  ],
  deployment_history: reads("log_collection", "deploys"),
  change_history: [
    ...reads("log_collection", "deploys"),
    row("log_collection", { sources: ["deploys-stage"] }, { sources: ["deploys-stage", "deploys-prod"] }, "stricter"),
  ],
  kubernetes_state: reads("log_collection", "cluster", { namespace: "a" }),
  dns_probe: [moved("metric_query", "resolver", "resolver", { name: "localhost" }, "stricter")],
  // No environment is declared for what these name: the host decides whether they may, and people are asked anew.
  http_probe: [row("metric_query", { url: "http://127.0.0.1:1/a" }, { url: "http://other.test/" }, "refused")],
  tls_probe: [row("metric_query", { host: "127.0.0.1" }, { host: "other.test" }, "refused")],
  browser_replay: [
    row("browser_replay", { steps: step("http://127.0.0.1:1/") }, { steps: step("http://other.test/") }, "refused"),
  ],
};

const records = recordsStub();
const dependencies = {
  config,
  registry,
  records,
  policy: async () => ({ ok: true, policy }),
  checkUrl: (given: string) =>
    given.includes("other.test") ? { code: "host-not-allowed", at: "", message: "not allowed" } : undefined,
  askCaller: callerStub(() => ({ runKey: RUN_KEY })),
  signer: { verify: async () => ({ ok: false, reason: "forged" }) },
  now: () => 1_000,
  log: silent,
} as unknown as Dependencies;
const checkEdit = createCheckEdit(dependencies);

const factsOf = (name: string, params: JsonObject) => {
  const definition = registry.definition(name) as ToolDefinition;
  return { definition, reach: definition.reach?.(params, config, "params") };
};
const effectOf = (name: string, { type, before }: Row) => {
  const { definition, reach } = factsOf(name, before);
  return riskier(asCalled(definition, reach).effect, NODE_TYPES[type]);
};
/** The verdict of a run in staging that the tool's action stands in: what reaches no place at all counts as production. */
function gateBefore(name: string, { type, before }: Row): NodeGate {
  const { reach } = factsOf(name, before);
  const effect = effectOf(name, { type, before } as Row);
  const acts = effect === "write" || effect === "notify";
  const target = reach?.target === undefined ? {} : { target: reach.target };
  const isProduction = reach?.environment === undefined && acts;
  return { reason: "listed", ...target, ...(isProduction ? { environment: "production", signed: true } : {}) };
}
const edit = (name: string, one: Row, params = one.after) => {
  const gate = gateBefore(name, one);
  const target = gate.target === undefined ? {} : { target: gate.target };
  const asked = { gate, environment: "staging" as const, signed: false, effect: effectOf(name, one) };
  return checkEdit({ tool: name, nodeType: one.type, params, ...target, ...asked });
};
const cases = Object.entries(ROWS).flatMap(([name, rows]) =>
  rows.map((one, at): [string, string, Row] => [name, `${at}: ${JSON.stringify(one.after).slice(0, 80)}`, one]),
);

test("every tool whose params can name a place stands in the table", () => {
  const reaching = registry.list().filter(({ name }) => registry.definition(name)?.reach !== undefined);
  expect(Object.keys(ROWS).sort()).toEqual(reaching.map(({ name }) => name).sort());
});

describe("an edit that names another place", () => {
  test.each(cases)("%s %s: what stood there before passes by itself", async (name, _, one) => {
    expect(await edit(name, one, one.before)).toMatchObject({ ok: true });
  });

  test.each(cases)("%s %s", async (name, _, one) => {
    const result = await edit(name, one);
    if (one.becomes === "refused") return expect(result.ok).toBe(false);
    expect(result).toMatchObject({
      ok: true,
      gate: {
        environment: "production",
        signed: true,
        rule: { name: "prod", required: 2, groups: ["sre"], forbidRequester: true, signed: true },
      },
    });
  });
});

const question = (name: string, { type, ...rest }: Row, params = rest.after): Question => {
  const call = {
    ...{ nodeId: "w", nodeName: "w", nodeType: type, tool: name, params, environment: "staging", reason: "listed" },
    ...{ requester: "rita", runKey: RUN_KEY, policyDigest: "p", openedAtMs: 0, required: 1, signed: false, retries: 0 },
    ...{ deadlineMs: 9_000_000_000_000, findings: [] },
  } as AskCall;
  return questionOf({ call, run: "run", askedIn: RUN_KEY, store: "", nonce: "a".repeat(32) }, dependencies);
};
async function acting(name: string, one: Row, asked: Question): Promise<unknown> {
  const kept = { ...asked, store: await records.id() };
  const grant: Grant = { digest: digestOf(kept), question: kept, votes: [{ approver: "ann", atMs: 1 }] };
  const call = { params: one.after, requester: "rita", runKey: RUN_KEY, retries: 0, grant };
  const { definition } = factsOf(name, one.after);
  return verifyGrant(
    { nodeId: "w", workflowId: "run", runId: RUN_KEY, definition, toolName: name, call },
    dependencies,
  );
}

describe("the activity that acts derives the place from params and configuration", () => {
  test.each(cases)("%s %s: one unsigned vote for what stood there before lets nothing act", async (name, _, one) => {
    await expect(acting(name, one, question(name, one, one.before))).rejects.toThrow();
  });

  test.each(cases)("%s %s: nor does a question that says it is in staging", async (name, _, one) => {
    const { effect } = question(name, one);
    for (const environment of ["staging", "development"] as const) {
      const lie = { ...question(name, one), environment, rule: null, required: 1, signed: false };
      const { reach } = factsOf(name, one.after);
      // What reads at no declared place is where its run is, and the network policy says which hosts it may ask.
      const isElsewhere = reach?.environment === undefined ? effect !== "read" : reach.environment === "production";
      if (!isElsewhere) continue;
      await expect(acting(name, one, lie)).rejects.toThrow();
    }
  });
});
