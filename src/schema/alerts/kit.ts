/** What the readers of all senders share: texts within bounds, labels, and what senders write where they have no value. */
import { z } from "zod";
import { isMapping, textOf } from "./members.js";

/** Alerts of one delivery that are read. Alertmanager sends a group whole unless its `max_alerts` says less. */
export const ALERTS_MAX = 1_000;
/** Characters of an annotation or body: a page of text; more says nothing more. */
export const SAYS_MAX_CHARS = 10_000;
const LABELS_MAX = 200;
const LABEL_NAME_MAX_CHARS = 200;
const LABEL_MAX_CHARS = 1_000;

/** Text, or a number, true or false in its place. What is neither refuses nothing else: `oddMembers` tells of it. */
export const optional = z.unknown().optional().transform(textOf);
/** A list of them; one text is a list with commas. */
export const optionalList = z
  .unknown()
  .optional()
  .transform((value): string[] => {
    if (Array.isArray(value)) return value.flatMap((one) => textOf(one) ?? []);
    return textOf(value)?.split(",") ?? [];
  });
/** Labels as they come: `boundedLabels` makes texts of them, and counts. */
export const labelsSchema = z
  .unknown()
  .optional()
  .transform((value): Record<string, unknown> => (isMapping(value) ? value : {}));

/** Members where a text should stand and a mapping or a list does, in words. */
export function oddMembers(schema: z.ZodObject, input: unknown): string[] {
  if (!isMapping(input)) return [];
  return Object.entries(schema.shape).flatMap(([name, inner]) => {
    const value = input[name];
    if (inner instanceof z.ZodObject) return oddMembers(inner, value);
    const isOdd = inner === optional && typeof value === "object" && value !== null;
    return isOdd ? [`${name} is not text and was left out`] : [];
  });
}

/** Templates that had nothing to fill in, as Go, Grafana, Datadog and shells leave them. */
const NO_VALUE =
  /<no value>|\[no value\]|<nil>|<none>|\{\{.{0,200}?\}\}|\$\{.{0,200}?\}|%\{.{0,200}?\}|^\$[A-Z][A-Z0-9_]*$|^\{[A-Z][A-Z0-9._]{1,60}\}$|^\*UNKNOWN\*$|^(?:null|nil|undefined|n\/a)$/i;

export const isNoValue = (value: string): boolean => value.trim() === "" || NO_VALUE.test(value.trim());

/** Says over and over what was cut, and in the end how often. */
export interface Cuts {
  texts: number;
  labels: number;
  alerts: number;
  /** Numbers, true and false that were read as texts, by the names of their labels. */
  asText: Set<string>;
  /** Labels without a text in them: null, lists and mappings. */
  odd: Set<string>;
  /** Members that are no alert. */
  unread: number;
}
export const noCuts = (): Cuts => ({ texts: 0, labels: 0, alerts: 0, asText: new Set(), odd: new Set(), unread: 0 });

export function cutsInWords({ texts, labels, alerts, asText, odd, unread }: Cuts): string[] {
  const words: string[] = [];
  if (alerts > 0) words.push(`${alerts} alerts beyond the first ${ALERTS_MAX} were not read`);
  if (texts > 0)
    words.push(`${texts} ${texts === 1 ? "text was" : "texts were"} longer than ${SAYS_MAX_CHARS} characters and cut`);
  if (labels > 0) words.push(`${labels} labels were too long or too many and left out`);
  if (asText.size > 0) words.push(`read as text, for it was a number, true or false: ${named(asText)}`);
  if (odd.size > 0) words.push(`left out, for it has no text: ${named(odd)}`);
  if (unread > 0)
    words.push(
      `${unread} ${unread === 1 ? "alert" : "alerts"} could not be read and ${unread === 1 ? "was" : "were"} left out`,
    );
  return words;
}

const NAMES_SHOWN = 10;
const named = (names: ReadonlySet<string>): string => {
  const shown = [...names].slice(0, NAMES_SHOWN).map((name) => name.slice(0, 100));
  return names.size > NAMES_SHOWN ? `${shown.join(", ")} and ${names.size - NAMES_SHOWN} more` : shown.join(", ");
};

export function boundedText(text: string | undefined, cuts: Cuts): string {
  if (text === undefined || isWholly(text)) return "";
  const told = text.replace(/<no value>|\[no value\]|<nil>/g, "(no value)");
  if (told.length <= SAYS_MAX_CHARS) return told;
  cuts.texts += 1;
  return told.slice(0, SAYS_MAX_CHARS);
}

/** A text that is nothing but a template without its value. */
const isWholly = (text: string): boolean =>
  text.trim() === "" || /^(?:<no value>|\[no value\]|<nil>|null)$/i.test(text.trim());

export function boundedLabels(given: Readonly<Record<string, unknown>>, cuts: Cuts): Record<string, string> {
  const labels: Record<string, string> = {};
  let count = 0;
  for (const [name, written] of Object.entries(given)) {
    const value = textOf(written);
    if (value === undefined) {
      cuts.odd.add(name);
      continue;
    }
    if (isNoValue(value)) continue;
    if (typeof written !== "string") cuts.asText.add(name);
    if (count === LABELS_MAX || name.length > LABEL_NAME_MAX_CHARS || value.length > LABEL_MAX_CHARS) {
      cuts.labels += 1;
      continue;
    }
    labels[name] = value;
    count += 1;
  }
  return labels;
}

/** Pairs such as `env:prod`; of several with one key the first. */
export function labelsOfTags(tags: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const tag of tags) {
    const [, key, value] = /^([\w.-]+):(.+)$/.exec(tag.trim()) ?? [];
    if (key !== undefined && value !== undefined) labels[key] ??= value;
  }
  return labels;
}

/** The level that has ended may stand first: `[Warn Recovered]`. */
const OVER =
  /^\W{0,4}(?:(?:alert|critical|error|no data|warn|warning)\s)?(?:recovered|resolved|recovery|ok|normal|closed|cleared|back to normal)\b/i;
const BRACKETED = /^\W{0,4}\[([^\]]{1,200})\]/;

/** A state that a sender gives for itself. */
export const stateSaysOver = (state: string): boolean =>
  /^(?:cleared|closed|inactive|normal|ok|recovered|resolved)$/i.test(state);

/** `[Recovered on {host:web-1}] High CPU`, `RESOLVED: disk full`. */
export function titleSaysOver(title: string): boolean {
  const inside = BRACKETED.exec(title)?.[1];
  return OVER.test(inside ?? "") || /^\W{0,4}(?:recovered|resolved|ok|cleared)\s*[:\-–—]/i.test(title);
}

/** Without what says whether it fires: the same for the alert and its end. */
export const bareTitle = (title: string): string =>
  title
    .replace(/^\s*(?:\[[^\]]{0,200}\]\s*)+/, "")
    .replace(/^\W{0,4}(?:triggered|recovered|resolved|alerting|firing|ok|problem|cleared)\s*[:\-–—]\s*/i, "")
    .trim();

const STATE_MARK =
  /\[(?:re-?)?(?:triggered|alert(?:ing)?|warn(?:ing|ed)?|no ?data|recovered|resolved|ok|renotif(?:y|ied)|firing)\b[^\]]{0,200}\]\s*/i;

/** Without the mark of a state at its beginning: what fires and its end have one name. Other marks are the owner's. */
export function withoutState(title: string): string {
  const marks = /^\s*(?:\[[^\]]{0,200}\]\s*){1,5}/.exec(title)?.[0] ?? "";
  const rest = marks.replace(STATE_MARK, "") + title.slice(marks.length);
  return rest.trim() === "" ? title : rest.trim();
}

/** A key of labels that is the same however they are ordered. */
export const keyOf = (name: string, labels: Readonly<Record<string, string>>): string =>
  JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))]);

const DEAD_MAN = /\bdead ?man/;
const QUIET =
  /^(?:(?:prometheus|alertmanager|alerting|monitoring|pipeline|general|cluster|test|e2e) )*(?:watchdog|always ?firing|always ?on|heartbeat|info ?inhibitor|(?:webhook )?test ?alert|test ?notification|pagey ping)(?: alert)?$/;

/** Names that are cut into words as people write them: `PrometheusAlertmanagerE2eDeadManSwitch`. */
export function isNoIncident(name: string): boolean {
  const words = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[’']s?/g, "s")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .toLowerCase();
  return QUIET.test(words) || DEAD_MAN.test(words);
}
