/** Things that a goal calls by their kind: `namespace shop`, `pod=checkout-7d9f`, `-n prod`, `/var`, `queue emails`. */
import type { FactName } from "../../schema/facts.js";
import { goalWords } from "./goal-words.js";

type Named = Partial<Record<FactName, string>>;

const CHAR = "[\\p{L}\\p{M}\\p{N}_]";
/** Where a word begins, and where it ends, in any script. */
export const BEFORE = "(?<![\\p{L}\\p{M}\\p{N}_-])";
export const AFTER = "(?![\\p{L}\\p{M}\\p{N}_-])";
export const NAME = `[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}_.-]{0,120}${CHAR})?`;
/** A name, or what stands between quotes, whole. */
export const QUOTED_OR_NAME = `(?:["'\`](?<quoted>[\\p{L}\\p{N}][^"'\`\\n]{0,80})["'\`]|(${NAME}))`;
const kind = (words: string) => form(`(?:${words})(?:\\s*[:=]\\s*|\\s+)${QUOTED_OR_NAME}`);
const form = (pattern: string) => new RegExp(`${BEFORE}${pattern}`, "giu");

const FORMS: ReadonlyArray<readonly [FactName, readonly RegExp[]]> = [
  ["namespace", [kind("namespaces?|ns|-n"), form(`(${NAME})\\s+namespace${AFTER}`)]],
  ["pod", [kind("pods?(?:_name)?")]],
  ["container", [kind("containers?(?:_name)?")]],
  [
    "host",
    [
      kind("host(?:name)?|node|instance|machine|server|vm"),
      form("(ip-\\d{1,3}(?:-\\d{1,3}){3}[\\w.-]*)"),
      form(`(\\d{1,3}(?:\\.\\d{1,3}){3}(?::\\d{1,5})?)(?!${CHAR})`),
      form(`(?:on|of)\\s+(\\p{L}[\\p{L}\\p{M}\\p{N}]*(?:-[\\p{L}\\p{M}\\p{N}]+)*-\\d{1,4})${AFTER}`),
    ],
  ],
  ["job", [kind("cron ?job|job(?:_name)?|dag|task")]],
  ["queue", [kind("queues?|topics?"), form(`(${NAME})\\s+(?:queue|topic)${AFTER}`)]],
  ["database", [kind("databases?|db|datname")]],
  [
    "mountpoint",
    [
      /(?<![\p{L}\p{M}\p{N}_/:.])(\/(?:[\p{L}\p{M}\p{N}_.-]+\/?){0,6})(?=[\s,;:.)]|$)/gu,
      form('mountpoint\\s*[:=]\\s*"?([^\\s",}]+)'),
    ],
  ],
  ["severity", [kind("severity|priority"), form(`(P[0-5]|SEV[ -]?[0-5])${AFTER}`)]],
];
const ENVIRONMENTS: ReadonlyArray<[RegExp, string]> = [
  [/(?<![\w-])(?:production|prod|prd|live)(?![\w-])/i, "production"],
  [/(?<![\w-])(?:staging|stage|stg|preprod|uat)(?![\w-])/i, "staging"],
  [/(?<![\w-])(?:test|qa)\s+(?:env(?:ironment)?|cluster)(?![\w-])/i, "test"],
  [/(?<![\w-])(?:development|dev)(?:\s+(?:env(?:ironment)?|cluster))?(?![\w-])/i, "development"],
];

/** The name that a form found, quoted or not. */
export function matchedName(match: RegExpMatchArray): string {
  const { quoted } = match.groups ?? {};
  return (quoted ?? (match.groups === undefined ? match[1] : (match[2] ?? match[1])) ?? "").trim();
}

/** Quotes of other keyboards as the plain ones; an apostrophe stays. */
export function withPlainQuotes(goal: string): string {
  return goal
    .replace(/[“„«‹]\s?([^“”„«»‹›\n]{1,80}?)\s?[”“»›]/g, '"$1"')
    .replace(/‘([^‘’\n]{1,80})’(?![\p{L}\p{N}])/gu, '"$1"');
}

export function namedIn(goal: string): Named {
  const found: Named = {};
  const { noName } = goalWords();
  for (const [fact, forms] of FORMS) {
    const name = forms
      .flatMap((form) => [...goal.matchAll(form)].map(matchedName))
      .find((text) => text !== "" && !noName.has(text.toLowerCase()));
    if (name !== undefined) found[fact] = name;
  }
  const environment = ENVIRONMENTS.find(([words]) => words.test(goal))?.[1];
  if (environment !== undefined) found.environment = environment;
  return found;
}
