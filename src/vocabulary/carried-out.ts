/** Failures of an effect that was carried out all the same. Loaded by the workflow sandbox: imports nothing. */
const CARRIED_OUT: ReadonlySet<string> = new Set(["not-verified", "rollout-stalled", "rollout-unfinished"]);

/** Whether a node that failed with this code has changed its target. */
export const wasCarriedOut = (code: string | undefined): boolean => code !== undefined && CARRIED_OUT.has(code);
