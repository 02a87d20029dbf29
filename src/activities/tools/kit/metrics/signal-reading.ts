/** A service's signal from a Prometheus server: the catalogue's query, its value, and what it was made of. */
import { z } from "zod";
import type { Signal, Unit } from "../../../../vocabulary/signals.js";
import type { PrometheusSource } from "../../../connectors/prometheus/api.js";
import { readPrometheus } from "../../../connectors/prometheus/metrics.js";
import type { ToolContext } from "../../../define-tool.js";
import { catalogue } from "./catalogue.js";
import type { MetricParams } from "./params.js";
import type { Moment, Reading } from "./reading.js";
import { seekSignal } from "./service-signal.js";

/** Long enough for a scrape a minute; shorter ones would often hold no two samples. */
const WINDOW_SECONDS = 300;

export const signalSchema = z.strictObject({
  name: z.string(),
  service: z.string(),
  /** Whose metrics were used, their unit, and the label that names the service; null where there are none. */
  exporter: z.string().nullable(),
  unit: z.enum(["a second", "ratio", "seconds", "bytes", "bytes a second", "cores", "count"]).nullable(),
  label: z.string().nullable(),
  metrics: z.array(z.string()),
  /** Exporters whose metrics are there as well and were not used. */
  also: z.array(z.string()),
  /** What was looked for, where nothing was found. */
  looked_for: z.array(
    z.strictObject({ exporter: z.string(), metrics: z.array(z.string()), labels: z.array(z.string()) }),
  ),
});

/** In what the catalogue gives a signal. */
const unitOf = (wanted: Signal): Unit | null => catalogue().find(({ signal }) => signal === wanted)?.unit ?? null;

export async function readSignal(
  source: PrometheusSource,
  params: MetricParams,
  moment: Moment,
  context: ToolContext,
): Promise<Reading> {
  const { service = "", signal = "availability", window_seconds: windowSeconds = WINDOW_SECONDS } = params;
  if (params.signal_query !== undefined) {
    const asked = { kind: "query", query: params.signal_query } as const;
    const reading = await readPrometheus(source, asked, windowSeconds, moment, context);
    const own = { exporter: "its own metrics, by the map of the stack", unit: unitOf(signal), label: null };
    return { ...reading, signal: { name: signal, service, ...own, metrics: [], also: [], looked_for: [] } };
  }
  const sought = await seekSignal(source, { service, signal, windowSeconds, ...moment }, context);
  if (!sought.ok) {
    const { lookedFor, query } = sought;
    const looked_for = lookedFor.map(({ exporter, metrics, labels }) => ({
      exporter,
      metrics: [...metrics],
      labels: labels.map(({ label }) => label),
    }));
    const nothing = { exporter: null, unit: null, label: null, metrics: [], also: [] };
    const names = [...new Set(lookedFor.map(({ exporter }) => exporter))].join(", ");
    return {
      query,
      value: null,
      series: [],
      fromMs: moment.sinceMs ?? moment.untilMs,
      toMs: moment.untilMs,
      evidence: [
        `looked for the metrics of ${names}`,
        "give the query itself, or the service's name as its labels have it",
      ],
      signal: { name: signal, service, ...nothing, looked_for },
    };
  }
  const { recipe, label, query, also } = sought;
  const reading = await readPrometheus(source, { kind: "query", query }, windowSeconds, moment, context);
  const others = also.length === 0 ? [] : [`there are also metrics of ${also.join(", ")}`];
  return {
    ...reading,
    evidence: [...reading.evidence, ...others],
    signal: {
      name: signal,
      service,
      exporter: recipe.exporter,
      unit: recipe.unit,
      label: label.label,
      metrics: [...recipe.metrics],
      also,
      looked_for: [],
    },
  };
}
