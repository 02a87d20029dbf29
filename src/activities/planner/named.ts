/** Things that a goal calls by their kind: `namespace shop`, `pod=checkout-7d9f`, `-n prod`, `/var`, `queue emails`. */
import type { FactName } from "../../schema/facts.js";

type Named = Partial<Record<FactName, string>>;

const NAME = "[a-zA-Z0-9](?:[\\w.-]{0,120}\\w)?";
const kind = (words: string) => new RegExp(`(?<![\\w-])(?:${words})(?:\\s*[:=]\\s*|\\s+)["'\`]?(${NAME})`, "gi");

const FORMS: ReadonlyArray<readonly [FactName, readonly RegExp[]]> = [
  ["namespace", [kind("namespaces?|ns|-n"), /\b([a-z0-9][a-z0-9-]{0,60})\s+namespace\b/g]],
  ["pod", [kind("pods?(?:_name)?")]],
  ["container", [kind("containers?(?:_name)?")]],
  [
    "host",
    [
      kind("host(?:name)?|node|instance|machine|server|vm"),
      /\b(ip-\d{1,3}(?:-\d{1,3}){3}[\w.-]*)/gi,
      /\b(\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?)\b/g,
      /\b(?:on|of)\s+([a-z][a-z0-9]*(?:-[a-z0-9]+)*-\d{1,4})\b/gi,
    ],
  ],
  ["job", [kind("cron ?job|job(?:_name)?|dag|task")]],
  ["queue", [kind("queues?|topics?"), /\b([a-z][\w.-]{1,60})\s+(?:queue|topic)\b/gi]],
  ["database", [kind("databases?|db|datname")]],
  ["mountpoint", [/(?<![\w/:.])(\/(?:[\w.-]+\/?){0,6})(?=[\s,;:.)]|$)/g, /\bmountpoint\s*[:=]\s*"?([^\s",}]+)/gi]],
  ["severity", [kind("severity|priority"), /\b(P[1-5]|SEV-?[1-5])\b/gi]],
];
const ENVIRONMENTS: ReadonlyArray<[RegExp, string]> = [
  [/(?<![\w-])(?:production|prod|prd|live)(?![\w-])/i, "production"],
  [/(?<![\w-])(?:staging|stage|stg|preprod|uat)(?![\w-])/i, "staging"],
  [/(?<![\w-])(?:test|qa)\s+(?:env(?:ironment)?|cluster)(?![\w-])/i, "test"],
  [/(?<![\w-])(?:development|dev)(?:\s+(?:env(?:ironment)?|cluster))?(?![\w-])/i, "development"],
];
/** What follows a kind's word and is no name: "pod is", "node not ready", "queue depth". */
const NO_NAME = new Set(
  "a all an and any are as at back be became become been behind but by can cannot crash crashed crashes crashing crashloop crashloopbackoff cpu db dead deletion depth did died dies disk does down errors every everywhere exit exits fail failed failing fails failure file fills flapping for free from full gets goes got growing grows had hangs has have high in into is it its keeps killed kills lag last lookup lookups low memory my name names network new no not nothing now of off on only oom oomkilled or our out over pending pods pool queue ran ready restart restarted restarts resolution running runs service since size slow so space state status still storage stuck system that the then there they this to too took topic unreachable up usage users was we went were where which while will with without won".split(
    " ",
  ),
);

export function namedIn(goal: string): Named {
  const found: Named = {};
  for (const [fact, forms] of FORMS) {
    const name = forms
      .flatMap((form) => [...goal.matchAll(form)].map(([, text = ""]) => text))
      .find((text) => text !== "" && !NO_NAME.has(text.toLowerCase()));
    if (name !== undefined) found[fact] = name;
  }
  const environment = ENVIRONMENTS.find(([words]) => words.test(goal))?.[1];
  if (environment !== undefined) found.environment = environment;
  return found;
}
