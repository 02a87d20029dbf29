/** Sources of kind `files`: log files of this machine. */
import type { SourceConnector } from "../contract.js";
import { LOGS_KEPT_MAX_CHARS } from "../kit/limits.js";
import { readLogFiles } from "./logs.js";

export const files: SourceConnector<"files"> = {
  kind: "files",
  urls: () => [],
  readLogs: async (source, question, context, query) => ({
    ...(await readLogFiles(source, question, LOGS_KEPT_MAX_CHARS, context)),
    query,
  }),
  place: ({ path }) => path,
  queryFault: () => ({ rule: "absent for a source of kind files", hint: "use contains and level" }),
  sample: {
    kind: "files",
    path: "/sample.log",
    format: "json",
    time_field: "time",
    level_field: "level",
    message_field: "message",
  },
};
