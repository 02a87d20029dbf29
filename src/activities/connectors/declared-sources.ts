/** Declared sources of config.yaml, by name and kind; shared by the tools that read them. */
import type { Reach } from "../../core/check/catalogue.js";
import type { Config, Source } from "../../schema/config.js";
import type { Json, JsonObject } from "../../schema/json.js";
import type { Problem } from "../../vocabulary/problems.js";
import { toolFailure } from "../define-tool.js";

type Kind = Source["kind"];
type SourceOf<K extends Kind> = Extract<Source, { kind: K }>;

function lookUp<K extends Kind>(
  config: Config,
  name: string,
  kinds: readonly K[],
): { source: SourceOf<K> } | { message: string; hint: string } {
  const source = Object.hasOwn(config.sources, name) ? config.sources[name] : undefined;
  const fitting = Object.entries(config.sources).filter(([, { kind }]) => (kinds as readonly Kind[]).includes(kind));
  const names = fitting.map(([known]) => known).sort();
  const hint =
    names.length > 0
      ? `declared sources of kind ${kinds.join(" or ")}: ${names.join(", ")}`
      : `declare one of kind ${kinds.join(" or ")} under sources in config.yaml`;
  if (source === undefined)
    return { message: `config.yaml declares no source ${JSON.stringify(name.slice(0, 63))}`, hint };
  if (!(kinds as readonly Kind[]).includes(source.kind)) {
    return { message: `the source ${name} must be of kind ${kinds.join(" or ")}, it is ${source.kind}`, hint };
  }
  return { source: source as SourceOf<K> };
}

/** The declared source; throws `ToolFailure("source-not-configured")` with the names that exist. */
export function sourceNamed<K extends Kind>(config: Config, name: string, kinds: readonly K[]): SourceOf<K> {
  const found = lookUp(config, name, kinds);
  if ("source" in found) return found.source;
  throw toolFailure("source-not-configured", found.message, { hint: found.hint });
}

/** What a call on the source that stands at `at` would touch; a name that is still a template tells nothing yet. */
export function reachOfSource(name: Json | undefined, config: Config, at: string, kinds: readonly Kind[]): Reach {
  if (typeof name !== "string" || name.includes("{{")) return { urls: [], problems: [] };
  const found = lookUp(config, name, kinds);
  if ("source" in found) return { urls: [], environment: found.source.environment ?? "production", problems: [] };
  const problem: Problem = {
    code: "source-not-configured",
    at,
    message: found.message,
    hint: found.hint,
  };
  return { urls: [], problems: [problem] };
}

/** The same, for params that name their source under `source`. */
export function sourceReach(kinds: readonly Kind[]): (params: JsonObject, config: Config, at: string) => Reach {
  return (params, config, at) => reachOfSource(params.source, config, `${at}.source`, kinds);
}
