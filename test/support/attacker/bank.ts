/**
 * A bank in production, a real worker that may roll it back with two signed votes, and an attacker in its namespace.
 * What is asked of the bank twice, it does twice.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkflowHandle } from "@temporalio/client";
import { stringify } from "yaml";
import type { RunView } from "../../../src/core/report/view.js";
import { loadSigner, type Signer } from "../../../src/platform/signing.js";
import type { AuditRecord } from "../../../src/schema/audit.js";
import type { GraphInput } from "../../../src/schema/graph.js";
import type { StartedWorker } from "../../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService, viewWhen } from "../machine.js";
import { startTestDevServer, type TestDevServer } from "../temporal.js";
import { type Attacker, createAttacker, type Loot } from "./attacker.js";
import { readAudit } from "./audit.js";

export interface Bank {
  server: Pick<TestDevServer, "address" | "namespace" | "connection" | "stop">;
  service: Service;
  machine: Machine;
  worker: StartedWorker;
  attacker: Attacker;
  signer: Signer;
  /** A run of ours, at the gate of its roll-back or on its way there. */
  start(more?: GraphInput["nodes"]): Promise<WorkflowHandle>;
  /** The open gate, and what these people sign for it. */
  approvals(handle: WorkflowHandle, people: string[]): ReturnType<typeof approvalsOf>;
  /** Both people approve, and it acts. */
  approve(handle: WorkflowHandle): Promise<void>;
  /** What a run would have called, with the votes that an attacker has seen. */
  lootOf(handle: WorkflowHandle, people: string[]): Promise<Loot>;
  /** How often the bank was rolled back. */
  acted(): number;
  lines(): Promise<AuditRecord[]>;
  stop(): Promise<void>;
}

const ROLL_BACK = { id: "mend", name: "roll back", type: "rollback", tool: "rollback" } as const;
export const HOLD: GraphInput["nodes"] = [
  { id: "hold", name: "hold", type: "human_review", params: { prompt: "go on?" } },
];

export const bankGraph = (more: GraphInput["nodes"] = []): GraphInput => ({
  id: "roll-back",
  name: "roll the bank back",
  goal_description: "the bank answers 500",
  nodes: [{ ...ROLL_BACK, params: { target: "bank", version: "1.0" } }, ...more],
  edges: more.map(({ id }) => ({ from_node_id: "mend", to_node_id: id })),
});

/** The same as a playbook, for what plans: a run that waits at its gate. */
const PLAYBOOK = {
  id: "mend-the-bank",
  title: "The bank answers 500",
  version: "1.0.0",
  description: "Rolls the bank back.",
  goals: ["mend the bank, it answers 500"],
  symptoms: ["the bank answers 500"],
  parameters: {
    target: { type: "target", action: "rollback", description: "what is rolled back" },
    version: { type: "string", default: "1.0", description: "the version, such as 1.0" },
  },
  graph: {
    name: "roll the bank back",
    nodes: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: parameters of the playbook
      { ...ROLL_BACK, params: { target: "${target}", version: "${version}" } },
      // What stays of it where no remedy is wanted.
      { id: "settle", name: "settle", type: "wait", params: { seconds: 1 } },
    ],
    edges: [{ from_node_id: "settle", to_node_id: "mend" }],
  },
};
const HOOK = {
  kind: "alertmanager",
  secret: "env:HOOK_SECRET",
  rules: [{ playbook: PLAYBOOK.id, params: { target: "bank" }, mode: "run" }],
};

/** Ends the server with the bank. */
export async function createBank(given?: Bank["server"]): Promise<Bank> {
  const server = given ?? (await startTestDevServer());
  const service = await startService();
  const machine = createMachine(server.address);
  // With no idempotency of its own. No environment is production.
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  const target = { kind: "http", actions: { rollback } };
  machine.config({ targets: { bank: target, vault: target }, hooks: { pager: HOOK } });
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["rollback"] },
    node_types: { allowed: ["rollback", "human_review", "wait"] },
    // The long form takes its time, and its last tests need open gates.
    approval: {
      timeout_seconds: 7_200,
      rules: [{ name: "prod", match: { node_types: ["rollback"] }, required: 2, forbid_requester: true }],
    },
  });
  mkdirSync(join(machine.home, "playbooks"), { mode: 0o700 });
  writeFileSync(join(machine.home, "playbooks", "bank.yaml"), stringify(PLAYBOOK), { mode: 0o600 });
  machine.variables.HOOK_SECRET = "s3cret-of-the-hook";
  const worker = await machine.startWorker();
  const loaded = await loadSigner(join(machine.home, "approval-key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const { signer } = loaded;
  const attacker = await createAttacker(server.connection, server.address, server.namespace);
  const acted = () => service.writes().length;
  let count = 0;

  const bank: Bank = {
    ...{ server, service, machine, worker, attacker, signer, acted },
    start(more = []) {
      const workflowId = `ours-${++count}`;
      const args = [{ graph: bankGraph(more), requester: "rita" }];
      return attacker.client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args });
    },
    approvals: (handle, people) => approvalsOf(handle, people, signer),
    async approve(handle) {
      const { tokens } = await bank.approvals(handle, ["ann", "bob"]);
      for (const token of tokens) await handle.signal("approve", { node_id: "mend", approver: "x", token });
      await viewWhen(handle, ({ nodes }) => nodes[0]?.status === "succeeded");
    },
    async lootOf(handle, people) {
      const { gate, runKey, tokens } = await bank.approvals(handle, people);
      const { question, params, digest = "" } = gate;
      if (question === undefined) throw new Error("the gate shows no question");
      const votes = tokens.map((token, index) => ({ approver: `p${index}`, token, atMs: Date.now() }));
      const call = { params, requester: "rita", runKey, retries: 0, grant: { digest, question, votes } };
      return { workflowId: handle.workflowId, runId: runKey, node: "mend", type: "rollback", call };
    },
    lines: () => readAudit(machine.home),
    async stop() {
      await attacker.stop();
      await bank.worker.stop();
      await service.close();
      await server.stop();
      machine.remove();
    },
  };
  return bank;
}

async function approvalsOf(handle: WorkflowHandle, people: string[], signer: Signer) {
  const gate = await openGate(handle, "mend");
  const { runKey } = (await handle.query("runView")) as RunView;
  const claims = { v: 2 as const, runKey, nodeId: "mend", digest: gate.digest ?? "", decision: "approve" as const };
  const signed = people.map((subject) => signer.sign({ ...claims, subject, groups: [], channel: "test" }, Date.now()));
  return { gate, runKey, tokens: (await Promise.all(signed)).map(({ token }) => token) };
}
