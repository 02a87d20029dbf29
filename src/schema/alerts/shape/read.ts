/**
 * An alert of a sender that nobody knows, read by its shape: which member is the title, the state, the severity, the
 * thing it is about. What was taken for what is told, since it may be wrong, and what was not used, too.
 */
import { type OneAlert, type ReadDelivery, refusedAlert } from "../alert.js";
import {
  ALERTS_MAX,
  boundedLabels,
  boundedText,
  type Cuts,
  cutsInWords,
  isNoIncident,
  keyOf,
  noCuts,
  titleSaysOver,
  withoutState,
} from "../kit.js";
import { isMapping } from "../members.js";
import { type ByName, beginningOf, byNameOf, factsOf, keyMember, linksOf, timeOf } from "./facts.js";
import { MEMBERS_MAX, type Member, membersOf } from "./members.js";
import { type FoundState, stateOf } from "./state.js";
import { saying, speaking } from "./title.js";

interface Shaped {
  alert: OneAlert;
  /** What was taken for what. */
  told: string[];
}

const SAYS_MAX = 3;
/** Members of all alerts of a delivery: reading by shape asks much of each, and whoever receives alerts waits for it. */
const DELIVERY_MEMBERS_MAX = 10_000;
/** Lists whose members are alerts, whatever stands beside them; of others the whole is tried first. */
const LISTS_OF_ALERTS = ["alerts", "incidents", "problems", "issues", "alarms"];
const OTHER_LISTS = [
  "events",
  "records",
  "Records",
  "results",
  "items",
  "data",
  "entries",
  "notifications",
  "messages",
  "value",
];

export function readShape(input: unknown): ReadDelivery {
  const cuts = noCuts();
  const room = { members: DELIVERY_MEMBERS_MAX, left: 0 };
  const shaped = shapesIn(input, cuts, room);
  const [first, ...others] = shaped;
  if (first === undefined) return refusedAlert([noAlert()]);
  const same = others.every(({ told }) => told.join() === first.told.join());
  const more =
    others.length === 0 || same ? [] : ["the other alerts of it were read in the same way, member by member"];
  const crowded =
    room.left === 0
      ? []
      : [`${room.left} more alerts were not read: those before fill the ${DELIVERY_MEMBERS_MAX} members of a delivery`];
  const cut = [...first.told, ...more, ...crowded, ...cutsInWords(cuts)];
  return { ok: true, delivery: { from: "shape", alerts: shaped.map(({ alert }) => alert), cut } };
}

/** What any alert must have, to be read without its sender being known. */
export const SHAPE_NEEDS =
  "must say what is wrong (a title, summary or message) and one thing more: its state, severity or time, or the service or host";

const noAlert = () => ({ code: "alert-invalid" as const, at: "alert", message: `the alert ${SHAPE_NEEDS}` });

interface Room {
  members: number;
  /** Alerts that found none. */
  left: number;
}

function shapesIn(input: unknown, cuts: Cuts, room: Room): Shaped[] {
  const listed = (names: readonly string[]): Shaped[] => {
    const lists = Array.isArray(input) ? [input] : names.map((name) => (isMapping(input) ? input[name] : undefined));
    const list = lists.find((one): one is unknown[] => Array.isArray(one) && one.some(isMapping)) ?? [];
    cuts.alerts += Math.max(0, list.length - ALERTS_MAX);
    const shared = beside(input, list);
    return list.slice(0, ALERTS_MAX).flatMap((one): Shaped[] => {
      if (room.members <= 0) {
        room.left += 1;
        return [];
      }
      const members = isMapping(one) ? membersOf({ ...shared, ...one }) : [];
      room.members -= members.length;
      const shaped = shapeOf(members, cuts);
      return shaped === undefined ? [] : [shaped];
    });
  };
  const alerts = listed(LISTS_OF_ALERTS);
  if (alerts.length > 0 || Array.isArray(input)) return alerts;
  const whole = isMapping(input) ? shapeOf(membersOf(input), cuts) : undefined;
  return whole === undefined ? listed(OTHER_LISTS) : [whole];
}

/** What is said once for all alerts of a list. */
function beside(input: unknown, list: unknown): Record<string, unknown> {
  if (!isMapping(input)) return {};
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== list && !/title|summary|message|text|name/i.test(name)),
  );
}

function shapeOf(members: readonly Member[], cuts: Cuts): Shaped | undefined {
  const state = stateOf(members);
  const [title] = speaking(members);
  if (title === undefined) return state === undefined ? undefined : unnamed(members, state, cuts);
  const says = saying(members, title).slice(0, SAYS_MAX);
  const used = [title, ...says, ...(state === undefined ? [] : [state.member])];
  const byName = byNameOf(members);
  const facts = factsOf(members, byName, used);
  const since = beginningOf(byName);
  const time = since ?? timeOf(byName);
  if (state === undefined && time === undefined && facts.taken.length === 0) return undefined;
  const parts = { title, says, state, since, time, ...facts };
  return { alert: alertOf(byName, parts, cuts), told: toldOf(members, parts) };
}

/** A pipeline that failed has no title: what it is, and how it stands. The next one that does not is its end. */
function unnamed(members: readonly Member[], state: FoundState, cuts: Cuts): Shaped | undefined {
  const kind = members.find(({ words }) =>
    /^(?:object|resource|entity|event|check|job)? ?(?:kind|type|name)$/.test(words.join(" ")),
  );
  const byName = byNameOf(members);
  const facts = factsOf(members, byName, [state.member]);
  if (kind === undefined || facts.taken.length === 0) return undefined;
  const title = { ...kind, value: `${kind.value} ${state.member.value}` };
  const since = beginningOf(byName);
  const parts = { title, says: [], state, since, time: since ?? timeOf(byName), ...facts };
  const alert = alertOf(byName, parts, cuts);
  if (/^(?:created|pending|preparing|scheduled|started|waiting)$/i.test(state.member.value)) alert.noIncident = true;
  const { severity: _, ...own } = alert.labels;
  return { alert: { ...alert, id: keyOf(kind.value, own) }, told: toldOf(members, parts) };
}

interface Parts extends ReturnType<typeof factsOf> {
  title: Member;
  says: readonly Member[];
  state: FoundState | undefined;
  since: Member | undefined;
  time: Member | undefined;
}

function alertOf(members: ByName, { title, says, state, since, labels }: Parts, cuts: Cuts): OneAlert {
  const name = withoutState(title.value);
  const bounded = boundedLabels(labels, cuts);
  const { severity: _, ...own } = bounded;
  const standing = state?.isFailure === true && !title.value.includes(state.member.value) ? [state.member.value] : [];
  const isOver = state === undefined ? titleSaysOver(title.value) : state.state === "resolved";
  return {
    id: keyMember(members)?.value ?? keyOf(name, own),
    name: boundedText(name, cuts),
    says: [...new Set([...standing, ...says.map(({ value }) => value)])].map((text) => boundedText(text, cuts)),
    labels: bounded,
    status: isOver ? "resolved" : "firing",
    since: since?.value,
    noIncident: state?.state === "quiet" || isNoIncident(name) ? true : undefined,
  };
}

const UNUSED_SHOWN = 8;
const from = (what: string, { path, value }: Member): string => `${what} from ${path} (${shortened(value)})`;
const shortened = (value: string): string => {
  const line = value.replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
};

function toldOf(members: readonly Member[], { title, says, state, time, taken, differing, labels }: Parts): string[] {
  const words = { firing: "it fires", resolved: "it is over", quiet: "no trouble" };
  const read = [
    from("name", title),
    ...says.map((one) => from("text", one)),
    state === undefined ? "state not said, so it fires" : `${from("state", state.member)}: ${words[state.state]}`,
    ...taken.map(([label, member]) => from(label, member)),
    ...(time === undefined ? [] : [from("time", time)]),
  ];
  const used = new Set([title.path, ...[...says, ...taken.map(([, member]) => member)].map(({ path }) => path)]);
  for (const one of [state?.member, time]) if (one !== undefined) used.add(one.path);
  const left = members
    .filter(({ path, key }) => !used.has(path) && labels[key] === undefined)
    .map(({ path }) => path.slice(0, 100));
  const asIs = Object.keys(labels).filter((key) => !taken.some(([label]) => label === key));
  const links = linksOf(
    members,
    taken.map(([, member]) => member),
  );
  return [
    `no known sender, so it was read by its shape: ${read.join("; ")}`,
    ...(differing.length === 0 ? [] : [`several values, so none was taken: ${differing.join("; ")}`]),
    ...(asIs.length === 0 ? [] : [`labels by their own names: ${shownOf(asIs)}`]),
    ...(links.length === 0 ? [] : [`links in it, which nobody opened: ${links.join(", ")}`]),
    ...(left.length === 0 ? [] : [`not used: ${shownOf([...new Set(left)])}`]),
    ...(members.length < MEMBERS_MAX ? [] : [`only its first ${MEMBERS_MAX} members were read`]),
  ];
}

const shownOf = (paths: readonly string[]): string =>
  paths.length > UNUSED_SHOWN
    ? `${paths.slice(0, UNUSED_SHOWN).join(", ")} and ${paths.length - UNUSED_SHOWN} more`
    : paths.join(", ");
