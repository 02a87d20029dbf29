/** Lines that a runtime wrapped: with its own time, and in parts where they were long. */
import { jsonRecord } from "./record-entry.js";
import { fieldTimeMs } from "./times.js";

export interface WrappedLine {
  text: string;
  timeMs: number | undefined;
  /** More of the same line follows. */
  isPart: boolean;
}

/** containerd and CRI-O: `2026-11-29T12:00:00.1Z stderr F text`. */
const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) ([PF])(?::\S*)?(?: (.*))?$/s;

export function unwrapped(line: string, referenceMs: number): WrappedLine | undefined {
  if (line.startsWith("{"))
    return line.includes('"log"') && line.includes('"stream"') ? ofDocker(line, referenceMs) : undefined;
  const [, time, kind, text = ""] = (line.charAt(4) === "-" && CRI.exec(line)) || [];
  return kind === undefined ? undefined : { text, timeMs: fieldTimeMs(time, referenceMs), isPart: kind === "P" };
}

/** Docker's json-file: a line that does not end is a part. */
function ofDocker(line: string, referenceMs: number): WrappedLine | undefined {
  const record = jsonRecord(line);
  if (record === undefined || typeof record.log !== "string" || typeof record.stream !== "string") return undefined;
  if (Object.keys(record).some((key) => !["log", "stream", "time", "attrs"].includes(key))) return undefined;
  const text = record.log.replace(/\r?\n$/, "");
  return { text, timeMs: fieldTimeMs(record.time, referenceMs), isPart: text === record.log };
}

/** Characters of a line that is put together from parts. */
const JOINED_MAX_CHARS = 1_000_000;

/** Puts the parts of a line together. */
export class Parts {
  #text: string[] = [];
  #chars = 0;
  #timeMs: number | undefined;

  /** The whole line, once its last part is there. */
  push({ text, timeMs, isPart }: WrappedLine): WrappedLine | undefined {
    if (this.#text.length === 0) this.#timeMs = timeMs;
    if (this.#chars < JOINED_MAX_CHARS) this.#text.push(text);
    this.#chars += text.length;
    return isPart ? undefined : this.end();
  }

  end(): WrappedLine | undefined {
    if (this.#text.length === 0) return undefined;
    const whole = { text: this.#text.join(""), timeMs: this.#timeMs, isPart: false };
    this.#text = [];
    this.#chars = 0;
    return whole;
  }
}
