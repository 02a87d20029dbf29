/** What an entry says with its fields: many loggers write "request failed" and put what failed into a field beside it. */
import type { KeptEntry } from "./selection.js";

/** Fields that hold what went wrong, the surest first; and parts of such fields that are records themselves. */
const FIELDS = [
  ...[
    "error",
    "err",
    "exception",
    "exc_info",
    "exc",
    "error.message",
    "error_message",
    "errormessage",
    "errmsg",
    "err_msg",
  ],
  ...[
    "exception.message",
    "exception_message",
    "cause",
    "reason",
    "detail",
    "details",
    "stack_trace",
    "stack",
    "stacktrace",
  ],
];
const PARTS = ["message", "msg", "error", "detail", "reason", "type", "class", "code"];
const SPOKEN_MAX_CHARS = 400;

export function spokenOf({ message, fields }: Pick<KeptEntry, "message" | "fields">): string {
  if (fields === undefined) return message;
  const byName = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  for (const field of FIELDS) {
    const said = textOf(byName.get(field));
    if (said === undefined) continue;
    if (message.includes(said)) return message;
    return `${message}: ${said.slice(0, SPOKEN_MAX_CHARS)}`;
  }
  return message;
}

/** Of a record, which stands as JSON in the field, what it says. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value.trim() === "" || /^(?:none|null|nil|false|true|0)$/i.test(value.trim()))
    return undefined;
  if (!value.startsWith("{")) return value;
  for (const part of PARTS) {
    const said = new RegExp(`"${part}":"((?:[^"\\\\]|\\\\.){1,400})"`, "i").exec(value)?.[1];
    if (said !== undefined) return said;
  }
  return value;
}
