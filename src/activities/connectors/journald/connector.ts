/** Sources of kind `journald`: the machine's journal, or files of one. */
import type { SourceConnector } from "../contract.js";
import { LOGS_KEPT_MAX_CHARS } from "../kit/limits.js";
import { journalQueryFault, readJournald } from "./logs.js";

export const journald: SourceConnector<"journald"> = {
  kind: "journald",
  urls: () => [],
  readLogs: (source, question, context) => readJournald(source, question, LOGS_KEPT_MAX_CHARS, context),
  place: ({ path }) => path ?? "the machine's journal",
  queryFault(query) {
    const rule = journalQueryFault(query);
    return rule === undefined ? undefined : { rule, hint: "use contains and level for the text" };
  },
  sample: { kind: "journald" },
};
