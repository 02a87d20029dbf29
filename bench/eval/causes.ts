/** How often each way of ranking names the true cause first and among three, by set, category and kind of evidence. */
import { type Cause, type RankCausesInput, rankCauses } from "../../src/activities/tools/rca/rank-causes.js";
import { WEIGHTS } from "../../src/activities/tools/rca/ranking/odds.js";
import { BASELINES } from "./baselines.js";
import type { Case, Ranking } from "./cases.js";
import { fitted, placeBy, type Row, rowOf } from "./fit.js";
import type { CaseSet } from "./sets.js";

export interface Figure {
  set: string;
  method: string;
  cases: number;
  first: number;
  three: number;
}

export interface Band {
  set: string;
  /** Scores from this to the next. */
  from: number;
  cases: number;
  right: number;
}

export interface CauseCard {
  figures: Figure[];
  ablations: Figure[];
  leftOut: Figure[];
  categories: Figure[];
  bands: Band[];
}

const OURS = "rankCauses";
const BANDS = [0, 0.5, 0.8, 0.95];

const causesOf = (one: Case, change: Partial<RankCausesInput> = {}): Cause[] =>
  rankCauses({ metrics: one.metrics, graph: one.graph, target: one.target, time: { from: one.noticedAt }, ...change });

/** Several tables tell of the same answer. */
const known = new WeakMap<Case, string[]>();
const ours: Ranking = (one) => {
  const names = known.get(one) ?? causesOf(one).map(({ node }) => node);
  known.set(one, names);
  return names;
};

const named =
  (change: Partial<RankCausesInput> | ((one: Case) => Partial<RankCausesInput>)): Ranking =>
  (one) =>
    causesOf(one, typeof change === "function" ? change(one) : change).map(({ node }) => node);

const ABLATIONS: ReadonlyArray<[string, Ranking, (one: Case) => boolean]> = [
  ["metrics alone", named({ graph: [] }), () => true],
  ["and the graph", ours, () => true],
  ["the graph, no target", named({ target: undefined }), () => true],
  ["metrics alone, no target", named({ target: undefined, graph: [] }), () => true],
  ["those with spans: without them", ours, (one) => (one.spans?.length ?? 0) > 0],
  ["those with spans: and spans", named(({ spans }) => ({ spans })), (one) => (one.spans?.length ?? 0) > 0],
];

const figureOf = (set: string, method: string, places: readonly number[]): Figure => ({
  set,
  method,
  cases: places.length,
  first: places.filter((place) => place === 0).length,
  three: places.filter((place) => place >= 0 && place < 3).length,
});

const placesOf = (cases: readonly Case[], rank: Ranking): number[] => cases.map((one) => rank(one).indexOf(one.cause));

/** What chance would name, on the mean. */
function chance({ name, cases }: CaseSet): Figure {
  const sizes = cases.map(({ metrics }) => new Set(metrics.map(({ node }) => node)).size);
  const among = (count: number): number =>
    Math.round(sizes.reduce((sum, size) => sum + Math.min(1, count / Math.max(1, size)), 0));
  return { set: name, method: "random", cases: cases.length, first: among(1), three: among(3) };
}

function ablationsOf({ name, cases }: CaseSet): Figure[] {
  return ABLATIONS.flatMap(([method, rank, fits]) => {
    const fitting = cases.filter(fits);
    return fitting.length === 0 ? [] : [figureOf(name, method, placesOf(fitting, rank))];
  });
}

function leftOut(sets: readonly CaseSet[]): Figure[] {
  const families = [...new Set(sets.map(({ family }) => family))];
  if (families.length < 2) return [];
  const rows = new Map(
    sets.map(({ name, family, cases }): [string, Row[]] => {
      const all = sets.filter((set) => set.family === family).reduce((sum, set) => sum + set.cases.length, 0);
      return [name, cases.map((one) => rowOf(one, 1 / all))];
    }),
  );
  return families.flatMap((family) => {
    const others = sets.filter((set) => set.family !== family).flatMap(({ name }) => rows.get(name) ?? []);
    const weights = fitted(others.map((row) => ({ ...row, share: row.share / (families.length - 1) })));
    return sets
      .filter((set) => set.family === family)
      .flatMap(({ name }) => {
        const own = rows.get(name) ?? [];
        const by = (chosen: typeof WEIGHTS): number[] => own.map((row) => placeBy(row, chosen));
        return [
          figureOf(name, "weights as shipped", by(WEIGHTS)),
          figureOf(name, "weights chosen without this set", by(weights)),
        ];
      });
  });
}

function categoriesOf({ name, cases }: CaseSet): Figure[] {
  const groups = [...new Set(cases.map(({ category }) => category))].sort();
  return groups.map((category) => {
    const own = cases.filter((one) => one.category === category);
    return figureOf(name, category, placesOf(own, ours));
  });
}

function bandsOf({ name, cases }: CaseSet): Band[] {
  const firsts = cases.flatMap((one) => {
    const [best] = causesOf(one);
    return best === undefined ? [] : [{ score: best.score, right: best.node === one.cause }];
  });
  return BANDS.map((from, index) => {
    const own = firsts.filter(({ score }) => score >= from && score < (BANDS[index + 1] ?? Number.POSITIVE_INFINITY));
    return { set: name, from, cases: own.length, right: own.filter(({ right }) => right).length };
  });
}

export function causeCard(sets: readonly CaseSet[]): CauseCard {
  return {
    figures: sets.flatMap((set) => [
      figureOf(set.name, OURS, placesOf(set.cases, ours)),
      ...BASELINES.map(([method, rank]) => figureOf(set.name, method, placesOf(set.cases, rank))),
      chance(set),
    ]),
    ablations: sets.flatMap(ablationsOf),
    leftOut: leftOut(sets),
    categories: sets.flatMap(categoriesOf),
    bands: sets.flatMap(bandsOf),
  };
}
