/**
 * What the search for signs reads instead of the text as written: compatible forms, look-alike letters, accents and
 * spread-out letters made plain. Loaded by the workflow sandbox: imports no package and reads no clock.
 */

/** Letters of other scripts that look like Latin ones. */
const LOOK_ALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  [..."аaеeоoрpсcуyхxіiјjѕsԁdԛqѡwһhαaοoρpνvιiκkτtυuɑaɡgցgսuոnօoհhѵvӏlᴄcᴏoᴜuᴠvᴡwᴢzɩiıiβbηnγyωwмmнhтtвbкk"].flatMap(
    (char, index, all) => (index % 2 === 0 ? [[char, all[index + 1] ?? char]] : []),
  ),
);
const STROKED: Readonly<Record<string, string>> = { ß: "ss", đ: "d", ł: "l", ø: "o", æ: "ae", œ: "oe" };
/** Small words of English; a text of which several are found reads as a sentence. */
const COMMON = new Set(
  "all and any are as at be by can do for from give have how in is it me my no not now of on or please say tell that the this to user was what where who will with you your ignore instructions previous password system prompt secret".split(
    " ",
  ),
);

/** Lower case, one space between words, letters without disguise. Other scripts stay as they are. */
export function plainText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/(?<=[a-zα-ω])[\u0300-\u036f]{1,8}/g, "")
    .normalize("NFC")
    .replace(/[’‘`´]/g, "'")
    .replace(/[ßđłøæœ]/g, (char) => STROKED[char] ?? char)
    .replace(/(?<=[a-z])\p{L}|\p{L}(?=[a-z])/gu, (char) => LOOK_ALIKES[char] ?? char)
    .replace(/(?<![\p{L}\p{N}])(?:\p{L}[ .\-_*|]){3,60}\p{L}(?![\p{L}\p{N}])/gu, (run) => run.replace(/[ .\-_*|]/g, ""))
    .replace(/\s+/g, " ");
}

/** How many different common English words a text has, and how many words at all; single letters are none. */
export function commonWords(text: string): { common: number; words: number } {
  const words = text.toLowerCase().match(/(?<![a-z])[a-z]{2,20}(?![a-z])/g) ?? [];
  return { common: new Set(words.filter((word) => COMMON.has(word))).size, words: words.length };
}

/** Whether a text is a sentence of English: at least four words, a third of them common. */
export function readsAsSentence(text: string): boolean {
  const { common, words } = commonWords(text);
  return words >= 4 && common >= 2 && common * 3 >= words;
}
