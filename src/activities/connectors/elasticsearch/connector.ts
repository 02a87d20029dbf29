/** Sources of kind `elasticsearch`: Elasticsearch and OpenSearch. */
import type { SourceConnector } from "../contract.js";
import { LOGS_KEPT_MAX_CHARS, SAMPLE_URL } from "../kit/limits.js";
import { readElasticsearch } from "./logs.js";

export const elasticsearch: SourceConnector<"elasticsearch"> = {
  kind: "elasticsearch",
  urls: ({ url }) => [url],
  readLogs: (source, question, context) => readElasticsearch(source, question, LOGS_KEPT_MAX_CHARS, context),
  sample: {
    kind: "elasticsearch",
    url: SAMPLE_URL,
    index: "sample",
    time_field: "@timestamp",
    level_field: "level",
    message_field: "message",
  },
};
