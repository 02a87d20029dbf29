/** Plain words for a diagnosis: what is wrong with what, since when, and who suffers. */
import type { Evidence } from "../../../../core/investigation/evidence.js";
import type { Diagnosis, Suspect } from "../../../../core/investigation/suspect.js";
import { isOwnChange, SYMPTOM_MIN } from "../../../../core/investigation/weight.js";
import { spanText } from "../instant.js";
import type { ServiceParam } from "./evidence-schema.js";
import type { Examined } from "./examined.js";
import { healthOf } from "./health-rules.js";

const SUFFERS_SHOWN_MAX = 4;
const BESIDES_SHOWN_MAX = 2;
/** Kinds that say how a thing is made and not what it is. */
const MAKES = new Set(["process", "python", "nodejs", "go", "jvm", "dotnet", "service", "ruby", "php"]);

const SIGN_WORDS: Readonly<Record<string, string>> = {
  down: "is down",
  unreachable: "cannot be seen",
  restarted: "was restarted",
  full: "is full",
  refusing: "refuses work",
  saturated: "is overloaded",
  locked: "is held up by locks",
  slow: "is slow",
  errors: "fails",
  "backend-down": "does not answer",
  lagging: "lags behind",
  evicting: "loses what it stores",
  expiring: "has a certificate that is not valid",
  stalled: "does not get its work done",
  misconfigured: "has a wrong setting",
  traffic: "gets other traffic than before",
  changed: "changed",
};

/** `postgres-main (PostgreSQL)`; the name alone where it says what it is. */
export function titleOf(name: string, services: readonly ServiceParam[]): string {
  const [main] = services.find((one) => one.name === name)?.kinds ?? [];
  const title = main === undefined || MAKES.has(main) ? undefined : healthOf(main)?.title;
  return title === undefined || title.toLowerCase() === name.toLowerCase() ? name : `${name} (${title})`;
}

export function headlineOf(
  told: Diagnosis,
  { services, target }: { services: readonly ServiceParam[]; target?: string | null | undefined },
  { looked, isBlind }: { looked: readonly Examined[]; isBlind: boolean },
  nowMs: number,
): string {
  const [best] = told.suspects;
  const [top] = best?.evidence ?? [];
  if (!told.trouble) return isBlind ? blindLine(looked) : quietLine(told, services, looked, nowMs);
  if (best === undefined || top === undefined) return "Something is in trouble, and no cause was found.";
  const onset = best.onset;
  const since =
    onset === undefined
      ? ""
      : onset.fromMs === undefined
        ? ", since before the time that was looked at"
        : `, since ${clock(onset.toMs)} (${spanText(nowMs - onset.toMs)} ago)`;
  const others = told.suffers.filter((name) => best.explains.includes(name));
  const suffers =
    others.length === 0 ? "" : ` ${listed(others)} ${others.length === 1 ? "suffers" : "suffer"} from it.`;
  const change = best.evidence.find(isOwnChange);
  const changed = change === undefined || change === top ? "" : ` It was changed: ${change.text}.`;
  const line = `${stateOf(best, services)}${since}: ${top.text}.${changed}${suffers}`;
  if (told.isElsewhere === true)
    return `Nothing wrong was found with ${target ?? "it"}, nor with what it needs. Elsewhere: ${line}`;
  const perhaps = told.certainty === "inconclusive" ? "Perhaps " : "";
  return `${perhaps}${line}${besidesOf(told, services)}`;
}

const stateOf = ({ service, evidence: [top] }: Suspect, services: readonly ServiceParam[]): string =>
  `${titleOf(service, services)} ${SIGN_WORDS[top?.sign ?? ""] ?? "is in trouble"}`;

/** Another trouble that goes on, of which nothing known leads to this one. */
function besidesOf({ besides = [], suspects }: Diagnosis, services: readonly ServiceParam[]): string {
  const others = suspects.filter(({ service }) => besides.includes(service)).slice(0, BESIDES_SHOWN_MAX);
  return others.length === 0
    ? ""
    : ` Besides, with no known link to it: ${others.map((one) => stateOf(one, services)).join("; ")}.`;
}

/** Who reads it must know what was looked at, and what went wrong before it was. */
function quietLine(
  { suspects }: Diagnosis,
  services: readonly ServiceParam[],
  looked: readonly Examined[],
  nowMs: number,
): string {
  const covered = looked.map(({ what }) => what);
  const at = covered.length === 0 ? "" : ` Looked at ${services.length} services: ${covered.join("; ")}.`;
  const [worst] = suspects.flatMap(({ evidence }) => evidence.filter(isOver)).sort((a, b) => b.sure - a.sure);
  if (worst?.onset === undefined) return `Nothing wrong was found.${at}`;
  const from = `from ${clock(worst.onset.toMs)} (${spanText(nowMs - worst.onset.toMs)} ago)`;
  const earlier = `Earlier, ${from}: ${titleOf(worst.service, services)}: ${worst.text}.`;
  return `Nothing wrong was found that still goes on. ${earlier}${at}`;
}

/** It would be a trouble if it went on. */
const isOver = ({ current, sure, onset }: Evidence): boolean => !current && sure >= SYMPTOM_MIN && onset !== undefined;

function blindLine(looked: readonly Examined[]): string {
  const covered = looked.map(({ what }) => what);
  return `Nothing can be said: no look found any data of this time${covered.length === 0 ? "" : ` (${covered.join("; ")})`}.`;
}

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SUFFERS_SHOWN_MAX);
  const more = names.length - shown.length;
  const text = shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : text;
}
