/** A log line as words, in which what shows as a value by its form is one already. */

/** Characters of a line that are looked at: what distinguishes statements stands early. */
const LINE_MAX_CHARS = 1_000;
const TOKENS_MAX = 120;
export const WILDCARD = "<*>";

/** Values that can be told from words by their form alone, the longer forms first. */
const MASKS: readonly RegExp[] = [
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi,
  /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi,
  /\b\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z| ?[+-]\d\d:?\d\d)?)?/g,
  /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d\d:\d\d:\d\d(?: \d{4})?/g,
  /\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\b/g,
  /(?<![\w.])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w.])/gi,
  /\/?\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g,
  /(?<![\w./])(?:[A-Za-z]:\\|\/)[\w.+@%~-]+(?:[/\\][\w.+@%~$-]*)*/g,
  /\b0x[0-9a-f]+\b/gi,
  // A number with its unit is one value, whichever unit it came out in.
  /[<>~]?(?<![\w.-])\d+(?:\.\d+)? ?(?:[KMGTP]i?B|B|[mun\u00b5]s|secs?|mins?|hrs?)(?![\w(])/g,
  // Hosts: with a port whatever the name, else by the end of the name.
  /\b(?:[a-z0-9_-]+\.)+[a-z]{2,}:\d{1,5}\b/gi,
  /(?<![\w.@/-])(?:[a-z0-9_-]+\.)+(?:com|net|org|edu|gov|io|eu|cn|de|uk|fr|nl|ru|jp|kr|hk|tw|in|br|it|pl|ca|au|us|local|internal|lan)\b(?![\w.-])/gi,
];

/** Quoted text of several words is a value; but for the names of JSON's fields, and for requests, whose verb tells them apart. */
const QUOTED = /"([^"]{0,300})"(\s*:)?|(?<!\w)'([^']{1,300})'(?!\w)/g;
const REQUEST = /^[A-Z]{3,8} \S/;

const unquoted = (whole: string, text: string | undefined, colon: string | undefined): string => {
  if (colon !== undefined || (text !== undefined && REQUEST.test(text)) || !/\w\s/.test(whole)) return whole;
  return `${whole.charAt(0)}${WILDCARD}${whole.charAt(0)}`;
};

/** A line as words; values that show by their form are wildcards already. */
export function tokensOf(line: string): string[] {
  let text = line.split("\n", 1)[0] ?? "";
  // A word that the cut goes through would be another word.
  if (text.length > LINE_MAX_CHARS) text = text.slice(0, LINE_MAX_CHARS).replace(/\S*$/, "");
  text = text.replace(QUOTED, unquoted);
  for (const mask of MASKS) text = text.replace(mask, WILDCARD);
  const tokens = text
    .replace(/([=,;:()[\]{}"'|])/g, " $1 ")
    .replace(/([([{]) +([)\]}])/g, `$1 ${WILDCARD} $2`)
    .trim()
    .split(/\s+/)
    .slice(0, TOKENS_MAX)
    .map((token) => (/\d|^\*+$/.test(token) || token.includes(WILDCARD) ? WILDCARD : token));
  return withoutRepeats(tokens);
}

/** The longest part of a list that is repeated, in words: `node-1 <ok> node-2 <ok>`. */
const PERIOD_MAX = 4;

/** Adjacent values become one, and lists one of their items: how long they are differs from line to line. */
function withoutRepeats(tokens: readonly string[]): string[] {
  const kept: string[] = [];
  for (const token of tokens) {
    kept.push(token);
    for (let period = 1; period <= PERIOD_MAX && period * 2 <= kept.length; period++) {
      const last = kept.slice(-period);
      if (!last.includes(WILDCARD)) continue;
      if (last.every((word, index) => word === kept[kept.length - 2 * period + index])) {
        kept.length -= period;
        break;
      }
    }
  }
  return kept;
}
