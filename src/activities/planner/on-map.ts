/** What the map knows of the service that a goal is about: a playbook is told it and does not ask. */
import type { MapService, SignalName, StackMap } from "../../schema/map.js";
import type { Parameter } from "../../schema/playbook.js";
import { mentioned, named } from "../tools/kit/investigation/who.js";

export type OnMap = { name: string } & Pick<MapService, "source" | "logs" | "signals">;

/** Parameters of playbooks that stand for a signal of the map. */
const SELECTORS: Readonly<Record<string, SignalName>> = { errors_selector: "errors", requests_selector: "requests" };

/** The one that `service` names; else the only one that the words name. */
export function onMap(words: string, service: string | undefined, map: StackMap | undefined): OnMap | undefined {
  if (map === undefined) return undefined;
  const all = Object.entries(map.services).map(([name, { kinds, labels = {}, instances, also }]) => ({
    ...{ name, kinds, labels, instances, also },
  }));
  const [only, second] = service === undefined ? mentioned(words, all) : [];
  const name = service === undefined ? (second === undefined ? only?.name : undefined) : named(service, all);
  const found = name === undefined ? undefined : map.services[name];
  return name === undefined || found === undefined ? undefined : { name, ...found };
}

/** The source that holds what the parameter asks for, of those that it may have. */
export function sourceOnMap({ logs, source }: OnMap, candidates: readonly string[]): string | undefined {
  return [...logs, source].find((name) => name !== undefined && candidates.includes(name));
}

/** The counter behind a signal, as a selector. */
export function selectorOnMap(name: string, { signals }: OnMap): string | undefined {
  const signal = Object.hasOwn(SELECTORS, name) ? SELECTORS[name] : undefined;
  if (signal === undefined) return undefined;
  return /^sum\(rate\(([^[\]]+)\[\$w\]\)\)$/.exec(signals[signal] ?? "")?.[1];
}

/** Signals that a playbook asks for and this service does not give. */
export function lacking(parameters: Readonly<Record<string, Parameter>>, { signals }: OnMap): SignalName[] {
  const wanted = Object.keys(parameters).flatMap((name) =>
    Object.hasOwn(SELECTORS, name) ? (SELECTORS[name] ?? []) : [],
  );
  return [...new Set(wanted)].filter((signal) => signals[signal] === undefined);
}
