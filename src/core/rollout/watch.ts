/**
 * The rollouts of declared workloads: what a look at them saw becomes what is to be told, once for each rollout that ended.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type {
  Rollout,
  RolloutEvent,
  SeenWorkload,
  Sighting,
  UnseenWorkload,
  WatchedTarget,
  WatchState,
} from "./state.js";

const isSeen = (sighting: Sighting): sighting is SeenWorkload => "uid" in sighting;

/** Takes in a look; changes `state`. What is at the first look at a target is where it begins, and no rollout. */
export function takeReading(
  state: WatchState,
  sightings: readonly Sighting[],
  nowMs: number,
  stalledMs: number,
): RolloutEvent[] {
  const names = sightings.map(({ target }) => target);
  for (const name of Object.keys(state)) if (!names.includes(name)) delete state[name];
  return sightings.flatMap((sighting) => takeSighting(state, sighting, nowMs, stalledMs));
}

function takeSighting(state: WatchState, sighting: Sighting, nowMs: number, stalledMs: number): RolloutEvent[] {
  const { target } = sighting;
  const known = Object.hasOwn(state, target) ? state[target] : undefined;
  if (!isSeen(sighting)) return takeUnseen(state, sighting, known, nowMs);
  const last = known?.rollout;
  const isSame = last !== undefined && last.uid === sighting.uid && last.revision === sighting.revision;
  const rollout = isSame ? last : begun(sighting, nowMs);
  state[target] = { rollout };
  const over = isSame || last?.isTold !== true ? [] : [eventOf("replaced", target, last, nowMs)];
  // The first look of all, at what had come to its end before.
  if (known === undefined && sighting.stands === "complete") rollout.ended = "complete";
  return [...over, ...endOf(target, rollout, sighting, nowMs, stalledMs)];
}

function takeUnseen(
  state: WatchState,
  { target, problem }: UnseenWorkload,
  known: WatchedTarget | undefined,
  nowMs: number,
): RolloutEvent[] {
  if (problem !== undefined) {
    // Never seen, it has nothing that it began with.
    if (known !== undefined) known.problem = problem;
    return [];
  }
  state[target] = {};
  return known?.rollout?.isTold === true ? [eventOf("replaced", target, known.rollout, nowMs)] : [];
}

function begun({ uid, revision, isUnique, generation, image, says }: SeenWorkload, nowMs: number): Rollout {
  const key = isUnique ? `${uid} ${revision}` : `${uid} ${revision} ${generation}`;
  return { uid, key, revision, image, says, firstMs: nowMs, movedMs: nowMs };
}

function endOf(
  target: string,
  rollout: Rollout,
  { stands, says }: SeenWorkload,
  nowMs: number,
  stalledMs: number,
): RolloutEvent[] {
  if (rollout.says !== says || stands === "paused") rollout.movedMs = nowMs;
  rollout.says = says;
  const end = (kind: "complete" | "stalled" | "recovered", words = says): RolloutEvent[] => {
    rollout.ended = kind === "stalled" ? "stalled" : "complete";
    rollout.isTold = true;
    rollout.says = says;
    return [{ ...eventOf(kind, target, rollout, nowMs), says: words }];
  };
  if (stands === "complete") {
    if (rollout.ended === "complete") return [];
    return end(rollout.ended === "stalled" ? "recovered" : "complete");
  }
  if (rollout.ended !== undefined) return [];
  if (stands === "failed") return end("stalled");
  const stoodMs = nowMs - rollout.movedMs;
  return stoodMs < stalledMs ? [] : end("stalled", `${says}; nothing moved for ${Math.round(stoodMs / 1_000)} s`);
}

const eventOf = (
  kind: RolloutEvent["kind"],
  target: string,
  { key, revision, image, says, firstMs }: Rollout,
  nowMs: number,
): RolloutEvent => ({ kind, target, key, revision, image, says, firstMs, tookMs: nowMs - firstMs });

/** How a target stands, in one line. */
export function standsOf({ rollout, problem }: WatchedTarget): string {
  if (problem !== undefined) return `cannot be looked at: ${problem}`;
  if (rollout === undefined) return "is not there";
  const { revision, image, ended, says } = rollout;
  return `revision ${revision} (${image}) ${ended === undefined ? "is rolled out" : ended === "complete" ? "is complete" : "has stalled"}: ${says}`;
}
