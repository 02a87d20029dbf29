/** The runs whose histories are kept: each guards one way that a workflow can go. Names are file names. */
import { ApplicationFailure } from "@temporalio/activity";
import type { WorkflowHandle } from "@temporalio/client";
import type { Graph } from "../../src/schema/graph.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { answerOf, type Stage, type Staged } from "../support/workflows.js";

export interface Scenario {
  graph: Graph;
  stage?: Stage;
  /** What people do meanwhile; `gate` waits until the node's gate is open and gives its digest. */
  act?(handle: WorkflowHandle, gate: (node: string) => Promise<string>, staged: Staged): Promise<unknown>;
  /** `dev`: needs what the time-skipping server lacks. */
  server?: "dev";
  /** The execution whose history is kept; the newest by default. */
  keeps?: "first";
}

const gated = graphOf(
  ["look", write("act", { params: { version: "{{ look.v }}" } }), "tell"],
  ["look>act", "act>tell"],
);
const looks: Stage = { tools: { look: () => ({ v: "1" }) } };
const chain = Array.from({ length: 30 }, (_, index) => `n${index}`);

/** So many nodes that the server suggests to continue as new while a gate is open. */
const continued: Scenario = {
  graph: graphOf([...chain, write("act")], [...chain.slice(1).map((id, index) => `n${index}>${id}`), "n0>act"]),
  server: "dev",
  act: async (handle, gate, staged) => {
    while (staged.calls.length < chain.length) await new Promise((resume) => setTimeout(resume, 50));
    await handle.signal("approve", { node_id: "act", approver: "ann", digest: await gate("act") });
  },
};

export const SCENARIOS: Record<string, Scenario> = {
  "chain-of-three": { graph: graphOf(["a", "b", "c"], ["a>b", "b>c"]) },
  "branch-decision-and-wait": {
    graph: graphOf(
      [
        "look",
        { id: "choose", type: "decision", params: { expression: "look.v == '1'" } },
        { id: "pause", type: "wait", params: { seconds: 30 } },
        "yes",
        "no",
        { id: "end", join: "any" },
      ],
      [
        "look>choose",
        "choose>pause",
        { from_node_id: "pause", to_node_id: "yes", condition: "choose.value" },
        { from_node_id: "pause", to_node_id: "no", condition: "not choose.value" },
        "yes>end",
        "no>end",
      ],
    ),
    stage: looks,
  },
  "gate-approved-by-signal": {
    graph: gated,
    stage: looks,
    act: async (handle, gate) => {
      await gate("act");
      await handle.signal("approve", { node_id: "act", approver: "ann" });
    },
  },
  "gate-skipped-by-signal": {
    graph: { ...gated, edges: [...gated.edges, { from_node_id: "act", to_node_id: "tell", on: "skipped" }] },
    stage: looks,
    act: async (handle, gate) =>
      handle.signal("skip", { node_id: "act", approver: "ann", digest: await gate("act"), comment: "not needed" }),
  },
  "gate-skipped-by-update": {
    graph: gated,
    stage: looks,
    act: async (handle, gate) => {
      const answer = { node_id: "act", approver: "ann", digest: await gate("act"), decision: "skip" };
      await handle.executeUpdate("decide", { args: [answer] });
    },
  },
  "gate-rejected-by-update": {
    graph: gated,
    stage: looks,
    act: async (handle, gate) => {
      const digest = await gate("act");
      const decision = { node_id: "act", approver: "ann", decision: "reject", comment: "not now", digest };
      await handle.executeUpdate<string, [object]>("decide", { args: [decision] });
    },
  },
  "gate-expired": { graph: gated, stage: looks },
  "gate-with-a-signed-vote": {
    graph: graphOf([{ id: "review", type: "human_review", params: { prompt: "go on?" } }]),
    stage: {
      verify: async ({ token }) =>
        token === "good"
          ? { ok: true, approver: "vera", groups: [], issuedMs: 1, jti: "jti-12345678" }
          : { ok: false, reason: "forged" },
    },
    act: async (handle, gate) => {
      await gate("review");
      await handle.signal("reject", { node_id: "review", approver: "eve", token: "bad" });
      await handle.signal("approve", { node_id: "review", approver: "vera", token: "good" });
    },
  },
  "gate-asked-again-after-reset": {
    graph: gated,
    stage: {
      tools: {
        ...looks.tools,
        act: once(() => {
          throw ApplicationFailure.create({ type: "run-was-reset", message: "reset", nonRetryable: true });
        }),
      },
    },
    act: async (handle, gate, staged) => {
      await handle.signal("approve", { node_id: "act", approver: "ann", digest: await gate("act") });
      while (staged.asked.length < 2) await new Promise((resume) => setTimeout(resume, 20));
      await handle.signal("approve", { node_id: "act", approver: "ann", digest: await gate("act") });
    },
  },
  "failure-bars-further-writes": {
    graph: graphOf(
      ["bad", "slow", write("act"), "tell"],
      [
        { from_node_id: "slow", to_node_id: "act" },
        { from_node_id: "bad", to_node_id: "tell", on: "failure" },
      ],
    ),
    stage: {
      tools: {
        bad: () => {
          throw ApplicationFailure.create({ type: "source-refused", message: "no", nonRetryable: true });
        },
      },
    },
  },
  "retries-then-success": {
    graph: graphOf(["look", "tell"], ["look>tell"]),
    stage: {
      tools: {
        look: once(() => {
          throw ApplicationFailure.create({ type: "source-unreachable", message: "not yet" });
        }),
      },
    },
  },
  "working-time-runs-out": {
    graph: graphOf([{ id: "pause", type: "wait", params: { seconds: 3_600 } }, "tell"], ["pause>tell"]),
    stage: { policy: openPolicy({ workflow_timeout_seconds: 60 }) },
  },
  "cancelled-at-a-gate": {
    graph: gated,
    stage: looks,
    act: async (handle, gate) => {
      await gate("act");
      await handle.cancel();
    },
  },
  "effect-checked-before-and-after": {
    graph: graphOf(
      [
        "look",
        write("act", {
          params: { version: "{{ look.v }}" },
          preconditions: [{ tool: "reader", expect: "output.ok" }],
          verify: { tool: "reader", expect: "output.ok", settle_seconds: 20, attempts: 2 },
        }),
        "tell",
      ],
      ["look>act", "act>tell"],
    ),
    stage: {
      tools: {
        ...looks.tools,
        "precondition:act:1": () => ({ ok: true }),
        "verify:act:1": () => ({ ok: false }),
        "verify:act:2": () => ({ ok: true }),
      },
    },
    act: async (handle, gate) => {
      await handle.signal("approve", { node_id: "act", approver: "ann", digest: await gate("act") });
    },
  },
  "effects-taken-back-after-a-failure": {
    graph: graphOf(
      [
        write("one", { undo: { tool: "rollback", params: { version: "{{ one.before }}" } } }),
        write("two", { undo: { tool: "rollback", params: { version: "2" } } }),
        "bad",
      ],
      ["one>two", "two>bad"],
    ),
    stage: {
      tools: {
        one: () => ({ before: "1" }),
        bad: () => {
          throw ApplicationFailure.create({ type: "source-refused", message: "no", nonRetryable: true });
        },
      },
    },
    act: async (handle, gate) => {
      for (const node of ["one", "two", "one.undo"]) {
        await handle.signal("approve", { node_id: node, approver: "ann", digest: await gate(node) });
      }
    },
  },
  "two-votes-by-rule": {
    graph: gated,
    stage: {
      ...looks,
      policy: {
        ...openPolicy(),
        approval: {
          timeout_seconds: 60,
          require_for_production: true,
          rules: [{ name: "two", match: {}, required: 2, forbid_requester: true, comment_required: "always" }],
        },
      },
    },
    act: async (handle, gate) => {
      const digest = await gate("act");
      for (const approver of ["ann", "rita", "Ann", "bob"]) {
        await handle.signal("approve", { node_id: "act", approver, comment: "seen", digest });
      }
    },
  },
  "gate-withdrawn-by-an-event": {
    graph: graphOf([write("act", { withdraw_when: "event.status == 'resolved' and event.alert == 'A'" })]),
    act: async (handle, gate) => {
      await gate("act");
      for (const alert of ["B", "A"]) await handle.signal("event", { alert, status: "resolved" });
    },
  },
  // Recorded before people were told that a gate has closed: that they are now is behind `patched()`.
  "gate-with-a-notice": {
    graph: gated,
    stage: {
      ...looks,
      ask: async (call) => ({ ...answerOf(call, "nonce-1"), notices: [{ channel: "webhook:ops", ok: true }] }),
    },
    act: async (handle, gate) => {
      await handle.signal("approve", { node_id: "act", approver: "ann", digest: await gate("act") });
    },
  },
  "gate-reminded-escalated-and-closed": {
    graph: gated,
    stage: {
      ...looks,
      ask: async (call) => ({
        ...answerOf(call, "nonce-1"),
        notices: [{ channel: "webhook:ops", ok: true, ref: "1" }],
      }),
      policy: {
        ...openPolicy(),
        approval: {
          timeout_seconds: 60,
          require_for_production: true,
          rules: [
            {
              name: "ladder",
              match: {},
              groups: ["sre"],
              on_timeout: "escalate",
              remind_after_seconds: [20],
              escalate: [{ after_seconds: 60, groups: ["leads"], channel: "webhook:leads" }],
            },
          ],
        },
      },
    },
  },
  "gate-asked-anew-about-other-params": {
    graph: gated,
    stage: looks,
    act: async (handle, gate, staged) => {
      const digest = await gate("act");
      await handle.signal("approve", { node_id: "act", approver: "ann", params: { version: "bad" }, digest });
      await handle.signal("approve", { node_id: "act", approver: "ann", params: { version: "7" }, digest });
      while (staged.asked.length < 2) await new Promise((resume) => setTimeout(resume, 20));
      await handle.signal("approve", { node_id: "act", approver: "bob", digest: await gate("act") });
    },
  },
  "dry-run": { graph: gated, stage: { policy: openPolicy({ dry_run: true }) } },
  "continued-as-new-with-an-open-gate": continued,
  "continued-with-a-sealed-state": continued,
  "hands-its-state-over-sealed": { ...continued, keeps: "first" },
};

/** Does it the first time, and afterwards nothing. */
function once(effect: () => never): () => Record<string, never> {
  let done = false;
  return () => {
    if (done) return {};
    done = true;
    return effect();
  };
}
