/**
 * What next: at most three things, none of which needs what is not there.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { NEXT_MAX } from "./answer.js";
import type { Known } from "./headline.js";
import { capital, readable, shortened, unended } from "./words.js";

const TEXT_MAX = 200;

export function nextStepsOf(known: Known): string[] {
  const steps = stepsOf(known).map(
    (text) => `${unended(capital(shortened(readable(text), TEXT_MAX))).replace(/…$/, " …")}.`,
  );
  return [...new Set(steps)].slice(0, NEXT_MAX);
}

function stepsOf(known: Known): string[] {
  const { source, judgement, actions } = known;
  if (source.dryRun) return ["run it without --dry-run; each change waits for a person"];
  const hints = source.nodes.flatMap(({ failure, name }) =>
    failure?.hint === undefined ? [] : [`${unended(readable(name))}: ${failure.hint}`],
  );
  const further = judgement?.next ?? [];
  const done = actions.findLast(({ state }) => state === "done");
  if (actions.some(({ state }) => state === "unknown"))
    return ["look whether the action happened before anything else is done", ...hints];
  if (done?.proof === "verified") return [keepOut(known), ...hints].filter((step) => step !== "");
  if (done?.proof === "not-verified")
    return ["the action did not help: its cause is another one, or not the only one", ...further, ...hints];
  if (source.outcome === "rejected" || source.outcome === "expired")
    return ["nothing was changed; start the run again to be asked again", ...further, ...hints];
  return [...hints, ...further];
}

/** What was taken back comes again with the next release unless somebody mends it. */
function keepOut({ judgement }: Known): string {
  const [best] = judgement?.causes ?? [];
  const change = /^(version .{1,60}?)(?: of [^,]{1,80})?, at /.exec(best?.text ?? "")?.[1];
  return change === undefined ? "" : `keep ${change} out until its errors are understood`;
}
