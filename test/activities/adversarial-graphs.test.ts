/**
 * Malformed and hostile graphs of ../shared/data against the parser, the real tools and an open policy.
 *
 * How the set's placeholders are read:
 *
 * | Placeholder   | Here              | Params                                    | Node type that fits |
 * |---------------|-------------------|-------------------------------------------|---------------------|
 * | $READ         | `log_collector`   | source `logs`                             | `log_collection`    |
 * | $HTTP         | `http_probe`      | url `https://api.datadog.com/`            | `metric_query`      |
 * | $SQL          | `metric_query`    | source `metrics`, query `up`              | `metric_query`      |
 * | $WRITE        | `scale_action`    | target `api`, 2 replicas                  | `scale_action`      |
 * | $DESTROY      | `rollback`        | target `api`, version `1`                 | `rollback`          |
 * | $EXEC         | `service_restart` | target `host`, which runs a command       | `service_restart`   |
 * | $T_TASK       | `log_collection`, and where the tool is one of the above, the type that fits it     |||
 * | $T_APPROVAL   | `human_review`, which asks a person and takes no tool: `params.prompt` instead      |||
 * | $T_NOTIFY     | `notification`    |                                           |                     |
 *
 * Only nodes of the placeholder's own type are given another one, so that rows about types keep theirs.
 */
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/schema/graph.js";
import type { NodeType } from "../../src/vocabulary/node-types.js";
import { judgeGraph, openPolicy } from "../support/adversarial.js";
import { publicData } from "../support/public-data.js";

const FOLDER = publicData("adversarial");
const present = existsSync(`${FOLDER}/dag_malformed.jsonl`);

const MAP = {
  types: { $T_TASK: "log_collection", $T_APPROVAL: "human_review", $T_NOTIFY: "notification" },
  tools: {
    $READ: "log_collector",
    $WRITE: "scale_action",
    $DESTROY: "rollback",
    $EXEC: "service_restart",
    $HTTP: "http_probe",
    $SQL: "metric_query",
  },
  params: {
    $P_READ: { source: "logs" },
    $P_WRITE: { target: "api", replicas: 2 },
    $P_DESTROY: { target: "api", version: "1" },
    $P_EXEC: { target: "host" },
    $P_HTTP: { url: "https://api.datadog.com/" },
    $P_SQL: { source: "metrics", query: "up" },
  },
};
const FITTING: Record<string, NodeType> = {
  scale_action: "scale_action",
  rollback: "rollback",
  service_restart: "service_restart",
  http_probe: "metric_query",
  metric_query: "metric_query",
};

interface Row {
  id: string;
  expect: "reject" | "accept" | "force_approval" | "either";
  accept_also?: string[];
  must_require_approval?: string[];
  must_not_store?: string | string[];
  reason: string;
  format?: string;
  input: unknown;
}

/** Rows name fields of no tool in particular; their note asks to adapt them. These are fields of the tool that reads here. */
const inOurFields = (condition: string): string =>
  condition.replace(/\ba\.count\b/g, "a.kept").replace(/\ba\.status\b/g, "a.source");

/** What the format calls the same thing: the fitting type for a tool, a review without a tool, and the fields of outputs. */
function inOurWords(graph: Graph): Graph {
  const nodes = graph.nodes.map((node): Graph["nodes"][number] => {
    const fitting = Object.hasOwn(FITTING, node.tool ?? "") ? FITTING[node.tool ?? ""] : undefined;
    if (node.type === MAP.types.$T_TASK && fitting !== undefined) return { ...node, type: fitting };
    if (node.type === MAP.types.$T_APPROVAL && node.tool === MAP.tools.$READ) {
      return { ...node, tool: undefined, params: { prompt: "go on?" } };
    }
    return node;
  });
  const edges = graph.edges.map((edge) =>
    typeof edge.condition !== "string" ? edge : { ...edge, condition: inOurFields(edge.condition) },
  );
  return { ...graph, nodes, edges };
}

async function rows(): Promise<Row[]> {
  const lines = readFileSync(`${FOLDER}/dag_malformed.jsonl`, "utf8").split("\n");
  const { expand } = (await import(pathToFileURL(`${FOLDER}/expand_dag.mjs`).href)) as {
    expand(lines: string[], map: typeof MAP): Iterable<Row>;
  };
  return [...expand(lines, MAP)];
}

function network(): { allowed_hosts: string[]; blocked_hosts: string[] } {
  return (JSON.parse(readFileSync(`${FOLDER}/ssrf_policy.json`, "utf8")) as { policy: ReturnType<typeof network> })
    .policy;
}

/** Each row as it is, and where it is an object, also as the text of a file. */
function* forms(row: Row): Generator<[string, unknown]> {
  yield ["as given", row.input];
  if (typeof row.input !== "string") yield ["as JSON text", JSON.stringify(row.input)];
}

describe.skipIf(!present)("malformed and hostile graphs (skipped where ../shared/data is absent)", () => {
  const policy = present ? openPolicy(network()) : openPolicy();

  test("what must be refused is refused, what is fine is accepted, what is dangerous waits for a person", async () => {
    const all = await rows();
    const wrong: string[] = [];
    const say = (row: Row, what: string, form: string) => wrong.push(`${row.id} ${form} (${row.reason}): ${what}`);
    for (const row of all) {
      for (const [form, input] of forms(row)) {
        const judged = judgeGraph(input, policy, inOurWords);
        if (row.expect === "reject" && judged.accepted && !permits(row, judged.gated)) say(row, "accepted", form);
        if (row.expect === "accept" && !judged.accepted) say(row, `refused: ${JSON.stringify(judged.problems)}`, form);
        const mustWait = judged.accepted ? [...(row.must_require_approval ?? []), ...judged.writes] : [];
        for (const id of mustWait) if (!judged.gated.includes(id)) say(row, `${id} has no gate`, form);
        if (!judged.accepted && judged.problems.length === 0) say(row, "refused without a problem", form);
        if (judged.ms > 2_000) say(row, `took ${Math.round(judged.ms)} ms`, form);
        for (const secret of [row.must_not_store ?? []].flat()) {
          if (JSON.stringify(judged.problems).includes(secret)) say(row, "its secret stands in a message", form);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(all.length).toBeGreaterThan(100);
    expect(({} as { approved?: unknown; polluted?: unknown }).approved).toBeUndefined();
    expect(({} as { approved?: unknown; polluted?: unknown }).polluted).toBeUndefined();
  }, 120_000);

  test("no graph costs more than 512 MB", async () => {
    const all = await rows();
    const before = process.resourceUsage().maxRSS;
    for (const row of all) for (const [, input] of forms(row)) judgeGraph(input, policy, inOurWords);
    expect((process.resourceUsage().maxRSS - before) / 1_024).toBeLessThan(512);
  }, 120_000);
});

/** A row that may also be accepted: as it is, or with its dangerous nodes behind gates. */
function permits(row: Row, gated: string[]): boolean {
  const also = row.accept_also ?? [];
  if (also.includes("accept")) return true;
  return also.includes("force_approval") && (row.must_require_approval ?? []).every((id) => gated.includes(id));
}
