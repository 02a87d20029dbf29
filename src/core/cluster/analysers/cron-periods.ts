/** How far apart the times of a plain schedule are at most; undefined where it has days or hours of its own choice. */

const MINUTE_MS = 60_000;
const NAMED: Record<string, number> = {
  "@hourly": 60,
  "@daily": 1_440,
  "@midnight": 1_440,
  "@weekly": 10_080,
};

export function periodMs(schedule: string): number | undefined {
  const text = schedule.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, "");
  const every = /^@every (\d+)(m|h)$/.exec(text);
  if (every !== null) return Number(every[1]) * (every[2] === "h" ? 60 : 1) * MINUTE_MS;
  const named = NAMED[text];
  if (named !== undefined) return named * MINUTE_MS;
  const [minute = "", hour = "", day = "", month = "", weekday = "", ...rest] = text.split(/\s+/);
  if (rest.length > 0 || day !== "*" || month !== "*" || !["*", "?"].includes(weekday)) return undefined;
  const minutes = steps(minute, 60);
  const hours = steps(hour, 24);
  if (minutes === undefined || hours === undefined) return undefined;
  // Several in an hour, or one; then the hours count.
  return (hours === 1 ? minutes : hours * 60) * MINUTE_MS;
}

/** `*` 1, `*` with a step that step, a number once in all. */
function steps(field: string, all: number): number | undefined {
  if (field === "*") return 1;
  const step = /^(?:\*|0|0-\d+)\/(\d+)$/.exec(field)?.[1];
  if (step !== undefined) return Number(step);
  return /^\d+$/.test(field) ? all : undefined;
}
