/** What an alert is about, how bad it is, since when, and where more stands: by names that many senders share. */
import { isNoValue } from "../kit.js";
import type { Member } from "./members.js";
import { BEGINNINGS, KEYS, LABELS, SEVERITIES, TIMES } from "./names.js";

/** Mappings whose members are labels by their own names. */
const LABELLED =
  /^(?:labels?|tags?|dimensions?|custom details|custom fields|group(?:s|ings?)?(?: by)?|group by values?|fields|facts)$/;
/** The version of a payload's form is none of an app. */
const FORMS = new Set(["version", "schema version", "spec version", "location"]);
const OTHERS =
  /^(?:account|actor|assignee|author|caller|commit|creator|customer|manager|organization|owner|previous|responder|sender|user)$/;
const LABEL_MAX_CHARS = 200;

/** Endings that say of a thing only how it is called. */
const CALLED = /^(?:name|title|slug|label|summary|fqdn|display|value)$/;

function nameOf(words: readonly string[]): string {
  const bare = [...words];
  while (bare.length > 1 && CALLED.test(bare.at(-1) ?? "")) bare.pop();
  return bare.map((word) => (/[^s]s$/.test(word) && !/(?:us|is)$/.test(word) ? word.slice(0, -1) : word)).join(" ");
}

/** What says only that it is of the alert: `alert_severity`. */
const OF_EVENT = /^(?:alarm|alert|check|event|incident|issue|monitor|problem|rule|trigger) (?=\S)/;

/** Its own name, and that with its owner's before it where it only says how that is called. */
function namesOf({ words, owners }: Member): string[] {
  const owner = owners.at(-1) ?? [];
  const isCalled = words.every((word) => CALLED.test(word) || word === "id");
  return isCalled && owner.length > 0
    ? [nameOf([...owner, ...words]), words.at(-1) === "id" ? nameOf([...owner.slice(-1), "id"]) : ""]
    : [nameOf(words), words.join(" "), nameOf(words).replace(OF_EVENT, "")];
}

const isFact = ({ value, owners, depth, words }: Member): boolean =>
  value.length <= LABEL_MAX_CHARS &&
  !value.includes("\n") &&
  !isNoValue(value) &&
  !(depth === 1 && FORMS.has(words.join(" "))) &&
  !owners.some((all) => OTHERS.test(all.at(-1) ?? ""));

/** Members by each of their names: a payload may be long, and is asked for many. */
export type ByName = ReadonlyMap<string, readonly Member[]>;

export function byNameOf(members: readonly Member[]): ByName {
  const found = new Map<string, Member[]>();
  for (const member of members.filter(isFact)) {
    for (const name of new Set(namesOf(member))) {
      const same = found.get(name);
      if (same === undefined) found.set(name, [member]);
      else same.push(member);
    }
  }
  return found;
}

/** The members with the first of the names that any has. */
function named(members: ByName, names: readonly string[], fits: (member: Member) => boolean): Member[] {
  for (const name of names) {
    const found = members.get(name)?.filter(fits) ?? [];
    if (found.length > 0) return found;
  }
  return [];
}

/** Beside a name, the number of the same thing says nothing. */
function readable(members: Member[]): Member[] {
  const called = (pattern: RegExp): Member[] => members.filter(({ words }) => pattern.test(words.join(" ")));
  const [names, others] = [called(/(?:^|display )name$/), called(/^(?!(?:value|id|key|slug)$)/)];
  if (names.length > 0) return names;
  return others.length > 0 ? others : members;
}

export interface Facts {
  labels: Record<string, unknown>;
  /** Which member each was taken from. */
  taken: Array<[string, Member]>;
  /** Facts with several values: none of them was taken. */
  differing: string[];
}

export function factsOf(members: readonly Member[], byName: ByName, used: readonly Member[]): Facts {
  const facts: Facts = { labels: {}, taken: [], differing: [] };
  for (const member of members) {
    const isLabel = member.owners.some((words) => LABELLED.test(words.join(" ")));
    if (isLabel && isFact(member) && !used.includes(member)) facts.labels[member.key] ??= member.value;
  }
  const isFree = (member: Member): boolean => !used.includes(member);
  for (const [label, names] of Object.entries(LABELS)) {
    const fits = (member: Member) => isFree(member) && (label === "url") === /^https?:\/\//.test(member.value);
    const found = readable(named(byName, names, fits));
    const values = [...new Set(found.map(({ value }) => shortOf(value)))];
    const [first] = found;
    if (values.length > 1) facts.differing.push(`${label} (${values.slice(0, 5).join(", ")})`);
    if (values.length !== 1 || first === undefined || facts.labels[label] !== undefined) continue;
    facts.labels[label] = values[0];
    facts.taken.push([label, first]);
  }
  addObject(members, facts);
  addEcsService(members, facts);
  const [severity] = named(byName, SEVERITIES, (one) => isFree(one) && one.value.length <= 60);
  if (severity !== undefined) {
    facts.labels.severity ??= severity.value;
    facts.taken.push(["severity", severity]);
  }
  return facts;
}

const OBJECTS: Readonly<Record<string, string>> = {
  pod: "pod",
  deployment: "service",
  statefulset: "service",
  daemonset: "service",
  service: "service",
  application: "service",
  node: "host",
  job: "job_name",
  cronjob: "job_name",
  namespace: "namespace",
};

/** What an event of Kubernetes is about says its kind beside its name. */
function addObject(members: readonly Member[], facts: Facts): void {
  const about = members.filter(({ owners }) =>
    /(?:^| )(?:object|regarding|entity|resource)$/.test((owners.at(-1) ?? []).join(" ")),
  );
  const kind = about.find(({ words }) => words.join() === "kind");
  const name = about.find(({ words }) => words.join() === "name");
  const label = OBJECTS[kind?.value.toLowerCase() ?? ""];
  if (label === undefined || name === undefined || facts.labels[label] !== undefined) return;
  facts.labels[label] = name.value;
  facts.taken.push([label, name]);
}

/** Of a name of Amazon's (`arn:…/checkout`) its end. */
const shortOf = (value: string): string => (value.startsWith("arn:") ? (value.split(/[/:]/).at(-1) ?? value) : value);

function addEcsService(members: readonly Member[], facts: Facts): void {
  for (const member of members) {
    const [, service] =
      /^(?:arn:aws[\w-]{0,10}:ecs:[^\s]{0,100}:service\/(?:[^/\s]{1,100}\/)?|service:)([\w-]{1,100})$/.exec(
        member.value,
      ) ?? [];
    if (service === undefined || facts.labels.service !== undefined) continue;
    facts.labels.service = service;
    facts.taken.push(["service", member]);
  }
}

const isTime = ({ value }: Member): boolean =>
  /^(?:[1-9]\d{9}(?:\d{3})?(?:\.\d{1,9})?|(?!0001)\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*|\w{3}, \d{1,2} \w{3} \d{4} .*)$/.test(
    value,
  );

/** Projects, machines and services are older than their trouble. */
const isWhenItHappened = (member: Member): boolean =>
  isTime(member) &&
  !member.owners.some((words) =>
    /^(?:deployment|host|metadata|node|project|repository|service|webhook)$/.test(words.at(-1) ?? ""),
  );
export const beginningOf = (members: ByName): Member | undefined => named(members, BEGINNINGS, isWhenItHappened)[0];
export const timeOf = (members: ByName): Member | undefined => named(members, TIMES, isWhenItHappened)[0];

/** The sender's own key of the trouble. The bare `id` of a delivery is another for its end. */
export const keyMember = (members: ByName): Member | undefined => named(members, KEYS, () => true)[0];

const LINKS_SHOWN = 3;
export function linksOf(members: readonly Member[], used: readonly Member[]): string[] {
  const links = members.filter((member) => /^https?:\/\/\S{4,500}$/.test(member.value) && !used.includes(member));
  return [...new Set(links.map(({ value }) => value))].slice(0, LINKS_SHOWN);
}
