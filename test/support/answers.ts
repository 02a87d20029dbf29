/** Runs for tests of answers: the demo's graph, driven by scripts, with outputs as the tools return them. */
import type { AnswerSource } from "../../src/core/answer/source.js";
import { viewOf } from "../../src/core/report/view.js";
import type { Json, JsonObject } from "../../src/schema/json.js";
import { drive, type Script } from "./driver.js";
import { checked, graphOf, openPolicy, write } from "./graphs.js";

/** When the runs of these tests began. */
export const BEGAN_MS = Date.parse("2026-11-29T17:15:40Z");
const VERSION_2 = "2026-11-29T17:15:14.100Z";

export const FOUND: JsonObject = {
  certainty: "likely",
  rule: "the errors in the log of checkout began with a change of it",
  trouble: {
    service: "checkout",
    text: "errors began in the log of checkout",
    began: "2026-11-29T17:15:17.300Z",
    not_before: VERSION_2,
    node: "logs",
    query: "checkout-logs: since 15m",
  },
  causes: [
    {
      cause: `version 2 of checkout, at ${VERSION_2}`,
      service: "checkout",
      score: 0.64,
      located: false,
      evidence: [
        {
          kind: "log",
          text: "checkout: new error, 128 times since 2026-11-29T17:15:17.300Z: checkout failed: Cannot read properties of undefined (reading 'tier')",
          at: "2026-11-29T17:15:17.300Z",
          node: "logs",
          query: "checkout-logs: since 15m",
        },
        {
          kind: "change",
          text: `version 2 of checkout at ${VERSION_2}, at most 3 seconds before the trouble began; in the log of checkout: the errors became significantly more frequent, and began with the change`,
          at: VERSION_2,
          node: "deployments",
          query: "checkout-deployments",
        },
        {
          kind: "change",
          text: "version 1 of checkout at 2026-11-29T17:15:05.000Z, at most 12 seconds before the trouble began",
          at: "2026-11-29T17:15:05.000Z",
          node: "deployments",
          query: "checkout-deployments",
        },
      ],
    },
  ],
  set_aside: [
    {
      what: "checkout: slow queries, <*> ms",
      why: "they were as frequent before the trouble",
      node: "logs",
      query: "checkout-logs: since 15m",
    },
  ],
  next: [
    { tool: "rollback", params: { target: "checkout" }, why: "if version 2 is taken back it was the cause" },
    { tool: "metric_query", params: { source: "none declared: add one of kind prometheus" }, why: "if it rose" },
    {
      tool: "trace_collector",
      params: { source: "tempo", service: "checkout" },
      why: "who calls whom, and in which service the errors began",
    },
  ],
  not_looked_at: [],
};

export const INCONCLUSIVE: JsonObject = {
  ...FOUND,
  certainty: "inconclusive",
  rule: "pricing is as likely as checkout",
};

export const QUIET: JsonObject = {
  certainty: "inconclusive",
  rule: "nothing shows what is in trouble",
  trouble: null,
  causes: [],
  set_aside: [],
  next: [],
};

const ratio = (value: number, at: string): JsonObject => ({
  source: "checkout-metrics",
  query: `rate(http_requests_total{code=~"5.."}) / rate(http_requests_total) over 5.0${value} s`,
  kind: "ratio",
  value,
  to: at,
});

const OUTPUTS: Record<string, Json> = {
  logs: { source: "checkout-logs" },
  deployments: { source: "checkout-deployments" },
  ratio: ratio(0.2727, "2026-11-29T17:15:39Z"),
  cause: FOUND,
  rollback: { target: "checkout", before: "2", after: "1", changed: true },
  ratio_after: ratio(0, "2026-11-29T17:15:48Z"),
};

interface Scene extends Script {
  /** Without the action and what follows it. */
  looksOnly?: boolean;
  dryRun?: boolean;
  recovered?: string;
  preview?: { before: string; after: string };
}

/** The run as its view and its report tell it, moved to `BEGAN_MS`. */
export function scene({ looksOnly, dryRun, recovered = "1 == 1", preview, ...script }: Scene): AnswerSource {
  const looks = [
    { id: "logs", name: "Collect the log of checkout" },
    { id: "ratio", name: "Sample the error ratio" },
    { id: "deployments", name: "Read the deployments" },
    { id: "cause", name: "Rank what can have caused it", type: "analysis", tool: "thinker" } as const,
  ];
  const acts = [
    write("rollback", { name: "Roll checkout back to the version before" }),
    { id: "ratio_after", name: "Measure the error ratio again" },
    {
      id: "recovered",
      name: "Decide whether it recovered",
      type: "decision",
      params: { expression: recovered },
    } as const,
  ];
  const edges = ["logs>cause", "ratio>cause", "deployments>cause"];
  const more = ["cause>rollback", "rollback>ratio_after", "ratio_after>recovered"];
  const graph = checked(
    graphOf(looksOnly ? looks : [...looks, ...acts], looksOnly ? edges : [...edges, ...more]),
    openPolicy({ dry_run: dryRun === true }),
  );
  const { run } = drive(graph, { ...script, outputs: { ...OUTPUTS, ...script.outputs } });
  const view = viewOf(run, { runId: "checkout-1", runKey: "key", requester: "rita" });
  const moved = JSON.parse(
    JSON.stringify({ ...view, outcome: run.state.outcome }, (key, value: unknown) =>
      typeof value === "number" && key.endsWith("Ms") ? value + BEGAN_MS : value,
    ),
  ) as AnswerSource;
  if (preview === undefined) return moved;
  return { ...moved, gates: moved.gates.map((gate) => ({ ...gate, preview })) };
}
