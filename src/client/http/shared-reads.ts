/** Answers to reads, shared by those who ask the same at about the same time. A failure is shared and not kept. */

interface Answer {
  ok: boolean;
}

interface Entry {
  answer: Promise<Answer>;
  epoch: number;
  /** When it stops being given; undefined while it is on its way. */
  untilMs?: number;
}

export interface SharedReads {
  /** What `read` answers, or what the same `key` was answered at most `keepMs` ago and since the last `drop`. */
  get<T extends Answer>(key: string, keepMs: number, read: () => Promise<T>): Promise<T>;
  /** Whoever asks from now on is told what is the case from now on: one key, or all of them. */
  drop(key?: string): void;
}

/** Holds at most `max` answers. `now` in milliseconds. */
export function createSharedReads(max: number, now: () => number): SharedReads {
  const entries = new Map<string, Entry>();
  let epoch = 0;

  function get<T extends Answer>(key: string, keepMs: number, read: () => Promise<T>): Promise<T> {
    const known = entries.get(key);
    if (known?.epoch === epoch && (known.untilMs === undefined || now() < known.untilMs)) {
      return known.answer as Promise<T>;
    }
    const answer = read();
    const entry: Entry = { answer, epoch };
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > max && oldest !== undefined) entries.delete(oldest);
    const forget = (): void => {
      if (entries.get(key) === entry) entries.delete(key);
    };
    answer.then(({ ok }) => {
      if (ok && keepMs > 0) entry.untilMs = now() + keepMs;
      else forget();
    }, forget);
    return answer;
  }

  function drop(key?: string): void {
    if (key === undefined) epoch++;
    else entries.delete(key);
  }

  return { get, drop };
}
