/** A graph or template of the Python version as a graph of ours, with what changed and what has no equal. */
import type { Config } from "../../../schema/config.js";
import type { Json } from "../../../schema/json.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { conditionOf, endingOf } from "./condition.js";
import { type ImportNote, Mapping, type Params } from "./mapping.js";
import { filledTemplate } from "./template.js";
import { mapTool } from "./tool-maps.js";

export type Imported = { ok: true; graph: Params; notes: ImportNote[] } | { ok: false; problems: Problem[] };

const GRAPH_KEYS = ["id", "name", "goal_description", "version", "metadata", "created_at", "nodes", "edges"];
/** Of a template: what it says about itself is kept as metadata. */
const ABOUT_KEYS = ["category", "tags", "author"];
const NODE_KEYS = [
  "id",
  "name",
  "description",
  "requires_human_approval",
  "timeout_seconds",
  "retry_count",
  "continue_on_failure",
];
const TIMEOUT_MAX = 3_600;
const RETRIES_MAX = 5;

export function importGraph(document: Json, config: Config, given: Readonly<Record<string, string>>): Imported {
  if (!isMapping(document) || !Array.isArray(document.nodes)) {
    const message = "the document must be a graph or template with nodes";
    return { ok: false, problems: [{ code: "field-invalid", at: "nodes", message, hint: "see docs/import.md" }] };
  }
  const filled = filledTemplate(document, given);
  if (!filled.ok) return filled;
  const written = filled.document;
  const notes: ImportNote[] = [...filled.notes];
  const nodes = listOf(written.nodes);
  const edges = listOf(written.edges);
  const beforeOf = ancestors(nodes, edges);
  const mapped = nodes.map((node, index) =>
    mapNode(node, `nodes[${index}]`, beforeOf(String(node.id)), { config, given }, notes),
  );
  const ids = new Set(mapped.map(({ id }) => String(id)));
  const graph: Params = {
    id: written.id ?? "imported",
    name: written.name ?? written.id ?? "An imported graph",
    goal_description: written.goal_description ?? written.description ?? "",
    ...(typeof written.version === "string" || typeof written.version === "number"
      ? { version: String(written.version) }
      : {}),
    metadata: metadataOf(written),
    nodes: mapped,
    edges: edges.map((edge, index) => mapEdge(edge, `edges[${index}]`, ids, notes)),
  };
  for (const key of Object.keys(written)) {
    if ([...GRAPH_KEYS, ...ABOUT_KEYS, "description", "parameters"].includes(key)) continue;
    notes.push({
      at: key,
      message: `${key} has no equivalent and is left out`,
      hint: "put what it says into metadata",
    });
  }
  return { ok: true, graph, notes };
}

function metadataOf(written: Params): Json {
  const about = Object.fromEntries(
    ABOUT_KEYS.flatMap((key) => (written[key] === undefined ? [] : [[key, written[key]]])),
  );
  return { ...about, ...(isMapping(written.metadata) ? written.metadata : {}) };
}

type Known = Omit<Mapping["around"], "before">;

function mapNode(
  node: Params,
  at: string,
  before: Mapping["around"]["before"],
  known: Known,
  notes: ImportNote[],
): Params {
  const mapping = new Mapping(at, isMapping(node.params) ? node.params : {}, { ...known, before });
  const type = String(node.type);
  const { tool, type: became = type } = mapTool(typeof node.tool === "string" ? node.tool : undefined, type, mapping);
  if (typeof node.tool === "string" && tool !== null && tool !== node.tool) {
    notes.push({ at: `${at}.tool`, message: `${at}.tool ${node.tool} became ${tool}` });
  }
  notes.push(...mapping.notes);
  const kept = Object.fromEntries(
    NODE_KEYS.flatMap((key) => (node[key] === undefined || node[key] === null ? [] : [[key, node[key]]])),
  );
  for (const key of Object.keys(node)) {
    if ([...NODE_KEYS, "type", "tool", "params"].includes(key) || node[key] === null) continue;
    notes.push({ at: `${at}.${key}`, message: `${at}.${key} has no equivalent and is left out` });
  }
  return {
    ...kept,
    ...capped(node, "timeout_seconds", TIMEOUT_MAX, at, notes),
    ...capped(node, "retry_count", RETRIES_MAX, at, notes),
    type: became,
    ...(tool === null ? {} : { tool }),
    params: mapping.out,
  };
}

function capped(node: Params, key: string, most: number, at: string, notes: ImportNote[]): Params {
  const value = node[key];
  if (typeof value !== "number" || value <= most) return {};
  notes.push({ at: `${at}.${key}`, message: `${at}.${key} ${value} became ${most}, the most there is` });
  return { [key]: most };
}

function mapEdge(edge: Params, at: string, ids: ReadonlySet<string>, notes: ImportNote[]): Params {
  const from = String(edge.from_node_id ?? edge.from ?? edge.source ?? "");
  const to = String(edge.to_node_id ?? edge.to ?? edge.target ?? "");
  const written = edge.condition;
  if (typeof written !== "string" || written === "") return { from_node_id: from, to_node_id: to };
  const on = endingOf(written);
  if (on !== undefined) {
    notes.push({ at: `${at}.condition`, message: `${at}.condition ${JSON.stringify(written)} became on: ${on}` });
    return { from_node_id: from, to_node_id: to, on };
  }
  const condition = conditionOf(written, from, ids);
  if (condition !== written) {
    notes.push({
      at: `${at}.condition`,
      message: `${at}.condition ${JSON.stringify(written)} became ${JSON.stringify(condition)}`,
    });
  }
  return { from_node_id: from, to_node_id: to, condition };
}

/** The nodes that run before a node, nearest first. */
function ancestors(nodes: readonly Params[], edges: readonly Params[]) {
  const tools = new Map(nodes.map((node) => [String(node.id), String(node.tool ?? "")]));
  return (id: string) => {
    const found: Array<{ id: string; tool: string }> = [];
    const seen = new Set([id]);
    for (let front = [id]; front.length > 0; ) {
      const next = edges
        .filter((edge) => front.includes(String(edge.to_node_id)))
        .map((edge) => String(edge.from_node_id));
      front = next.filter((one) => tools.has(one) && !seen.has(one));
      for (const one of front) {
        if (seen.has(one)) continue;
        seen.add(one);
        found.push({ id: one, tool: tools.get(one) ?? "" });
      }
    }
    return found;
  };
}

const listOf = (value: Json | undefined): Params[] => (Array.isArray(value) ? value.filter(isMapping) : []);

export const isMapping = (value: unknown): value is Params =>
  typeof value === "object" && value !== null && !Array.isArray(value);
