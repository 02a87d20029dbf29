/** All analysers over the facts of a cluster: what is wrong, what explains it, and what is only worth a notice. */
import type { ClusterFacts } from "../../schema/kubernetes/facts.js";
import { addressCauses } from "./analysers/addresses.js";
import { admissionCauses } from "./analysers/admission.js";
import { controllerCauses } from "./analysers/controllers.js";
import { customResourceCauses } from "./analysers/custom-resources.js";
import { dnsCauses } from "./analysers/dns.js";
import type { Analyser } from "./analysers/draft.js";
import { externalCallCauses } from "./analysers/external-calls.js";
import { foreignImageCauses } from "./analysers/foreign-images.js";
import { foreignPolicyCauses } from "./analysers/foreign-policies.js";
import { givenResourceCauses } from "./analysers/given-resources.js";
import { imageCauses } from "./analysers/images.js";
import { ingressLimitCauses } from "./analysers/ingress-limits.js";
import { ingressRequestCauses } from "./analysers/ingress-requests.js";
import { ingressCauses } from "./analysers/ingresses.js";
import { injectedCauses } from "./analysers/injected-faults.js";
import { jobCauses } from "./analysers/jobs.js";
import { listeningPortCauses } from "./analysers/listening-ports.js";
import { meshRouteCauses } from "./analysers/mesh-routes.js";
import { mountCauses } from "./analysers/mounts.js";
import { neededCauses } from "./analysers/needed-workloads.js";
import { neighbourCauses } from "./analysers/neighbours.js";
import { nodeNetworkCauses } from "./analysers/node-network.js";
import { nodeCauses } from "./analysers/nodes.js";
import { policyCauses } from "./analysers/policies.js";
import { probeCauses, unreadyCauses } from "./analysers/probes.js";
import { programCauses } from "./analysers/programs.js";
import { publishedPodCauses } from "./analysers/published-pods.js";
import { readinessGateCauses } from "./analysers/readiness-gates.js";
import { reportedErrorCauses } from "./analysers/reported-errors.js";
import { roleCauses } from "./analysers/roles.js";
import { runTimeCauses } from "./analysers/run-time.js";
import { schedulingCauses } from "./analysers/scheduling.js";
import { serviceCauses } from "./analysers/services.js";
import { startCauses } from "./analysers/start.js";
import { storageCauses } from "./analysers/storage.js";
import { surroundingCauses } from "./analysers/surroundings.js";
import { toldAddressCauses } from "./analysers/told-addresses.js";
import { unresponsiveCauses } from "./analysers/unresponsive.js";
import { type Cause, type ObjectRef, sameRef } from "./cause.js";
import { type Model, modelOf } from "./model.js";
import { CAUSE_MIN_WEIGHT, type RankedCause, ranked } from "./rank.js";
import { tierOf } from "./tiers.js";

const ANALYSERS: readonly Analyser[] = [
  schedulingCauses,
  imageCauses,
  startCauses,
  probeCauses,
  readinessGateCauses,
  admissionCauses,
  serviceCauses,
  ingressCauses,
  policyCauses,
  dnsCauses,
  storageCauses,
  mountCauses,
  controllerCauses,
  jobCauses,
  nodeCauses,
  nodeNetworkCauses,
  roleCauses,
  customResourceCauses,
  neighbourCauses,
  runTimeCauses,
  addressCauses,
  programCauses,
  unresponsiveCauses,
  reportedErrorCauses,
  surroundingCauses,
  injectedCauses,
  meshRouteCauses,
  givenResourceCauses,
  ingressRequestCauses,
  foreignImageCauses,
  listeningPortCauses,
  publishedPodCauses,
  externalCallCauses,
  toldAddressCauses,
  foreignPolicyCauses,
  ingressLimitCauses,
  unreadyCauses,
];

export interface ClusterVerdict {
  /** The likeliest first; none: nothing that was read is wrong. */
  causes: RankedCause[];
  /** What another cause explains. */
  symptoms: RankedCause[];
  /** Odd, and no cause by itself. */
  notices: RankedCause[];
}

/** `about`: nothing but what has to do with it; `near`: names of workloads, pods or services whose causes come first. */
export function verdictOn(facts: ClusterFacts, about?: ObjectRef, near: readonly string[] = []): ClusterVerdict {
  const model = modelOf(facts);
  const all = nearFirst(
    ranked(
      withNeeded(
        model,
        ANALYSERS.flatMap((analyse) => analyse(model)),
      ),
      model,
    ).filter((cause) => concerns(cause, model, about)),
    near,
  );
  const strong = all.filter(({ weight }) => weight >= CAUSE_MIN_WEIGHT);
  return {
    causes: strong.filter(({ explainedBy }) => explainedBy === undefined),
    symptoms: strong.filter(({ explainedBy }) => explainedBy !== undefined),
    notices: all.filter(({ weight }) => weight < CAUSE_MIN_WEIGHT),
  };
}

const withNeeded = (model: Model, causes: Cause[]): Cause[] => [...causes, ...neededCauses(model, causes)];

/** Whoever asks about a pod may name one that is gone: its workload's name begins its own. */
function nearFirst(causes: RankedCause[], near: readonly string[]): RankedCause[] {
  if (near.length === 0) return causes;
  const isNear = ({ object, affects }: RankedCause): boolean =>
    [object, ...affects].some(({ name }) => near.some((one) => one === name || one.startsWith(`${name}-`)));
  return [...causes.filter(isNear), ...causes.filter((cause) => !isNear(cause))];
}

/** What stands under all is told always; what lies in another namespace, or beside a workload that is asked for, is not. */
function concerns(cause: RankedCause, model: Model, about: ObjectRef | undefined): boolean {
  const { namespace } = model.facts;
  const hits = [cause.object, ...cause.affects];
  if (about !== undefined && tierOf(cause.code) > 0)
    return hits.some((hit) => sameRef(hit, about) || isBeside(model, hit, about));
  if (namespace === undefined || tierOf(cause.code) === 0) return true;
  return (
    hits.some((hit) => hit.namespace === namespace || (hit.kind === "Namespace" && hit.name === namespace)) ||
    (cause.object.namespace === undefined && cause.affects.length === 0)
  );
}

/** Of the workload: its pods, the services before it, and what these are called. */
function isBeside(model: Model, hit: ObjectRef, about: ObjectRef): boolean {
  const owner = model.owner(about);
  if (owner === undefined || hit.namespace !== about.namespace) return false;
  if (hit.kind === "Pod") return owner.pods.some(({ metadata }) => metadata.name === hit.name);
  if (hit.kind !== "Service") return false;
  return model.facts.objects.Service.some(
    (service) =>
      service.metadata.name === hit.name &&
      service.metadata.namespace === hit.namespace &&
      (hit.name === about.name || model.ownersBehind(service).includes(owner)),
  );
}
