/**
 * Makes the answer of a run: from what it found so far, or at its end.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { actionsOf } from "./actions.js";
import { type Answer, type AnswerCause, FACTS_MAX, type Fact, type Judgement, MISSING_MAX } from "./answer.js";
import { chartOf } from "./chart.js";
import { type Figure, figuresOf } from "./figures.js";
import { headlineOf, type Known } from "./headline.js";
import { judgementOf } from "./judgement.js";
import { nextStepsOf } from "./next-steps.js";
import type { AnswerSource } from "./source.js";
import { capital, iso, listed, readable, shortened, unended } from "./words.js";

const TEXT_MAX = 240;
const SOURCE_MAX = 60;
const RULED_OUT_SHOWN = 2;

export function answerOf(source: AnswerSource): Answer {
  const judgement = judgementOf(source.nodes);
  const figures = figuresOf(source.nodes);
  const actions = actionsOf(source, figures);
  const known: Known = { source, judgement, figures, actions };
  const cause = judgement === undefined ? found(known) : causeOf(judgement, known);
  const ruledOut = judgement === undefined ? undefined : ruledOutOf(judgement);
  const chart = chartOf(source.nodes, judgement);
  return {
    ...headlineOf(known),
    cause,
    ruledOut,
    actions,
    next: nextStepsOf(known),
    missing:
      judgement === undefined && source.outcome === "failed"
        ? []
        : [...missingOf(source), ...(judgement?.missing ?? [])].slice(0, MISSING_MAX),
    chart,
  };
}

function causeOf(judgement: Judgement, { source, figures }: Known): AnswerCause | undefined {
  const [best] = judgement.causes;
  if (judgement.isTrouble === false || (judgement.trouble === undefined && best === undefined)) return undefined;
  const isNamed = best !== undefined && judgement.sureness !== "inconclusive";
  const facts = best === undefined ? [] : decidingFacts(best, source);
  const figure = figures[0];
  if (facts.length < FACTS_MAX && figure !== undefined && !facts.some(({ node }) => node === figure.node))
    facts.push(measured(figure));
  const text = isNamed ? best.text : unclear(judgement);
  return { sureness: judgement.sureness, text: shortened(text, TEXT_MAX), facts: facts.slice(0, FACTS_MAX) };
}

function unclear({ rule, causes: [best] }: Judgement): string {
  return best === undefined ? rule : `${rule}; nearest: ${best.text}`;
}

/** One of each kind first; of the changes only the one that is blamed. */
function decidingFacts(best: Judgement["causes"][number], source: AnswerSource): Fact[] {
  const named = best.facts.some(
    ({ atMs, kind }) => kind === "change" && atMs !== undefined && best.text.includes(iso(atMs)),
  );
  const fitting = best.facts.filter(
    ({ kind, atMs }) => kind !== "change" || !named || (atMs !== undefined && best.text.includes(iso(atMs))),
  );
  const firsts = fitting.filter((one, index) => fitting.findIndex(({ kind }) => kind === one.kind) === index);
  const ordered = [...firsts, ...fitting.filter((one) => !firsts.includes(one))];
  return ordered.slice(0, FACTS_MAX).map(({ text, node, query }) => ({
    text: shortened(withoutCause(text, best.text), TEXT_MAX),
    source: sourceOf(node, source),
    node,
    query,
  }));
}

/** What the line of the cause says already. */
function withoutCause(text: string, cause: string): string {
  const named = cause.replace(", at ", " at ");
  return text.startsWith(`${named}, `) ? `it came ${text.slice(named.length + 2)}` : text;
}

const measured = ({ shown, unit, node, source, query, atMs }: Figure): Fact => ({
  text: `${shown} ${unit}, measured at ${iso(atMs)}`,
  source,
  node,
  query,
});

/** The declared source that a node read, else what the node is called. */
function sourceOf(id: string, { nodes }: AnswerSource): string {
  const node = nodes.find((one) => one.id === id);
  const { output } = node ?? {};
  const { source: declared, cluster } =
    typeof output === "object" && output !== null && !Array.isArray(output) ? output : {};
  const named = declared ?? (typeof cluster === "string" ? `cluster ${cluster}` : undefined);
  return shortened(readable(typeof named === "string" ? named : (node?.name ?? id)), SOURCE_MAX);
}

/** Nobody searched for a cause: what was found, the headline's own finding left out. */
function found({ source }: Known): AnswerCause | undefined {
  const acted = new Set(
    source.nodes.filter(({ effect }) => effect === "write" || effect === "notify").map(({ id }) => id),
  );
  const facts = source.findings
    .filter(({ node }) => !acted.has(node))
    .slice(-FACTS_MAX - 1)
    .map(({ statement, node, evidence }) => ({
      text: shortened(readable(statement), TEXT_MAX),
      source: sourceOf(node, source),
      node,
      query: evidence[0] ?? "",
    }));
  // The last of them is the headline, unless the run has no answer.
  const hasNone = ["failed", "cancelled", "timed_out"].includes(source.outcome ?? "");
  const rest = hasNone ? facts.slice(-FACTS_MAX) : facts.slice(0, -1);
  return rest.length === 0 ? undefined : { sureness: "none", text: "Found", facts: rest };
}

function ruledOutOf({ ruledOut }: Judgement): string | undefined {
  if (ruledOut.length === 0) return undefined;
  const shown = ruledOut.slice(0, RULED_OUT_SHOWN).map(({ what, why }) => `${unended(what)} (${unended(why)})`);
  const more = ruledOut.length - shown.length;
  return shortened(`${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`, TEXT_MAX);
}

/** Looks that failed: what they would have shown nobody knows. */
function missingOf({ nodes, dryRun }: AnswerSource): string[] {
  if (dryRun) return [];
  const failed = nodes.filter(({ status, effect }) => status === "failed" && effect !== "write");
  const told = failed.map(({ name, failure, reason }) =>
    shortened(`${unended(readable(name))}: ${readable(failure?.message ?? reason ?? "it failed")}`, TEXT_MAX),
  );
  if (told.length <= MISSING_MAX) return told.map(capital);
  return [
    ...told.slice(0, MISSING_MAX - 1),
    `${listed(failed.slice(MISSING_MAX - 1).map(({ name }) => readable(name)))} failed as well`,
  ];
}
