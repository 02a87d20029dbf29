/** Words and signs for statuses, and times for people. A status is never told by colour alone. */
import type { NodeView } from "../../core/report/view.js";
import { toYaml } from "../../schema/yaml-text.js";
import type { Effect } from "../../vocabulary/node-types.js";

interface Style {
  sign: string;
  word: string;
  /** Class of its colour. */
  tone: "quiet" | "busy" | "good" | "bad" | "ask";
}

const STYLES: Record<string, Style> = {
  pending: { sign: "○", word: "not started", tone: "quiet" },
  asking: { sign: "◆", word: "needs approval", tone: "ask" },
  open: { sign: "◆", word: "waits for a decision", tone: "ask" },
  waiting: { sign: "◆", word: "waits for a decision", tone: "ask" },
  approved: { sign: "✓", word: "approved", tone: "good" },
  running: { sign: "▸", word: "running", tone: "busy" },
  succeeded: { sign: "✓", word: "succeeded", tone: "good" },
  failed: { sign: "✕", word: "failed", tone: "bad" },
  timed_out: { sign: "✕", word: "out of time", tone: "bad" },
  terminated: { sign: "✕", word: "terminated", tone: "bad" },
  rejected: { sign: "⊘", word: "rejected", tone: "bad" },
  expired: { sign: "⊘", word: "expired", tone: "bad" },
  withdrawn: { sign: "–", word: "withdrawn", tone: "quiet" },
  cut_off: { sign: "?", word: "may or may not have finished", tone: "bad" },
  cancelled: { sign: "⊘", word: "cancelled", tone: "quiet" },
  skipped: { sign: "–", word: "skipped", tone: "quiet" },
  planned: { sign: "◇", word: "would run", tone: "quiet" },
  allowed: { sign: "○", word: "may run", tone: "quiet" },
  gated: { sign: "◆", word: "needs approval", tone: "ask" },
  refused: { sign: "✕", word: "refused", tone: "bad" },
  dry_run: { sign: "◇", word: "dry run", tone: "quiet" },
};

export function styleOf(status: string): Style {
  return STYLES[status] ?? { sign: "?", word: status, tone: "quiet" };
}

/** What a node does to the world, for people. */
export const EFFECT_WORDS: Record<Effect, string> = {
  none: "computes only",
  read: "only reads",
  notify: "tells people",
  write: "changes production",
};

/** What the check after an effect said, for people. */
export function proofOf(verification: NodeView["verification"]): string {
  if (verification === undefined) return "no check after it says whether it worked";
  const why = verification.why === undefined ? "" : ` (${verification.why})`;
  switch (verification.verdict) {
    case "verified":
      return "verified: the check after it holds";
    case "not_verified":
      return `not verified: the check after it does not hold${why}`;
    case "inconclusive":
      return `not known to have worked: the check after it could not be made${why}`;
  }
}

/** A duration: `850 ms`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = (value: number, unit: string) => (value === 0 ? "" : ` ${value} ${unit}`);
  if (minutes < 60) return `${minutes} min${rest(seconds % 60, "s")}`;
  return `${Math.floor(minutes / 60)} h${rest(minutes % 60, "min")}`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

export const clock = (ms: number): string => CLOCK.format(ms);
export const day = (ms: number): string => DAY.format(ms);

/** Lists and mappings longer than this are read line by line. */
const ON_ONE_LINE_CHARS = 100;

/** One value of an output or of params, as it is. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value;
  const text = JSON.stringify(value) ?? "";
  return text.length > ON_ONE_LINE_CHARS ? toYaml(value).trimEnd() : text;
}
