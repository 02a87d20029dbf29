/** Every key of safety.yaml and every variable: changed, and seen to change what the product does. */
import fs, { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { loadLocal } from "../../src/app/local.js";
import { rolesOf } from "../../src/core/policy/roles.js";
import type { Report } from "../../src/core/report.js";
import { readEnvironment } from "../../src/platform/environment.js";
import { makeKeyIfAbsent, publicFolderOf } from "../../src/platform/keys/key-file.js";
import { createLog } from "../../src/platform/log.js";
import { newPayloadKey } from "../../src/platform/payloads/keys.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import { policyFileSchema } from "../../src/schema/policy.js";
import { workerConverter } from "../../src/worker/payloads.js";
import { type StartedWorker, startWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { writeKeys } from "../support/write-keys.js";

/** What was seen with the one value and with the other. */
type Seen = Promise<{ with: [unknown, unknown]; expected: [unknown, unknown] }>;
type File = Record<string, unknown>;

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let client: Client;

const node = (id: string, more: object = {}) => ({
  id,
  name: id,
  type: "analysis" as const,
  tool: "echo",
  params: { message: "hi" },
  ...more,
});
const graphOf = (...nodes: Array<ReturnType<typeof node>>): GraphInput =>
  ({
    id: "g",
    name: "g",
    goal_description: "find out",
    nodes,
    edges: nodes.slice(1).map(({ id }) => ({ from_node_id: nodes[0]?.id ?? "", to_node_id: id })),
  }) as GraphInput;
const probe = (id: string, url: string) =>
  node(id, { type: "metric_query", tool: "http_probe", params: { url }, retry_count: 0 });
const ECHO = graphOf(node("a"));
const WRITE = graphOf(node("w", { type: "rollback", tool: "rollback", params: { target: "shop", version: "1" } }));
const BANK = graphOf(node("w", { type: "rollback", tool: "rollback", params: { target: "bank", version: "1" } }));

/** Remediation on and the write allowed, with `sections` laid over it. */
function open(sections: Record<string, File> = {}): File {
  const base: Record<string, File> = {
    execution: { enable_remediation: true },
    tools: { allowed: ["echo", "rollback", "http_probe"] },
    node_types: { allowed: ["analysis", "rollback", "metric_query"] },
  };
  for (const [name, section] of Object.entries(sections)) base[name] = { ...base[name], ...section };
  return base;
}

/** What the check says of a graph under a policy: the codes, or the reasons of its gates. */
async function checked(policy: File, graph: GraphInput, variables: Record<string, string> = {}): Promise<unknown> {
  machine.policy(policy);
  const local = await loadLocal({ ...machine.variables, ...variables });
  if (!local.ok) return local.problems.map(({ code }) => code);
  const parsed = parseGraph(graph);
  if (!parsed.ok) throw new Error("the test's own graph is wrong");
  const outcome = local.check(parsed.graph);
  if (!outcome.ok) return outcome.problems.map(({ code }) => code);
  return Object.fromEntries(Object.entries(outcome.verdict.gates).map(([id, { reason }]) => [id, reason]));
}

async function policyOf(policy: File) {
  machine.policy(policy);
  const local = await loadLocal(machine.variables);
  if (!local.ok) throw new Error(JSON.stringify(local.problems));
  return local.policy;
}

/** The verdict on a write that can be taken back. */
async function verdictOf(sections: Record<string, File>) {
  machine.policy(open(sections));
  const local = await loadLocal(machine.variables);
  const undo = { tool: "rollback", params: { target: "shop", version: "2" } };
  const parsed = parseGraph(graphOf({ ...(WRITE.nodes[0] as ReturnType<typeof node>), undo } as never));
  const outcome = local.ok && parsed.ok ? local.check(parsed.graph) : undefined;
  if (outcome?.ok !== true) throw new Error(JSON.stringify([local, parsed, outcome]));
  return outcome.verdict;
}

let count = 0;
async function start(policy: File, graph: GraphInput): Promise<WorkflowHandle> {
  machine.policy(policy);
  const workflowId = `key-${++count}`;
  const args = [{ graph, requester: "rita" }];
  return client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args });
}
const run = async (policy: File, graph: GraphInput): Promise<Report> =>
  (await (await start(policy, graph)).result()) as Report;

const twice = async <T>(one: Promise<T>, other: () => Promise<T>): Promise<[T, T]> => [await one, await other()];

/** By dotted key of the file: what is seen with two of its values. */
const KEYS: Record<string, () => Seen> = {
  version: async () => ({
    with: await twice(checked({}, ECHO), () => checked({ version: "2.0" }, ECHO)),
    expected: [{}, ["policy-invalid"]],
  }),
  "execution.enable_remediation": async () => ({
    with: await twice(checked(open(), WRITE), () => checked(open({ execution: { enable_remediation: false } }), WRITE)),
    expected: [{ w: "it changes what runs: always asked" }, ["remediation-disabled"]],
  }),
  "execution.max_nodes_per_workflow": async () => {
    const two = graphOf(node("a"), node("b"));
    const most = (max_nodes_per_workflow: number) => checked({ execution: { max_nodes_per_workflow } }, two);
    return { with: await twice(most(2), () => most(1)), expected: [{}, ["too-many-nodes"]] };
  },
  "execution.default_timeout_seconds": async () => {
    const seconds = async (default_timeout_seconds: number) => {
      const handle = await start({ execution: { default_timeout_seconds } }, ECHO);
      await handle.result();
      const events = (await handle.fetchHistory()).events ?? [];
      const scheduled = events.find((event) => event.activityTaskScheduledEventAttributes?.activityId === "a");
      return Number(scheduled?.activityTaskScheduledEventAttributes?.startToCloseTimeout?.seconds);
    };
    return { with: await twice(seconds(7), () => seconds(9)), expected: [7, 9] };
  },
  "execution.workflow_timeout_seconds": async () => {
    service.answers["/slow"] = async () => {
      await new Promise((resume) => setTimeout(resume, 2_500));
      return { text: "" };
    };
    const slow = graphOf(probe("a", `${service.url}/slow`));
    const outcome = async (workflow_timeout_seconds: number) =>
      (await run({ execution: { workflow_timeout_seconds }, network: OPEN_NETWORK }, slow)).outcome;
    return { with: await twice(outcome(60), () => outcome(1)), expected: ["succeeded", "timed_out"] };
  },
  "execution.max_concurrency": async () => {
    let now = 0;
    let most = 0;
    service.answers["/busy"] = async () => {
      most = Math.max(most, ++now);
      await new Promise((resume) => setTimeout(resume, 300));
      now--;
      return { text: "" };
    };
    const busy = graphOf(node("a"), ...["b", "c", "d"].map((id) => probe(id, `${service.url}/busy`)));
    const atOnce = async (max_concurrency: number) => {
      most = 0;
      await run({ execution: { max_concurrency }, network: OPEN_NETWORK }, busy);
      return most;
    };
    return { with: await twice(atOnce(1), () => atOnce(3)), expected: [1, 3] };
  },
  "execution.dry_run": async () => {
    const asked = async (dry_run: boolean) => {
      service.received.length = 0;
      const report = await run({ execution: { dry_run }, network: OPEN_NETWORK }, graphOf(probe("a", service.url)));
      return [report.dryRun, service.received.length];
    };
    return {
      with: await twice(asked(false), () => asked(true)),
      expected: [
        [false, 1],
        [true, 0],
      ],
    };
  },
  "execution.require_approval_all": async () => ({
    with: await twice(checked({}, ECHO), () => checked({ execution: { require_approval_all: true } }, ECHO)),
    expected: [{}, { a: "execution.require_approval_all asks for every action" }],
  }),
  "execution.rate_limit_llm_per_minute": async () => {
    const rate = async (rate_limit_llm_per_minute: number) => {
      machine.policy({ execution: { rate_limit_llm_per_minute } });
      return pollerOf(`rate-${rate_limit_llm_per_minute}`, {}, "-planner", (poller) => poller.ratePerSecond);
    };
    return { with: await twice(rate(20), () => rate(200)), expected: [expect.closeTo(0.3), expect.closeTo(3)] };
  },
  "tools.allowed": async () => ({
    with: await twice(checked({ tools: { allowed: ["echo"] } }, ECHO), () => checked({ tools: { allowed: [] } }, ECHO)),
    expected: [{}, ["tool-not-allowed"]],
  }),
  "tools.blocked": async () => ({
    with: await twice(checked({}, ECHO), () => checked({ tools: { blocked: ["echo"] } }, ECHO)),
    expected: [{}, ["tool-not-allowed"]],
  }),
  "tools.require_approval": async () => ({
    with: await twice(checked({}, ECHO), () => checked({ tools: { require_approval: ["echo"] } }, ECHO)),
    expected: [{}, { a: "tools.require_approval names echo" }],
  }),
  "node_types.allowed": async () => {
    const types = (allowed: string[]) => checked({ node_types: { allowed } }, ECHO);
    return { with: await twice(types(["analysis"]), () => types([])), expected: [{}, ["node-type-not-allowed"]] };
  },
  "node_types.blocked": async () => ({
    with: await twice(checked({}, ECHO), () => checked({ node_types: { blocked: ["analysis"] } }, ECHO)),
    expected: [{}, ["node-type-not-allowed"]],
  }),
  "network.allowed_hosts": async () => {
    const hosts = (network: File) => checked({ network }, graphOf(probe("a", "https://example.com/")));
    const allowed = () => hosts({ allowed_hosts: ["example.com"] });
    return { with: await twice(hosts({}), allowed), expected: [["host-not-allowed"], {}] };
  },
  "network.blocked_hosts": async () => {
    const hosts = (network: File) => checked({ network }, graphOf(probe("a", "https://api.example.com/")));
    const all = { allowed_hosts: ["*.example.com"] };
    const blocked = () => hosts({ ...all, blocked_hosts: ["api.example.com"] });
    return { with: await twice(hosts(all), blocked), expected: [{}, ["host-not-allowed"]] };
  },
  "network.allowed_private": async () => {
    const hosts = (network: File) => checked({ network }, graphOf(probe("a", "http://10.1.2.3/")));
    const all = { allowed_hosts: ["*"] };
    const named = () => hosts({ allowed_hosts: ["10.1.2.3"], allowed_private: ["10.0.0.0/8"] });
    return { with: await twice(hosts(all), named), expected: [["address-not-allowed"], {}] };
  },
  "approval.timeout_seconds": async () => {
    const open5 = await start(open({ approval: { timeout_seconds: 5 } }), WRITE);
    // A run is checked against the file as it is when the run begins.
    await openGate(open5, "w");
    const open60 = await start(open({ approval: { timeout_seconds: 60 } }), WRITE);
    await openGate(open60, "w");
    const expired = ((await open5.result()) as Report).outcome;
    const other = (await openGate(open60, "w")).status;
    await open60.cancel();
    await open60.result();
    expect(service.writes()).toEqual([]);
    return { with: [expired, other], expected: ["expired", "open"] };
  },
  "approval.require_for_production": async () => {
    const unsigned = async (require_for_production: boolean) => {
      const handle = await start(open({ approval: { require_for_production } }), BANK);
      await openGate(handle, "w");
      await handle.signal("approve", { node_id: "w", approver: "ann" });
      if (require_for_production) {
        await handle.signal("reject", { node_id: "w", approver: "ann" });
        await openGate(handle, "w");
        await handle.cancel();
      }
      const report = (await handle.result()) as Report;
      return [report.outcome, service.writes().length];
    };
    return {
      with: await twice(unsigned(true), () => unsigned(false)),
      expected: [
        ["cancelled", 0],
        ["succeeded", 1],
      ],
    };
  },
  "approval.notify_channel": async () => {
    const told = async (approval: File) => {
      const handle = await start(open({ approval }), WRITE);
      await openGate(handle, "w");
      await handle.cancel();
      await handle.result();
      return service.received.filter(({ path }) => path === "/hook").length;
    };
    return { with: await twice(told({}), () => told({ notify_channel: "webhook:ops" })), expected: [0, 2] };
  },
  "approval.signed": async () => ({
    with: await twice(verdictOf({ approval: { signed: "never" } }), () =>
      verdictOf({ approval: { signed: "always" } }),
    ),
    expected: [{ signed: false }, { signed: true }].map((verdict) => expect.objectContaining(verdict)) as [
      unknown,
      unknown,
    ],
  }),
  "approval.rules": async () => {
    const rules = async (...names: string[]) => {
      const verdict = await verdictOf({ approval: { rules: names.map((name) => ({ name, required: 2 })) } });
      return verdict.gates.w?.rule?.required;
    };
    return { with: await twice(rules(), () => rules("two")), expected: [undefined, 2] };
  },
  "approval.comment_required": async () => {
    const rules = [{ name: "two", required: 2 }];
    const comment = async (comment_required: string) =>
      (await verdictOf({ approval: { comment_required, rules } })).gates.w?.rule?.comment;
    return { with: await twice(comment("always"), () => comment("reject")), expected: ["always", "reject"] };
  },
  "approval.whole_plan": async () => {
    const gate = async (whole_plan: string) => (await verdictOf({ approval: { whole_plan } })).wholePlan;
    return { with: await twice(gate("always"), () => gate("never")), expected: ["whole-plan", undefined] };
  },
  "approval.local_groups": async () => {
    const groups = async (local_groups: File) => (await policyOf({ approval: { local_groups } })).approval.local_groups;
    return { with: await twice(groups({}), () => groups({ ann: ["sre"] })), expected: [{}, { ann: ["sre"] }] };
  },
  "execution.undo_on_failure": async () => {
    const undo = async (undo_on_failure: boolean) =>
      (await verdictOf({ execution: { undo_on_failure } })).undo?.onFailure;
    return { with: await twice(undo(true), () => undo(false)), expected: [true, false] };
  },
  "execution.undo_on_cancel": async () => {
    const undo = async (undo_on_cancel: boolean) =>
      (await verdictOf({ execution: { undo_on_cancel } })).undo?.onCancel ?? false;
    return { with: await twice(undo(true), () => undo(false)), expected: [true, false] };
  },
  "execution.undo_on_failed_verification": async () => {
    const undo = async (undo_on_failed_verification: boolean) =>
      (await verdictOf({ execution: { undo_on_failed_verification } })).undo?.onFailedVerification;
    return { with: await twice(undo(true), () => undo(false)), expected: [true, false] };
  },
  roles: async () => {
    const roles = async (...held: string[]) => rolesOf(["sre"], (await policyOf({ roles: { sre: held } })).roles);
    return { with: await twice(roles("viewer"), () => roles("approver")), expected: [["viewer"], ["approver"]] };
  },
  "slack.users": async () => {
    const users = async (users: File) => Object.keys((await policyOf({ slack: { users } })).slack?.users ?? {});
    const ann = { U0123ABCD: { name: "ann", groups: ["sre"] } };
    return { with: await twice(users({}), () => users(ann)), expected: [[], ["U0123ABCD"]] };
  },
  ...writeKeys({
    checked: (limits) => checked(open({ limits }), WRITE),
    policyOf,
    keyFile: () => join(machine.home, "orders", "key.json"),
  }),
};
const OPEN_NETWORK = { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] };

/** By name: what is seen without a variable, or with one value of it, and with another. */
function read(variables: Record<string, string>) {
  const result = readEnvironment(variables);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.environment;
}

const VARIABLES: Record<string, () => Seen> = {
  AUTOOPS_HOME: async () => {
    const other = join(machine.home, "other");
    mkdirSync(other, { recursive: true, mode: 0o700 });
    writeFileSync(join(other, "safety.yaml"), 'version: "1.0"\ntools: { blocked: [echo] }\n', { mode: 0o600 });
    const from = async (home: string) => {
      const local = await loadLocal({ AUTOOPS_HOME: home });
      return local.ok && local.policy.tools.blocked;
    };
    machine.policy({});
    return { with: await twice(from(machine.home), () => from(other)), expected: [[], ["echo"]] };
  },
  AUTOOPS_SAFETY_CONFIG: async () => {
    const file = join(machine.home, "strict.yaml");
    writeFileSync(file, 'version: "1.0"\ntools: { allowed: [] }\n', { mode: 0o600 });
    const other = () => checked({}, ECHO, { AUTOOPS_SAFETY_CONFIG: file });
    return { with: await twice(checked({}, ECHO), other), expected: [{}, ["tool-not-allowed"]] };
  },
  AUTOOPS_CONFIG: async () => {
    const file = join(machine.home, "bare.yaml");
    writeFileSync(file, 'version: "1.0"\n', { mode: 0o600 });
    const other = () => checked(open(), WRITE, { AUTOOPS_CONFIG: file });
    const expected: [unknown, unknown] = [{ w: "it changes what runs: always asked" }, ["target-not-declared"]];
    return { with: await twice(checked(open(), WRITE), other), expected };
  },
  AUTOOPS_ENABLE_REMEDIATION: async () => {
    const set = (value: string) => checked(open(), WRITE, { AUTOOPS_ENABLE_REMEDIATION: value });
    const expected: [unknown, unknown] = [{ w: "it changes what runs: always asked" }, ["remediation-disabled"]];
    return { with: await twice(set("true"), () => set("false")), expected };
  },
  AUTOOPS_REQUIRE_APPROVAL: async () => {
    const set = (value: string) => checked({}, ECHO, { AUTOOPS_REQUIRE_APPROVAL: value });
    const asks = { a: "execution.require_approval_all asks for every action" };
    return { with: await twice(set("0"), () => set("1")), expected: [{}, asks] };
  },
  AUTOOPS_DRY_RUN: async () => {
    const set = async (value: string) => {
      machine.policy({ network: OPEN_NETWORK });
      service.received.length = 0;
      const variables = { AUTOOPS_DRY_RUN: value };
      const taskQueue = `dry-${value}`;
      const own = await machine.startWorker({ variables, taskQueue });
      try {
        const args = [{ graph: graphOf(probe("a", service.url)), requester: "rita" }];
        const handle = await client.workflow.start("runGraph", { taskQueue, workflowId: taskQueue, args });
        return [((await handle.result()) as Report).dryRun, service.received.length];
      } finally {
        await own.stop();
      }
    };
    return {
      with: await twice(set("false"), () => set("true")),
      expected: [
        [false, 1],
        [true, 0],
      ],
    };
  },
  AUTOOPS_LOG_LEVEL: async () => {
    machine.policy({});
    const lines = async (AUTOOPS_LOG_LEVEL: string) => {
      const printed: string[] = [];
      // The worker's own printer writes to standard error.
      const spy = vi.spyOn(fs, "writeSync").mockImplementation(((fd: number, text: string) => {
        if (fd === 2) printed.push(String(text));
        return Buffer.byteLength(String(text));
      }) as typeof fs.writeSync);
      try {
        const variables = { ...machine.variables, AUTOOPS_LOG_LEVEL };
        const own = await startWorker({ variables, taskQueue: `log-${AUTOOPS_LOG_LEVEL}` });
        if (!own.ok) return own.problems;
        await own.stop();
      } finally {
        spy.mockRestore();
      }
      return printed.some((line) => line.includes('"worker ready"'));
    };
    return { with: await twice(lines("INFO"), () => lines("ERROR")), expected: [true, false] };
  },
  AUTOOPS_APPROVAL_PUBLIC_KEYS: async () => {
    machine.policy({});
    const file = join(machine.home, "signing", "key.json");
    await makeKeyIfAbsent(file);
    const own = join(machine.home, "none", "key.json");
    const start = async (AUTOOPS_APPROVAL_PUBLIC_KEYS: string) => {
      const variables = { AUTOOPS_APPROVAL_KEY_FILE: own, AUTOOPS_APPROVAL_PUBLIC_KEYS };
      const started = await startWorker({ variables: { ...machine.variables, ...variables }, taskQueue: "public" });
      if (!started.ok) return started.problems.map(({ code }) => code);
      await started.stop();
      return existsSync(own);
    };
    const [absent, folder] = [join(machine.home, "absent"), publicFolderOf(file)];
    return { with: await twice(start(absent), () => start(folder)), expected: [["file-not-found"], false] };
  },
  AUTOOPS_APPROVAL_KEY_FILE: async () => {
    machine.policy({});
    const file = join(machine.home, "keys", "own.json");
    const before = existsSync(file);
    const variables = { AUTOOPS_APPROVAL_KEY_FILE: file };
    await (await machine.startWorker({ variables, taskQueue: "key" })).stop();
    return { with: [before, existsSync(file)], expected: [false, true] };
  },
  AUTOOPS_MODEL: async () => {
    const named = (AUTOOPS_MODEL: string) => read({ AUTOOPS_MODEL }).model;
    return { with: [named("small"), named("large")], expected: ["small", "large"] };
  },
  // What becomes of a run is seen in payloads.test.ts.
  AUTOOPS_PAYLOAD_KEY: async () => {
    const encoding = async (variables: Record<string, string>) => {
      const [encoded] = (await workerConverter(read(variables), NO_STORE).payloadCodecs?.[0]?.encode([PLAIN])) ?? [];
      return Buffer.from(encoded?.metadata?.encoding ?? []).toString();
    };
    const other = () => encoding({ AUTOOPS_PAYLOAD_KEY: newPayloadKey() });
    return { with: await twice(encoding({}), other), expected: ["json/plain", "binary/encrypted"] };
  },
  AUTOOPS_PAYLOAD_REQUIRED: async () => {
    const taken = async (AUTOOPS_PAYLOAD_REQUIRED: string) => {
      const variables = { AUTOOPS_PAYLOAD_KEY: newPayloadKey(), AUTOOPS_PAYLOAD_REQUIRED };
      const [decoded] = (await workerConverter(read(variables), NO_STORE).payloadCodecs?.[0]?.decode([PLAIN])) ?? [];
      return Buffer.from(decoded?.data ?? []).toString() === '"hi"';
    };
    return { with: await twice(taken("0"), () => taken("1")), expected: [true, false] };
  },
  // That a worker then listens there is tested with a process of its own, for the metrics are those of a process.
  AUTOOPS_WORKER_HEALTH_ADDRESS: async () => {
    const at = (AUTOOPS_WORKER_HEALTH_ADDRESS: string) => read({ AUTOOPS_WORKER_HEALTH_ADDRESS }).workerHealth?.port;
    return { with: [at("8081"), at("8082")], expected: [8081, 8082] };
  },
  AUTOOPS_WORKER_METRICS_ADDRESS: async () => {
    const at = (AUTOOPS_WORKER_METRICS_ADDRESS: string) => read({ AUTOOPS_WORKER_METRICS_ADDRESS }).workerMetrics?.port;
    return { with: [at("9464"), at("9465")], expected: [9464, 9465] };
  },
  AUTOOPS_DEPLOYMENT_NAME: async () => ({
    with: await twice(deploymentOf("shop-1", "1"), () => deploymentOf("shop-2", "1")),
    expected: ["shop-1/1", "shop-2/1"],
  }),
  AUTOOPS_BUILD_ID: async () => ({
    with: await twice(deploymentOf("shop", "3"), () => deploymentOf("shop", "4")),
    expected: ["shop/3", "shop/4"],
  }),
};

const NO_STORE = { keeps: "none" as const, contentStore: () => Promise.reject(new Error("nothing is stored here")) };
const PLAIN = { metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from('"hi"') };

function deploymentOf(name: string, build: string): Promise<unknown> {
  machine.policy({});
  const variables = { AUTOOPS_DEPLOYMENT_NAME: name, AUTOOPS_BUILD_ID: build };
  return pollerOf(`built-${name}-${build}`, variables, "", ({ deploymentOptions: options }) =>
    options?.deploymentName ? `${options.deploymentName}/${options.buildId}` : undefined,
  );
}

interface Poller {
  ratePerSecond?: number | null;
  deploymentOptions?: { deploymentName?: string | null; buildId?: string | null } | null;
}

/** Starts a worker on a queue of its own, and reads what the server knows of it. */
async function pollerOf<T>(
  taskQueue: string,
  variables: Record<string, string>,
  suffix: string,
  read: (poller: Poller) => T | null | undefined,
): Promise<T | undefined> {
  const own = await machine.startWorker({ variables, taskQueue });
  let value: T | undefined;
  try {
    await expect
      .poll(
        async () => {
          const queue = { namespace: server.namespace, taskQueue: { name: `${taskQueue}${suffix}` }, taskQueueType: 2 };
          const { pollers } = await client.workflowService.describeTaskQueue(queue);
          value = (pollers ?? []).map((poller) => read(poller as Poller)).find((found) => found != null) ?? undefined;
          return value;
        },
        { timeout: 10_000 },
      )
      .toBeDefined();
  } finally {
    await own.stop();
  }
  return value;
}

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address, () => createLog("fatal"));
  const rollback = { method: "POST", url: `${service.url}/rollback`, idempotency: "key" };
  machine.config({
    targets: {
      shop: { kind: "http", environment: "staging", actions: { rollback } },
      bank: { kind: "http", environment: "production", actions: { rollback } },
    },
    channels: { ops: { kind: "webhook", url: `${service.url}/hook` } },
  });
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});
beforeEach(() => {
  service.received.length = 0;
});

describe("each key of safety.yaml changes what happens", () => {
  test.each(Object.keys(KEYS))("%s", { timeout: 60_000 }, async (key) => {
    const seen = await KEYS[key]?.();
    expect(seen?.with).toEqual(seen?.expected);
    expect(seen?.expected[0]).not.toEqual(seen?.expected[1]);
  });
});

describe("each variable changes what happens", () => {
  test.each(Object.keys(VARIABLES))("%s", { timeout: 60_000 }, async (name) => {
    const seen = await VARIABLES[name]?.();
    expect(seen?.with).toEqual(seen?.expected);
    expect(seen?.expected[0]).not.toEqual(seen?.expected[1]);
  });
});

describe("nothing is left out", () => {
  test("every key of the file's schema has a row", () => {
    expect(Object.keys(KEYS).sort()).toEqual(keysOf(policyFileSchema).sort());
  });

  test("every variable that the product reads has a row, those that users know among them", () => {
    const source = readFileSync(new URL("../../src/platform/environment.ts", import.meta.url), "utf8");
    const names = new Set([...source.matchAll(/"(AUTOOPS_[A-Z_]+)"/g)].map(([, name = ""]) => name));
    expect(Object.keys(VARIABLES).sort()).toEqual([...names].sort());
    expect([...names]).toEqual(
      expect.arrayContaining([
        "AUTOOPS_SAFETY_CONFIG",
        "AUTOOPS_ENABLE_REMEDIATION",
        "AUTOOPS_REQUIRE_APPROVAL",
        "AUTOOPS_DRY_RUN",
        "AUTOOPS_LOG_LEVEL",
      ]),
    );
  });

  test("every key of the published example has a row, and the example decides", async () => {
    copyFileSync(new URL("../platform/seed-safety.yaml", import.meta.url), join(machine.home, "safety.yaml"));
    const local = await loadLocal(machine.variables);
    if (!local.ok) throw new Error(JSON.stringify(local.problems));
    const written = Object.entries(local.origins).filter(([, origin]) => origin === "file");
    expect(written.length).toBeGreaterThan(10);
    for (const [key] of written) expect(Object.keys(KEYS)).toContain(key);
    const parsed = parseGraph(WRITE);
    const outcome = parsed.ok ? local.check(parsed.graph) : parsed;
    const codes = outcome.ok ? [] : outcome.problems.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(["remediation-disabled", "node-type-not-allowed", "tool-not-allowed"]),
    );
  });
});

/** The dotted keys of a schema's leaves. */
function keysOf(schema: z.ZodType, path: string[] = []): string[] {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  if (!(inner instanceof z.ZodObject)) return [path.join(".")];
  return Object.entries(inner.shape).flatMap(([key, child]) => keysOf(child as z.ZodType, [...path, key]));
}
