/**
 * What changes while a gate is open, against a real worker on a real server: the policy's file, the keys, the store of used
 * approvals. And several gates at once: the token of one opens no other, that of a plan no action.
 */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { publicFolderOf, rotateKey } from "../../src/platform/keys/key-file.js";
import { loadSigner, type SignedDecision, type Signer } from "../../src/platform/signing.js";
import { createMachine, type Machine, openGate, type Service, startService, viewWhen } from "../support/machine.js";
import { canMount, mountSmallDisk } from "../support/small-disk.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const POLICY = {
  execution: { enable_remediation: true },
  tools: { allowed: ["rollback"] },
  node_types: { allowed: ["rollback", "human_review", "wait"] },
  limits: { production: { targets_per_run: 2 } },
  approval: { timeout_seconds: 300, rules: [{ name: "prod", match: { node_types: ["rollback"] }, required: 2 }] },
};
const RULES = POLICY.approval.rules;
const mend = (id: string) => {
  const params = { target: id === "mend" ? "bank" : "vault", version: "1.0" };
  return { id, name: "roll back", type: "rollback", tool: "rollback", params } as const;
};
const graphOf = (...ids: string[]) => ({
  ...{ id: "g", name: "mend the bank", goal_description: "it answers 500" },
  nodes: [{ id: "first", name: "wait", type: "wait", params: { seconds: 1 } }, ...ids.map(mend)],
  edges: ids.map((id) => ({ from_node_id: "first", to_node_id: id })),
});

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: Awaited<ReturnType<Machine["startWorker"]>>;
let client: Client;
let signer: Signer;
let keyFile: string;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestDevServer(), startService()]);
  machine = createMachine(server.address);
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  const target = { kind: "http", actions: { rollback } };
  machine.config({ targets: { bank: target, vault: target } });
  machine.policy(POLICY);
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
  keyFile = join(machine.home, "approval-key.json");
  const loaded = await loadSigner(keyFile);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  signer = loaded.signer;
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});
beforeEach(() => {
  machine.policy(POLICY);
  service.received.length = 0;
});

let count = 0;
const start = (graph: object = graphOf("mend"), workflowId = `run-${++count}`): Promise<WorkflowHandle> =>
  client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args: [{ graph, requester: "rita" }] });

/** What the person signs for a gate as it is shown now. */
async function signed(handle: WorkflowHandle, node: string, subject: string, more: Partial<SignedDecision> = {}) {
  const { digest = "" } = await openGate(handle, node);
  const { runKey } = (await handle.query("runView")) as RunView;
  const claims = { v: 2 as const, runKey, nodeId: node, digest, decision: "approve" as const, groups: [] };
  const { token } = await signer.sign({ ...claims, subject, channel: "cli", ...more }, Date.now());
  return { node_id: node, approver: subject, token };
}
const decide = (handle: WorkflowHandle, answer: object, decision = "approve"): Promise<string> =>
  handle.executeUpdate("decide", { args: [{ ...answer, decision }] });
async function approve(handle: WorkflowHandle, node: string, ...people: string[]): Promise<void> {
  for (const person of people) expect(await decide(handle, await signed(handle, node, person))).toBe("accepted");
}
/** What became of a node once the run is over. */
async function became(handle: WorkflowHandle, node = "mend"): Promise<string | undefined> {
  const found = ((await handle.result()) as Report).nodes.find(({ id }) => id === node);
  return found?.failure?.code ?? found?.status;
}

describe("several gates at once", () => {
  test("a token of one opens no other, whatever it is sent as, and each opens its own", async () => {
    const handle = await start(graphOf("mend", "other"));
    await openGate(handle, "other");
    const votes = await Promise.all(["ann", "bob"].map((person) => signed(handle, "mend", person)));
    const { digest } = await openGate(handle, "other");
    for (const vote of votes) {
      expect(await decide(handle, { ...vote, node_id: "other" })).toBe("not-allowed");
      expect(await decide(handle, { ...vote, node_id: "other", digest })).toBe("not-allowed");
      expect(await decide(handle, { ...vote, node_id: "other" }, "skip")).toBe("not-allowed");
      expect(await decide(handle, { ...vote, node_id: "other", params: mend("mend").params })).toBe("not-allowed");
    }
    expect(service.writes()).toHaveLength(0);
    for (const vote of votes) expect(await decide(handle, vote)).toBe("accepted");
    await viewWhen(handle, ({ nodes }) => nodes.find(({ id }) => id === "mend")?.status === "succeeded");
    for (const vote of votes) await handle.signal("approve", { ...vote, node_id: "other" });
    expect((await openGate(handle, "other")).status).toBe("open");
    expect(service.writes()).toHaveLength(1);
    await approve(handle, "other", "ann", "bob");
    expect(await became(handle, "other")).toBe("succeeded");
    expect(service.writes()).toHaveLength(2);
  });

  test("a token of a plan opens none of its actions, nor one of theirs the plan; nor that of a plan before", async () => {
    machine.policy({ ...POLICY, approval: { ...POLICY.approval, whole_plan: "always" } });
    const first = await start();
    const old = await Promise.all(["ann", "bob"].map((person) => signed(first, "whole-plan", person)));
    await first.terminate("planned anew");
    const handle = await start(graphOf("mend", "other"), first.workflowId);
    await openGate(handle, "whole-plan");
    for (const vote of old) expect(await decide(handle, vote)).toBe("not-allowed");
    const edited = { ...(await signed(handle, "whole-plan", "ann")), params: { prompt: "x", plan: {} } };
    expect(await decide(handle, edited)).toBe("edit-refused");
    const forAction = await signed(handle, "whole-plan", "ann", { nodeId: "mend" });
    expect(await decide(handle, forAction)).toBe("not-allowed");
    const plan = await signed(handle, "whole-plan", "ann");
    expect(await decide(handle, plan)).toBe("accepted");
    await openGate(handle, "mend");
    for (const vote of [plan, forAction, ...old]) {
      expect(await decide(handle, { ...vote, node_id: "mend" })).toBe("not-allowed");
    }
    expect(service.writes()).toHaveLength(0);
    await approve(handle, "mend", "ann", "bob");
    await approve(handle, "other", "ann", "bob");
    expect(await became(handle)).toBe("succeeded");
    expect(service.writes()).toHaveLength(2);
  });
});

describe("a policy that was changed while the gate was open", () => {
  const { approval } = POLICY;
  test.each([
    ["to dry runs", { ...POLICY, execution: { ...POLICY.execution, dry_run: true } }, "policy-changed"],
    ["so that nothing may be changed", { ...POLICY, execution: {} }, "policy-changed"],
    ["so that the tool is blocked", { ...POLICY, tools: { blocked: ["rollback"] } }, "policy-changed"],
    ["to more people", { ...POLICY, approval: { rules: [{ ...RULES[0], required: 3 }] } }, "grant-invalid"],
    ["to other people", { ...POLICY, approval: { rules: [{ ...RULES[0], groups: ["sre"] }] } }, "grant-invalid"],
    ["to what cannot be read", { ...POLICY, approval: { rules: "none" } }, "policy-invalid"],
  ])("%s: what was approved is not done", async (_, changed, code) => {
    const handle = await start();
    await openGate(handle, "mend");
    machine.policy(changed);
    await approve(handle, "mend", "ann", "bob");
    expect(await became(handle)).toBe(code);
    expect(service.writes()).toHaveLength(0);
  });

  test.each([
    ["fewer people", { ...POLICY, approval: { rules: [{ ...RULES[0], required: 1 }] } }],
    ["no rule", { ...POLICY, approval: {} }],
    ["no signatures", { ...POLICY, approval: { ...approval, signed: "never", require_for_production: false } }],
  ])("to %s: what people were shown still holds", async (_, changed) => {
    const handle = await start();
    await openGate(handle, "mend");
    machine.policy(changed);
    for (const approver of ["ann", "bob"]) {
      expect(await decide(handle, { node_id: "mend", approver })).toBe("not-allowed");
    }
    await approve(handle, "mend", "ann");
    expect((await openGate(handle, "mend")).status).toBe("open");
    await approve(handle, "mend", "bob");
    expect(await became(handle)).toBe("succeeded");
    expect(service.writes()).toHaveLength(1);
  });
});

describe("keys that change while the gate is open", () => {
  const rotated = async (): Promise<string> => {
    const turned = await rotateKey(keyFile);
    if (!turned.ok) throw new Error(turned.problem.message);
    return join(publicFolderOf(keyFile), `${turned.previous.kid}.json`);
  };

  test("a new one: votes of both are enough", async () => {
    const handle = await start();
    await approve(handle, "mend", "ann");
    await rotated();
    await approve(handle, "mend", "bob");
    expect(await became(handle)).toBe("succeeded");
    expect(service.writes()).toHaveLength(1);
  });

  test("one that is revoked: its votes count no more, whether they came before or come now", async () => {
    const handle = await start();
    const late = await signed(handle, "mend", "cleo");
    await approve(handle, "mend", "ann");
    rmSync(await rotated());
    expect(await decide(handle, late)).toBe("not-allowed");
    await approve(handle, "mend", "bob");
    expect(await became(handle)).toBe("grant-invalid");
    expect(service.writes()).toHaveLength(0);
  });

  test("a stranger's in the folder that others may write to: nothing is verified by any", async () => {
    const handle = await start();
    const folder = publicFolderOf(keyFile);
    const votes = await Promise.all(["ann", "bob"].map((person) => signed(handle, "mend", person)));
    chmodSync(folder, 0o777);
    try {
      for (const vote of votes) expect(await decide(handle, vote)).toBe("not-allowed");
    } finally {
      chmodSync(folder, 0o755);
    }
    for (const vote of votes) expect(await decide(handle, vote)).toBe("accepted");
    expect(await became(handle)).toBe("succeeded");
  });
});

describe("the store of used approvals", () => {
  const folder = () => join(machine.home, "approvals");

  test("taken away while the gate is open: asked by another store, nothing is done", async () => {
    const handle = await start();
    await openGate(handle, "mend");
    rmSync(folder(), { recursive: true, force: true });
    await approve(handle, "mend", "ann", "bob");
    expect(await became(handle)).toBe("grant-invalid");
    expect(service.writes()).toHaveLength(0);
  });

  test("in which somebody left a damaged record of it: nothing is done", async () => {
    const handle = await start();
    const { digest } = await openGate(handle, "mend");
    writeFileSync(join(folder(), `action-${digest}`), "", { mode: 0o600 });
    await approve(handle, "mend", "ann", "bob");
    expect(await became(handle)).toBe("records-unreachable");
    expect(service.writes()).toHaveLength(0);
  });

  test("on a disk that is full: nothing is done, and once there is room what is asked anew is", {
    skip: !canMount(),
  }, async () => {
    rmSync(folder(), { recursive: true });
    const disk = mountSmallDisk(folder());
    try {
      const handle = await start();
      await openGate(handle, "mend");
      disk.fill();
      await approve(handle, "mend", "ann", "bob");
      expect(await became(handle)).toBe("records-unreachable");
      expect(service.writes()).toHaveLength(0);
      disk.empty();
      const again = await start();
      await approve(again, "mend", "ann", "bob");
      expect(await became(again)).toBe("succeeded");
      expect(service.writes()).toHaveLength(1);
    } finally {
      disk.remove();
    }
  });
});
