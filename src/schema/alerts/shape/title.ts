/** Which member says what is wrong, and which say more of it. */
import { isNoValue } from "../kit.js";
import type { Member } from "./members.js";
import { stateIn } from "./state.js";

/** Things that are about a trouble: a name of theirs is a title. */
const EVENTS =
  /^(?:alarm|alert|attributes|canary|case|check|condition|data|detail|detector|error|event|exception|finding|incident|issue|item|monitor|notification|payload|policy|problem|probe|rule|search|sensor|signal|test|ticket|trigger|watch)$/;
const RUNS = /^(?:build|deploy|deployment|job|pipeline|release|run|stage|step|task|workflow)$/;
/** What belongs to people, code and addresses: its titles are other titles. */
const PEOPLE =
  /^(?:account|actor|agent|assignee|author|caller|channel|comment|commit|company|contact|creator|customer|footer|group|integration|link|manager|note|org|organization|owner|page|previous|project|recipient|repository|responder|role|schedule|sender|source|subscription|team|template|user|watcher|webhook)s?$/;
const ROLES = /^(?:priority|severity|state|status|type)$/;
const isOther = (words: readonly string[]): boolean => {
  const last = words.at(-1) ?? "";
  return PEOPLE.test(last) || ROLES.test(last);
};

const NAMES: ReadonlyArray<readonly [RegExp, number]> = [
  [/(?:^| )title$/, 100],
  [/(?:^| )headline$/, 98],
  [/(?:^| )short description$/, 94],
  [/(?:^| )summary(?: message| text)?$/, 90],
  [/(?:^| )(?:exception|error) (?:class|type|name)$/, 88],
  [/(?:^| )subject$/, 85],
  [/(?:^| )(?:event )?type code$/, 80],
  [/^detail type$/, 75],
  [/(?:^| )(?:message|msg|text|reason|cause)$/, 60],
  [/^what$/, 57],
  [/(?:^| )description$/, 55],
];
/** A text that is the thing itself: `"sensor": "Ping"`. */
const THINGS: Readonly<Record<string, number>> = {
  alert: 68,
  alarm: 68,
  problem: 67,
  incident: 67,
  check: 66,
  monitor: 66,
  sensor: 66,
  rule: 62,
  test: 58,
};
const TITLE_MAX_CHARS = 2_000;

function scoreOf(member: Member): number {
  const { words, owners, value, depth } = member;
  const isText = /\p{L}{2}/u.test(value) && value.length <= TITLE_MAX_CHARS && !isNoValue(value);
  if (!isText || /^https?:\/\/\S+$/.test(value)) return 0;
  const owner = owners.at(-1) ?? [];
  const own = words.slice(0, -1);
  if (owners.some(isOther) || own.some((word) => PEOPLE.test(word))) return 0;
  const name = words.join(" ");
  const lower = depth * 2;
  const found = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  if (found !== undefined) {
    const isKnown = owner.length === 0 || [...owner, ...own].some((word) => EVENTS.test(word));
    return found - lower - (isKnown ? 0 : 12);
  }
  if (words.length === 1 && THINGS[name] !== undefined) return THINGS[name] - lower;
  return stateIn(value) === undefined ? nameScore(owner, words, lower) : Math.min(nameScore(owner, words, lower), 50);
}

/** `alert.name`, `check_name`: of an event that is its title, of a service it is none. */
function nameScore(owner: readonly string[], words: readonly string[], lower: number): number {
  if (words.at(-1) !== "name" && words.join(" ") !== "display name") return 0;
  const of = words.length > 1 && words[0] !== "display" ? words.slice(0, -1) : owner;
  if (of.length === 0) return 70 - lower;
  if (of.some((word) => EVENTS.test(word))) return 95 - lower;
  return of.some((word) => RUNS.test(word)) ? 45 - lower : 0;
}

/** The members that speak, the title first. */
export function speaking(members: readonly Member[]): Member[] {
  return members
    .map((member) => ({ member, score: scoreOf(member) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ member }) => member);
}

const MORE =
  /(?:^| )(?:message|msg|text|reason|cause|description|summary|details?|body|output|log|context|culprit|info)$/;

/** What else is said, in the order of the payload. */
export const saying = (members: readonly Member[], title: Member): Member[] =>
  members.filter(
    (member) =>
      member !== title &&
      MORE.test(member.words.join(" ")) &&
      /\p{L}/u.test(member.value) &&
      member.value.length > 2 &&
      !isNoValue(member.value) &&
      !/^https?:\/\/\S+$/.test(member.value) &&
      !member.owners.some(isOther) &&
      !title.value.includes(member.value),
  );
