/**
 * A text as it reads without line breaks and escapes, and where each of its characters stands in the text itself: so is
 * found what somebody broke over lines or wrote in HTML, JSON, a shell, a URL or a mail, in whichever mixture.
 */

export interface Unescaped {
  text: string;
  /** The place in the text of a place in this one; an end lies behind the escape before it, and before a line break. */
  placeOf(at: number, isEnd: boolean): number;
}

/** Spares the reading of texts that hold none of it. */
export const MAY_HOLD_ESCAPES = /[\r\n\\%&\u00ad\u200b-\u200d\u2060\ufeff]|=[0-9A-F]{2}/;

/** The end of a line with what editors, mail and programs put around it when they break one. */
const LINE_BREAK = "[ \\t]{0,40}[\\\\=]?\\r?\\n[ \\t>|+-]{0,40}";
/** However often it was escaped; the letter of a control goes with it. */
const BACKSLASHES = "\\\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[rn])?";
const HTML = "&#0{0,5}([0-9]{2,5});|&#[xX]0{0,5}([0-9a-fA-F]{2,4});|&(amp|lt|gt|quot|apos);";
const UNSEEN = "[\\u00ad\\u200b-\\u200d\\u2060\\ufeff]";
const COMMON = [LINE_BREAK, BACKSLASHES, HTML, UNSEEN, "%([0-7][0-9a-fA-F])"].join("|");
/** Of mail: elsewhere an equals sign before two capitals or digits is none of it. */
const QUOTED_PRINTABLE = `${COMMON}|=([2-7][0-9A-F])`;

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const WAYS = [new RegExp(COMMON, "g"), new RegExp(QUOTED_PRINTABLE, "g")] as const;

/** Once, and a second time as mail where it may be mail. */
export function readingsOf(text: string): Unescaped[] {
  return WAYS.slice(0, /=[2-7][0-9A-F]/.test(text) ? 2 : 1).map((way) => readingBy(text, way));
}

function readingBy(whole: string, way: RegExp): Unescaped {
  // An escape counts behind its character, and what is left out at its place: so no two are at one place.
  const shifts: Array<{ at: number; left: number }> = [];
  let left = 0;
  const text = whole.replace(way, (found: string, ...rest: unknown[]) => {
    const groups = rest.findIndex((each) => typeof each === "number");
    const char = charOf(rest.slice(0, groups) as Array<string | undefined>);
    const at = (rest[groups] as number) - left;
    left += found.length - char.length;
    shifts.push({ at: char === "" ? at : at + 0.5, left });
    return char;
  });
  return { text, placeOf: (at, isEnd) => at + shiftAt(at, isEnd, shifts) };
}

function charOf([unicode, byte, decimal, hexadecimal, named, url, mail]: Array<string | undefined>): string {
  const hex = unicode ?? byte ?? hexadecimal ?? url ?? mail;
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
  if (decimal !== undefined) return String.fromCharCode(Number(decimal));
  return named === undefined ? "" : (NAMED[named] ?? "");
}

/** How many characters were left out before a place. */
function shiftAt(at: number, isEnd: boolean, shifts: ReadonlyArray<{ at: number; left: number }>): number {
  let low = 0;
  let high = shifts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = shifts[middle] as { at: number };
    if (isEnd ? one.at < at : one.at <= at) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1]?.left ?? 0;
}
