/** The one printer of log lines: JSON, with secrets redacted. Owns `pino`. */
import { type DestinationStream, pino } from "pino";
import { redact, redactValue } from "../core/redact.js";
import type { Json } from "../schema/json.js";
import { visibleJson } from "../vocabulary/visible.js";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** A logger whose lines carry time, level and the fields it was made with; message and fields are redacted. */
export interface Log {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  child(fields: object): Log;
}

/** Characters of lines that wait for room on a full disk; what comes on top of them is lost. */
const WAITING_MAX_CHARS = 1_000_000;

/** Lines to an open file. One that cannot be written, on a full disk say, waits or is lost: the work goes on. */
export function linesTo(fd: number): DestinationStream {
  const destination = pino.destination({ fd, sync: true, maxLength: WAITING_MAX_CHARS });
  destination.on("error", () => undefined);
  return destination;
}

/** Lines go to standard error, so that standard output stays the program's own. */
export function createLog(level: LogLevel, destination: DestinationStream = linesTo(2)): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: levelName } };
  const shown: DestinationStream = { write: (line) => destination.write(visibleJson(line)) };
  return wrap(pino(options, shown), {});
}

const levelName = (label: string) => ({ level: label });

function wrap(logger: pino.Logger, fixed: object): Log {
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: object = {}) => {
      if (logger.isLevelEnabled(level)) logger[level](clean({ ...fixed, ...fields }), redact(message));
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(logger, { ...fixed, ...fields }),
  };
}

/** Through JSON, so that errors, bigints and cycles cannot break a log line. */
function clean(fields: object): object {
  try {
    const json = JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value)) ?? "{}";
    return redactValue(JSON.parse(json) as Json) as object;
  } catch {
    return { fields: "not loggable" };
  }
}
