/** The beginning of a run as its history tells it: the input, what was carried over, what the check said. */
import { checkedGraph } from "../../../core/check/checked-graph.js";
import type { CheckedGraph, Verdict } from "../../../core/check.js";
import type { RunFacts } from "../../../core/report/view.js";
import type { RunState } from "../../../core/run/state.js";
import type { Graph } from "../../../schema/graph.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { SEMANTICS } from "../../../vocabulary/limits.js";
import { NODE_TYPES } from "../../../vocabulary/node-types.js";
import { allValues, type HistoryEvent, msOf } from "../payloads.js";

export interface RunStart {
  workflowType: string;
  /** Whose worker it waits for. */
  queue: string;
  facts: RunFacts;
  atMs: number;
  /** The graph's document, as it was sent. */
  given: unknown;
  /** Absent where what was given is no graph. */
  graph?: Graph;
  dryRun: boolean;
  /** The run before in the chain. */
  continuedFrom?: string;
  /** Only in a run that continued as new. */
  carried?: { runKey: string; verdict: Verdict; state: RunState; seal?: string };
}

/** Reads the first event of a history; undefined where the event is another. */
export function startOf(event: HistoryEvent, workflowId: string): RunStart | undefined {
  const started = event.workflowExecutionStartedEventAttributes;
  if (!started) return undefined;
  const [input, second] = allValues(started.input) as [Record<string, unknown> | undefined, unknown];
  const continuedFrom = started.continuedExecutionRunId || undefined;
  const carried = continuedFrom === undefined ? undefined : (second as RunStart["carried"]);
  const parsed = parseGraph(input?.graph);
  return {
    workflowType: started.workflowType?.name ?? "",
    queue: started.taskQueue?.name ?? "",
    facts: {
      runId: workflowId,
      runKey: started.firstExecutionRunId || (carried?.runKey ?? ""),
      requester: typeof input?.requester === "string" ? input.requester : "unknown",
    },
    atMs: msOf(event.eventTime),
    given: input?.graph,
    graph: parsed.ok ? parsed.graph : undefined,
    dryRun: input?.dry_run === true,
    continuedFrom,
    carried,
  };
}

/** What can be shown of a graph that no worker has checked yet: the strictest reading. */
export function uncheckedGraph(start: RunStart): CheckedGraph {
  const graph = start.graph ?? {
    id: "unreadable",
    name: start.facts.runId,
    goal_description: "",
    nodes: [],
    edges: [],
  };
  const asked = graph.nodes.filter((node) => NODE_TYPES[node.type] === "write" || node.type === "human_review");
  return checkedGraph(graph, {
    semantics: SEMANTICS,
    policyDigest: "",
    dryRun: start.dryRun,
    environment: "production",
    targets: [],
    limits: { concurrency: 0, runSeconds: 0, nodeSeconds: 0, approvalSeconds: 0 },
    signed: true,
    tools: {},
    gates: Object.fromEntries(asked.map((node) => [node.id, { reason: "not checked yet" }])),
    notices: [],
  });
}
