/** What differs between two texts, line by line, for people. */

/** Lines compared one with the other; longer texts are shown one after the other. */
const COMPARED_MAX = 1_000;

/** Lines of both with `- `, `+ ` or two blanks before them: gone, new, and as before. */
export function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  const gone = (line: string) => `- ${line}`;
  const added = (line: string) => `+ ${line}`;
  if (before.length > COMPARED_MAX || after.length > COMPARED_MAX) return [...before.map(gone), ...after.map(added)];
  const width = after.length + 1;
  // Length of the longest common rest from each pair of places.
  const common = new Uint16Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const same = before[row] === after[column];
      common[row * width + column] = same
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    if (row < before.length && before[row] === after[column]) {
      lines.push(`  ${before[row++]}`);
      column++;
    } else if (column >= after.length || (row < before.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(gone(before[row++] ?? ""));
    } else {
      lines.push(added(after[column++] ?? ""));
    }
  }
  return lines;
}
