/**
 * What *confirmed* is worth: the made cases with logs and with releases just before, true and misleading ones. Without these two
 * nothing is ever confirmed, for neither metrics nor traces tell why a service began to fail.
 */
import { entriesOf, groupsOf } from "../../src/activities/tools/analysis/templates.js";
import { investigate } from "../../src/activities/tools/rca/investigate.js";
import { type Observations, serviceName } from "../../src/activities/tools/rca/observations.js";
import { unsliced } from "../../src/platform/slices.js";
import type { Case } from "./cases.js";
import { CERTAINTIES, type Certain, observed } from "./certainty.js";
import type { CaseSet } from "./sets.js";

const MINUTES = 20;
const LINE_SECONDS = 5;
const ERROR_SECONDS = 2;
const LEAD_SECONDS = 20;

interface Situation {
  name: string;
  /** Whose release came just before. */
  released: (one: Case) => string[];
  /** Whose log has errors since. */
  failing: (one: Case) => string[];
}

/** Any but the cause and the one in trouble. */
const bystander = ({ metrics, cause, target }: Case): string =>
  metrics.map(({ node }) => node).find((node) => node !== cause && node !== target.node) ?? target.node;

const SITUATIONS: readonly Situation[] = [
  {
    name: "the cause was released",
    released: ({ cause }) => [cause],
    failing: ({ cause, target }) => [cause, target.node],
  },
  {
    name: "the one in trouble was released, and its log complains",
    released: ({ target }) => [target.node],
    failing: ({ target }) => [target.node],
  },
  {
    name: "the one in trouble was released, and both logs complain",
    released: ({ target }) => [target.node],
    failing: ({ cause, target }) => [cause, target.node],
  },
  {
    name: "another was released, and its log has errors since",
    released: (one) => [bystander(one)],
    failing: (one) => [bystander(one), one.target.node],
  },
  {
    name: "the cause and another were released",
    released: (one) => [one.cause, bystander(one)],
    failing: ({ cause }) => [cause],
  },
];

function logOf(service: string, one: Case, isFailing: boolean): Observations["logs"][number] {
  const [fromMs, toMs] = [-MINUTES, MINUTES].map((minutes) => (one.noticedAt + minutes * 60) * 1_000) as [
    number,
    number,
  ];
  const lines: Array<[number, string]> = [];
  for (let ms = fromMs; ms < toMs; ms += LINE_SECONDS * 1_000) lines.push([ms, "INFO request done in 12 ms"]);
  for (let ms = one.noticedAt * 1_000; isFailing && ms < toMs; ms += ERROR_SECONDS * 1_000)
    lines.push([ms, "ERROR request failed: unexpected state in step validate"]);
  const texts = lines.sort(([a], [b]) => a - b).map(([ms, text]) => `${new Date(ms).toISOString()} ${text}`);
  const entries = unsliced(entriesOf(texts, toMs));
  const place = { node: "logs", query: service };
  return { ...place, service, entries, groups: unsliced(groupsOf(entries)), fromMs, toMs, truncated: false };
}

function verdictIn(one: Case, { released, failing }: Situation) {
  const material = observed(one, Number.POSITIVE_INFINITY);
  const whose = new Set([...released(one), ...failing(one)]);
  const ill = new Set(failing(one));
  material.logs = [...whose].map((service) => logOf(serviceName(service), one, ill.has(service)));
  material.changes = released(one).map((service) => ({
    ...{ node: "changes", query: "deployments", what: "version 2", byItself: false },
    atMs: (one.noticedAt - LEAD_SECONDS) * 1_000,
    service: serviceName(service),
  }));
  const { node, metric, statistic } = one.target;
  const wanted = { service: node, metric, statistic, atMs: one.noticedAt * 1_000 };
  const { verdict, causes } = investigate(material, wanted, undefined);
  return { certainty: verdict.certainty, isRight: causes[0]?.service === serviceName(one.cause) };
}

export function releasedCard(sets: readonly CaseSet[], most: number): Certain[] {
  const made = sets.filter(({ family }) => family === "made");
  return SITUATIONS.flatMap((situation) => {
    const told = made.flatMap(({ cases }) => cases.slice(0, most).map((one) => verdictIn(one, situation)));
    return CERTAINTIES.map((certainty): Certain => {
      const own = told.filter((one) => one.certainty === certainty);
      return { set: situation.name, certainty, cases: own.length, right: own.filter(({ isRight }) => isRight).length };
    });
  });
}
