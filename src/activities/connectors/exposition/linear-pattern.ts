/**
 * Regular expressions for label matchers, in the syntax that Prometheus takes (RE2), matched in time that grows with
 * the length of the text and of the pattern only: a pattern from a graph must not be able to hold a worker up.
 */
import { type Piece, parsePattern } from "./pattern-syntax.js";

/** A compiled step; targets are indices of other steps. */
type Step =
  | { kind: "one"; fits(code: number): boolean }
  | { kind: "split"; targets: number[] }
  | { kind: "begin" }
  | { kind: "end" }
  | { kind: "match" };

/** Enough for a list of a hundred names; each step costs time on every character. */
const STEPS_MAX = 1_500;

export type Pattern = { ok: true; matches(text: string): boolean } | { ok: false; message: string };

/** Compiles a pattern that must fit the whole text, as Prometheus anchors it. */
export function compilePattern(source: string): Pattern {
  const parsed = parsePattern(source);
  if (!parsed.ok) return parsed;
  const program = new Program();
  if (!emit(parsed.piece, program)) return { ok: false, message: "the pattern repeats too much" };
  program.steps.push({ kind: "match" });
  // A page repeats few values in many series.
  const known = new Map<string, boolean>();
  const matches = (text: string): boolean => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = run(program.steps, text);
    known.set(text, result);
    return result;
  };
  return { ok: true, matches };
}

class Program {
  readonly steps: Step[] = [];
  #work = 0;
  /** Counts pieces and not steps: a repeated nothing makes no step and would still take for ever. */
  hasRoom(): boolean {
    return ++this.#work <= STEPS_MAX;
  }
}

/** Appends the steps of a piece; false where they become too many. Each piece ends at the step after its last. */
function emit(piece: Piece, program: Program): boolean {
  if (!program.hasRoom()) return false;
  const { steps } = program;
  switch (piece.kind) {
    case "one":
    case "begin":
    case "end":
      steps.push(piece);
      return true;
    case "all":
      return piece.pieces.every((part) => emit(part, program));
    case "any":
      return emitAny(piece.pieces, program);
    case "repeat":
      return emitRepeat(piece, program);
  }
}

function emitAny(pieces: readonly Piece[], program: Program): boolean {
  const { steps } = program;
  const split = { kind: "split" as const, targets: [] as number[] };
  steps.push(split);
  const exits: Array<{ targets: number[] }> = [];
  for (const piece of pieces) {
    split.targets.push(steps.length);
    if (!emit(piece, program)) return false;
    const exit = { kind: "split" as const, targets: [] as number[] };
    steps.push(exit);
    exits.push(exit);
  }
  for (const exit of exits) exit.targets.push(steps.length);
  return true;
}

function emitRepeat({ piece, min, max }: Extract<Piece, { kind: "repeat" }>, program: Program): boolean {
  const { steps } = program;
  for (let count = 0; count < min; count++) if (!emit(piece, program)) return false;
  if (max === undefined) {
    const split = { kind: "split" as const, targets: [] as number[] };
    const start = steps.push(split) - 1;
    split.targets.push(steps.length);
    if (!emit(piece, program)) return false;
    steps.push({ kind: "split", targets: [start] });
    split.targets.push(steps.length);
    return true;
  }
  const splits: Array<{ targets: number[] }> = [];
  for (let count = min; count < max; count++) {
    const split = { kind: "split" as const, targets: [steps.length + 1] };
    steps.push(split);
    splits.push(split);
    if (!emit(piece, program)) return false;
  }
  for (const split of splits) split.targets.push(steps.length);
  return true;
}

/** Follows all possible steps at once, one character after the other. */
function run(steps: readonly Step[], text: string): boolean {
  let current = reach(steps, [0], true, text === "");
  let rest = text.length;
  for (const char of text) {
    rest -= char.length;
    const code = char.codePointAt(0) ?? 0;
    const next: number[] = [];
    for (const index of current) {
      const step = steps[index];
      if (step?.kind === "one" && step.fits(code)) next.push(index + 1);
    }
    if (next.length === 0) return false;
    current = reach(steps, next, false, rest === 0);
  }
  return current.some((index) => steps[index]?.kind === "match");
}

/** Every step that can be reached without reading a character. */
function reach(steps: readonly Step[], from: readonly number[], atBegin: boolean, atEnd: boolean): number[] {
  const seen = new Set<number>();
  const stack = [...from];
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const step = steps[index];
    if (step?.kind === "split") stack.push(...step.targets);
    else if ((step?.kind === "begin" && atBegin) || (step?.kind === "end" && atEnd)) stack.push(index + 1);
  }
  return [...seen];
}
