/** Findings in any nesting, and each as Markdown with its node and evidence. */
import type { Json } from "../../../../schema/json.js";
import { FINDINGS_MAX } from "../../../../vocabulary/limits.js";
import { EVIDENCE_MAX } from "../finding.js";
import { escapeMarkdown } from "./markdown.js";

export interface Cited {
  node: string | undefined;
  statement: string;
  evidence: string[];
}

export function citedText({ node, statement, evidence }: Cited, names: ReadonlyMap<string, string>): string {
  const name = node === undefined ? undefined : names.get(node);
  const source =
    node === undefined ? "" : ` (node ${escapeMarkdown(node)}${name === undefined ? "" : `, ${escapeMarkdown(name)}`})`;
  const lines = evidence.slice(0, EVIDENCE_MAX).map((text) => `  - ${escapeMarkdown(text)}`);
  return [`- **${escapeMarkdown(statement)}**${source}`, ...lines].join("\n");
}

/** Findings in lists, under `findings`, or in a mapping by node; anything else holds none. */
export function flatten(value: Json): Cited[] {
  const found: Cited[] = [];
  const visit = (item: Json, node: string | undefined): void => {
    if (found.length >= FINDINGS_MAX || typeof item !== "object" || item === null) return;
    if (Array.isArray(item)) {
      for (const each of item) visit(each, node);
      return;
    }
    const own = typeof item.node === "string" ? item.node : node;
    if (typeof item.statement === "string") {
      const evidence = Array.isArray(item.evidence) ? item.evidence.filter((text) => typeof text === "string") : [];
      found.push({ node: own, statement: item.statement, evidence });
    } else if (item.findings !== undefined) visit(item.findings, own);
    else for (const [key, each] of Object.entries(item)) visit(each, key);
  };
  visit(value, undefined);
  return found;
}
