/** Loads playbooks from a directory, strictly: one broken playbook is a problem, and nothing is planned with the rest. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readTrustedFile } from "../../platform/trusted-file.js";
import { parseDocumentText } from "../../schema/document.js";
import { type Playbook, playbookSchema } from "../../schema/playbook.js";
import { type Parsed, parseWith } from "../../schema/problems.js";
import { NODE_TYPES } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import { placeholdersIn } from "./placeholders.js";

const PLAYBOOK_MAX_BYTES = 200_000;
const PLAYBOOKS_MAX = 200;

/** All playbooks of a directory (`*.yaml`), by id. */
export async function loadPlaybooks(directory: string): Promise<Parsed<Playbook[]>> {
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  } catch {
    const message = `the playbooks' directory ${directory} cannot be read`;
    return { ok: false, problems: [{ code: "file-not-found", at: directory, message }] };
  }
  if (names.length > PLAYBOOKS_MAX) {
    const message = `${directory} must hold at most ${PLAYBOOKS_MAX} playbooks, it holds ${names.length}`;
    return { ok: false, problems: [{ code: "playbook-invalid", at: directory, message }] };
  }
  const playbooks: Playbook[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    const file = await readTrustedFile(join(directory, name), PLAYBOOK_MAX_BYTES);
    const parsed = file.ok ? parsePlaybook(file.text, name) : { ok: false as const, problems: [file.problem] };
    if (!parsed.ok) problems.push(...parsed.problems);
    else if (playbooks.some(({ id }) => id === parsed.value.id)) {
      problems.push({ code: "playbook-invalid", at: name, message: `two playbooks have the id ${parsed.value.id}` });
    } else playbooks.push(parsed.value);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: playbooks };
}

/** `name` (a file) stands in front of every path. */
export function parsePlaybook(text: string, name: string): Parsed<Playbook> {
  const document = parseDocumentText(text, name);
  if (!document.ok) return document;
  const parsed = parseWith(playbookSchema, document.value, { at: name });
  if (!parsed.ok) {
    return {
      ok: false,
      problems: parsed.problems.map((problem) => ({ ...problem, code: "playbook-invalid" as const })),
    };
  }
  const problems = placeholderProblems(parsed.value, name);
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

/** Every placeholder names a parameter, every parameter is used, and text never becomes part of an expression. */
function placeholderProblems(playbook: Playbook, name: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (at: string, message: string): void => {
    problems.push({ code: "playbook-invalid", at: `${name}.${at}`, message: `${name}.${at} ${message}` });
  };
  const { nodes, edges } = playbook.graph;
  const used = new Set<string>();
  const placeholders = [...placeholdersIn(nodes, "graph.nodes"), ...placeholdersIn(edges, "graph.edges")];
  for (const { name: parameter, at, inExpression } of placeholders) {
    used.add(parameter);
    const declared = Object.hasOwn(playbook.parameters, parameter) ? playbook.parameters[parameter] : undefined;
    if (declared === undefined) problem(at, `names a parameter that is not declared: ${parameter}`);
    else if (inExpression && declared.type !== "number" && declared.type !== "boolean") {
      problem(at, `must not put ${parameter} into an expression: only numbers and true or false may stand there`);
    }
  }
  for (const [parameter, declared] of Object.entries(playbook.parameters)) {
    if (!used.has(parameter)) {
      problem(`parameters.${parameter}`, "is not used in the graph");
    }
    if (declared.type !== "number" || declared.default_by_kind === undefined) continue;
    const other = playbook.parameters[declared.default_by_kind.parameter];
    if (other?.type !== "source") problem(`parameters.${parameter}.default_by_kind`, "must name a source parameter");
  }
  return problems;
}

/** Whether following the playbook may change production. */
export function writes(playbook: Playbook): boolean {
  return playbook.graph.nodes.some(({ type }) => typeof type === "string" && effectOf(type) === "write");
}

const effectOf = (type: string): string | undefined =>
  Object.hasOwn(NODE_TYPES, type) ? NODE_TYPES[type as keyof typeof NODE_TYPES] : undefined;
