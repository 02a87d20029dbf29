/** Sums, means and order statistics, each once. Every function takes finite numbers and returns 0 for none. */

/** Scales the middle 90 % of a normal distribution to one standard deviation. */
const P90_WIDTHS = 3.29;

/** From the median absolute deviation to a standard deviation of normal noise. */
const MAD_SCALE = 1.4826;
/** The same from the mean absolute deviation, where most values are equal (Iglewicz and Hoaglin 1993). */
const MEAN_SCALE = 1.2533;

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

export const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);

/** The standard deviation of the residuals, whatever a few wild ones do: 1.4826 × MAD, else from the mean deviation. */
export function noiseOf(residuals: readonly number[]): number {
  const sizes = residuals.map(Math.abs);
  const mad = medianDeviation(residuals, 0);
  if (mad > 0 || sizes.length === 0) return mad;
  return (MEAN_SCALE * sum(sizes)) / sizes.length;
}

/** The median distance from a centre, as a standard deviation. */
export const medianDeviation = (values: readonly number[], centre: number): number =>
  MAD_SCALE * median(values.map((value) => Math.abs(value - centre)));
