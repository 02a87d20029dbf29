/** A chosen playbook becomes a draft graph: its parts, its parameters, and what was left out, said. */
import { createHash } from "node:crypto";
import type { Config } from "../../schema/config.js";
import { graphSchema } from "../../schema/graph.js";
import type { Json, JsonObject } from "../../schema/json.js";
import { type Playbook, REMEDY } from "../../schema/playbook.js";
import { parseWith } from "../../schema/problems.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { DraftResult } from "../contract.js";
import type { Entities } from "./entities.js";
import { fillParameters } from "./fill.js";
import { lacking, type OnMap, signalsOnMap, unreadOnMap } from "./on-map.js";
import { keptParts, namesIn, offersRemedy, onlyWith } from "./parts.js";
import { fillPlaceholders } from "./placeholders.js";

export interface PlanInput {
  playbook: Playbook;
  score: number;
  goal: string;
  given: JsonObject;
  entities: Entities;
  config: Config;
  /** What the map knows of the service. */
  known?: OnMap | undefined;
  /** Whether a remedy belongs in the plan. */
  remedy: boolean;
}

/** Hexadecimal digits of the content's digest in a graph's id. */
const ID_DIGITS = 12;

/** The draft for a playbook; the same input gives the same graph. */
export function planFrom(input: PlanInput): DraftResult {
  const { playbook, remedy } = input;
  const parts = keptParts(playbook.graph, (name) => name !== REMEDY || remedy);
  const filled = fillParameters(playbook, { ...input, wanted: namesIn(parts) });
  if (!filled.ok) return filled;
  const { value: values } = filled;
  const isThere = (name: string) => (name === REMEDY ? remedy : (values[name] ?? null) !== null);
  const graph = keptParts(playbook.graph, isThere);
  return assemble(input, graph, values, leftOut(input, parts, values));
}

/** What the plan lacks, for people: nothing is left out in silence. */
function leftOut(
  { playbook, remedy, known, given }: PlanInput,
  parts: Playbook["graph"],
  values: Record<string, Json>,
): Problem[] {
  const notices: Problem[] = [];
  const say = (at: string, message: string, hint: string) => notices.push({ code: "part-left-out", at, message, hint });
  for (const name of new Set(parts.nodes.flatMap(onlyWith))) {
    if (name === REMEDY || (values[name] ?? null) !== null) continue;
    const nodes = parts.nodes.filter((node) => onlyWith(node).includes(name)).map(({ id }) => id);
    const why = playbook.parameters[name]?.description ?? name;
    const hint = `give it with --param ${name}=VALUE`;
    say(`params.${name}`, `left out: ${nodes.join(", ")}; not known: ${why} (--param ${name}=VALUE)`, hint);
  }
  for (const signal of known === undefined ? [] : lacking(playbook.parameters, known)) {
    if (Object.hasOwn(given, `${signal}_selector`)) continue;
    const message = `the map knows no ${signal} of ${known?.name}: the playbook asks for a usual name, which may not be there`;
    say(
      `params.${signal}_selector`,
      message,
      `give it with --param ${signal}_selector=VALUE, or look with: autoops investigate`,
    );
  }
  if (offersRemedy(playbook) && !remedy) {
    say("remedy", "the plan only looks; its remedy was not asked for (--remedy)", "ask for it with --remedy");
  }
  return notices;
}

function assemble(
  { playbook, score, goal, known }: PlanInput,
  graph: Playbook["graph"],
  values: Record<string, Json>,
  notices: Problem[],
): DraftResult {
  const plain = { ...graph, nodes: graph.nodes.map(({ only_with: _, ...node }) => node) };
  const merged = strayBraces(plain, values);
  if (merged !== undefined) return { ok: false, problems: [merged] };
  const filled = fillPlaceholders(plain.nodes, values, "nodes");
  const nodes = known === undefined ? filled : signalsOnMap(filled, known);
  const edges = fillPlaceholders(graph.edges, values, "edges");
  const name = fillPlaceholders(graph.name, values);
  const content = JSON.stringify([playbook.id, playbook.version, goal, name, nodes, edges]);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, ID_DIGITS);
  const metadata = {
    planner: "playbook",
    playbook: playbook.id,
    playbook_version: playbook.version,
    score,
    parameters: values,
  };
  const draft = { id: `${playbook.id}-${digest}`, name, goal_description: goal, nodes, edges, metadata };
  const parsed = parseWith(graphSchema, draft, { at: playbook.id });
  if (parsed.ok) {
    const told = known === undefined ? notices : [...notices, ...unread(nodes, known)];
    return { ok: true, graph: parsed.value, playbook: playbook.id, score, notices: told };
  }
  return { ok: false, problems: parsed.problems.map((problem) => ({ ...problem, code: "playbook-invalid" as const })) };
}

/** What the map does not know of the service, for people: the catalogue's names are tried. */
function unread(nodes: Json, known: OnMap): Problem[] {
  const signals = unreadOnMap(nodes, known);
  if (signals.length === 0) return [];
  const message = `the map knows no ${signals.join(", ")} of ${known.name}: the usual metrics are tried, which may not be there`;
  const hint = "autoops discover learns the map anew; autoops investigate asks only for what is there";
  return [{ code: "part-left-out", at: "map", message, hint }];
}

/** Values that are plain alone could make a template where they meet: the filled graph has the playbook's braces, no more. */
function strayBraces(graph: Playbook["graph"], values: Record<string, Json>): Problem | undefined {
  const count = (value: Json) => JSON.stringify(value).split(/\{\{|\}\}/).length;
  const own = count(graph as unknown as Json);
  const filled = count(fillPlaceholders(graph as unknown as Json, values, "graph"));
  if (own === filled) return undefined;
  const message =
    "the parameters' values must not make a template where they stand beside each other or the playbook's text";
  return { code: "parameter-invalid", at: "params", message, hint: "leave out { and } at their ends" };
}
