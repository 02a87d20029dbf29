/**
 * The one sentence that stands first: what is wrong with what, since when, how bad; or that nothing is.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Outcome } from "../run/state.js";
import type { Answer, AnswerAction, Judgement } from "./answer.js";
import { beforeAndAfter, type Figure } from "./figures.js";
import type { AnswerSource } from "./source.js";
import { about, capital, iso, readable, shortened, unended } from "./words.js";

type Headline = Pick<Answer, "headline" | "mood">;
const TEXT_MAX = 240;
/** Narrower than this an interval is told as one moment. */
const MOMENT_MS = 2_000;

export interface Known {
  source: AnswerSource;
  judgement?: Judgement;
  figures: readonly Figure[];
  actions: readonly AnswerAction[];
}

export function headlineOf(known: Known): Headline {
  const { headline, mood } = told(known);
  return { headline: `${unended(shortened(headline, TEXT_MAX * 2))}.`.replace(/…\.$/, "…"), mood };
}

function told(known: Known): Headline {
  const { source, judgement } = known;
  if (source.dryRun) return ofDryRun(known);
  const failed = source.nodes.find(({ status }) => status === "failed");
  if (judgement === undefined) {
    if (source.outcome === "cancelled") return { headline: "No answer: the run was cancelled", mood: "open" };
    if (source.outcome === "timed_out") return { headline: "No answer: the run used up its working time", mood: "bad" };
    if (failed !== undefined && source.outcome === "failed")
      return {
        headline: `No answer: ${nameOf(failed.name)} failed, ${readable(failed.failure?.message ?? "")}`,
        mood: "bad",
      };
    return ofFindings(source);
  }
  if (judgement.isTrouble === false || (judgement.trouble === undefined && judgement.causes.length === 0))
    return judgement.headline === undefined
      ? quiet(source)
      : { headline: judgement.headline, mood: judgement.isBlind === true ? "open" : "good" };
  return ofSymptom(known, judgement);
}

const nameOf = (name: string): string => `"${unended(readable(name))}"`;

/** They judge what others have looked at. */
const JUDGES = new Set(["autoRCA", "diagnosis", "summary"]);

/** Where looks failed nothing is called well. */
function quiet({ nodes }: AnswerSource): Headline {
  const looks = nodes.filter(({ effect, tool }) => effect === "read" && !JUDGES.has(tool ?? ""));
  const seen = looks.filter(({ status }) => status === "succeeded").length;
  const lost = looks.filter(({ status }) => status === "failed").length;
  if (seen === 0 && lost > 0)
    return { headline: "Nothing can be said: nothing of what was to be looked at could be read", mood: "open" };
  const things = seen === 1 ? "the one thing that was" : `the ${seen} things that were`;
  const rest = lost === 0 ? "" : `; ${lost} more could not be read, so this does not say that all is well`;
  return { headline: `Nothing wrong was found in ${things} looked at${rest}`, mood: lost === 0 ? "good" : "open" };
}

function ofDryRun({ source }: Known): Headline {
  const planned = source.nodes.filter(({ status }) => status === "planned");
  const writes = planned.filter(({ effect }) => effect === "write").length;
  const reads = planned.filter(({ effect }) => effect === "read").length;
  const change = writes === 0 ? "change nothing" : `ask before ${writes === 1 ? "1 change" : `${writes} changes`}`;
  return {
    headline: `Dry run, nothing was executed: the run would look at ${reads === 1 ? "1 thing" : `${reads} things`} and ${change}`,
    mood: "quiet",
  };
}

/** How a run ended that found nothing; before its end nothing is said of one. */
const ENDINGS: Partial<Record<Outcome, string>> = {
  succeeded: "The run succeeded; nothing of note was found",
  failed: "The run failed; nothing of note was found",
  rejected: "A person rejected an action; nothing of note was found",
  expired: "Nobody approved an action in time; nothing of note was found",
};

/** Nobody searched for a cause: the last thing that was found says most, for it rests on those before. */
function ofFindings({ findings, nodes, outcome }: AnswerSource): Headline {
  const acted = new Set(nodes.filter(({ effect }) => effect === "write" || effect === "notify").map(({ id }) => id));
  const last = findings.filter(({ node }) => !acted.has(node)).at(-1);
  if (last !== undefined) return { headline: capital(readable(last.statement)), mood: "quiet" };
  const ended = outcome === undefined ? undefined : ENDINGS[outcome];
  return { headline: ended ?? "Nothing of note was found so far", mood: "quiet" };
}

function ofSymptom({ figures, actions }: Known, judgement: Judgement): Headline {
  const { service, trouble } = judgement;
  const act = actions.findLast(({ state }) => state === "done");
  const first = figureOf(figures, judgement);
  const pair = act === undefined ? undefined : lastPair(figures);
  const subject = service === undefined ? "" : `${service}: `;
  if (act?.proof === "verified" && judgement.missing !== undefined && trouble !== undefined)
    return { headline: `Mended; the check no longer finds this: ${trouble}`, mood: "good" };
  if (act?.proof === "verified")
    return {
      headline: `${subject}${pair === undefined ? "mended" : `mended, ${comparedOf(pair)}`}${sinceOf(judgement, "was in trouble")}`,
      mood: "good",
    };
  if (act?.proof === "not-verified")
    return {
      headline: `${subject}still in trouble after the action${pair === undefined ? "" : `, ${comparedOf(pair)}`}`,
      mood: "bad",
    };
  if (judgement.headline !== undefined) return { headline: judgement.headline, mood: "bad" };
  const what = first === undefined ? withoutOwnTime(trouble ?? "in trouble") : `${first.shown} ${first.unit}`;
  return { headline: `${subject}${what}${sinceOf(judgement)}`, mood: "bad" };
}

const comparedOf = ([before, after]: readonly [Figure, Figure]): string =>
  `${after.shown} ${after.unit}, ${before.shown} before`;

function lastPair(figures: readonly Figure[]): [Figure, Figure] | undefined {
  const last = figures.at(-1);
  return last === undefined ? undefined : beforeAndAfter(figures, last.atMs - 1, last.atMs - 1);
}

/** Of the service in trouble, measured before anything was done; of one that names no service too, where there is no other. */
function figureOf(figures: readonly Figure[], { service }: Judgement): Figure | undefined {
  const own = figures.filter((one) => one.service === service);
  return (own.length > 0 ? own : figures.filter((one) => one.service === undefined))[0];
}

/** The tool's text tells its time as well; here it stands at the end. */
const withoutOwnTime = (text: string): string =>
  text.replace(/,? (?:at|between) \d{4}-[\dT:.-]+Z(?: and \d{4}-[\dT:.-]+Z)?/, "");

/** ` since T, 3 s after version 2`. */
export function sinceOf({ began, causes }: Judgement, word = ""): string {
  if (began === undefined) return "";
  const { fromMs, toMs } = began;
  const isMoment = fromMs === undefined || toMs - fromMs <= MOMENT_MS;
  const when = isMoment ? `since ${iso(toMs)}` : `since ${iso(fromMs)}–${iso(toMs)}`;
  return `${word === "" ? ", " : ` (${word} `}${when}${afterOf(began, causes)}${word === "" ? "" : ")"}`;
}

/** How long after the change that is blamed. */
function afterOf({ fromMs, toMs }: NonNullable<Judgement["began"]>, [best]: Judgement["causes"]): string {
  const change = best?.facts.find(
    ({ kind, atMs }) => kind === "change" && atMs !== undefined && best.text.includes(iso(atMs)),
  );
  if (best === undefined || change?.atMs === undefined || change.atMs > toMs) return "";
  const name = /^(.{1,60}?)(?: of [^,]{1,80})?, at /.exec(best.text)?.[1];
  if (name === undefined) return "";
  const isMoment = fromMs === undefined || toMs - fromMs <= MOMENT_MS;
  const later = toMs - change.atMs;
  return later < 1_000 ? `, right after ${name}` : `, ${isMoment ? "" : "at most "}${about(later)} after ${name}`;
}
