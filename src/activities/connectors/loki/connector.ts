/** Sources of kind `loki`. */
import type { SourceConnector } from "../contract.js";
import { LOGS_KEPT_MAX_CHARS, SAMPLE_URL } from "../kit/limits.js";
import { readLoki } from "./logs.js";

export const loki: SourceConnector<"loki"> = {
  kind: "loki",
  urls: ({ url }) => [url],
  readLogs: (source, question, context) => readLoki(source, question, LOGS_KEPT_MAX_CHARS, context),
  queryFault: (query) =>
    query.trimStart().startsWith("|")
      ? undefined
      : {
          rule: "a pipeline that begins with |",
          hint: "the source's selector stands before it, and config.yaml decides that",
        },
  sample: { kind: "loki", url: SAMPLE_URL, selector: '{app="sample"}', level_field: "detected_level" },
};
