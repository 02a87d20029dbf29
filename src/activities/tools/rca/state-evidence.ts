/** What `kubernetes_state` names as causes: the object to mend is where it began, for the cluster itself says so. */
import type { JsonObject } from "../../../schema/json.js";
import { isoMs } from "../kit/instant.js";
import type { Evidence, Findings } from "./evidence.js";
import { listIn, numberIn, objectIn, textIn } from "./json-parts.js";
import { withThrottling } from "./limit-evidence.js";
import { type Observations, type Origin, serviceName } from "./observations.js";

/** One after the other: a namespace may have several things wrong, and the likeliest comes first. */
const LATER_SHARE = 0.7;
const OWN_SCORE = 0.5;

/** Whether an output is one of `kubernetes_state`, by its shape. */
export const isState = (output: JsonObject): boolean =>
  typeof output.healthy === "boolean" && Array.isArray(output.causes);

export function readState(output: JsonObject, origin: Origin, material: Observations): void {
  for (const one of [...listIn(output.causes), ...listIn(output.symptoms)]) {
    const object = objectIn(one.object);
    const name = textIn(object?.name);
    const code = textIn(one.code);
    if (name === undefined || code === undefined) continue;
    material.states.push({
      ...origin,
      service: serviceName(name),
      code,
      text: `${textIn(one.what) ?? `${textIn(object?.kind) ?? "object"} ${name}`} (${code})`,
      changed: textIn(one.changed),
      score: numberIn(one.score),
      affects: Array.isArray(one.affects)
        ? one.affects.flatMap((text) => (typeof text === "string" ? serviceName(text) : []))
        : [],
      explainedBy: textIn(one.explained_by),
    });
  }
  readChanged(output, origin, material);
  const counts = objectIn(output.counts);
  material.looked.push({
    node: origin.node,
    what: `the state of ${numberIn(counts?.Pod)} pods and what hangs on them`,
  });
}

/** What the cluster itself knows of changes of what is ill or suffers; the rest of them says nothing of it. */
function readChanged(output: JsonObject, origin: Origin, material: Observations): void {
  const ill = new Set(material.states.flatMap(({ service, affects }) => [service, ...affects]));
  for (const one of listIn(output.changes)) {
    const atMs = isoMs(textIn(one.at) ?? "");
    const target = textIn(one.target);
    if (atMs === undefined || target === undefined || !ill.has(serviceName(target))) continue;
    const what = `${textIn(one.what) ?? "changed"} of ${target}`;
    material.changes.push({ ...origin, atMs, what, byItself: false, service: serviceName(target) });
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
