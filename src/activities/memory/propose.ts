/**
 * A playbook drafted from a run whose outcome was verified: its graph, with what belongs to that day lifted out as
 * parameters. A draft for a person to read and mend: it is used only once somebody has accepted it.
 */

import type { KeptWhole } from "../../platform/memory/contents.js";
import { ACTION_NAMES, type ActionName, type Config } from "../../schema/config.js";
import { type Graph, graphSchema } from "../../schema/graph.js";
import type { Json, JsonObject } from "../../schema/json.js";
import type { Playbook } from "../../schema/playbook.js";
import { escapeRegExp } from "../../vocabulary/escape-regexp.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";
import { AFTER, BEFORE } from "../planner/named.js";

type Parameters = Record<string, Playbook["parameters"][string]>;

/** What stands in the YAML file: the format's own defaults are left out. */
export type PlaybookDraft = Pick<
  Playbook,
  "id" | "title" | "version" | "description" | "goals" | "symptoms" | "tags"
> & {
  parameters: Parameters;
  graph: { name: string; nodes: JsonObject[]; edges: JsonObject[] };
};

/** Why no playbook can be learned from what is kept, or undefined. */
export function learnable(run: string, kept: KeptWhole | undefined): Problem | undefined {
  const no = (message: string, hint = "autoops memory list shows which runs were verified"): Problem => {
    return { code: "playbook-not-learned", at: run, message, hint };
  };
  if (kept === undefined) return no(`nothing is remembered of the run ${run}`);
  const { entry, origin, graph } = kept;
  if (origin !== "run") return no(`${run} was imported: nobody here saw it`);
  if (entry.outcome !== "succeeded" || entry.verification.status !== "verified") {
    return no(`${run} ended ${entry.outcome} and its outcome was not verified (${entry.verification.status})`);
  }
  if (graph === undefined) return no(`the graph of ${run} is too large to be kept`);
  if (/\[redacted:|\$\{/.test(JSON.stringify(graph))) {
    return no(`the graph of ${run} held a secret or \${…}, which no playbook may`);
  }
  return undefined;
}

export function proposePlaybook(run: string, kept: KeptWhole | undefined, config: Config): Result<PlaybookDraft> {
  const problem = learnable(run, kept);
  const graph = graphSchema.safeParse(kept?.graph);
  if (problem !== undefined || kept === undefined || !graph.success) {
    const fallback: Problem = { code: "playbook-not-learned", at: run, message: `the graph of ${run} cannot be read` };
    return { ok: false, problems: [problem ?? fallback] };
  }
  const { entry } = kept;
  const lift = createLift(entry.service, config);
  const nodes = graph.data.nodes.map((node) => liftNode(node, lift));
  const edges = graph.data.edges.map((edge) => trimmed(edge, { on: "success", condition: null }));
  const { goal, symptoms } = phrasesOf(entry.goal, entry.service);
  return {
    ok: true,
    value: {
      id: idOf(graph.data.name, entry.service),
      title: withoutService(graph.data.name, entry.service),
      version: "1.0.0",
      description: `Learned from the run ${run} of ${entry.ended_at.slice(0, 10)}, whose outcome was verified.`,
      goals: [goal],
      symptoms,
      tags: ["learned"],
      parameters: lift.parameters,
      graph: { name: lift.text(graph.data.name), nodes, edges },
    },
  };
}

const PHRASE_MAX_CHARS = 200;
const SYMPTOMS_MAX = 5;

interface Lift {
  parameters: Parameters;
  /** The text with the service's name lifted out, outside of templates. */
  text(text: string): string;
  /** The placeholder of a parameter, which is declared on first use; one value has one parameter. */
  value(name: string, value: Json, declared: Parameters[string]): string;
  config: Config;
}

function createLift(service: string | undefined, config: Config): Lift {
  const parameters: Parameters = {};
  const names = new Map<string, string>();
  const value: Lift["value"] = (name, given, declared) => {
    const key = JSON.stringify([name, given]);
    const known = names.get(key);
    if (known !== undefined) return `\${${known}}`;
    let free = name;
    for (let n = 2; Object.hasOwn(parameters, free); n++) free = `${name}_${n}`;
    names.set(key, free);
    parameters[free] = declared;
    return `\${${free}}`;
  };
  const word = service === undefined || service.length < 3 ? undefined : wordOf(service);
  const text = (given: string): string => {
    if (word === undefined) return given;
    // What stands in braces is an expression: text never becomes part of one.
    const parts = given.split(/(\{\{[\s\S]*?\}\})/);
    return parts
      .map((part) => {
        if (part.startsWith("{{")) return part;
        return part.replace(word, () =>
          value("service", "", { type: "string", from: "goal.service", description: "the service", required: true }),
        );
      })
      .join("");
  };
  return { parameters, text, value, config };
}

const wordOf = (service: string): RegExp => new RegExp(`${BEFORE}(?<!\\.)${escapeRegExp(service)}${AFTER}`, "giu");

const withoutService = (text: string, service: string | undefined): string =>
  service === undefined || service.length < 3
    ? text
    : text.replace(wordOf(service), "the service").replace(/\bthe the\b/gi, "the");

/** Words that other goals may have in common with this one: without the service, and as the clauses that people would say. */
function phrasesOf(text: string, service: string | undefined): { goal: string; symptoms: string[] } {
  const named = service === undefined || service.length < 3 ? undefined : wordOf(service).source;
  const about =
    named === undefined
      ? text
      : text.replace(new RegExp(`(?:\\b(?:of|in|on|for|at)\\s+)?(?:\\bthe\\s+)?${named}`, "gi"), "");
  const plain = about.replace(/\s+/g, " ").trim();
  const clauses = plain.split(/[.,;:!?]+/).map((clause) => clause.trim().slice(0, PHRASE_MAX_CHARS));
  const symptoms = clauses.filter((clause) => clause.split(" ").length > 1 && clause.length > 3);
  return {
    goal: plain.length < 3 ? text.slice(0, PHRASE_MAX_CHARS) : plain.slice(0, PHRASE_MAX_CHARS),
    symptoms: symptoms.slice(0, SYMPTOMS_MAX),
  };
}

const DURATION = /^\d{1,5}[smhdw]$/;
const isAction = (type: string): type is ActionName => (ACTION_NAMES as readonly string[]).includes(type);

function liftNode(node: Graph["nodes"][number], lift: Lift): JsonObject {
  const { id, name, description, type, params, ...rest } = node;
  const lifted = Object.entries(params).map(([key, value]) => [key, liftParam(key, value, type, lift)]);
  const defaults = { requires_human_approval: false, continue_on_failure: false, join: "all" };
  return {
    id,
    name: lift.text(name),
    type,
    ...(description === "" ? {} : { description: lift.text(description) }),
    ...trimmed(rest, defaults),
    ...(lifted.length === 0 ? {} : { params: Object.fromEntries(lifted) }),
  };
}

/** Sources, targets, spans of time and versions become parameters of their kinds; no version of that day stays as it was. */
function liftParam(key: string, value: Json, type: string, lift: Lift): Json {
  if (typeof value !== "string") return deep(value, type, lift);
  // An expression without braces is one all the same.
  if (key === "expression") return value;
  if (value.includes("{{")) return lift.text(value);
  const source = key === "source" && Object.hasOwn(lift.config.sources, value) ? lift.config.sources[value] : undefined;
  if (source !== undefined) {
    const kinds = [source.kind] as Extract<Parameters[string], { type: "source" }>["kinds"];
    const description = `the source (${source.kind})`;
    return lift.value(`${source.kind}_source`, value, {
      type: "source",
      kinds,
      from: "config",
      description,
      required: true,
    });
  }
  if (key === "target" && isAction(type)) {
    const description = `the target that knows ${type}`;
    return lift.value("target", value, { type: "target", action: type, from: "config", description, required: true });
  }
  if (key === "version") {
    const description = "the version to go to";
    return lift.value("version", value, { type: "string", from: "goal.version", description, required: true });
  }
  if (/^(?:since|window|range)$/.test(key) && DURATION.test(value)) {
    const description = "how far back to look, such as 15m";
    return lift.value("window", value, {
      type: "duration",
      from: "goal.window",
      default: value,
      description,
      required: true,
    });
  }
  return lift.text(value);
}

function deep(value: Json, type: string, lift: Lift): Json {
  if (typeof value === "string") return lift.text(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, type, lift));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, liftParam(key, item, type, lift)]));
}

/** Without what is absent, null, or as the format has it anyway. */
function trimmed(value: object, defaults: Record<string, Json>): JsonObject {
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(
    entries.filter(([key, item]) => item !== undefined && item !== null && item !== defaults[key]),
  );
}

function idOf(name: string, service: string | undefined): string {
  const words = withoutService(name, service)
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? ["playbook"];
  return `learned-${words.join("-")}`.slice(0, 47).replace(/-+$/, "");
}

/** Whether each node of a graph stands in the playbook under its id, with its type and tool. */
export function follows(graph: JsonObject | undefined, playbook: Playbook): boolean {
  const keys = (nodes: readonly unknown[]) =>
    nodes.map((node) => {
      const { id, type, tool } = node as { id?: unknown; type?: unknown; tool?: unknown };
      return JSON.stringify([id, type, tool ?? null]);
    });
  if (!Array.isArray(graph?.nodes)) return false;
  const known = new Set(keys(playbook.graph.nodes));
  return keys(graph.nodes).every((key) => known.has(key));
}

/** What the playbook would do that the run did not: each such node is a problem. */
export function beyondRun(playbook: Playbook, graph: JsonObject): Problem[] {
  const kindOf = (node: unknown): string => {
    const { type, tool } = node as { type?: unknown; tool?: unknown };
    return `${String(type)} ${String(tool ?? "")}`.trim();
  };
  const did = new Set((Array.isArray(graph.nodes) ? graph.nodes : []).map(kindOf));
  return playbook.graph.nodes.flatMap((node, position): Problem[] => {
    if (did.has(kindOf(node))) return [];
    const at = `graph.nodes[${position}]`;
    const message = `${at} must be of a type with a tool that the run has used, got ${kindOf(node)}`;
    return [{ code: "playbook-not-learned", at, message, hint: "take it out; a person's own playbook may hold it" }];
  });
}
