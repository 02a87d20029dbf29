/** The answer of a look at a cluster for people: what to mend, what says so, what changed, what else is wrong. */
import type { Report } from "../../core/report.js";
import { oneLine, style } from "./text.js";

interface StateCause {
  code: string;
  object: { kind: string; namespace: string | null; name: string };
  what: string;
  score: number;
  affects: string[];
  evidence: Array<{ object: string; from: string; text: string }>;
  confirm: string;
  next: string;
  changed?: string | null;
  explained_by: string | null;
}

/** What `kubernetes_state` and `autoRCA` returned, as far as it is shown. */
export interface ClusterAnswer {
  healthy: boolean;
  cluster: string;
  namespace: string | null;
  causes: StateCause[];
  symptoms: StateCause[];
  notices: StateCause[];
  unreadable: Array<{ kind: string; namespace: string | null; message: string }>;
  certainty: string | null;
  rule: string | null;
}

const EVIDENCE_SHOWN = 4;
const OTHERS_SHOWN = 4;
const LINE_MAX = 240;

type Output = Record<string, unknown>;
const isOutput = (value: unknown): value is Output => typeof value === "object" && value !== null;

/** The first look counts: a later one tells what a remedy did. */
export function clusterAnswerOf(outputs: readonly unknown[]): ClusterAnswer | undefined {
  const state = outputs.find((one) => isOutput(one) && typeof one.healthy === "boolean" && Array.isArray(one.causes));
  if (!isOutput(state)) return undefined;
  const verdict = outputs.find((one) => isOutput(one) && typeof one.certainty === "string" && "set_aside" in one);
  const { certainty = null, rule = null } = isOutput(verdict) ? (verdict as Partial<ClusterAnswer>) : {};
  const { healthy, cluster, namespace, causes, symptoms, notices, unreadable } = state as unknown as ClusterAnswer;
  return { healthy, cluster, namespace, causes, symptoms, notices, unreadable, certainty, rule };
}

interface Shown {
  /** How long it took, and where all of it is. */
  more: string;
  all: boolean;
  report: Report;
}

export function clusterAnswerLines(answer: ClusterAnswer | undefined, { more, all, report }: Shown): string[] {
  const end = style.dim(`  ${more}`);
  if (answer === undefined) {
    const failures = report.nodes.flatMap(({ id, failure }) =>
      failure === undefined ? [] : [`  ${id}: ${oneLine(failure.message, LINE_MAX)}`],
    );
    return [style.red("No answer: the cluster could not be read."), ...failures.slice(0, 5), end];
  }
  const { namespace, cluster, causes, symptoms, notices, unreadable } = answer;
  const place = namespace === null ? `the cluster ${cluster}` : `namespace ${namespace} of ${cluster}`;
  const [first, ...others] = causes;
  const lines =
    first === undefined
      ? [style.bold(`Nothing is wrong with the objects of ${place}.`)]
      : [style.bold(oneLine(`${objectText(first)}: ${first.what}`, 400)), ...causeLines(first, all)];
  for (const other of others.slice(0, all ? others.length : OTHERS_SHOWN)) {
    lines.push(`  Also: ${oneLine(`${objectText(other)}: ${other.what} (${other.code})`, LINE_MAX)}`);
  }
  for (const one of all ? symptoms : symptoms.slice(0, 2)) {
    lines.push(style.dim(`  Follows from it: ${oneLine(`${one.what} (${one.explained_by})`, LINE_MAX)}`));
  }
  for (const one of all ? notices : notices.slice(0, 2)) {
    lines.push(style.dim(`  Odd, and no cause: ${oneLine(`${one.what} (${one.code})`, LINE_MAX)}`));
  }
  for (const { kind, message } of unreadable.slice(0, all ? 40 : 2)) {
    lines.push(style.yellow(`  Not looked at: ${kind}: ${oneLine(message, LINE_MAX)}`));
  }
  return [...lines, end];
}

function causeLines({ code, evidence, changed = null, confirm, next, affects }: StateCause, all: boolean): string[] {
  const shown = evidence.slice(0, all ? evidence.length : EVIDENCE_SHOWN);
  return [
    `  ${style.cyan(code)}`,
    "  What says so:",
    ...shown.map(({ object, from, text }) => `    - ${oneLine(`${object}, ${from}: ${text}`, LINE_MAX)}`),
    ...(affects.length === 0 ? [] : [`  Suffers: ${oneLine(affects.slice(0, 5).join(", "), LINE_MAX)}`]),
    ...(changed === null ? [] : [`  Changed last: ${oneLine(changed, LINE_MAX)}`]),
    `  Next: ${oneLine(next, LINE_MAX)}`,
    `  To make sure: ${oneLine(confirm, LINE_MAX)}`,
  ];
}

const objectText = ({ object: { kind, namespace, name } }: StateCause): string =>
  `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
