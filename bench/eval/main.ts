/** `npm run eval`: measures answers and writes docs/evaluation.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { causeCard } from "./causes.js";
import { certaintyCard } from "./certainty.js";
import { clusterFigures } from "./clusters.js";
import { belowFloors, type Floors } from "./floors.js";
import { logFigures } from "./logs.js";
import { pageOf, type Scorecard } from "./page.js";
import { releasedCard } from "./released.js";
import { caseSets } from "./sets.js";

const OTHERS_MARK = "<!-- Below: asked by hand, then npm run lab -->";
const PAGE = "docs/evaluation.md";
/** Cases of a set whose certainty is judged. */
const JUDGED = 38;
const SMALL_JUDGED = 5;
const SMALL_RELEASED = 12;
const FLOORS = "bench/eval/floors.json";

export function scorecard(small: boolean): Scorecard {
  const { sets, skipped } = caseSets(small);
  const logs = small ? { figures: [], skipped: [] } : logFigures();
  const certainty = certaintyCard(sets, small ? SMALL_JUDGED : JUDGED);
  const clusters = clusterFigures();
  return {
    causes: causeCard(sets),
    certainty,
    released: releasedCard(sets, small ? SMALL_RELEASED : JUDGED),
    clusters: clusters.figures,
    logs: logs.figures,
    skipped: [...skipped, ...clusters.skipped, ...logs.skipped],
  };
}

/** What people and `npm run lab` wrote below stays. */
function ofOthers(): string {
  const before = readFileSync(PAGE, "utf8");
  const at = before.indexOf(OTHERS_MARK);
  return at < 0 ? "" : `\n${before.slice(at)}`;
}

export const floors = (): Floors => JSON.parse(readFileSync(FLOORS, "utf8")) as Floors;

export function main(args: readonly string[]): void {
  const small = args.includes("--small");
  const card = scorecard(small);
  const page = pageOf(card);
  if (!small) writeFileSync(PAGE, `${page}${ofOthers()}`);
  console.log(args.includes("--json") ? JSON.stringify(card, null, 2) : page);
  const below = args.includes("--check") ? belowFloors(card, floors()) : [];
  for (const one of below) console.error(one);
  if (below.length > 0) process.exitCode = 1;
}
