/** What `kubernetes_state` names as causes: the object to mend is where it began, for the cluster itself says so. */
import { isoMs } from "../kit/instant.js";
import type { Evidence, Findings } from "./evidence.js";
import type { StateForm } from "./forms.js";
import { withThrottling } from "./limit-evidence.js";
import { type Observations, type Origin, type OutputPlace, serviceName } from "./observations.js";

/** One after the other: a namespace may have several things wrong, and the likeliest comes first. */
const LATER_SHARE = 0.7;
const OWN_SCORE = 0.5;

export function readState(output: StateForm, material: Observations, { origin }: OutputPlace): void {
  for (const { code, object, what, changed, score, affects, explained_by } of [...output.causes, ...output.symptoms]) {
    material.states.push({
      ...origin,
      service: serviceName(object.name),
      code,
      text: `${what ?? `${object.kind ?? "object"} ${object.name}`} (${code})`,
      changed: changed ?? undefined,
      score,
      affects: affects.map(serviceName),
      explainedBy: explained_by ?? undefined,
    });
  }
  readChanged(output, origin, material);
  const what = `the state of ${output.counts.Pod ?? 0} pods and what hangs on them`;
  material.looked.push({ node: origin.node, what });
}

/** What the cluster itself knows of changes of what is ill or suffers; the rest of them says nothing of it. */
function readChanged(output: StateForm, origin: Origin, material: Observations): void {
  const ill = new Set(material.states.flatMap(({ service, affects }) => [service, ...affects]));
  for (const { at, target, what = "changed" } of output.changes) {
    const [atMs, service] = [isoMs(at), serviceName(target)];
    if (atMs === undefined || !ill.has(service)) continue;
    material.changes.push({ ...origin, atMs, what: `${what} of ${target}`, byItself: false, service });
  }
}

export function stateEvidence({ states: all }: Observations): Findings {
  const states = withThrottling(all);
  // Stable: what a look at the cluster put first stays so among equals.
  const causes = states.filter(({ explainedBy }) => explainedBy === undefined).sort((a, b) => b.score - a.score);
  return {
    evidence: causes.map(
      ({ node, query, service, text, score, changed }, index): Evidence => ({
        kind: "state",
        service,
        node,
        query,
        text: changed === undefined ? text : `${text}; changed last: ${changed}`,
        weight: Math.max(0.1, score * LATER_SHARE ** index),
        locates: index === 0 && score >= OWN_SCORE,
      }),
    ),
    ruledOut: states.flatMap(({ node, query, text, explainedBy }) =>
      explainedBy === undefined ? [] : [{ node, query, what: text, why: `${explainedBy} explains it` }],
    ),
  };
}
