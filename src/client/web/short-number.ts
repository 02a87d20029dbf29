/** Numbers of any size in a few characters. */
const SCALES = [
  [1e12, " T"],
  [1e9, " G"],
  [1e6, " M"],
  [1e4, " k"],
] as const;

/** Short enough for the edge of the picture. */
export function shownNumber(value: number): string {
  const [scale, unit] = SCALES.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  const by = unit === " k" ? 1e3 : scale;
  return `${Number((value / by).toPrecision(3))}${unit}`;
}
