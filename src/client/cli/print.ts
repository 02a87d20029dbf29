/**
 * The one printer: people's text, escaped and coloured. With `--json`, standard output carries one JSON document, written
 * once at the end, and everything else goes to standard error.
 */
import pc from "picocolors";
import type { Problem } from "../../vocabulary/problems.js";
import { visible, visibleJson } from "../../vocabulary/visible.js";
import { clipped, escapeControls, indented, oneLine, paint, style } from "./text.js";

/** What the printer needs of a stream. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface PrinterOptions {
  stdout: Output;
  stderr: Output;
  json: boolean;
  /** NO_COLOR is set. */
  plain: boolean;
  /** The terminal cannot move its cursor. */
  dumb?: boolean;
}

export interface Printer {
  readonly json: boolean;
  /** Whether the result goes to a terminal, so that it may be redrawn. */
  readonly isTerminal: boolean;
  /** A result for people: on standard output, dropped with `--json`. */
  result(text?: string): void;
  /** A result that is a document of its own (YAML, Mermaid, JSON made visible): not styled. */
  raw(text: string): void;
  /** The story as it goes on: on standard output, with `--json` on standard error. */
  say(text?: string): void;
  /** Notices and hints beside the result: always on standard error. */
  note(text?: string): void;
  problems(problems: readonly LocatedProblem[], heading?: string): void;
  /** Redraws the lines at the bottom of the terminal; anything printed in between stands above them. */
  live(lines: readonly string[]): void;
  /** Leaves the redrawn lines where they are: what follows stands below. */
  finishLine(): void;
  /** The JSON document; once, at the end. */
  document(value: object): void;
}

/** A problem with its place in a file, where that is known. */
export interface LocatedProblem extends Problem {
  file?: string;
  line?: number;
  column?: number;
}

export function createPrinter({ stdout, stderr, json, plain, dumb = false }: PrinterOptions): Printer {
  const isTerminal = !json && stdout.isTTY === true && !dumb;
  const colours = new Map([stdout, stderr].map((stream) => [stream, coloursFor(stream, plain || dumb)]));
  let drawn = 0;
  let kept: readonly string[] = [];

  const put = (stream: Output, text: string): void => {
    const lines = drawn > 0 ? kept : [];
    erase();
    stream.write(`${paint(escapeControls(text), colours.get(stream))}\n`);
    if (lines.length > 0) draw(lines);
  };
  const erase = (): void => {
    if (drawn > 0) stdout.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = (lines: readonly string[]): void => {
    const room = Math.max(1, (stdout.rows ?? 24) - 1);
    const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), style.dim(`… ${lines.length} lines`)];
    const text = shown.map((line) => clipped(escapeControls(line.replaceAll("\n", " ")), (stdout.columns ?? 80) - 1));
    stdout.write(`${paint(text.join("\n"), colours.get(stdout))}\n`);
    drawn = shown.length;
    kept = lines;
  };

  return {
    json,
    isTerminal,
    result: (text = "") => {
      if (!json) put(stdout, text);
    },
    raw: (text) => {
      if (!json) stdout.write(visible(text));
    },
    say: (text = "") => put(json ? stderr : stdout, text),
    note: (text = "") => put(stderr, text),
    problems(problems, heading) {
      if (heading !== undefined) put(stderr, heading);
      for (const problem of problems) put(stderr, problemText(problem));
    },
    live(lines) {
      if (!isTerminal) return;
      erase();
      draw(lines);
    },
    finishLine() {
      drawn = 0;
      kept = [];
    },
    document: (value) => {
      if (json) stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
    },
  };
}

type Colours = Parameters<typeof paint>[1];

function coloursFor(stream: Output, plain: boolean): Colours {
  if (plain || stream.isTTY !== true) return undefined;
  const { bold, dim, red, green, yellow, cyan } = pc.createColors(true);
  return { bold, dim, red, green, yellow, cyan };
}

/** Place, message, verbatim reason, hint, code. */
export function problemText(problem: LocatedProblem): string {
  const [first = "", ...rest] = problem.message.split("\n");
  const where = placeOf(problem);
  const place = where === "" ? "" : `${style.bold(where)}: `;
  const lines = [`${style.red("error")} ${place}${first} ${style.dim(`[${problem.code}]`)}`];
  if (rest.length > 0) lines.push(indented(rest.join("\n"), "  "));
  if (problem.hint !== undefined) lines.push(`  ${style.cyan("hint")} ${oneLine(problem.hint)}`);
  return lines.join("\n");
}

export function placeOf({ file, line, column }: LocatedProblem): string {
  if (file === undefined) return "";
  return line === undefined ? file : `${file}:${line}:${column ?? 1}`;
}
