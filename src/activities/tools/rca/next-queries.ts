/** What would confirm a cause or find one: calls of tools that a graph could hold next, with declared sources where there are some. */
import type { Config } from "../../../schema/config.js";
import type { JsonObject } from "../../../schema/json.js";
import type { Certainty } from "../../../vocabulary/certainty.js";
import { connectorOf, kindsThat } from "../../connectors/sources.js";
import { isoText } from "../kit/instant.js";
import type { Observations } from "./observations.js";
import type { Symptom } from "./symptoms.js";
import type { RankedCause } from "./verdict.js";

export interface NextQuery {
  tool: string;
  params: JsonObject;
  /** What it would show, and so what would speak for the cause or against it. */
  why: string;
}

/** In place of the name of a source where none is declared that could answer. */
const UNDECLARED = "none declared";
export const isUndeclared = (source: unknown): boolean => typeof source === "string" && source.startsWith(UNDECLARED);

const NEXT_MAX = 6;
const LEAD_MS = 1_800_000;

/** Kinds of sources of metrics that take these params. */
const kindsFor = (params: JsonObject): readonly string[] =>
  kindsThat("readMetrics").filter(
    (kind) => (connectorOf({ kind }).metricFaults?.(params, "params") ?? []).length === 0,
  );

export function nextQueries(
  [best]: readonly RankedCause[],
  certainty: Certainty,
  material: Observations,
  trouble: Symptom | undefined,
  config: Pick<Config, "sources">,
): NextQuery[] {
  const service = best?.service ?? trouble?.service ?? material.service ?? "the service in trouble";
  const source = (kinds: readonly string[]): string =>
    Object.entries(config.sources)
      .filter(([, { kind }]) => kinds.includes(kind))
      .map(([name]) => name)
      .sort()[0] ?? `${UNDECLARED}: add one of kind ${kinds.join(", ")}`;
  const span: JsonObject =
    trouble?.onset === undefined
      ? { since: "2h" }
      : { since: isoText(trouble.onset.notBeforeMs - LEAD_MS), until: isoText(trouble.onset.atMs + LEAD_MS) };
  const next: NextQuery[] = [];
  const ask = (tool: string, params: JsonObject, why: string): void => {
    next.push({ tool, params, why });
  };
  const own = <T extends { service?: string }>(all: readonly T[]): boolean =>
    all.some((one) => one.service === service);
  if (best !== undefined && certainty !== "confirmed") {
    for (const { what } of best.suspects.slice(0, 1)) {
      const query = trouble?.target?.query ?? trouble?.cited[0]?.query ?? "what was noticed";
      ask(
        "rollback",
        { target: service },
        `if ${what} is taken back and ${query} returns to its level before, it was the cause; it waits for approval`,
      );
    }
  }
  if (!own(material.series)) {
    const params = { service, signal: "error_ratio", ...span, step_seconds: 60 };
    ask(
      "metric_query",
      { source: source(kindsFor(params)), ...params },
      `if the failing of ${service} rose no later than the trouble, it speaks for it; if it stayed calm, against it`,
    );
  } else if (new Set(material.series.map((one) => one.service)).size < 2) {
    const query = 'sum by (service) (rate(http_requests_total{code=~"5.."}[1m]))';
    const params = { query, ...span, step_seconds: 60 };
    ask(
      "metric_query",
      { source: source(kindsFor(params)), ...params },
      `whether what ${service} calls failed as well: only then can it be told where the trouble began`,
    );
  }
  if (!own(material.logs) && !own(material.analysed)) {
    ask(
      "log_collector",
      { source: source(kindsThat("readLogs")), level: "error", ...span },
      `errors in the log of ${service} that began with the trouble would speak for it`,
    );
  }
  if (material.calls.length === 0) {
    ask(
      "trace_collector",
      { source: source(kindsThat("readTraces")), service, ...span },
      "who calls whom, and in which service the errors began",
    );
  }
  if (material.changes.length === 0) {
    ask(
      "change_history",
      { source: source(kindsThat("readChanges")), ...span },
      `a change of ${service} just before the trouble would tell why`,
    );
  }
  return next.slice(0, NEXT_MAX);
}
