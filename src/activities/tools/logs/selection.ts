/** Which entries of a log are kept: those in range that match, the newest of them up to a number and a size. */
import { redact } from "../../../core/redact.js";
import { owned } from "../kit/owned-text.js";
import type { LogEntry } from "./entries.js";
import { isAtLeast, type Level, type LevelOrUnknown } from "./levels.js";
import { TemplateCounter } from "./template-counter.js";

export interface Selection {
  sinceMs: number;
  untilMs: number;
  level?: Level;
  contains?: string;
  /** What cannot be kept is counted all the same, as far as it can be read. */
  countsAll?: boolean;
}

export interface KeptEntry extends LogEntry {
  timeMs: number;
  /** Order of arrival; settles equal times. */
  order: number;
  /** Characters. */
  size: number;
  /** Where it stands, of a source of several files. */
  file?: string;
}

export class NewestEntries {
  total = 0;
  readonly byLevel: Partial<Record<LevelOrUnknown, number>> = {};
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** Matched, and told no time: `fallbackMs` stands in. */
  timeless = 0;
  /** Matched, but not kept. */
  dropped = 0;
  /** All that matched, kept or not. */
  readonly counter = new TemplateCounter();
  #kept: KeptEntry[] = [];
  #keptChars = 0;
  #order = 0;

  constructor(
    readonly selection: Selection,
    readonly maxEntries: number,
    readonly maxChars: number,
  ) {}

  /** `fallbackMs` stands in for an entry that tells no time: when its file changed last. */
  offer(entry: LogEntry, fallbackMs: number, file?: string): void {
    const timeMs = entry.timeMs ?? fallbackMs;
    const order = this.#order++;
    if (!this.#matches(entry, timeMs)) return;
    this.total++;
    if (entry.timeMs === undefined) this.timeless++;
    this.byLevel[entry.level] = (this.byLevel[entry.level] ?? 0) + 1;
    this.firstMs = Math.min(this.firstMs ?? timeMs, timeMs);
    this.lastMs = Math.max(this.lastMs ?? timeMs, timeMs);
    this.counter.add(entry, timeMs);
    const size = sizeOf(entry);
    const { level, fields } = entry;
    const kept = { level, message: owned(entry.message), timeMs, order, size, ...(file !== undefined && { file }) };
    this.#kept.push(fields === undefined ? kept : { ...kept, fields });
    this.#keptChars += size;
    if (this.#kept.length >= this.maxEntries * 2 || this.#keptChars > this.maxChars * 2) this.#compact();
  }

  /** Oldest first. */
  take(): KeptEntry[] {
    this.#compact();
    return this.#kept;
  }

  #matches(entry: LogEntry, timeMs: number): boolean {
    const { sinceMs, untilMs, level, contains } = this.selection;
    if (timeMs < sinceMs || timeMs > untilMs) return false;
    if (level !== undefined && !isAtLeast(entry.level, level)) return false;
    if (contains === undefined) return true;
    const wanted = contains.toLowerCase();
    const text = `${entry.message}\n${entry.fields === undefined ? "" : JSON.stringify(entry.fields)}`;
    // What redaction hides must not be found either: a count of matches would tell it character by character.
    return text.toLowerCase().includes(wanted) && redact(text).toLowerCase().includes(wanted);
  }

  #compact(): void {
    this.#kept.sort((a, b) => a.timeMs - b.timeMs || a.order - b.order);
    let chars = 0;
    let from = this.#kept.length;
    while (from > 0 && this.#kept.length - from < this.maxEntries) {
      const entry = this.#kept[from - 1];
      chars += entry?.size ?? 0;
      if (chars > this.maxChars) break;
      from--;
    }
    this.dropped += from;
    this.#kept = this.#kept.slice(from);
    this.#keptChars = this.#kept.reduce((sum, { size }) => sum + size, 0);
  }
}

const sizeOf = (entry: LogEntry): number =>
  entry.message.length + 80 + (entry.fields === undefined ? 0 : JSON.stringify(entry.fields).length);
