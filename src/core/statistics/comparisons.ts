/**
 * The rule by which a log is said to have become worse: is a count, out of an exposure, significantly higher after a
 * point in time than before it? The exposure is lines, or seconds where every line is an error.
 */

/** One-sided, p < 0.001: with so many lines, smaller deviations turn up by chance every day. */
export const Z_MIN = 3.09;
/** What is significant may still be trifling: it must at least have doubled. */
const RAISED_MIN_FACTOR = 2;

export interface Sample {
  count: number;
  exposure: number;
}

export interface Comparison {
  raised: boolean;
  /** Standard deviations above what equal shares would give; 0 where nothing can be compared. */
  z: number;
}

const share = ({ count, exposure }: Sample): number => (exposure > 0 ? count / exposure : 0);

function judge(before: Sample, after: Sample, z: number): Comparison {
  return { raised: z >= Z_MIN && share(after) >= RAISED_MIN_FACTOR * share(before), z };
}

/** Two-proportion z-test with the pooled share; exposures are numbers of lines. */
export function compareShares(before: Sample, after: Sample): Comparison {
  const total = before.exposure + after.exposure;
  if (before.exposure <= 0 || after.exposure <= 0) return { raised: false, z: 0 };
  const pooled = (before.count + after.count) / total;
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / before.exposure + 1 / after.exposure));
  return judge(before, after, deviation === 0 ? 0 : (share(after) - share(before)) / deviation);
}

/** Two Poisson rates, compared given their sum; exposures are lengths of time. */
export function compareRates(before: Sample, after: Sample): Comparison {
  const events = before.count + after.count;
  const time = before.exposure + after.exposure;
  if (events === 0 || before.exposure <= 0 || after.exposure <= 0) return { raised: false, z: 0 };
  const expected = (events * after.exposure) / time;
  const deviation = Math.sqrt((events * after.exposure * before.exposure) / (time * time));
  return judge(before, after, (after.count - expected) / deviation);
}

/** The Mann–Whitney statistic in standard deviations, corrected for ties; positive where `after` is higher. */
export function rankSumZ(before: readonly number[], after: readonly number[]): number {
  const all = [...before, ...after].map((value, index) => ({ value, isAfter: index >= before.length }));
  all.sort((a, b) => a.value - b.value);
  const [m, n] = [before.length, after.length];
  const size = m + n;
  let [rankSum, ties] = [0, 0];
  for (let from = 0; from < size; ) {
    let to = from + 1;
    while (to < size && all[to]?.value === all[from]?.value) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (all[i]?.isAfter) rankSum += rank;
    const tied = to - from;
    ties += tied ** 3 - tied;
    from = to;
  }
  const variance = ((m * n) / 12) * (size + 1 - ties / Math.max(1, size * (size - 1)));
  return variance <= 0 ? 0 : (rankSum - (n * (size + 1)) / 2) / Math.sqrt(variance);
}

/** The share of a normal distribution above `z` standard deviations (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp(-x * x);
  return z >= 0 ? tail : 1 - tail;
}
