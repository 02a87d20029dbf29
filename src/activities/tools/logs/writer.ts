/** Who wrote an entry of a log that several write to: by its fields, the beginning of its line, or its file. */
import { basename } from "node:path";
import type { KeptEntry } from "./selection.js";

/** Fields that name a writer, the surest first. */
const FIELDS = [
  ...[
    "service",
    "service_name",
    "service.name",
    "serviceName",
    "app",
    "app_name",
    "application",
    "app.kubernetes.io/name",
  ],
  ...["container", "container_name", "compose_service", "program", "appname", "syslog_identifier", "unit", "job"],
];
/** `service=orders`, and `orders-1  | …`, `orders[812]: …` before the message. */
const IN_TEXT = /(?:^|\s)(?:service|app|application)=["']?([\w.-]{2,60})/i;
const BEFORE_TEXT = /^(?:\S{1,40}\s{1,3})?([a-z][\w.-]{1,60})(?:\[\d{1,9}\]: |\s{1,20}\| )/i;

/** Names that its writer may have, the likeliest first. */
export function writersOf({ fields = {}, message, file }: KeptEntry): string[] {
  const values = FIELDS.flatMap((field) => {
    const value = fields[field];
    return typeof value === "string" && value !== "" && !value.startsWith("{") ? [value] : [];
  });
  const nested = nameIn(fields.service) ?? nameIn(fields.app);
  const start = message.slice(0, 300);
  const said = IN_TEXT.exec(start)?.[1] ?? BEFORE_TEXT.exec(start)?.[1];
  return [...values, nested, said, file === undefined ? undefined : nameOfFile(file)].filter(
    (one) => one !== undefined,
  );
}

/** Of a record, which stands as JSON in the field. */
const nameIn = (value: unknown): string | undefined =>
  typeof value === "string" && value.startsWith("{") ? /"name":"([^"]{1,100})"/.exec(value)?.[1] : undefined;

/** As long as a file system lets a name be. */
const NAME_MAX_CHARS = 255;

/** What an ending, a number or a date of a rotated file says is no part of the name. */
export const nameOfFile = (path: string): string =>
  basename(path)
    .slice(0, NAME_MAX_CHARS)
    .replace(/\.gz$/, "")
    .replace(/[._-]\d{4}-?\d{2}-?\d{2}(?=[._-]|$)/g, "")
    .replace(/(?:\.(?:log|json|txt|out|err)|[._-]\d{1,4})+$/i, "")
    .replace(/[-_.](?:access|err|errors?|logs?|main|stderr|stdout)$/i, "");
