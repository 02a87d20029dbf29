/** The level that an HTTP status means, of access logs in the formats of common servers. */
import type { LevelOrUnknown } from "./levels.js";

const METHOD = "(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PROPFIND)";
const STATUS = "([1-5]\\d\\d)";
/** Where a status stands in a line. */
const SHAPES: readonly RegExp[] = [
  // The common log format, Envoy, Django, Traefik: the request in quotes, then the status
  new RegExp(`"${METHOD} [^"]*" ${STATUS}(?!\\d)`),
  // HAProxy: five times in milliseconds, then the status
  new RegExp(` [+-]?\\d+(?:/[+-]?\\d+){3,4} ${STATUS} [+-]?\\d+ `),
  // Squid
  new RegExp(`\\bTCP_[A-Z_]+/${STATUS}\\b`),
  // AWS load balancers: three times in seconds, then the status
  new RegExp(` -?\\d+(?:\\.\\d+)?(?: -?\\d+(?:\\.\\d+)?){2} ${STATUS} (?:${STATUS}|-) \\d+ \\d+ "`),
  // Gin: between bars
  new RegExp(`\\| {1,3}${STATUS} {1,3}\\|`),
  // morgan's short form, Koa's and Play's
  new RegExp(`(?:^|[\\]:>-] |Access - )${METHOD} /\\S* ${STATUS}(?: |$)`),
  // HTTP.sys, Gitea, oauth2-proxy
  new RegExp(` HTTP/[\\d.]+ ${METHOD} \\S+ \\S+ ${STATUS} `),
  new RegExp(`\\bcompleted ${METHOD} \\S+ for \\S+, ${STATUS} `),
  new RegExp(`" HTTP/[\\d.]+ "[^"]*" ${STATUS} \\d`),
  // chi
  new RegExp(`" from \\S{1,60} - ${STATUS} \\d+B in `),
  // Rails, Phoenix
  /\bCompleted ([1-5]\d\d) [A-Z]/,
  /\bSent ([1-5]\d\d) in \d/,
  // uWSGI
  new RegExp(`\\(HTTP/[\\d.]+ ${STATUS}\\)`),
  // CloudFront: columns between tabs
  new RegExp(`\\t${METHOD}\\t[^\\t]*\\t[^\\t]*\\t${STATUS}\\t`),
];
/** Lograge, Heroku's router and others: the request in pairs. */
const PAIRED_METHOD = new RegExp(`\\b(?:method|verb)="?${METHOD}\\b`);
const PAIRED_STATUS = /\b(?:status|status_code|http_status|response_code|resp|code)="?([1-5]\d\d)\b(?!\.\d)/;
/** A line's request and status stand in its beginning; a referrer or agent of any length may follow. */
const LINE_CHARS = 2_000;

export function statusLevel(status: number): LevelOrUnknown {
  if (!(status >= 100 && status <= 599)) return "unknown";
  return status >= 500 ? "error" : status >= 400 ? "warn" : "info";
}

const MAY_BE_ACCESS = new RegExp(`${METHOD}\\b|/\\d|TCP_|\\||Completed [1-5]|Sent [1-5]`);
const IIS = new RegExp(` ${METHOD} /\\S* `);

export function lineStatusLevel(line: string): LevelOrUnknown {
  const text = line.length > LINE_CHARS ? line.slice(0, LINE_CHARS) : line;
  if (!MAY_BE_ACCESS.test(text)) return "unknown";
  for (const shape of SHAPES) {
    const status = shape.exec(text)?.[1];
    if (status !== undefined) return statusLevel(Number(status));
  }
  const paired = PAIRED_METHOD.test(text) ? PAIRED_STATUS.exec(text)?.[1] : undefined;
  if (paired !== undefined) return statusLevel(Number(paired));
  return IIS.test(text) ? statusLevel(endingStatus(text)) : "unknown";
}

/** IIS: status, substatus, the system's code, and milliseconds are the last numbers of a line. */
function endingStatus(text: string): number {
  const words = text.trimEnd().split(" ");
  let from = words.length;
  while (from > 0 && words.length - from < 4 && /^\d+$/.test(words[from - 1] ?? "")) from--;
  return words.length - from < 3 ? 0 : Number(words[from]);
}

const STATUS_FIELD =
  /^(?:http[._-]?)?(?:response[._-]?)?(?:status(?:[._-]?code)?|code|sc-status)$|^(?:downstream|origin|edge)(?:response)?status$/i;
const REQUEST_FIELD =
  /^(?:request|method|path|uri|url|verb|cs-method|http|(?:client[._-]?)?request[._-]?\w+|req[._-]?(?:method|path|uri|url)|http[._-]\w+)$/i;
const FIELDS_MAX = 200;

/** Objects that hold what was answered: of pino-http, morgan, Google's and Kubernetes' logs, and of ECS one deeper. */
const ANSWERS = ["res", "response", "httpResponse", "httpRequest", "responseStatus"];

/** The status of a record that tells of a request. */
export function recordStatusLevel(record: Record<string, unknown>): LevelOrUnknown {
  const own = ownStatusLevel(record);
  if (own !== "unknown") return own;
  const http = objectIn(record.http);
  for (const answer of [...ANSWERS.map((name) => objectIn(record[name])), objectIn(http?.response)]) {
    const level = answer === undefined ? "unknown" : ownStatusLevel({ ...answer, request: true });
    if (level !== "unknown") return level;
  }
  return "unknown";
}

const objectIn = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

function ownStatusLevel(record: Record<string, unknown>): LevelOrUnknown {
  const names = Object.keys(record).slice(0, FIELDS_MAX);
  const name = names.find((one) => STATUS_FIELD.test(one) && /^[1-5]\d\d$/.test(String(record[one])));
  if (name === undefined) return "unknown";
  const isRequest = /http|response|downstream|origin|sc-/i.test(name) || names.some((one) => REQUEST_FIELD.test(one));
  return isRequest ? statusLevel(Number(record[name])) : "unknown";
}
