/** The name that someone most likely meant. Loaded by the workflow sandbox: imports no package and reads no clock. */

const CHARS_MAX = 64;

/** The known name that takes the fewest changed, left-out or swapped letters; undefined where all are far. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const name = written.slice(0, CHARS_MAX).toLowerCase();
  const allowed = Math.max(1, Math.floor(name.length / 3));
  let [best, least] = [undefined as string | undefined, allowed + 1];
  for (const candidate of known) {
    const distance = changesBetween(name, candidate.slice(0, CHARS_MAX).toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  if (best !== undefined) return best;
  return known.find((candidate) => name.length > 2 && (candidate.includes(name) || name.includes(candidate)));
}

function changesBetween(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? 0;
}
