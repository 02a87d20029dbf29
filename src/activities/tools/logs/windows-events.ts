/** Events that Windows exports as XML, one on a line. */
import { windowsLevel } from "./levels.js";
import { cut, type LogEntry, MESSAGE_MAX_CHARS } from "./record-entry.js";
import { fieldTimeMs } from "./times.js";

const HEAD_CHARS = 4_000;
const TIME = /<TimeCreated SystemTime=['"]([^'"]{10,40})['"]/;
const LEVEL = /<Level>(\d)<\/Level>/;
const PROVIDER = /<Provider Name=['"]([^'"]{1,200})['"]/;
const EVENT = /<EventID[^<>]{0,60}>(\d{1,10})<\/EventID>/;
const TEXT = /<Message>([^<]{1,4000})<\/Message>/;
const DATA = /<Data(?: [^<>]{0,100})?>([^<]{1,500})<\/Data>/g;

/** Undefined where the line is no such event. */
export function windowsEvent(line: string, referenceMs: number): LogEntry | undefined {
  if (!line.startsWith("<Event")) return undefined;
  const head = line.slice(0, HEAD_CHARS);
  const level = LEVEL.exec(head)?.[1];
  if (level === undefined) return undefined;
  const data = [...line.slice(0, MESSAGE_MAX_CHARS).matchAll(DATA)].map(([, value]) => value);
  const text = TEXT.exec(line.slice(0, MESSAGE_MAX_CHARS))?.[1] ?? data.join(" ");
  const message = [PROVIDER.exec(head)?.[1], EVENT.exec(head)?.[1], text].filter((part) => part).join(" ");
  return {
    // More digits than a fraction of a second has elsewhere
    timeMs: fieldTimeMs(TIME.exec(head)?.[1]?.replace(/(\.\d{3})\d+/, "$1"), referenceMs),
    level: windowsLevel(level),
    message: cut(message, MESSAGE_MAX_CHARS),
  };
}
