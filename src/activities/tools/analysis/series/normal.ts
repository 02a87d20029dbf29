/** The normal distribution's tail, and a robust width. */
import { median } from "../../rca/ranking/statistics.js";

/** From the median absolute deviation to a standard deviation of normal noise. */
const MAD_SCALE = 1.4826;
/** The same from the mean absolute deviation, where most values are equal (Iglewicz and Hoaglin 1993). */
const MEAN_SCALE = 1.2533;

/** The standard deviation of the residuals, whatever a few wild ones do: 1.4826 × MAD, else from the mean deviation. */
export function noiseOf(residuals: readonly number[]): number {
  const sizes = residuals.map(Math.abs);
  const mad = MAD_SCALE * median(sizes);
  if (mad > 0 || sizes.length === 0) return mad;
  return (MEAN_SCALE * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length;
}

/** The share of a normal distribution above `z` standard deviations (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp(-x * x);
  return z >= 0 ? tail : 1 - tail;
}
