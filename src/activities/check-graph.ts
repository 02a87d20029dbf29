/** `check_graph`: the worker's own verdict on a graph, whatever the client claims. */
import { checkAgainst } from "../core/check.js";
import { tighten } from "../core/policy/tighten.js";
import type { Policy } from "../core/policy.js";
import { digestOf } from "../platform/digest.js";
import { inexactIn } from "../schema/exact-scalars.js";
import type { Graph } from "../schema/graph.js";
import { parseGraph } from "../schema/parse-graph.js";
import { parseWith } from "../schema/problems.js";
import { withStructure } from "../schema/readable-graph.js";
import { type RunGraphInput, runGraphInputSchema, type Stricter } from "../schema/run-input.js";
import type { CheckResult } from "./contract.js";
import type { Dependencies } from "./dependencies.js";

export function createCheckGraph(dependencies: Pick<Dependencies, "policy" | "registry" | "checkUrl" | "log">) {
  return async function check_graph(input: RunGraphInput): Promise<CheckResult> {
    const current = await dependencies.policy();
    if (!current.ok) return current;
    const envelope = parseWith(runGraphInputSchema, input);
    if (!envelope.ok) return envelope;
    const policy = stricterOf(current.policy, envelope.value.stricter);
    const check = (graph: Graph) =>
      checkAgainst(graph, {
        policy,
        // Of the worker's own, which the acting activity compares.
        policyDigest: digestOf(current.policy),
        catalogue: dependencies.registry,
        checkUrl: (url) => dependencies.checkUrl(url, policy),
      });
    const parsed = parseGraph(envelope.value.graph);
    if (!parsed.ok) return { ok: false, problems: withStructure(envelope.value.graph, parsed.problems, check) };
    const inexact = inexactIn(parsed.graph.nodes, "nodes");
    if (inexact.length > 0) return { ok: false, problems: inexact };
    const result = check(parsed.graph);
    dependencies.log.info(result.ok ? "graph accepted" : "graph refused", {
      operation: "check_graph",
      graph: parsed.graph.id,
      codes: result.ok ? undefined : [...new Set(result.problems.map((problem) => problem.code))],
    });
    return result;
  };
}

/** The stricter of the worker's policy and what the caller asks for. */
function stricterOf(policy: Policy, asked: Stricter = {}): Policy {
  const { require_approval_all: requireApprovalAll, enable_remediation: enableRemediation } = asked;
  return tighten(policy, { safety: { requireApprovalAll }, planner: { enableRemediation } }, []);
}
