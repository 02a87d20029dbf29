/** Calls that fail only where they go to or from one node: then its network is meant, and none of the workloads. */
import { type Cause, evidenceOf, refText, uniqueRefs } from "../cause.js";
import type { Owner } from "../model.js";
import { type Analyser, causeOf, isWanted } from "./draft.js";
import { type Complaint, complaintsOf } from "./unresponsive.js";

/** So many calls between others fail: fewer are explained by a workload. */
const CALLS_MIN = 4;
const PARTIES_MIN = 2;

export const nodeNetworkCauses: Analyser = (model) => {
  const complaints = complaintsOf(model);
  if (complaints.length < CALLS_MIN || model.facts.objects.Node.length < 2 || hasCommonParty(complaints)) return [];
  const names = model.facts.objects.Node.map(({ metadata }) => metadata.name);
  const [name, other] = names.filter((one) => complaints.every((complaint) => crosses(complaint, one)));
  if (name === undefined || other !== undefined) return [];
  const own = new Set(complaints.flatMap(({ caller, callee }) => [caller, callee]).filter((one) => isOn(one, name)));
  return own.size < PARTIES_MIN ? [] : [nodeCause(name, complaints)];
};

/** One that takes part in all of them is to blame itself. */
function hasCommonParty([first, ...rest]: readonly Complaint[]): boolean {
  const isIn = (party: Owner, { caller, callee }: Complaint): boolean => caller === party || callee === party;
  return first !== undefined && [first.caller, first.callee].some((party) => rest.every((one) => isIn(party, one)));
}

const isOn = ({ pods }: Owner, node: string): boolean => {
  const own = pods.filter(isWanted);
  return own.length > 0 && own.every(({ spec }) => spec.nodeName === node);
};
const crosses = ({ caller, callee }: Complaint, node: string): boolean => isOn(caller, node) !== isOn(callee, node);

function nodeCause(name: string, complaints: readonly Complaint[]): Cause {
  const ref = { kind: "Node", name };
  const parties = uniqueRefs(complaints.flatMap(({ caller, callee, service }) => [caller.ref, callee.ref, service]));
  const [first] = complaints;
  const example = first === undefined ? "" : `, such as ${refText(first.caller.ref)} → ${refText(first.callee.ref)}`;
  return causeOf(
    "k8s-node-network-impaired",
    ref,
    `all ${complaints.length} calls that fail go to or from ${refText(ref)}${example}; it says that it is well`,
    {
      evidence: [
        evidenceOf(ref, "calls", `${complaints.length} between workloads fail, each with one end on the node`),
        ...complaints.slice(0, 3).map(({ evidence }) => evidence),
      ],
      affects: parties,
      weight: 0.9,
    },
  );
}
