/** Which declared source, target, tracker or channel an imported node means. */
import { LOG_SOURCE_KINDS, METRIC_SOURCE_KINDS, TRACE_SOURCE_KINDS } from "../../../schema/config/sources.js";
import type { Config } from "../../../schema/config.js";

const KINDS: Record<string, readonly string[]> = {
  logs: ["files", ...LOG_SOURCE_KINDS],
  metrics: METRIC_SOURCE_KINDS,
  traces: TRACE_SOURCE_KINDS,
};
export type Place = "logs" | "metrics" | "traces" | "target" | "tracker" | "channel";

/**
 * The name that was given, the one that is called as the service, or the only one there is. Where none of them decides it is
 * the place's own name, which the configuration then has to declare.
 */
export function declaredFor(
  place: Place,
  wanted: string | undefined,
  config: Config,
  given: Readonly<Record<string, string>>,
): { name: string; isDeclared: boolean } {
  const names = namesFor(place, config);
  const chosen = given[place] ?? (wanted !== undefined && names.includes(wanted) ? wanted : undefined);
  const only = names.length === 1 ? names[0] : undefined;
  const name = chosen ?? only ?? place;
  return { name, isDeclared: names.includes(name) };
}

export const kindOf = (name: string, config: Config): string | undefined => config.sources[name]?.kind;

function namesFor(place: Place, config: Config): string[] {
  if (place === "target") return Object.keys(config.targets);
  if (place === "tracker") return Object.keys(config.trackers ?? {});
  if (place === "channel") return Object.keys(config.channels);
  const kinds = KINDS[place] ?? [];
  return Object.entries(config.sources).flatMap(([name, { kind }]) => (kinds.includes(kind) ? [name] : []));
}
