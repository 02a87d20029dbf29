/** An open gate for people: what will be done, why, the evidence so far, the deadline, and the ways to answer. */

import { answerLines } from "../../core/answer/lines.js";
import { span } from "../../core/report/plain.js";
import type { GateView, RunView } from "../../core/report/view.js";
import type { Json } from "../../schema/json.js";
import { toYaml } from "../../schema/yaml-text.js";
import { votesFor } from "../../vocabulary/decisions.js";
import { FINDINGS_SHOWN_AT_GATE } from "../../vocabulary/limits.js";
import { peopleOf } from "../../vocabulary/person.js";
import { LOCAL, styled } from "./answer-text.js";
import { clock, indented, oneLine, style } from "./text.js";

export interface GateContext {
  runId: string;
  findings: RunView["findings"];
  /** What the run found out so far; absent where an earlier version asks. */
  answer?: RunView["answer"];
  nowMs: number;
  /** How this program is called: stands before `approve RUN NODE`. */
  program: string;
  /** The page that shows the gate, where its address is known. */
  pageUrl?: string;
  /** Whether the question follows here. */
  asksHere: boolean;
  /** For whoever is about to sign it: whole, and without the ways to answer. */
  signs?: boolean;
  requester?: string;
}

export function gateLines(gate: GateView, context: GateContext): string[] {
  const what = `${gate.tool ?? gate.nodeType}${gate.target === undefined ? "" : ` on ${gate.target}`}`;
  const lines = [
    `${style.yellow("⛔ approval needed")}  ${style.bold(oneLine(gate.nodeName))} [${gate.nodeId}]`,
    ...answerAtGate(context),
    `   what      ${oneLine(what)} · environment ${gate.environment}`,
    ...paramLines(gate.params, context.signs === true),
    ...editedLines(gate),
    ...previewLines(gate, context.signs === true ? Number.POSITIVE_INFINITY : undefined),
    `   why       ${oneLine(gate.reason)}`,
    ...(context.answer === undefined ? evidenceLines(context.findings) : []),
    `   deadline  ${clock(gate.deadlineMs)} (in ${span(gate.deadlineMs - context.nowMs)}); unanswered, nothing is done`,
  ];
  if (gate.required > 1)
    lines.push(
      `   votes     ${peopleOf(votesFor("approve", gate.votes).map(({ approver }) => approver)).length} of ${gate.required} needed`,
    );
  if (gate.rule !== undefined) lines.push(`   who       ${oneLine(whoLine(gate))}`);
  if (context.requester !== undefined) lines.push(`   asked by  ${oneLine(context.requester)}`);
  lines.push(...untoldLines(gate));
  if (gate.digest !== undefined) lines.push(`   digest    ${gate.digest}`);
  if (context.signs === true) return lines;
  const ways = context.asksHere ? ["y or n, here"] : [];
  for (const way of ["approve", "reject", "skip"])
    ways.push(`${context.program} ${way} ${context.runId} ${gate.nodeId}`);
  if (context.pageUrl !== undefined) ways.push(context.pageUrl);
  ways.forEach((way, index) => {
    lines.push(`   ${index === 0 ? "answer  " : "        "}  ${way}`);
  });
  return lines;
}

/** What is wrong and why; the action itself follows. */
function answerAtGate({ answer, nowMs }: GateContext): string[] {
  if (answer === undefined) return [];
  const { headline, mood, cause, ruledOut, missing } = answer;
  const told = { headline, mood, cause, ruledOut, missing, actions: [], next: [] };
  const lines = answerLines(told, { clock: LOCAL, aroundMs: nowMs, columns: 97, linesMax: 9 });
  return [...lines.map((line) => `   ${styled(line, told)}`), ""];
}

/** Channels that could not be told: who looks there sees nothing of this gate. */
export function untoldLines({ notices }: Pick<GateView, "notices">): string[] {
  const failed = notices.filter(({ ok }) => !ok);
  return failed.map(({ channel, problem = "it failed" }) =>
    style.red(`   not told  ${oneLine(channel)}: ${oneLine(problem, 300)}`),
  );
}

/** Characters of a param where it is one of many things to see; who signs it sees all of it. */
const PARAM_SHOWN_CHARS = 1_000;

function paramLines(params: GateView["params"], whole: boolean): string[] {
  const max = whole ? Number.POSITIVE_INFINITY : PARAM_SHOWN_CHARS;
  return Object.entries(params).map(([name, value]) => `             ${oneLine(name, 60)}: ${shownParam(value, max)}`);
}

/** Lists and mappings longer than this are read line by line: a plan, a body. */
const ON_ONE_LINE_CHARS = 100;
const LINES_SHOWN = 60;

function shownParam(value: Json, max: number): string {
  const isDeep = typeof value === "object" && value !== null && JSON.stringify(value).length > ON_ONE_LINE_CHARS;
  if (isDeep) {
    const lines = toYaml(value).trimEnd().split("\n");
    const shown = Number.isFinite(max) ? lines.slice(0, LINES_SHOWN) : lines;
    const more = lines.length - shown.length;
    if (more > 0) shown.push(`… ${more} more lines: see them before you answer, with autoops approve or on the page`);
    return `\n${indented(shown.join("\n"), "               ")}`;
  }
  const isPlain = typeof value === "string" && value === value.trim() && value !== "";
  const text = isPlain ? value : JSON.stringify(value);
  return text.includes("\n") ? `\n${indented(text, "               ")}` : oneLine(text, max);
}

function evidenceLines(findings: RunView["findings"]): string[] {
  if (findings.length === 0) return ["   evidence  none so far"];
  const shown = findings
    .slice(-FINDINGS_SHOWN_AT_GATE)
    .flatMap((finding) => [
      `${oneLine(finding.statement)} ${style.dim(`[${finding.node}]`)}`,
      ...finding.evidence.slice(0, 3).map((piece) => `  ${style.dim(oneLine(piece, 200))}`),
    ]);
  return shown.map((line, index) => `   ${index === 0 ? "evidence" : "        "}  ${line}`);
}

function whoLine({
  rule,
  groups = [],
  escalations = [],
  forbidRequester,
  commentRequired = "never",
}: GateView): string {
  const parts = [groups.length === 0 ? "anybody" : groups.join(", ")];
  if (forbidRequester) parts.push("not who asked for the run");
  for (const { atMs, groups: more } of escalations)
    if (more.length > 0) parts.push(`${more.join(", ")} from ${clock(atMs)}`);
  if (commentRequired !== "never")
    parts.push(commentRequired === "always" ? "with a comment" : "a rejection with a comment");
  return `${parts.join("; ")} (rule ${rule})`;
}

function previewLines({ preview, undo, target, environment }: GateView, max: number | undefined): string[] {
  const lines: string[] = [];
  if (preview?.problem !== undefined) lines.push(`   change    could not be read: ${oneLine(preview.problem)}`);
  else if (preview !== undefined && (preview.before !== null || preview.after !== null)) {
    const [before, after] = [preview.before, preview.after].map((text) => oneLine(text ?? "unknown", max));
    lines.push(`   change    ${before} → ${after}`);
  }
  if (target !== undefined) {
    const affects = preview?.affects ?? [];
    const hangs = affects.length === 0 ? "what hangs on it is not declared" : `on it hang: ${affects.join(", ")}`;
    lines.push(`   reaches   ${oneLine(target)} in ${environment}; ${oneLine(hangs, max)}`);
  }
  const undone =
    undo === undefined ? "none is declared" : `${oneLine(undo.tool)} ${oneLine(paramsText(undo.params), max)}`;
  lines.push(`   undo      ${undone}`);
  return lines;
}

/** `target checkout, version 2`. */
const paramsText = (params: GateView["params"]): string =>
  Object.entries(params)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === "object" || /[,\n]/.test(String(value)) ? JSON.stringify(value) : shownParam(value, Number.POSITIVE_INFINITY)}`,
    )
    .join(", ");

function editedLines({ edited }: GateView): string[] {
  if (edited === undefined) return [];
  return [`   edited    by ${oneLine(edited.by)}; asked first with ${oneLine(paramsText(edited.before), 1_000)}`];
}
