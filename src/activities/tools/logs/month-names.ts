/** Names of months in logs: English, and those that begin otherwise where the machine speaks German, French or Spanish. */

const ENGLISH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const OTHERS: Record<string, number> = {
  ene: 0,
  fév: 1,
  mär: 2,
  avr: 3,
  abr: 3,
  mai: 4,
  juin: 5,
  juil: 6,
  aoû: 7,
  ago: 7,
  okt: 9,
  dez: 11,
  déc: 11,
  dic: 11,
};

const initial = (name: string): string => `[${name.charAt(0).toUpperCase()}${name.charAt(0)}]${name.slice(1)}`;

/** A month's name or its short form, which a full stop may follow, as an expression with the group `name`. */
export const MONTH_NAME = `(?<name>(?:${[
  ...[...ENGLISH, ...Object.keys(OTHERS)].map(initial),
  ...ENGLISH.map((name) => name.toUpperCase()),
].join("|")})[a-zé]{0,6})\\.?`;

/** 0 to 11; -1 where the name is none of a month. */
export function monthOf(name = ""): number {
  const text = name.toLowerCase();
  return OTHERS[text.slice(0, 4)] ?? OTHERS[text.slice(0, 3)] ?? ENGLISH.indexOf(text.slice(0, 3));
}
