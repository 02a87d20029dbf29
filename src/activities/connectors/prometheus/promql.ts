/**
 * Whether a text is a query, by Prometheus's own grammar or by what VictoriaMetrics and older servers take beyond it; text in
 * another language is told at the check.
 */
import { createRequire } from "node:module";
import { widerFault } from "./metricsql.js";

type Parser = typeof import("@prometheus-io/lezer-promql")["parser"];
export type SyntaxNode = ReturnType<Parser["parse"]>["topNode"];

/** Loaded on first use: the tables of the grammar are read for no other tool. */
const load = createRequire(import.meta.url);
let strict: Parser | undefined;

function parser(): Parser {
  strict ??= (load("@prometheus-io/lezer-promql") as { parser: Parser }).parser.configure({ strict: true });
  return strict;
}

/** Line filters are LogQL's, which servers behind a Prometheus interface may take as well: they follow a selector. */
const LINE_FILTERS = /(?<=\})(?:\s{0,20}(?:\|[=~]|![=~])\s{0,20}(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`))+/g;
/** Characters of the query that a message shows. */
const SHOWN_CHARS = 20;

/** What is wrong with the text and where, in words; undefined where it is a query. */
export function promqlFault(query: string): string | undefined {
  if (query.trim() === "") return "it is empty";
  // Spaces keep the offsets as they are.
  const text = query.replace(LINE_FILTERS, (filters) => " ".repeat(filters.length));
  const tree = promqlTree(text);
  return tree.ok || widerFault(text) === undefined ? undefined : tree.message;
}

/** The tree of a query, by Prometheus's grammar. */
export function promqlTree(query: string): { ok: true; top: SyntaxNode } | { ok: false; message: string } {
  try {
    return { ok: true, top: parser().parse(query).topNode };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = Number(/\d+$/.exec(error.message)?.[0] ?? 0);
    const rest = query.slice(offset).trim();
    if (rest === "") return { ok: false, message: `it ends too soon, after character ${offset}` };
    const shown = JSON.stringify(rest.slice(0, SHOWN_CHARS));
    return { ok: false, message: `it cannot be read from character ${offset + 1} on: ${shown}` };
  }
}
