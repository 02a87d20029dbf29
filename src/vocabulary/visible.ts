/**
 * What a person reads shows every character: those that take no room, turn the direction of text or steer a terminal are
 * written by their number. The one way for every surface: page, terminal, messages, tickets, mail, reports, documents.
 */

const JOINING =
  "\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}" +
  "\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}";
/** Where a hidden character is part of what is seen: emoji, and scripts whose letters join. */
const PART_OF_A_SIGN = [
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}])\\ufe0f",
  "(?<=[0-9#*])\\ufe0f(?=\\u20e3)",
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})",
  `(?<=[${JOINING}])[\\u200c\\u200d](?=[${JOINING}])`,
].join("|");
/**
 * Controls (C0, DEL, C1) but tab and line break, line and paragraph separators, direction marks, whatever Unicode says is
 * ignored by default (zero widths, soft hyphen, fillers, variation selectors, tags), blanks that are no space, lone halves
 * of pairs, and what is no character.
 */
const HIDDEN =
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u2800\\ufff9-\\ufffc" +
  "\\p{Default_Ignorable_Code_Point}\\p{Bidi_Control}\\p{Cs}\\p{Noncharacter_Code_Point}]";
const PATTERN = new RegExp(`${PART_OF_A_SIGN}|(${HIDDEN})`, "gu");

/** As people may read it; tabs and line breaks stay. */
export const visible = (text: string): string => writeHidden(text, numbered);

/** With every hidden character as `write` gives it: for formats that have their own way to write a number. */
export function writeHidden(text: string, write: (char: string) => string): string {
  return text.replace(PATTERN, (whole: string, hidden: string | undefined) =>
    hidden === undefined ? whole : write(hidden),
  );
}

function numbered(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

/** On one line: tabs and line breaks become spaces. */
export const visibleLine = (text: string): string => visible(text.replace(/[\t\r\n\u2028\u2029]+/g, " "));

/** JSON text that shows every character and reads back to the same value: JSON has a way to write each by its number. */
export const visibleJson = (json: string): string => writeHidden(json, units);

const units = (char: string): string =>
  Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
