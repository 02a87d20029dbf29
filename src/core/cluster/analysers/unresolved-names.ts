/** Names that do not resolve, as logs tell them: programs often carry them in themselves, where no variable shows them. */
import { type Cause, type Evidence, evidenceOf, refText, uniqueRefs } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { placeOf } from "./dependencies.js";
import { causeOf, isWanted } from "./draft.js";
import { signIn } from "./log-signs.js";
import { nearest } from "./near-names.js";

interface Unresolved {
  host: string;
  namespace: string;
  callers: Owner[];
  evidence: Evidence[];
}

/** `told`: as `NAMESPACE/HOST`, what variables tell, which is looked at elsewhere. */
export const unresolvedNames = (model: Model, told: ReadonlySet<string>): Cause[] =>
  unresolvedIn(model, told).flatMap((one) => nameCause(model, one) ?? []);

function unresolvedIn(model: Model, told: ReadonlySet<string>): Unresolved[] {
  const found = new Map<string, Unresolved>();
  const pods = new Map(model.facts.objects.Pod.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  for (const log of model.facts.logs) {
    const pod = pods.get(`${log.namespace}/${log.pod}`);
    const caller = pod === undefined || !isWanted(pod) ? undefined : model.owner(model.ownerOf(pod));
    if (pod === undefined || caller === undefined) continue;
    for (const line of log.lines) {
      const seen = signIn(line);
      if (seen?.sign.code !== "k8s-dependency-name-unresolved" || seen.about === undefined) continue;
      const place = placeOf(model, log.namespace, seen.about.toLowerCase());
      const key = place === undefined ? "" : `${place.namespace}/${place.host}`;
      if (place === undefined || told.has(key) || !model.knows("Service", place.namespace)) continue;
      if (model.has("Service", place.host, place.namespace)) continue;
      const had = found.get(key) ?? { ...place, callers: [], evidence: [] };
      if (had.callers.includes(caller)) continue;
      had.callers.push(caller);
      had.evidence.push(evidenceOf(refOf("Pod", pod), `log of ${log.container}`, line));
      found.set(key, had);
    }
  }
  return [...found.values()];
}

/** Its workload is there, or several call it: the service is missing. One that is nearly right is told the wrong name. */
function nameCause(model: Model, { host, namespace, callers, evidence }: Unresolved): Cause | undefined {
  const [caller] = callers;
  const refs = uniqueRefs(callers.map(({ ref }) => ref));
  const makesIt = model.owners.find(
    ({ ref }) => ref.name === host && ref.namespace === namespace && ref.kind !== "Pod",
  );
  const near = nearest(model, host, namespace);
  if (caller === undefined || (makesIt === undefined && callers.length < 2 && near === undefined)) return undefined;
  if (makesIt === undefined && callers.length < 2) {
    const what = `${refText(caller.ref)} calls ${host}, and there is no such service; ${near?.metadata.name} is there`;
    return causeOf("k8s-dependency-address-wrong", caller.ref, what, { evidence, affects: [caller.ref], weight: 0.85 });
  }
  const is = makesIt === undefined ? "" : `, and ${refText(makesIt.ref)} is there`;
  return causeOf(
    "k8s-service-missing",
    { kind: "Service", name: host, namespace },
    `the service ${host} does not exist; ${refs.map(refText).join(", ")} call it${is}`,
    { evidence: evidence.slice(0, 4), affects: refs, weight: makesIt === undefined ? 0.8 : 0.95 },
  );
}
