/** Order statistics that a few wild values do not move. Every function takes finite numbers and returns 0 for none. */

/** Scales the middle 90 % of a normal distribution to one standard deviation. */
const P90_WIDTHS = 3.29;

/** The values below which the given shares of all values lie, interpolated. */
export function quantiles(values: readonly number[], shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? 0;
    const above = sorted[Math.ceil(position)] ?? below;
    return below + (above - below) * (position - Math.floor(position));
  });
}

export const quantile = (values: readonly number[], share: number): number => quantiles(values, [share])[0] ?? 0;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A standard deviation from the middle 90 %: unlike the median deviation it is not 0 where most values are equal. */
export function spread(values: readonly number[]): number {
  const [low = 0, high = 0] = quantiles(values, [0.05, 0.95]);
  return (high - low) / P90_WIDTHS;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
