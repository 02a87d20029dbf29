/** The syntax of regular expressions as RE2 has it, without what label matchers never use: no look-around, no captures. */

export type Piece =
  | { kind: "one"; fits(code: number): boolean }
  | { kind: "begin" }
  | { kind: "end" }
  | { kind: "all"; pieces: Piece[] }
  | { kind: "any"; pieces: Piece[] }
  | { kind: "repeat"; piece: Piece; min: number; max: number | undefined };

export type ParsedPattern = { ok: true; piece: Piece } | { ok: false; message: string };
type Fits = (code: number) => boolean;

const PATTERN_MAX_CHARS = 500;
const DEPTH_MAX = 20;
const REPEAT_MAX = 1_000;

class Refusal extends Error {}
const refuse = (message: string): never => {
  throw new Refusal(message);
};

/** Parses a pattern; what the syntax lacks is refused by name. */
export function parsePattern(source: string): ParsedPattern {
  if (source.length > PATTERN_MAX_CHARS) {
    return { ok: false, message: `a pattern must have at most ${PATTERN_MAX_CHARS} characters` };
  }
  try {
    return { ok: true, piece: new Reader([...source]).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message };
    throw error;
  }
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;
const between = (low: string, high: string): Fits => {
  const [from, to] = [codeOf(low), codeOf(high)];
  return (code) => code >= from && code <= to;
};
const anyOf =
  (fits: readonly Fits[]): Fits =>
  (code) =>
    fits.some((one) => one(code));
const not =
  (fits: Fits): Fits =>
  (code) =>
    !fits(code);
const only = (char: string): Fits => {
  const wanted = codeOf(char);
  return (code) => code === wanted;
};

const DIGIT = between("0", "9");
const WORD = anyOf([DIGIT, between("a", "z"), between("A", "Z"), only("_")]);
const SPACE = anyOf([...["\t", "\n", "\f", "\r", " "].map(only)]);
const CLASSES: Record<string, Fits> = { d: DIGIT, D: not(DIGIT), w: WORD, W: not(WORD), s: SPACE, S: not(SPACE) };
const CONTROLS: Record<string, string> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", a: "\x07" };
const POSIX: Record<string, Fits> = {
  alpha: anyOf([between("a", "z"), between("A", "Z")]),
  digit: DIGIT,
  alnum: anyOf([DIGIT, between("a", "z"), between("A", "Z")]),
  lower: between("a", "z"),
  upper: between("A", "Z"),
  space: anyOf([SPACE, only("\v")]),
  word: WORD,
  punct: anyOf([between("!", "/"), between(":", "@"), between("[", "`"), between("{", "~")]),
  xdigit: anyOf([DIGIT, between("a", "f"), between("A", "F")]),
};

class Reader {
  #at = 0;
  #depth = 0;
  #ignoresCase = false;
  constructor(private readonly chars: readonly string[]) {}

  whole(): Piece {
    const piece = this.#alternatives();
    if (this.#at < this.chars.length) refuse("a closing parenthesis stands alone");
    return piece;
  }

  #peek(): string | undefined {
    return this.chars[this.#at];
  }
  #take(text: string): boolean {
    if (this.chars.slice(this.#at, this.#at + text.length).join("") !== text) return false;
    this.#at += text.length;
    return true;
  }
  #next(): string {
    return this.chars[this.#at++] ?? refuse("it ends too early");
  }

  #alternatives(): Piece {
    const ignoredCase = this.#ignoresCase;
    const pieces = [this.#sequence()];
    while (this.#take("|")) pieces.push(this.#sequence());
    this.#ignoresCase = ignoredCase;
    const [first] = pieces;
    return pieces.length === 1 && first !== undefined ? first : { kind: "any", pieces };
  }

  #sequence(): Piece {
    const pieces: Piece[] = [];
    for (let char = this.#peek(); char !== undefined && char !== "|" && char !== ")"; char = this.#peek()) {
      const piece = this.#single();
      if (piece !== undefined) pieces.push(this.#repeated(piece));
    }
    return { kind: "all", pieces };
  }

  #single(): Piece | undefined {
    const char = this.#next();
    if (char === "(") return this.#group();
    if (char === "[") return this.#one(this.#class());
    if (char === ".") return this.#one(() => true);
    if (char === "^") return { kind: "begin" };
    if (char === "$") return { kind: "end" };
    if (char === "\\") return this.#escape();
    if ("*+?".includes(char)) refuse(`nothing stands before ${char}`);
    return this.#one(only(char));
  }

  #one(fits: Fits): Piece {
    if (!this.#ignoresCase) return { kind: "one", fits };
    const inEitherCase: Fits = (code) => {
      const char = String.fromCodePoint(code);
      return fits(code) || fits(codeOf(char.toLowerCase())) || fits(codeOf(char.toUpperCase()));
    };
    return { kind: "one", fits: inEitherCase };
  }

  /** A group; `undefined` for flags that hold for what follows. */
  #group(): Piece | undefined {
    if (++this.#depth > DEPTH_MAX) refuse(`it nests more than ${DEPTH_MAX} levels deep`);
    const ignoredCase = this.#ignoresCase;
    if (this.#take("?")) {
      if (["=", "!", "<=", "<!"].some((look) => this.#take(look))) refuse("it looks around, which is not supported");
      const named = this.#take("P<") || this.#take("<");
      const end = named ? ">" : ":";
      let head = "";
      while (this.#peek() !== end && this.#peek() !== ")") head += this.#next();
      const isFlagsOnly = this.#next() === ")";
      if (!named) this.#setFlags(head);
      if (isFlagsOnly) {
        this.#depth--;
        return undefined;
      }
    }
    const piece = this.#alternatives();
    if (!this.#take(")")) refuse("a parenthesis is not closed");
    this.#ignoresCase = ignoredCase;
    this.#depth--;
    return piece;
  }

  #setFlags(head: string): void {
    if (!/^[imsU]*(-[imsU]+)?$/.test(head)) refuse("a group begins with what is not known");
    const [on = "", off = ""] = head.split("-");
    if (on.includes("i")) this.#ignoresCase = true;
    if (off.includes("i")) this.#ignoresCase = false;
  }

  #escape(): Piece {
    const char = this.#next();
    if (char === "A") return { kind: "begin" };
    if (char === "z") return { kind: "end" };
    return this.#one(this.#escaped(char));
  }

  #escaped(char: string): Fits {
    const known = CLASSES[char];
    if (known !== undefined) return known;
    const control = CONTROLS[char];
    if (control !== undefined) return only(control);
    if (char === "x") return only(this.#hexadecimal());
    if (/[a-zA-Z0-9]/.test(char)) refuse(`\\${char} is not supported`);
    return only(char);
  }

  #hexadecimal(): string {
    let digits = "";
    if (this.#take("{")) while (!this.#take("}")) digits += this.#next();
    else digits = this.#next() + this.#next();
    const code = /^[0-9a-fA-F]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    return code <= 0x10ffff ? String.fromCodePoint(code) : refuse("\\x needs a code in hexadecimal digits");
  }

  #class(): Fits {
    const isNegated = this.#take("^");
    const parts: Fits[] = [];
    for (let first = true; first || this.#peek() !== "]"; first = false) parts.push(this.#classPart());
    this.#at++;
    return isNegated ? not(anyOf(parts)) : anyOf(parts);
  }

  #classPart(): Fits {
    if (this.#take("[:")) {
      const isNegated = this.#take("^");
      let name = "";
      while (!this.#take(":]")) name += this.#next();
      const known = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
      if (known === undefined) return refuse(`the class ${name.slice(0, 20)} is not known`);
      return isNegated ? not(known) : known;
    }
    const low = this.#classChar();
    if (typeof low === "function" || this.#peek() !== "-" || this.chars[this.#at + 1] === "]") {
      return typeof low === "function" ? low : only(low);
    }
    this.#at++;
    const high = this.#classChar();
    if (typeof high === "function" || codeOf(high) < codeOf(low)) return refuse("a range runs backwards");
    return between(low, high);
  }

  #classChar(): string | Fits {
    const char = this.#next();
    if (char !== "\\") return char;
    const escaped = this.#next();
    if (CLASSES[escaped] !== undefined) return CLASSES[escaped];
    if (escaped === "x") return this.#hexadecimal();
    if (CONTROLS[escaped] !== undefined) return CONTROLS[escaped];
    return /[a-zA-Z0-9]/.test(escaped) ? refuse(`\\${escaped} is not supported`) : escaped;
  }

  #repeated(piece: Piece): Piece {
    const bounds = this.#bounds();
    if (bounds === undefined) return piece;
    // A lazy quantifier fits the same texts.
    this.#take("?");
    if (this.#bounds() !== undefined) refuse("two quantifiers stand in a row");
    return { kind: "repeat", piece, ...bounds };
  }

  #bounds(): { min: number; max: number | undefined } | undefined {
    if (this.#take("*")) return { min: 0, max: undefined };
    if (this.#take("+")) return { min: 1, max: undefined };
    if (this.#take("?")) return { min: 0, max: 1 };
    const found = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(this.chars.slice(this.#at, this.#at + 12).join(""));
    if (found === null) return undefined;
    this.#at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === undefined ? undefined : Number(found[3]);
    if (min > REPEAT_MAX || (max !== undefined && (max > REPEAT_MAX || max < min)))
      refuse("a repetition is out of bounds");
    return { min, max };
  }
}
