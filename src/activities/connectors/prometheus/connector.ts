/** Sources of kind `prometheus`: Prometheus and what speaks its interface. */
import type { ToolContext } from "../../define-tool.js";
import { absentParams } from "../../tools/kit/metrics/params.js";
import { readSignal } from "../../tools/kit/metrics/signal-reading.js";
import type { Named, SourceConnector } from "../contract.js";
import { SAMPLE_URL } from "../kit/limits.js";
import { counted, sourceEmpty } from "../kit/source-checks.js";
import { askPrometheus } from "./api.js";
import { readPrometheus } from "./metrics.js";

const WINDOW_SECONDS = 60;

export const prometheus: SourceConnector<"prometheus"> = {
  kind: "prometheus",
  urls: ({ url, alertmanager }) => (alertmanager === undefined ? [url] : [url, alertmanager]),
  check,
  readMetrics: (source, { params, question, moment }, context) =>
    params.signal === undefined
      ? readPrometheus(source, question, params.window_seconds ?? WINDOW_SECONDS, moment, context)
      : readSignal(source, params, moment, context),
  metricFaults: absentParams("prometheus", ["datadog_query"], "use query, or a source of kind datadog"),
  sample: { kind: "prometheus", url: SAMPLE_URL },
};

async function check(source: Named<"prometheus">, context: ToolContext): Promise<string> {
  const time = String(context.now() / 1_000);
  const data = await askPrometheus(source, "query", { query: "count(up)", time }, context);
  const [first] = data.resultType === "vector" ? data.result : [];
  if (first?.value === undefined) throw sourceEmpty(source.name, "no series of up: nothing is scraped");
  return counted(Number(first.value[1]), "scraped target");
}
