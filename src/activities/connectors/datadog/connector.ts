/** Sources of kind `datadog`. */
import { datadogUrl } from "../../../schema/config/metrics.js";
import { absentParams } from "../../tools/kit/metrics/params.js";
import type { SourceConnector } from "../contract.js";
import { readDatadog, validateDatadog } from "./metrics.js";

export const datadog: SourceConnector<"datadog"> = {
  kind: "datadog",
  urls: (source) => [datadogUrl(source)],
  async check(source, context) {
    await validateDatadog(source, context);
    return "its API key is taken";
  },
  readMetrics: (source, { params, moment }, context) =>
    readDatadog(source, params.datadog_query ?? "", moment, context),
  metricFaults: absentParams(
    "datadog",
    ["query", "ratio", "rate", "gauge", "signal", "signal_query", "window_seconds"],
    "use datadog_query, or a source of kind prometheus",
  ),
  sample: { kind: "datadog", site: "datadoghq.com", api_key: "env:SAMPLE", app_key: "env:SAMPLE" },
};
