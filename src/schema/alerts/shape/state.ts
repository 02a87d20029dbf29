/** Whether it fires, is over, or is no trouble: by the words that senders use for it. */
import { isNoValue } from "../kit.js";
import type { Member } from "./members.js";

export type State = "firing" | "resolved" | "quiet";
export interface FoundState {
  state: State;
  member: Member;
  /** It says what is wrong, and not only that something is. */
  isFailure: boolean;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const QUIET = set(
  "ack acked acknowledge acknowledged assign assigned comment commented maintenance muted ping queued running silenced snoozed suppressed test testing unassigned",
);
const OVER = set(
  "cleared clear close closed closes completed ended expired fixed healed improved recover recovered recovers recovery resolve resolved resolves resolution restored solved",
);
/** These count where they are all that is said: `Up`, `[OK]`, `all good`. */
const WEAK_OVER = set(
  "available done end finished good green healthy inactive normal ok okay pass passed passing reachable responding success succeeded successful up",
);
const FAILURE = set(
  "alarm bad breached crashed critical dead degraded deteriorated disconnected down emergency error errored exceeded fail failed failing failure fatal lost missed missing offline outage red stopped timeout unavailable unhealthy unreachable violated violation warn warning",
);
const FIRING = set(
  "active activated alert alerting create created fired firing identified investigating live new open opened pending problem raised reactivated regression reopened start started trigger triggered triggering unresolved",
);

/** Text of a state: some words, and no sentence. */
const STATE_MAX_CHARS = 80;

export function stateIn(text: string): { state: State; isFailure: boolean } | undefined {
  if (text.length > STATE_MAX_CHARS || isNoValue(text)) return undefined;
  const words = text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
  const has = (table: ReadonlySet<string>): boolean => words.some((word) => table.has(word));
  const isNegated = words.some((word) => /^(?:not|non|no|never|un)$/.test(word));
  if (isNegated && (has(OVER) || has(WEAK_OVER))) return { state: "firing", isFailure: true };
  if (has(QUIET)) return { state: "quiet", isFailure: false };
  if (has(OVER)) return { state: "resolved", isFailure: false };
  if (has(FAILURE)) return { state: "firing", isFailure: true };
  if (has(FIRING)) return { state: "firing", isFailure: false };
  const [first] = words;
  const isAlone = words.length <= 2 && (WEAK_OVER.has(first ?? "") || WEAK_OVER.has(words.at(-1) ?? ""));
  return isAlone ? { state: "resolved", isFailure: false } : undefined;
}

/** Names of what says it, the clearest first. */
const NAMES: ReadonlyArray<readonly [RegExp, number]> = [
  [/(?:^| )transition$/, 100],
  [/(?:^| )(?:status|state)$/, 90],
  [/(?:^| )(?:status|state) (?:name|label|category|text|code|type|display value)$/, 88],
  [/(?:^| )(?:conclusion|milestone|outcome|phase|result)$/, 85],
  [/(?:^| )(?:event|alert|notification|message|msg|trigger|webhook) ?(?:type|name|action|kind|event)$/, 80],
  [/(?:^| )action$/, 78],
  [/^(?:event|trigger|type|kind)$/, 60],
  [/(?:^| )(?:severity|level)$/, 30],
];
const BEFORE = /^(?:before|desired|expected|former|from|initial|last|old|original|prev|previous|prior|target)$/;
const OTHERS =
  /^(?:account|actor|agent|assignee|author|commit|customer|integration|link|org|organization|owner|schedule|subscription|team|user)$/;

export function stateOf(members: readonly Member[]): FoundState | undefined {
  const found = members.flatMap((member) => {
    const [nearest] = member.owners.slice(-1);
    const words = [...(nearest ?? []), ...member.words];
    if (words.some((word) => BEFORE.test(word) || OTHERS.test(word))) return [];
    const name = words.join(" ");
    const score = NAMES.find(([pattern]) => pattern.test(name) || pattern.test(member.words.join(" ")))?.[1];
    const read = score === undefined ? truth(member) : stateIn(member.value);
    if (read === undefined) return [];
    // A severity says nothing of an end but that there is none any more.
    if (score === 30 && read.state !== "resolved") return [];
    return [{ ...read, member, score: (score ?? 70) - member.depth * 2 }];
  });
  const [best] = found.sort((a, b) => b.score - a.score);
  return best ?? endOf(members);
}

/** `resolved: true`, `is_open: false`. */
function truth({ words, value }: Member): { state: State; isFailure: boolean } | undefined {
  if (value !== "true" && value !== "false") return undefined;
  const name = words.at(-1) ?? "";
  const says =
    OVER.has(name) || WEAK_OVER.has(name) ? "over" : FAILURE.has(name) || FIRING.has(name) ? "fires" : undefined;
  if (QUIET.has(name) && value === "true") return { state: "quiet", isFailure: false };
  if (says === undefined) return undefined;
  return { state: (says === "over") === (value === "true") ? "resolved" : "firing", isFailure: false };
}

/** No word of a state, but a time at which it ended. */
function endOf(members: readonly Member[]): FoundState | undefined {
  const member = members.find(
    ({ words, value }) =>
      /^(?:(?:resolved|ended|closed|recovered|cleared)(?: (?:at|on|time|date))?|ends? (?:at|time))$/.test(
        words.join(" "),
      ) && /^(?:[1-9]\d{9,12}|(?!0001)\d{4}-\d\d-\d\d.*)$/.test(value),
  );
  return member && { state: "resolved", member, isFailure: false };
}
