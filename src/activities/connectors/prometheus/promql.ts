/**
 * Whether a text is a query, by Prometheus's own grammar or by what VictoriaMetrics and older servers take beyond it; text in
 * another language is told at the check.
 */
import { createRequire } from "node:module";
import { widerFault } from "./metricsql.js";

type Parser = typeof import("@prometheus-io/lezer-promql")["parser"];

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
  try {
    parser().parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (widerFault(text) === undefined) return undefined;
    const offset = Number(/\d+$/.exec(error.message)?.[0] ?? 0);
    const rest = query.slice(offset).trim();
    if (rest === "") return `it ends too soon, after character ${offset}`;
    return `it cannot be read from character ${offset + 1} on: ${JSON.stringify(rest.slice(0, SHOWN_CHARS))}`;
  }
}
