/** Levels of log lines: many names, codes and numbers, five levels. */

export const LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof LEVELS)[number];
/** `unknown`: the line tells none. */
export type LevelOrUnknown = Level | "unknown";

const BY_LEVEL: Record<Level, string> = {
  debug: "trace verbose debug fine finer finest config trce trc dbug dbg verb vrb",
  info: "info information informational notice log success inf note infos hinweis información informações 信息 情報 정보",
  warn: "warn warning wrn warnin deprecation warnung avertissement advertencia avvertenza advertência 警告 경고",
  // java.util.logging and PostgreSQL write their levels in the language of the machine.
  error: "error err severe eror erro fail failed failure fehler schwerwiegend erreur errore grave 严重 致命的 심각",
  fatal: "fatal critical crit cri crt alert emerg emergency panic dpanic ftl fata pani",
};
const NAMES = new Map<string, Level>(
  LEVELS.flatMap((level) => BY_LEVEL[level].split(" ").map((name) => [name, level] as const)),
);
/** Codes of one letter: Android's, MongoDB's, klog's. */
const LETTERS: Record<string, Level> = {
  t: "debug",
  v: "debug",
  d: "debug",
  i: "info",
  n: "info",
  w: "warn",
  e: "error",
  f: "fatal",
  c: "fatal",
};
/** syslog's severities, 0 (emergency) to 7 (debug). */
const SEVERITIES: readonly Level[] = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];

/** The level that a word names, in any case; undefined where it names none. */
export function namedLevel(word: string): Level | undefined {
  return NAMES.get(word.toLowerCase());
}

export function letterLevel(letter: string): Level | undefined {
  return LETTERS[letter.toLowerCase()];
}

export function severityLevel(severity: number): LevelOrUnknown {
  return SEVERITIES[severity] ?? "unknown";
}

/** Steps of the numbers that loggers write, from which on a number means a level. */
const STEPS: ReadonlyArray<{ below: number; from: readonly [number, Level][] }> = [
  // pino and bunyan
  {
    below: 100,
    from: [
      [60, "fatal"],
      [50, "error"],
      [40, "warn"],
      [30, "info"],
      [10, "debug"],
    ],
  },
  // Monolog
  {
    below: 700,
    from: [
      [500, "fatal"],
      [400, "error"],
      [300, "warn"],
      [200, "info"],
      [100, "debug"],
    ],
  },
  // java.util.logging
  {
    below: 5_000,
    from: [
      [1_000, "error"],
      [900, "warn"],
      [800, "info"],
      [700, "debug"],
    ],
  },
  // Logback
  {
    below: 100_000,
    from: [
      [50_000, "fatal"],
      [40_000, "error"],
      [30_000, "warn"],
      [20_000, "info"],
      [5_000, "debug"],
    ],
  },
];

function numberLevel(value: number): LevelOrUnknown {
  if (value >= 0 && value <= 7 && Number.isInteger(value)) return severityLevel(value);
  const steps = STEPS.find(({ below }) => value < below)?.from ?? [];
  return steps.find(([from]) => value >= from)?.[1] ?? "unknown";
}

/** The level that a field holds: a name in any case, a code, or a number, as text too. */
export function fieldLevel(value: unknown): LevelOrUnknown {
  if (typeof value === "number") return numberLevel(value);
  if (typeof value !== "string" || value.length > 40) return "unknown";
  const text = value.trim();
  if (/^\d{1,5}$/.test(text)) return numberLevel(Number(text));
  // OpenTelemetry counts within a level: ERROR2; slog from the one below: ERROR+4
  const word = /^\W*([a-z]+)(?:\d|[+-]\d{1,2})?\W*$/i.exec(text)?.[1] ?? text;
  return namedLevel(word) ?? (word.length === 1 ? letterLevel(word) : undefined) ?? "unknown";
}

/** Windows counts from the worst, 1, to 5; 0 is told always. */
export function windowsLevel(value: unknown): LevelOrUnknown {
  return (["info", "fatal", "error", "warn", "info", "debug"] as const)[Number(value)] ?? "unknown";
}

/** Scales of single programs that count upwards: Nextcloud's 0 to 4, and lager's 0 to 3, which has no warning. */
export function upwardsLevel(name: string, value: unknown, record: Record<string, unknown>): Level | undefined {
  if (typeof value !== "number") return undefined;
  if (name === "level" && typeof record.reqId === "string" && typeof record.app === "string") return LEVELS[value];
  if (name !== "log_level" || typeof record.source !== "string") return undefined;
  return (["debug", "info", "error", "fatal"] as const)[value];
}

/** Azure Monitor counts upwards: 0 is verbose, 4 critical. */
export function azureLevel(value: unknown): LevelOrUnknown {
  return typeof value === "number" ? (LEVELS[value] ?? "unknown") : fieldLevel(value);
}

/** OpenTelemetry's severity numbers, 1 to 24, four to a level. */
export function otelLevel(value: unknown): LevelOrUnknown {
  const number = Number(value);
  if (!(number >= 1 && number <= 24)) return "unknown";
  return LEVELS[Math.max(0, Math.floor((number - 1) / 4) - 1)] ?? "unknown";
}

const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 10, 20, 30, 40, 50, 60, 100, 200, 250, 300, 400, 500, 550, 600];

/** The names, in small letters, and the numbers that `fieldLevel` takes for `minimum` or above: for a source's own filter. */
export function spellingsFrom(minimum: Level): string[] {
  const names = [...NAMES, ...Object.entries(LETTERS)].filter(([, level]) => isAtLeast(level, minimum));
  const numbers = NUMBERS.filter((number) => isAtLeast(fieldLevel(number), minimum));
  return [...names.map(([name]) => name), ...numbers.map(String)];
}

export function isAtLeast(level: LevelOrUnknown, minimum: Level): boolean {
  return level !== "unknown" && LEVELS.indexOf(level) >= LEVELS.indexOf(minimum);
}

export function isError(level: LevelOrUnknown): boolean {
  return level === "error" || level === "fatal";
}
