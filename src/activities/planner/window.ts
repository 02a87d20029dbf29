/** How far back a goal looks: a duration such as `30m`, from the words that people use for one. Reads no clock. */

const UNITS: ReadonlyArray<[RegExp, string]> = [
  [/^(?:s|sec|secs|second|seconds)$/, "s"],
  [/^(?:m|min|mins|minute|minutes)$/, "m"],
  [/^(?:h|hr|hrs|hour|hours)$/, "h"],
  [/^(?:d|day|days)$/, "d"],
  [/^(?:w|week|weeks)$/, "w"],
];
const FORMS = [
  /\b(?:(?:last|past|previous|within|for|since)\s+(?:the\s+|about\s+|roughly\s+|around\s+)*)+(\d{1,5}|an?|one)?\s*([a-z]+)\b/gi,
  /\b(\d{1,5}|an?|one)\s*([a-z]+)\s+ago\b/gi,
];
const WORDS: ReadonlyArray<[RegExp, string]> = [
  [/\bhalf an hour\b/i, "30m"],
  [/\b(?:last night|overnight|this (?:morning|afternoon|evening)|since midnight)\b/i, "12h"],
  [/\b(?:today|yesterday|since noon)\b/i, "24h"],
];

export function windowOf(goal: string): string | undefined {
  const said = WORDS.find(([words]) => words.test(goal))?.[1];
  for (const form of FORMS) {
    for (const [, amount, unit = ""] of goal.matchAll(form)) {
      const short = UNITS.find(([names]) => names.test(unit.toLowerCase()))?.[1];
      if (short === undefined) continue;
      return `${amount === undefined || /^\D/.test(amount) ? 1 : Number(amount)}${short}`;
    }
  }
  return said;
}
