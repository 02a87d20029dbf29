/** What changes between two texts, line by line. */
export interface DiffLine {
  kind: "same" | "gone" | "new";
  text: string;
}

/** Lines on each side, at most: the comparison takes their product in steps. */
const LINES_MAX = 600;

/** The shortest way from one text to the other; undefined where they are too long to be compared. */
export function diffLines(before: string, after: string): DiffLine[] | undefined {
  const [from, to] = [before.split("\n"), after.split("\n")];
  if (from.length > LINES_MAX || to.length > LINES_MAX) return undefined;
  const common = commonLengths(from, to);
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const [old, fresh] = [from[i], to[j]];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: "same", text: old });
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "gone", text: old });
      i++;
    } else {
      lines.push({ kind: "new", text: fresh ?? "" });
      j++;
    }
  }
  return lines;
}

/** `[i][j]`: how many lines the tails from `i` and `j` have in common, in order. */
function commonLengths(from: string[], to: string[]): number[][] {
  const table = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i--) {
    const [row, below] = [table[i] as number[], table[i + 1] as number[]];
    for (let j = to.length - 1; j >= 0; j--) {
      row[j] = from[i] === to[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}
