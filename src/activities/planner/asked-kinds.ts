/**
 * What kinds of things a playbook asks about, by the families of metrics in its queries, beside what the map has: a playbook about
 * things that are not here is not chosen, and one that asks for some of them says which.
 */
import type { StackMap } from "../../schema/map.js";
import type { Playbook } from "../../schema/playbook.js";
import type { Problem } from "../../vocabulary/problems.js";
import { healthFiles } from "../tools/kit/investigation/health-rules.js";

/** Families that any program gives, or that tell of no thing. */
const OF_ANYBODY =
  /^(?:http|grpc|rpc|process|go|up|scrape|python|nodejs|jvm|flask|django|express|starlette|fastapi|app)$/;
const NODES_NAMED = 6;

interface Asked {
  node: string;
  kinds: Set<string>;
}

interface Query {
  node: string;
  text: string;
}

function queriesOf({ graph }: Playbook): Query[] {
  return graph.nodes.flatMap(({ id, params }) => {
    const isGroup = typeof params === "object" && params !== null && !Array.isArray(params);
    const text = isGroup ? params.query : undefined;
    return typeof id === "string" && typeof text === "string" ? [{ node: id, text }] : [];
  });
}

/** Queries that ask for metrics of known kinds alone; others are anybody's, or the house's own. */
function askedBy(playbook: Playbook): Asked[] {
  const families = kindsByFamily();
  return queriesOf(playbook).flatMap(({ node, text }) => {
    const kinds = metricsIn(text).map((name) => families.get(name.split("_")[0] ?? ""));
    const known = kinds.flatMap((one) => one ?? []);
    return known.length === 0 || kinds.some((one) => one === undefined) ? [] : [{ node, kinds: new Set(known) }];
  });
}

function kindsByFamily(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { kind, recognise } of healthFiles()) {
    for (const family of new Set(recognise.map((name) => name.split("_")[0] ?? ""))) {
      if (!OF_ANYBODY.test(family)) found.set(family, [...(found.get(family) ?? []), kind]);
    }
  }
  return found;
}

/** Names before a brace, a bracket or an operator that have the form of a metric; labels and functions have not. */
function metricsIn(query: string): string[] {
  const bare = query
    .replace(/"(?:[^"\\]|\\.){0,500}"/g, '""')
    .replace(/\{[^{}]{0,1000}\}/g, "{}")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]{0,300}\)/g, "");
  const names = bare.match(/\b[a-z][a-z0-9]{0,40}(?:_[a-z0-9]{1,60}){1,12}\b(?!\s*\()/gi) ?? [];
  return names.filter((name) => !/^(?:group_left|group_right)$/.test(name));
}

/** Undefined where the map has what the playbook asks about, or nobody can tell. */
export function foreignKinds(playbook: Playbook, map: StackMap | undefined): string[] | undefined {
  if (map === undefined) return undefined;
  const asked = askedBy(playbook);
  const here = kindsOn(map);
  // Most of what it asks decides; of the rest nobody knows.
  if (asked.length === 0 || 2 * asked.length <= queriesOf(playbook).length) return undefined;
  if (asked.some(({ kinds }) => [...kinds].some((kind) => here.has(kind)))) return undefined;
  return titlesOf(asked.flatMap(({ kinds }) => [...kinds]));
}

/** What of the plan will find nothing here, for people. */
export function missingKinds(playbook: Playbook, nodes: ReadonlySet<string>, map: StackMap | undefined): Problem[] {
  if (map === undefined) return [];
  const here = kindsOn(map);
  const lost = askedBy(playbook).filter(
    ({ node, kinds }) => nodes.has(node) && ![...kinds].some((one) => here.has(one)),
  );
  if (lost.length === 0) return [];
  const titles = titlesOf(lost.flatMap(({ kinds }) => [...kinds]));
  const names = lost.map(({ node }) => node);
  const more = names.length > NODES_NAMED ? ` and ${names.length - NODES_NAMED} more` : "";
  const message = `${names.slice(0, NODES_NAMED).join(", ")}${more} will find nothing: the map has no ${titles.join(", ")}`;
  const hint = "autoops discover learns the map anew; autoops investigate asks only for what is there";
  return [{ code: "part-left-out", at: "map", message, hint }];
}

const kindsOn = ({ services }: StackMap): Set<string> => new Set(Object.values(services).flatMap(({ kinds }) => kinds));

function titlesOf(kinds: readonly string[]): string[] {
  const wanted = new Set(kinds);
  return healthFiles()
    .filter(({ kind }) => wanted.has(kind))
    .map(({ title }) => title)
    .sort();
}

export const absentKinds = ({ id }: Playbook, titles: readonly string[]): Problem => ({
  code: "no-playbook",
  at: "goal",
  message: `the playbook ${id} asks about ${titles.join(", ")}, and the map has none of them`,
  hint: `if the map is old: autoops discover; to run it all the same: --playbook ${id}`,
});
