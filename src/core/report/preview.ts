/**
 * A graph for people to read before it runs: as text, as Mermaid, as DOT, with its worst-case duration.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

import type { JsonObject } from "../../schema/json.js";
import { RETRY_CAP_SECONDS, RETRY_FACTOR, RETRY_FIRST_SECONDS } from "../../vocabulary/limits.js";
import { visibleJson, visibleLine } from "../../vocabulary/visible.js";
import { adjacencyOf, topologicalOrder } from "../check/graph.js";
import type { CheckedGraph, CheckedNode } from "../check.js";
import { redactValue } from "../redact.js";
import { span } from "./plain.js";

/** Plain text, one line a node in running order; gates are marked. */
export function previewText(graph: CheckedGraph): string {
  const adjacency = adjacencyOf(graph);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const lines = [`${graph.name}`, `  goal: ${graph.goal_description}`, ""];
  for (const id of topologicalOrder(graph, adjacency)) {
    const node = byId.get(id);
    if (node === undefined) continue;
    const after = (adjacency.incoming.get(id) ?? []).map((position) => {
      const edge = graph.edges[position];
      const on = edge?.on === "success" ? "" : ` ${edge?.on}`;
      return `${edge?.from_node_id}${on}${edge?.condition ? ` if ${edge.condition}` : ""}`;
    });
    const what = node.tool ?? node.type;
    lines.push(`  ${node.gate === undefined ? " " : "⛔"} ${node.id}  ${node.name} · ${what} · ${node.effect}`);
    lines.push(...paramLines(node.params).map((line) => `      ${line}`));
    if (after.length > 0) lines.push(`      after ${after.join(node.join === "all" ? " and " : " or ")}`);
    if (node.gate !== undefined) {
      const target = node.gate.target === undefined ? "" : ` · target ${node.gate.target}`;
      lines.push(`      waits for approval: ${node.gate.reason}${target}`);
    }
    lines.push(...guardLines(node).map((line) => `      ${line}`));
  }
  const gates = graph.nodes.filter((node) => node.gate !== undefined).length;
  const worst = worstCaseSeconds(graph);
  const waiting =
    gates === 0
      ? ""
      : `, plus at most ${span(graph.verdict.limits.approvalSeconds * 1_000)} at each of ${gates} gate(s)`;
  if (graph.verdict.dryRun) lines.push("", "  dry run: nothing is executed and no backend is contacted");
  lines.push("", `  environment ${graph.verdict.environment} · at worst ${span(worst * 1_000)} of work${waiting}`);
  return `${lines.join("\n")}\n`;
}

/** Params that a preview shows; what is longer stands in the graph. */
const PARAMS_SHOWN = 20;
const PARAM_MAX_CHARS = 160;

/** One line a param, redacted; a template is filled in when the node starts. */
export function paramLines(params: JsonObject): string[] {
  const shown = redactValue(params) as JsonObject;
  const lines = Object.entries(shown).map(([name, value]) => {
    const text = (typeof value === "string" ? value : JSON.stringify(value)).replace(/\s+/g, " ");
    return `with ${name}: ${text.length > PARAM_MAX_CHARS ? `${text.slice(0, PARAM_MAX_CHARS - 1)}…` : text}`;
  });
  if (lines.length <= PARAMS_SHOWN) return lines;
  return [...lines.slice(0, PARAMS_SHOWN - 1), `and ${lines.length - PARAMS_SHOWN + 1} more`];
}

/** What stands around an effect: read before it, read after it, what takes it back, what withdraws the question. */
export function guardLines({ preconditions = [], verify, undo, withdraw_when }: CheckedNode): string[] {
  const lines = preconditions.map(({ tool, expect }) => `only if ${expect} (${tool})`);
  if (verify !== undefined) {
    const { tool, expect, attempts = 1, settle_seconds = 0 } = verify;
    const wait = settle_seconds === 0 ? "" : ` after ${span(settle_seconds * 1_000)}`;
    lines.push(`verified${wait} if ${expect} (${tool}, ${attempts} attempt(s))`);
  }
  if (undo !== undefined) lines.push(`undone by ${undo.tool} ${JSON.stringify(undo.params ?? {})}`);
  if (withdraw_when !== undefined) lines.push(`withdrawn when ${withdraw_when}`);
  return lines;
}

/** Seconds along the slowest path if every attempt uses its whole time-out; never more than the run's own budget. */
export function worstCaseSeconds(graph: CheckedGraph): number {
  const adjacency = adjacencyOf(graph);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const ends = new Map<string, number>();
  let worst = 0;
  for (const id of topologicalOrder(graph, adjacency)) {
    const node = byId.get(id) as CheckedNode;
    let starts = 0;
    for (const position of adjacency.incoming.get(id) ?? []) {
      starts = Math.max(starts, ends.get(graph.edges[position]?.from_node_id ?? "") ?? 0);
    }
    const end = starts + nodeSeconds(node);
    ends.set(id, end);
    worst = Math.max(worst, end);
  }
  return Math.min(worst, graph.verdict.limits.runSeconds);
}

function nodeSeconds(node: CheckedNode): number {
  if (node.type === "wait") return Number(node.params.seconds);
  if (node.type === "decision" || node.type === "human_review") return 0;
  const { verify, preconditions = [] } = node;
  const looks = preconditions.length + (verify?.attempts ?? (verify === undefined ? 0 : 1));
  const settling = (verify?.attempts ?? 1) * (verify?.settle_seconds ?? 0);
  let seconds = node.timeoutSeconds * (node.retries + 1 + looks) + settling;
  for (let retry = 0; retry < node.retries; retry++) {
    seconds += Math.min(RETRY_CAP_SECONDS, RETRY_FIRST_SECONDS * RETRY_FACTOR ** retry);
  }
  return seconds;
}

/** A Mermaid flowchart; gated nodes are hexagons. */
export function previewMermaid(graph: CheckedGraph): string {
  const name = new Map(graph.nodes.map((node, position) => [node.id, `n${position}`]));
  // As Mermaid writes what would end a label or be markup in it: a number between # and ;
  const text = (value: string) => visibleLine(value).replace(/["\\<>#&;]/g, (sign) => `#${sign.charCodeAt(0)};`);
  const lines = ["flowchart TD"];
  for (const node of graph.nodes) {
    const label = `"${text(node.name)}<br/>${text(node.tool ?? node.type)}"`;
    lines.push(`  ${name.get(node.id)}${node.gate === undefined ? `[${label}]` : `{{${label}}}`}`);
  }
  for (const edge of graph.edges) {
    const label = [edge.on === "success" ? "" : edge.on, edge.condition ?? ""]
      .filter((part) => part !== "")
      .join(" if ");
    const arrow = label === "" ? "-->" : `-->|"${text(label)}"|`;
    lines.push(`  ${name.get(edge.from_node_id)} ${arrow} ${name.get(edge.to_node_id)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Graphviz DOT; gated nodes are octagons. */
export function previewDot(graph: CheckedGraph): string {
  const text = (value: string) => visibleJson(JSON.stringify(value));
  const lines = ["digraph autoops {", "  rankdir=TB;"];
  for (const node of graph.nodes) {
    const shape = node.gate === undefined ? "box" : "octagon";
    lines.push(`  ${text(node.id)} [shape=${shape}, label=${text(`${node.name}\n${node.tool ?? node.type}`)}];`);
  }
  for (const edge of graph.edges) {
    const label = [edge.on === "success" ? "" : edge.on, edge.condition ?? ""]
      .filter((part) => part !== "")
      .join(" if ");
    lines.push(
      `  ${text(edge.from_node_id)} -> ${text(edge.to_node_id)}${label === "" ? "" : ` [label=${text(label)}]`};`,
    );
  }
  return `${lines.join("\n")}\n}\n`;
}
