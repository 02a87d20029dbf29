/** How sure it is that the best suspect is the cause. Imports no package. */
import type { Machines } from "./busy-machine.js";
import type { Diagnosis, Suspect } from "./suspect.js";
import { isOwnChange, isOwnIllness, LIKELY_MIN } from "./weight.js";

const CONFIRMED_MIN = 0.85;
const MARGIN_MIN = 0.08;

export function sureness(suspects: readonly Suspect[], machines: Machines): Pick<Diagnosis, "certainty" | "rule"> {
  const [best, second] = suspects;
  if (best === undefined)
    return { certainty: "inconclusive", rule: "signs of trouble, and none of them points to a cause" };
  const margin = best.score - (second?.score ?? 0);
  const [top] = best.evidence;
  const kinds = new Set(best.evidence.filter(({ sure, current }) => sure >= 0.4 && current).map(({ kind }) => kind));
  // It fails, nothing below it is ill, and it was changed or says itself what fails: that is its own.
  const isOwn =
    top?.own === true ||
    best.evidence.some((one) => isOwnChange(one) || (isOwnIllness(one) && machines.factor(one) === 1));
  if (isOwn && (top?.sure ?? 0) >= CONFIRMED_MIN && top?.current && kinds.size >= 2 && margin >= MARGIN_MIN) {
    return { certainty: "confirmed", rule: "its own state says so, and a second kind of evidence agrees" };
  }
  if (isOwn && best.score >= LIKELY_MIN && margin >= MARGIN_MIN) {
    return { certainty: "likely", rule: "it is ill itself, and nothing below it is" };
  }
  if (best.score >= LIKELY_MIN) {
    const why =
      margin < MARGIN_MIN ? "another service shows as much" : "it shows trouble, and no reason for it was seen";
    return { certainty: "inconclusive", rule: why };
  }
  return { certainty: "inconclusive", rule: "the signs are weak" };
}
