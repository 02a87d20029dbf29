/** Slips of the keys: a word that nobody knows is taken for the known one that is one or two slips away. */

/** Shorter words have too many neighbours. */
const MIN_CHARS = 5;
const TWO_SLIPS_FROM_CHARS = 8;
/** No word is longer; comparing two long texts letter by letter takes the product of their lengths. */
const MAX_CHARS = 60;

/** The known word that is meant, the first of equals; undefined where none is near. The first letter must be right. */
export function corrected(word: string, known: Iterable<string>): string | undefined {
  if (word.length < MIN_CHARS || word.length > MAX_CHARS) return undefined;
  let best: string | undefined;
  let least = word.length < TWO_SLIPS_FROM_CHARS ? 1 : 2;
  for (const candidate of known) {
    if (candidate[0] !== word[0] || Math.abs(candidate.length - word.length) > least) continue;
    if (candidate.length < MIN_CHARS - 1) continue;
    const slips = distance(word, candidate, least);
    if (slips > least || (slips === least && best !== undefined && best <= candidate)) continue;
    if (slips < least || best === undefined || candidate < best) [best, least] = [candidate, slips];
  }
  return best;
}

/** Letters left out, put in, changed or swapped with their neighbour; more than `most` need not be exact. */
function distance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
