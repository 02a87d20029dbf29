/** Graphs and templates as the Python version wrote them: what has an equal becomes it, what has none is named. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";

let home: string;
const CONFIG = `version: "1.0"
files: { roots: ["/"] }
sources:
  shop-logs: { kind: loki, url: "http://127.0.0.1:1", selector: '{app="shop"}', environment: staging }
  prometheus: { kind: prometheus, url: "http://127.0.0.1:1", environment: staging }
  traces: { kind: jaeger, url: "http://127.0.0.1:1", environment: staging }
targets:
  web:
    kind: http
    environment: staging
    actions: { service_restart: { method: POST, url: "http://127.0.0.1:1/restart", idempotency: key } }
trackers:
  jira: { kind: github, url: "http://127.0.0.1:1", repository: a/b, token: "env:T" }
channels:
  ops: { kind: webhook, url: "http://127.0.0.1:1" }
`;
const POLICY = `version: "1.0"
execution: { enable_remediation: true }
tools: { allowed: [metric_query, service_restart, analysis, log_collector, trace_collector, autoRCA, summary, echo, ticket_create, notification] }
node_types: { allowed: [metric_query, service_restart, analysis, rca_call, log_collection, trace_collection, summary, wait, decision, human_review, ticket_create, notification] }
`;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "import-"));
  writeFileSync(join(home, "safety.yaml"), POLICY, { mode: 0o600 });
  writeFileSync(join(home, "config.yaml"), CONFIG, { mode: 0o600 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(argv: string[], input: string) {
  const [out, err]: [string[], string[]] = [[], []];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const stdin = Readable.from([Buffer.from(input)]);
    const environment = { ...process.env, AUTOOPS_HOME: home };
    return {
      print,
      stdout,
      stdin,
      environment,
      canAsk: false,
      interrupt: new AbortController().signal,
    } as unknown as Session;
  });
  return { exit, out: out.join(""), err: err.join("") };
}
async function imported(document: object | string, ...more: string[]) {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const { exit, out } = await call(["import", "-", "--json", ...more], text);
  const answer = JSON.parse(out);
  const byId = Object.fromEntries((answer.graph?.nodes ?? []).map((node: { id: string }) => [node.id, node]));
  return { exit, ...answer, node: byId, told: JSON.stringify(answer.notes) };
}

const node = (id: string, type: string, tool: string, params: object = {}) => ({ id, name: id, type, tool, params });
const chain = (...nodes: Array<{ id: string }>) => ({
  id: "wf-1",
  name: "look",
  goal_description: "find out",
  version: "1.0",
  metadata: { template: "errors" },
  nodes,
  edges: nodes.slice(1).map(({ id }, at) => ({ from_node_id: nodes[at]?.id, to_node_id: id })),
});

const ERRORS = chain(
  node("logs", "log_collection", "log_collector", { service: "shop", duration: "2h", level: "error" }),
  node("rate", "metric_query", "metric_query", { service: "shop", metric_name: "http_requests_total", duration: "2h" }),
  node("look", "analysis", "log_analyzer", { analysis_type: "error_patterns" }),
  node("cause", "rca_call", "autoRCA"),
  node("report", "summary", "summary", { format: "markdown", include_recommendations: true }),
  node("ticket", "ticket_create", "secureMCP:jira", {
    server: "jira",
    action: "create_issue",
    arguments: { project: "OPS", issue_type: "Incident", summary: "500s of shop", priority: "High" },
  }),
);

test("a graph of errors becomes one that passes the check, and its params their equals", async () => {
  const { exit, node: of, problems, told, graph } = await imported(ERRORS);
  expect({ exit, problems }).toEqual({ exit: 0, problems: [] });
  expect(of.logs.params).toEqual({ source: "shop-logs", since: "2h", level: "error" });
  expect(of.rate.params).toEqual({ source: "prometheus", service: "shop", signal: "request_rate", since: "2h" });
  expect(of.look).toMatchObject({ tool: "analysis", params: { logs: "{{ logs.blob }}" } });
  expect(of.ticket).toMatchObject({ tool: "ticket_create", params: { tracker: "jira", title: "500s of shop" } });
  expect(graph.metadata).toEqual({ template: "errors" });
  for (const key of ["analysis_type", "format", "include_recommendations", "priority"]) expect(told).toContain(key);
});

test("what is printed can be validated as it is", async () => {
  const { exit, out, err } = await call(["import", "-"], JSON.stringify(ERRORS));
  expect(exit).toBe(0);
  expect(err).toContain("became since");
  expect(out).toMatch(/^# yaml-language-server/);
  expect((await call(["validate", "-"], out)).exit).toBe(0);
});

test("a template is filled in; what it does not tell is asked for", async () => {
  const template = `
id: slow-api
name: Slow API
description: Find out why {{service}} is slow
category: performance
tags: [api, latency]
author: somebody
version: "1.0"
parameters:
  service: "{{service}}"
  duration: "1h"
  window: "30m"
nodes:
  - id: p
    name: "Percentiles of {{service}}"
    type: metric_query
    tool: metric_query
    params: { service: "{{service}}", metric_name: http_request_duration_seconds, percentiles: [0.5, 0.95, 0.99], duration: "{{duration}}" }
  - id: before
    name: Before
    type: metric_query
    tool: metric_query
    params: { service: "{{service}}", metric_name: http_requests_total, filters: { status_code: ">=500" }, offset: "{{window}}", duration: "{{duration}}" }
  - id: t
    name: Traces
    type: trace_collection
    tool: trace_collector
    params: { service: "{{service}}", duration: "{{duration}}", sample_rate: 0.1, filters: { min_duration_ms: 1000 } }
  - id: a
    name: Compare
    type: analysis
    tool: analysis
    params: { analysis_type: baseline_comparison, thresholds: { x: 1 } }
edges:
  - { from_node_id: p, to_node_id: a }
  - { from_node_id: before, to_node_id: a }
  - { from_node_id: t, to_node_id: a }
`;
  const asked = await imported(template);
  expect(asked.exit).not.toBe(0);
  expect(asked.problems).toMatchObject([{ code: "parameter-missing", at: "parameters.service" }]);
  const { exit, graph, node: of, problems, told } = await imported(template, "--param", "service=checkout");
  expect({ exit, problems }).toEqual({ exit: 0, problems: [] });
  expect(graph).toMatchObject({ metadata: { category: "performance", tags: ["api", "latency"], author: "somebody" } });
  expect(graph.goal_description).toContain("checkout is slow");
  expect(of.p.name).toBe("Percentiles of checkout");
  expect(of.p.params).toMatchObject({ service: "checkout", signal: "latency_p95", since: "1h" });
  expect(of.before.params).toMatchObject({ signal: "error_ratio", since: "5400s", until: "30m" });
  expect(of.t.params).toEqual({ source: "traces", service: "checkout", since: "1h", min_duration_ms: 1000 });
  expect(of.a.params).toEqual({ points: "{{ p.points }}" });
  for (const key of ["percentiles", "sample_rate", "thresholds", "analysis_type"]) expect(told).toContain(key);
});

test("commands, conditions, messages and browsers", async () => {
  const graph = {
    ...chain(
      node("start", "analysis", "echo", {}),
      node("restart", "service_restart", "shell", { command: "systemctl restart web", service: "web" }),
      node("tell", "notification", "secureMCP:slack", {
        server: "slack",
        action: "send_message",
        arguments: { channel: "#ops", text: "done" },
      }),
      node("pause", "wait", "", { duration: "30s" }),
      node("page", "browser_replay", "browser", { mission_type: "health_check", target_url: "https://shop.example/" }),
    ),
    created_by: "me",
  };
  graph.edges[0] = { ...graph.edges[0], condition: "message == 'status' and not None" } as never;
  const { node: of, told, graph: made } = await imported(graph);
  expect(of.restart).toMatchObject({ tool: "service_restart", params: { target: "web" } });
  expect(JSON.stringify(of.restart)).not.toContain("systemctl");
  expect(of.tell).toMatchObject({ tool: "notification", params: { channel: "ops", message: "done" } });
  expect(of.pause).toMatchObject({ params: { seconds: 30 } });
  expect(of.page.params).toEqual({ steps: [{ do: "goto", url: "https://shop.example/" }] });
  expect(made.edges[0].condition).toBe("start.message == 'status' and not null");
  for (const key of ["command", "mission_type", "created_by"]) expect(told).toContain(key);
});

test("how the node before ended becomes on; a tool's name may hold server and action", async () => {
  const graph = {
    ...chain(
      node("logs", "log_collection", "log_collector", { service: "shop", duration: "1h" }),
      node("tell", "notification", "secureMCP:slack:send_message", { channel: "#ops", text: "bad" }),
      node("ticket", "ticket_create", "secureMCP:jira:create_issue", { summary: "500s of shop", project: "OPS" }),
    ),
  };
  graph.edges[0] = { ...graph.edges[0], condition: "status == 'error'" } as never;
  graph.edges[1] = { ...graph.edges[1], condition: 'status != "failed"' } as never;
  const { node: of, told, problems, graph: made } = await imported(graph);
  expect(problems).toEqual([]);
  expect(made.edges.map(({ on }: { on: string }) => on)).toEqual(["failure", "success"]);
  expect(of.tell.params).toEqual({ channel: "ops", message: "bad" });
  expect(of.ticket.params).toMatchObject({ tracker: "jira", title: "500s of shop" });
  expect(told).toContain("project");
});

test.each([
  ["load_balancer_healthy_hosts", undefined],
  ["tcp_connection_errors_total", undefined],
  ["dns_lookup_failures_total", undefined],
  ["dns_lookup_duration_seconds", undefined],
  ["kube_pod_status_ready", undefined],
  ["http_request_duration_seconds", "latency_p95"],
  ["http_errors_total", "error_rate"],
  ["db_pool_connections", "connections"],
  ["kube_deployment_status_replicas_unavailable", "unavailable_replicas"],
])("the metric %s becomes a signal only where it means the same", async (metric, signal) => {
  const graph = chain(node("m", "metric_query", "metric_query", { service: "shop", metric_name: metric }));
  const { node: of } = await imported(graph);
  expect(of.m.params.signal).toBe(signal);
  if (signal === undefined) expect(of.m.params.query).toBe(metric);
});

test("where the declaration does not decide, the name is given or asked for", async () => {
  writeFileSync(
    join(home, "config.yaml"),
    `version: "1.0"\nsources:\n  a: { kind: prometheus, url: "http://127.0.0.1:1" }\n  b: { kind: prometheus, url: "http://127.0.0.1:1" }\n`,
  );
  const graph = chain(node("m", "metric_query", "metric_query", { service: "shop", metric_name: "weird_thing" }));
  const asked = await imported(graph);
  expect(asked.node.m.params).toMatchObject({ source: "metrics", query: "weird_thing" });
  expect(asked.told).toContain("--param metrics=NAME");
  expect(asked.problems).toMatchObject([{ code: "source-not-configured" }]);
  const given = await imported(graph, "--param", "metrics=b");
  expect(given.node.m.params.source).toBe("b");
});

test.each(["[]", "just: text", "{", '{"nodes": 5}'])("%s is refused", async (text) => {
  const { exit, out } = await call(["import", "-", "--json"], text);
  expect(exit).not.toBe(0);
  expect(JSON.parse(out).problems.length).toBeGreaterThan(0);
});
