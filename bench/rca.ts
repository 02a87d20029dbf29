/** How often each way of ranking causes names the true one, first or among three, over real incidents. */
import { type RankCausesInput, rankCauses } from "../src/activities/tools/rank-causes.js";
import { type Incident, joined, PETSHOP_PRESENT, petshop, petshopFolders } from "../test/support/petshop.js";
import { byAnomaly, byCorrelation, byDepth, byTargetMetricAnomaly, type Ranking } from "./rca-baselines.js";

const ranked = (incident: Incident, change: Partial<RankCausesInput> = {}): string[] => {
  const { metrics, graph, target, noticedAt } = incident;
  return rankCauses({ metrics, graph, target, time: { from: noticedAt }, ...change }).map(({ node }) => node);
};

type GroupOf = (incident: Incident) => string[];

const noticed =
  (seconds: number): Ranking =>
  (incident) =>
    ranked(incident, { time: { from: incident.noticedAt + seconds } });

const METHODS: ReadonlyArray<[string, Ranking]> = [
  ["anomaly of any metric", byAnomaly],
  ["anomaly of the target's metric", byTargetMetricAnomaly],
  ["deepest anomalous dependency", byDepth],
  ["correlation with the target", byCorrelation],
  ["rankCauses, the issue's own data alone", (incident) => ranked(incident)],
  ["rankCauses", (incident) => ranked(incident, { metrics: joined(incident) })],
];

/** The same without what a real case may lack: none of these is a figure to reach, they show where it breaks. */
const STRAINED: ReadonlyArray<[string, Ranking]> = [
  ["noticed 10 min earlier", noticed(-600)],
  ["noticed 10 min later", noticed(600)],
  ["data end 5 min after the notice", (incident) => ranked(incident, { metrics: until(incident, 300) })],
  ["target known by its p99", (incident) => ranked(incident, { target: { ...incident.target, statistic: "p99" } })],
  [
    "no numbers of calls",
    (incident) => ranked(incident, { metrics: incident.metrics.filter(({ metric }) => metric !== "requests") }),
  ],
];

const until = ({ metrics, noticedAt }: Incident, seconds: number): Incident["metrics"] =>
  metrics.map((series) => ({ ...series, points: series.points.filter(([time]) => time < noticedAt + seconds) }));

const share = (right: number, of: number): string => (of === 0 ? "-" : (right / of).toFixed(2));

/** The place of the true cause, from 0; beyond all places where it is not named. */
function placeOf(incident: Incident, rank: Ranking): number {
  const place = rank(incident).indexOf(incident.cause);
  return place < 0 ? Number.POSITIVE_INFINITY : place;
}

function table(title: string, methods: typeof METHODS, incidents: readonly Incident[], groupOf: GroupOf): void {
  const groups = [...new Set(incidents.flatMap(groupOf))].sort();
  const sizes = groups.map((group) => incidents.filter((incident) => groupOf(incident).includes(group)).length);
  console.log(`\n${title}: top-1 / top-3`);
  console.log(["".padEnd(40), ...groups.map((name, index) => `${name} (${sizes[index]})`.padEnd(24))].join(""));
  for (const [name, rank] of methods) {
    const places = incidents.map((incident) => ({ groups: groupOf(incident), place: placeOf(incident, rank) }));
    const cells = groups.map((group) => {
      const own = places.filter((one) => one.groups.includes(group)).map(({ place }) => place);
      const [first, three] = [1, 3].map((among) => own.filter((place) => place < among).length);
      return `${share(first ?? 0, own.length)} / ${share(three ?? 0, own.length)}`.padEnd(24);
    });
    console.log([name.padEnd(40), ...cells].join(""));
  }
}

export function main(): void {
  if (!PETSHOP_PRESENT) {
    console.log("skipped: ../shared/data/petshop is absent");
    return;
  }
  const all = petshopFolders().flatMap(petshop);
  table("By metric", METHODS, all, ({ target }) => ["all", target.metric]);
  // Nothing is fitted to any of them, so that each folder is a test of its own.
  table("By traffic", METHODS, all, ({ folder }) => [folder]);
  table("Under strain", STRAINED, all, ({ target }) => ["all", target.metric]);
}
