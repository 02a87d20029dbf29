/** First guesses over recorded states of clusters: which object is to mend, beside rules that take a line each. */
import { verdictOn } from "../../src/core/cluster/analyse.js";
import { refText } from "../../src/core/cluster/cause.js";
import { modelOf } from "../../src/core/cluster/model.js";
import type { ClusterFacts } from "../../src/schema/kubernetes/facts.js";
import { INCIDENTS } from "../../test/support/cluster-incidents.js";
import { QUIET } from "../../test/support/cluster-quiet.js";
import { factsOf, shop, type World } from "../../test/support/cluster-world.js";
import { OPENSRE_NAMED, OPENSRE_PRESENT, opensreFacts, opensreNames } from "../../test/support/opensre.js";
import type { Figure } from "./causes.js";

interface State {
  /** The object to mend; undefined: nothing is wrong. */
  wanted: string | undefined;
  facts: ClusterFacts;
}
type Guess = (facts: ClusterFacts) => string[];

const ERROR_LINE = /error|fatal|panic|exception|refused|time(?:d )?-?out/i;
const unique = (names: readonly string[]): string[] => [...new Set(names)];

const byAnalysers: Guess = (facts) => unique(verdictOn(facts).causes.map(({ object }) => refText(object)));

/** The newest warning wins. */
const byWarning: Guess = (facts) => {
  const model = modelOf(facts);
  const warnings = model.allEvents.filter(({ isWarning }) => isWarning).sort((a, b) => b.atMs - a.atMs);
  return unique(
    warnings.map(({ ref }) => {
      const pod = facts.objects.Pod.find(
        ({ metadata }) => ref.kind === "Pod" && metadata.name === ref.name && metadata.namespace === ref.namespace,
      );
      return refText(pod === undefined ? ref : model.ownerOf(pod));
    }),
  );
};

/** The owner of the first pod that is not ready. */
const byUnready: Guess = (facts) => {
  const model = modelOf(facts);
  const isReady = (pod: ClusterFacts["objects"]["Pod"][number]): boolean =>
    pod.status?.conditions.some(({ type, status }) => type === "Ready" && status === "True") === true;
  return unique(facts.objects.Pod.filter((pod) => !isReady(pod)).map((pod) => refText(model.ownerOf(pod))));
};

/** The workload with the most lines of errors. */
const byLoudness: Guess = (facts) => {
  const model = modelOf(facts);
  const counts = new Map<string, number>();
  for (const { pod: name, namespace, lines } of facts.logs) {
    const pod = facts.objects.Pod.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    if (pod === undefined) continue;
    const owner = refText(model.ownerOf(pod));
    counts.set(owner, (counts.get(owner) ?? 0) + lines.filter((line) => ERROR_LINE.test(line)).length);
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([owner]) => owner);
};

export const CLUSTER_METHOD = "kubernetes_state";
const GUESSES: ReadonlyArray<readonly [string, Guess]> = [
  [CLUSTER_METHOD, byAnalysers],
  ["newest warning event", byWarning],
  ["first pod that is not ready", byUnready],
  ["most errors in the log", byLoudness],
];

export function clusterFigures(): { figures: Figure[]; skipped: string[] } {
  const made = (makes: (world: World) => void): ClusterFacts => {
    const world = shop();
    makes(world);
    return factsOf(world);
  };
  const incidents = Object.values(INCIDENTS).flatMap(({ object, ways }) =>
    Object.values(ways).map((makes): State => ({ wanted: object, facts: made(makes) })),
  );
  const quiet = Object.values(QUIET).map((makes): State => ({ wanted: undefined, facts: made(makes) }));
  const sets: Array<[string, State[]]> = [
    ["made incidents", incidents],
    ["made quiet states", quiet],
  ];
  if (OPENSRE_PRESENT) sets.push(["OpenSRE, cluster half", opensreNames().map(publishedState)]);
  return {
    figures: sets.flatMap(([set, states]) => GUESSES.map(([method, guess]) => figureOf(set, method, states, guess))),
    skipped: OPENSRE_PRESENT ? [] : ["OpenSRE: shared/data/opensre is not there"],
  };
}

function publishedState(incident: string): State {
  const [, kind = "", name = ""] = OPENSRE_NAMED[incident]?.split(" ") ?? [];
  const wanted = OPENSRE_NAMED[incident] === undefined ? undefined : `${kind} payments/${name}`;
  return { wanted, facts: opensreFacts(incident) };
}

/** Where nothing is wrong, only no guess is right. */
function figureOf(set: string, method: string, states: readonly State[], guess: Guess): Figure {
  const ranks = states.map(({ wanted, facts }) => {
    const named = guess(facts);
    if (wanted === undefined) return named.length === 0 ? 0 : -1;
    return named.indexOf(wanted);
  });
  const within = (count: number): number => ranks.filter((rank) => rank >= 0 && rank < count).length;
  return { set, method, cases: states.length, first: within(1), three: within(3) };
}
