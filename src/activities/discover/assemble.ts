/** Puts what the sources show together: one map, in one order, so that the same stack gives the same file. */
import type { Config } from "../../schema/config.js";
import type { MapService, StackMap } from "../../schema/map.js";
import { healthOf } from "../tools/kit/investigation/health-rules.js";
import { byAddress, kindOfWords, mentioned, type Nameable, named } from "../tools/kit/investigation/who.js";
import { type CallFrom, type FoundCall, type FoundService, type FoundStack, withoutExporter } from "./found.js";
import type { FoundLog } from "./logs.js";

type Draft = MapService & { name: string; metrics: readonly string[] };

export function assemble(
  stacks: readonly FoundStack[],
  logs: readonly FoundLog[],
  config: Config,
  onMachine: { calls: readonly FoundCall[]; files: ReadonlyMap<string, string> } = { calls: [], files: new Map() },
): StackMap {
  const drafts: Draft[] = [];
  for (const service of stacks.flatMap(({ services }) => services)) addService(drafts, service);
  for (const caller of Object.keys(config.dependencies ?? {})) resolve(caller, drafts, true);
  const owners = logs.flatMap((log) => addLog(drafts, log, onMachine.files));
  const declared = Object.entries(config.dependencies ?? {}).flatMap(([caller, callees]) =>
    callees.map((callee): FoundCall => ({ caller, callee, from: "config" })),
  );
  for (const call of [...declared, ...stacks.flatMap(({ calls }) => calls), ...onMachine.calls]) addCall(drafts, call);
  for (const { owner, text } of owners) addCallsOfLog(drafts, owner, text);
  addCallsByName(drafts);
  addHosts(drafts);
  addFronts(drafts);
  const seconds = stacks.flatMap(({ scrapeSeconds }) => scrapeSeconds ?? []);
  return {
    version: "1.0",
    scrape_seconds: seconds.length === 0 ? 15 : Math.max(...seconds),
    services: Object.fromEntries(
      drafts
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, metrics: _, ...service }) => [name, tidy(service)]),
    ),
    recording_rules: stacks.flatMap(({ recordingRules = [] }) => recordingRules),
    alert_rules: stacks.flatMap(({ alertRules }) => alertRules),
  };
}

/** What a cluster or traces show may be known by its metrics already: it adds to that. */
function addService(drafts: Draft[], found: FoundService): void {
  const known = found.source === undefined ? knownAs(found.name, drafts) : undefined;
  if (known === undefined) {
    drafts.push(draftOf(found));
    return;
  }
  if (found.name !== known.name && !known.also.includes(found.name)) known.also.push(found.name);
  known.traces.push(...(found.traces ?? []));
  if (known.kinds.length === 0) known.kinds.push(...found.kinds);
  known.namespace ??= found.namespace;
  known.environment ??= found.environment;
}

function knownAs(text: string, drafts: readonly Draft[]): Draft | undefined {
  const name = named(text, drafts.map(nameable));
  return drafts.find((one) => one.name === name);
}

const draftOf = (found: FoundService): Draft => {
  const { name, kinds, source, labels, instances, also, signals, metrics, traces = [], namespace, environment } = found;
  return {
    ...{ name, kinds: [...kinds], instances, also, signals, metrics, traces: [...traces] },
    ...(source === undefined ? {} : { source, labels }),
    namespace,
    environment,
    calls: [],
    runs_on: [],
    logs: [],
  };
};

function tidy(service: MapService): MapService {
  const calls = [...service.calls].sort((a, b) => (a.to < b.to ? -1 : 1));
  return { ...service, calls, runs_on: [...service.runs_on].sort(), logs: [...service.logs].sort() };
}

const nameable = (draft: Draft): Nameable & { draft: Draft } => ({
  draft,
  name: draft.name,
  kinds: draft.kinds,
  labels: draft.labels ?? {},
  instances: draft.instances,
  also: draft.also,
});

/** The service of a name that somebody gave it; one that nothing shows is put on the map as a name alone, where it is wanted. */
function resolve(text: string, drafts: Draft[], adds: boolean): Draft | undefined {
  const all = drafts.map(nameable);
  const found = named(text, all) ?? named(withoutExporter(text), all);
  const byWord = found === undefined ? mentioned(text.replace(/[-_.]/g, " "), all) : [];
  const name = found ?? (byWord.length === 1 ? byWord[0]?.name : undefined);
  const known = drafts.find((one) => one.name === name);
  if (known !== undefined) {
    if (found === undefined && !known.also.includes(text) && adds) known.also.push(text);
    return known;
  }
  if (!adds) return undefined;
  const kind = kindOfWords(text.toLowerCase().split(/[^a-z0-9]+/));
  const draft: Draft = {
    name: text,
    kinds: kind === undefined ? [] : [kind],
    ...{ instances: [], also: [], calls: [], runs_on: [], logs: [], traces: [], signals: {}, metrics: [] },
  };
  drafts.push(draft);
  return draft;
}

function addCall(drafts: Draft[], { caller, callee, from }: FoundCall): void {
  const adds = from === "config" || from === "service-graph";
  const [above, below] = [resolve(caller, drafts, adds), resolve(callee, drafts, adds)];
  if (above !== undefined && below !== undefined) link(above, below, from);
}

function link(above: Draft, below: Draft, from: CallFrom): void {
  if (above === below || above.calls.some(({ to }) => to === below.name)) return;
  // Two that are said to call each other by guess are left as the surer teller says.
  if (below.calls.some(({ to }) => to === above.name) && from !== "config") return;
  above.calls.push({ to: below.name, from });
}

interface Owned {
  owner: string;
  text: readonly string[];
}

function addLog(drafts: Draft[], log: FoundLog, files: ReadonlyMap<string, string>): Owned[] {
  // Who holds it open is surer than what it is called.
  const holder = drafts.find(({ name }) => name === files.get(log.path ?? ""));
  const shared = holder === undefined ? writersOnMap(drafts, log) : [];
  if (shared.length > 1) return shared.map(({ draft, text }) => owns(draft, log, text));
  const named = log.names.map((name) => resolve(name, drafts, false)).find((one) => one !== undefined);
  const owner = holder ?? named ?? shared[0]?.draft;
  const own = owner ?? (log.names[0] === undefined ? undefined : resolve(log.names[0], drafts, true));
  return own === undefined ? [] : [owns(own, log, log.text)];
}

function owns(draft: Draft, log: FoundLog, text: readonly string[]): Owned {
  if (!draft.logs.includes(log.source)) draft.logs.push(log.source);
  return { owner: draft.name, text };
}

/** Each that writes to a log of several; where some of them are known, the others are put on the map by their names. */
function writersOnMap(drafts: Draft[], log: FoundLog): Array<{ draft: Draft; text: readonly string[] }> {
  const known = (names: readonly string[]) =>
    names.map((name) => resolve(name, drafts, false)).find((one) => one !== undefined);
  const found = new Map<Draft, string[]>();
  const add = (draft: Draft | undefined, text: readonly string[]) => {
    if (draft !== undefined) found.set(draft, [...(found.get(draft) ?? []), ...text]);
  };
  for (const { names, text } of log.writers ?? []) add(known(names), text);
  if (found.size > 0) {
    for (const { names, text } of (log.writers ?? []).filter((one) => known(one.names) === undefined))
      add(resolve(names[0] ?? "", drafts, true), text);
  }
  return [...found].map(([draft, text]) => ({ draft, text }));
}

/** Whom an application's log speaks of, by address or by the words for a store. */
function addCallsOfLog(drafts: Draft[], owner: string, text: readonly string[]): void {
  const above = drafts.find(({ name }) => name === owner);
  if (above === undefined || !isApp(above)) return;
  const others = drafts.filter((one) => one !== above && !isHost(one) && !isProbe(one)).map(nameable);
  for (const line of text) {
    const below = byAddress(line, others);
    if (below !== undefined) link(above, below.draft, "logs");
  }
}

/** An application whose metrics are called after a store uses it; only where nothing else tells whom it calls. */
function addCallsByName(drafts: Draft[]): void {
  for (const above of drafts) {
    if (!isApp(above) || above.calls.some(({ from }) => from === "config")) continue;
    const own = above.metrics.filter(
      (name) => !/^(?:process|python|nodejs|jvm|go|promhttp|up|scrape|http)_/.test(name),
    );
    const words = new Set(own.flatMap((name) => name.toLowerCase().split("_")));
    const stores = drafts.filter((one) => ["database", "cache", "queue"].includes(roleOf(one)));
    for (const store of stores) {
      const file = healthOf(store.kinds[0] ?? "");
      const same = stores.filter((one) => one.kinds[0] === store.kinds[0]);
      if (same.length === 1 && file?.words.some((word) => words.has(word))) link(above, store, "names");
    }
  }
}

/** By the host in the address; where there is one machine only and all is on it, that one. */
function addHosts(drafts: Draft[]): void {
  const hosts = drafts.filter(isHost);
  const hostOf = (address: string) => address.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");
  for (const draft of drafts) {
    if (isHost(draft) || isProbe(draft)) continue;
    const own = new Set([...draft.instances, ...draft.also.filter((one) => one.includes(":"))].map(hostOf));
    for (const host of hosts) {
      const isThere = host.instances.some((one) => own.has(hostOf(one)));
      const isOnly = hosts.length === 1 && host.instances.length === 1 && own.size === 0;
      if (isThere || isOnly) draft.runs_on.push(host.name);
    }
  }
}

/** What nobody says of a proxy or a probe: it stands before what no other calls. */
function addFronts(drafts: Draft[]): void {
  const called = () => new Set(drafts.flatMap(({ calls }) => calls.map(({ to }) => to)));
  for (const proxy of drafts.filter((one) => roleOf(one) === "proxy" && one.calls.length === 0)) {
    const behind = drafts.filter((one) => one !== proxy && isFront(one) && !called().has(one.name));
    const proxies = behind.filter((one) => roleOf(one) === "proxy" && one.calls.length > 0);
    for (const one of proxies.length > 0
      ? proxies
      : behind.filter((other) => roleOf(other) !== "proxy" && "requests" in other.signals)) {
      link(proxy, one, "names");
    }
  }
  for (const probe of drafts.filter(isProbe)) {
    const others = drafts.filter((one) => one !== probe && !isHost(one)).map(nameable);
    const direct = probe.instances.flatMap((one) => byAddress(one, others)?.draft ?? named(one, others) ?? []);
    const targets = direct.flatMap((one) =>
      typeof one === "string" ? (drafts.find(({ name }) => name === one) ?? []) : [one],
    );
    const open = drafts.filter((one) => one !== probe && isFront(one) && !called().has(one.name));
    const proxies = open.filter((one) => roleOf(one) === "proxy");
    const fronts =
      targets.length > 0 ? targets : proxies.length > 0 ? proxies : open.filter((one) => "requests" in one.signals);
    for (const one of fronts) link(probe, one, "probe");
  }
}

const roleOf = ({ kinds: [main] }: Draft): string => (main === undefined ? "app" : (healthOf(main)?.role ?? "app"));
const isHost = (draft: Draft): boolean => roleOf(draft) === "host";
const isProbe = (draft: Draft): boolean => roleOf(draft) === "probe";
const isApp = (draft: Draft): boolean => ["app", "runtime"].includes(roleOf(draft));
const isFront = (draft: Draft): boolean => roleOf(draft) === "proxy" || isApp(draft);
