/** Which causes were there long before the newest trouble began: pods that always failed are nobody's news. */
import { ageMs, isReady, isWanted, presentMs } from "./analysers/draft.js";
import { type Cause, type ObjectRef, refText } from "./cause.js";
import { type Model, type Owner, refOf } from "./model.js";

const LONG_MS = 6 * 3_600_000;
const NEW_MS = 3 * 3_600_000;
/** At the longest back-off so many restarts take longer than that. */
const LONG_RESTARTS = 80;
const STRONG_WEIGHT = 0.5;
/** What was so long before anything else began explains nothing that is new; half of that where the other's age is not known. */
const COST = 0.3;

/** Only where something else is new: what alone is wrong is the answer, however old. */
export function lastingCosts(causes: readonly Cause[], model: Model): Map<Cause, number> {
  const now = presentMs(model);
  const ages = new Map(causes.map((cause) => [cause, ageOf(cause, model, now)]));
  const others = [...ages].filter(([{ weight }, age]) => weight >= STRONG_WEIGHT && age !== "long");
  const cost = others.some(([, age]) => age === "new") ? COST : others.length > 0 ? COST / 2 : 0;
  return new Map(causes.filter((cause) => ages.get(cause) === "long").map((cause) => [cause, cost]));
}

function ageOf(cause: Cause, model: Model, nowMs: number): "new" | "long" | undefined {
  const owners = [cause.object, ...cause.affects].flatMap((ref) => model.owner(ref) ?? []);
  const ages = owners.flatMap((owner) => symptomAge(owner, nowMs) ?? []);
  const told = eventAge(cause.object, model, nowMs);
  const youngest = Math.min(...ages, told ?? Number.POSITIVE_INFINITY);
  if (youngest === Number.POSITIVE_INFINITY) return undefined;
  return youngest > LONG_MS ? "long" : youngest < NEW_MS ? "new" : undefined;
}

/** For how long its pods have not been well; undefined where they are, or where that is not known. */
function symptomAge({ pods }: Owner, nowMs: number): number | undefined {
  const ill = pods.filter((pod) => isWanted(pod) && !isReady(pod));
  const ages = ill.flatMap((pod) => {
    const restarts = Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0));
    const ready = pod.status?.conditions.find(({ type }) => type === "Ready")?.lastTransitionTime;
    const made = ageMs(pod.metadata.creationTimestamp ?? pod.status?.startTime, nowMs);
    const age = ageMs(ready, nowMs) ?? made;
    if (age === undefined) return [];
    // Between two crashes it may be ready for a moment.
    return [restarts >= LONG_RESTARTS ? Math.max(age, Math.min(made ?? age, LONG_MS + 1)) : age];
  });
  return ages.length === 0 ? undefined : Math.min(...ages);
}

function eventAge(ref: ObjectRef, model: Model, nowMs: number): number | undefined {
  if (model.owner(ref) !== undefined) return undefined;
  const item = [...model.facts.objects.PersistentVolumeClaim]
    .filter(({ metadata, status }) => status?.phase === "Pending" && metadata.creationTimestamp !== undefined)
    .find((claim) => refText(refOf("PersistentVolumeClaim", claim)) === refText(ref));
  return item === undefined ? undefined : ageMs(item.metadata.creationTimestamp, nowMs);
}
