/** Words that say how urgent something is. They tell nothing of what is wrong, so they never choose a playbook. */
import { escapeRegExp } from "../../vocabulary/escape-regexp.js";

const NAMES = "severity|priority|urgency|criticality|sev|prio";
const LEVELS =
  "critical|crit|high|highest|medium|low|lowest|warning|warn|error|err|info|informational|information|notice|page|ticket|none|emergency|alert|urgent|major|minor|moderate|disaster|average|blocker|trivial|fatal|sev[-_ ]?\\d|[ps]\\d|\\d{1,2}";
const NAMED = new RegExp(
  `\\b(?:${NAMES})(?:\\s*[:=]\\s*|\\s+(?:is\\s+|level\\s+|of\\s+)?)["']?(?:${LEVELS})\\b["']?`,
  "gi",
);
const QUALIFIED = new RegExp(`\\b(?:${LEVELS})[- ](?:${NAMES})\\b`, "gi");
const ALONE = /\b(?:severity|urgency|criticality|critical|urgent(?:ly)?|priority|sev-?\d|p[0-5])\b/gi;

/** The same words as they stand in names that were split, such as `DiskCritical`. */
const WORDS = new Set(["severity", "urgency", "criticality", "critical", "urgent", "priority"]);
export const saysUrgency = (word: string): boolean => WORDS.has(word);

/** `severity` is the value that an alert's labels gave. */
export function withoutUrgency(goal: string, severity?: string): string {
  const own =
    severity === undefined || severity.trim() === ""
      ? goal
      : goal.replace(new RegExp(`\\b(?:${NAMES})\\s*[:=]?\\s*${escapeRegExp(severity)}(?![\\w-])`, "gi"), " ");
  return own.replace(NAMED, " ").replace(QUALIFIED, " ").replace(ALONE, " ");
}
