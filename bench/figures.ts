/** What a scenario measures, and what becomes of several rounds of it. */

/** `ours` is the interpreter; `byHand` does the same check and search attributes; `bare` does neither. */
export const SIDES = ["ours", "byHand", "bare"] as const;
export type Side = (typeof SIDES)[number];

export type Round = Partial<Record<Side, number>>;

/** One thing measured: a figure a side a round. */
export interface Figure {
  name: string;
  unit: string;
  rounds: Round[];
  /** Why a side has no figure, where it failed. */
  failures?: Partial<Record<Side, string>>;
  /** Bound of the ratio to `byHand`; "at least" where more is better. */
  goal?: { atMost: number } | { atLeast: number };
  /** Bound of our own figure, in its unit. */
  absolute?: { atMost: number };
}

export interface Row {
  name: string;
  unit: string;
  ours?: number;
  byHand?: number;
  bare?: number;
  /** Medians of the ratios within each round. */
  ratio?: number;
  ratioToBare?: number;
  goal?: string;
  met?: boolean;
  failures?: Partial<Record<Side, string>>;
}

export function rowOf({ name, unit, rounds, goal, absolute, failures }: Figure): Row {
  const of = (side: Side) => median(rounds.flatMap((round) => round[side] ?? []));
  const ratioTo = (side: Side) =>
    median(
      rounds.flatMap(({ ours, [side]: other }) => (ours === undefined || other === undefined ? [] : ours / other)),
    );
  const row: Row = { name, unit, ours: of("ours"), byHand: of("byHand"), bare: of("bare") };
  row.ratio = ratioTo("byHand");
  row.ratioToBare = ratioTo("bare");
  if (goal !== undefined && row.ratio !== undefined) {
    const atMost = "atMost" in goal;
    row.goal = atMost ? `ratio <= ${goal.atMost}` : `ratio >= ${goal.atLeast}`;
    row.met = atMost ? row.ratio <= goal.atMost : row.ratio >= goal.atLeast;
  }
  if (absolute !== undefined && row.ours !== undefined) {
    row.goal = `<= ${absolute.atMost} ${unit}`;
    row.met = row.ours <= absolute.atMost;
  }
  if (failures !== undefined) return { ...row, met: false, failures };
  return row;
}

/** Measures one side into the round of each figure; what goes wrong is kept as that side's failure, and the others go on. */
export async function attempt(figures: Figure[], round: number, side: Side, measure: () => Promise<number[]>) {
  try {
    const values = await measure();
    for (const [index, figure] of figures.entries()) {
      const value = values[index];
      if (value === undefined) throw new Error(`no figure for ${figure.name}`);
      figure.rounds[round] = { ...figure.rounds[round], [side]: value };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    for (const figure of figures) figure.failures = { ...figure.failures, [side]: reason };
  }
}

/** Every side of every round, in turn; a side that failed once is not tried again. */
export async function eachRound(
  figures: Figure[],
  sides: readonly Side[],
  rounds: number,
  measure: (side: Side, round: number) => Promise<number[]>,
): Promise<Figure[]> {
  for (let round = 0; round < rounds; round++) {
    for (const side of turn(sides, round)) {
      if (figures.some(({ failures }) => failures?.[side] !== undefined)) continue;
      await attempt(figures, round, side, () => measure(side, round));
    }
  }
  return figures;
}

export function median(values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** The sides in an order that differs from round to round, so that none always runs first. */
export function turn(sides: readonly Side[], round: number): Side[] {
  return sides.map((_, index) => sides[(index + round) % sides.length] as Side);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs `work` for every item, so many at once. */
export async function atOnce<T>(items: T[], width: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
