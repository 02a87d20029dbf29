/** Texts that make careless expressions slow: one sign or opener many times, alone or in a line of its own. */

export interface HostileText {
  name: string;
  /** About so many characters. */
  of(length: number): string;
}

/** A placeholder of a playbook. */
const PLACEHOLDER = ["$", "{a}"].join("");

const UNITS = [
  PLACEHOLDER,
  ...[".", "-", "_", "/", "\\", ":", "#", "=", "@", "|", "$", '"', "'", "`", "(", "[", "]", "{", "}", "<", "{{", "${"],
  ...[" ", "\t", "\n", "\r\n", "\u2028", " \n", "a ", "a\n", "  - a\n", "> ", "0 ", "1.", "- "],
  ...["a", "A", "0", "aA", "a0", "e\u0301", "\u200d", "\u{1F600}", "\ud800", "ﬃ"],
  ...["a=", 'a="', "a='\\", '\\"', "a.b", "a-b", "a_b ", "a/b", "a@b", "key=value ", "[1,", '{"a":', "**a", "[a]("],
  ...["jwt=]", "token: ", "http://a", "level=", "Error at ", "eyJ", "code=", "by (", "x{y=~", "ing", "GH-", "--token "],
  ...["2024-01-01T00:00:00", "0.0.0.0", "::"],
];

const plain = (unit: string): HostileText => ({
  name: JSON.stringify(unit),
  of: (length) => flat(unit.repeat(Math.ceil(length / unit.length))),
});

/** The end decides whether an expression that got so far has to try again from every place. */
const ended = (unit: string, end: string): HostileText => ({
  name: `${JSON.stringify(unit)} … ${JSON.stringify(end)}`,
  of: (length) => flat(unit.repeat(Math.ceil(length / unit.length)) + end),
});

/** An expression that wants a beginning and an end tries each place in between for the end. */
const within = (start: string, unit: string): HostileText => ({
  name: `${JSON.stringify(start)} … ${JSON.stringify(unit)} … "x"`,
  of: (length) => flat(`${start}${unit.repeat(Math.ceil(length / unit.length))}x`),
});

/** Of as many different signs as a made-up text has, which words are not taken for. */
const RANDOM = "abcdefghijkl";

const WITHIN: ReadonlyArray<[start: string, unit: string]> = [
  ...["a:", "a=", "[", '"', "a "].map((start): [string, string] => [start, " "]),
  ...["```", "[", "(", "x\n"].map((start): [string, string] => [start, " \t"]),
  ...['{a="', "rate(", "1"].map((start): [string, string] => [start, "0"]),
  ...["api_key=", "password: ", ""].map((start): [string, string] => [start, RANDOM]),
  ...[".", "-", "/", "="].map((unit): [string, string] => ["a", unit]),
];

const ENDED = [" ", ".", "a", "0", "[", "("];

export const HOSTILE_TEXTS: readonly HostileText[] = [
  ...UNITS.map(plain),
  ...ENDED.map((unit) => ended(unit, "!x")),
  ...WITHIN.map(([start, unit]) => within(start, unit)),
];

/** One piece of memory: a text that was put together of parts is slow to read the first time. */
const flat = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");
