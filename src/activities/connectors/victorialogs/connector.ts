/** Sources of kind `victorialogs`. */
import type { SourceConnector } from "../contract.js";
import { LOGS_KEPT_MAX_CHARS, SAMPLE_URL } from "../kit/limits.js";
import { readVictoriaLogs } from "./logs.js";

export const victorialogs: SourceConnector<"victorialogs"> = {
  kind: "victorialogs",
  urls: ({ url }) => [url],
  readLogs: (source, question, context) => readVictoriaLogs(source, question, LOGS_KEPT_MAX_CHARS, context),
  sample: { kind: "victorialogs", url: SAMPLE_URL, level_field: "level" },
};
