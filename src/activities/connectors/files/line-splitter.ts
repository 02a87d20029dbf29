/** Cuts bytes into lines: `\n`, `\r\n` or `\r`, in UTF-8 or UTF-16; a line over the limit is cut and the rest of it left out. */

import { TextDecoder } from "node:util";

/** Bytes of one line; what is longer is cut, so that a file without line ends cannot fill the memory. */
const LINE_MAX_BYTES = 1_048_576;
const NEWLINE = 10;
const RETURN = 13;

export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** The encoding that a file's first bytes show: by its mark, or by the zeros of Latin letters. */
export function encodingOf(bytes: Buffer): Encoding {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (b === 0 && d === 0 && a && c) return "utf-16le";
  return a === 0 && c === 0 && b && d ? "utf-16be" : "utf-8";
}

export class LineSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skipping: boolean;
  readonly #decoder: TextDecoder | undefined;

  /** `inTheMiddle`: reading starts inside a line, whose rest is left out. */
  constructor(
    inTheMiddle: boolean,
    readonly maxBytes: number = LINE_MAX_BYTES,
    encoding: Encoding = "utf-8",
  ) {
    this.#skipping = inTheMiddle;
    this.#decoder = encoding === "utf-8" ? undefined : new TextDecoder(encoding);
  }

  /** The lines that end in this part; blank ones may be among them. */
  push(part: Buffer): string[] {
    const chunk = this.#decoder === undefined ? part : Buffer.from(this.#decoder.decode(part, { stream: true }));
    const last = Math.max(chunk.lastIndexOf(NEWLINE), chunk.lastIndexOf(RETURN));
    if (last === -1) {
      this.#hold(chunk);
      return [];
    }
    const whole = chunk.subarray(0, last);
    const lines = this.#linesOf(this.#held.length === 0 ? whole : Buffer.concat([...this.#held, whole]));
    this.#held = [];
    this.#heldBytes = 0;
    this.#hold(chunk.subarray(last + 1));
    if (!this.#skipping) return lines;
    this.#skipping = false;
    return lines.slice(1);
  }

  end(): string | undefined {
    if (this.#heldBytes === 0 || this.#skipping) return undefined;
    const lines = this.#linesOf(Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
    return lines[0];
  }

  #hold(part: Buffer): void {
    const room = this.maxBytes - this.#heldBytes;
    if (room <= 0 || part.length === 0) return;
    // The chunk's memory is used again by the stream; what is kept beyond it is copied.
    this.#held.push(Buffer.from(part.subarray(0, room)));
    this.#heldBytes += Math.min(room, part.length);
  }

  #linesOf(bytes: Buffer): string[] {
    let text = bytes.toString("utf8");
    // A file that was cut while its writer went on starts with NUL bytes; a byte order mark may stand first as well.
    if (text.includes("\0") || text.includes("\uFEFF")) text = text.replace(/(^|[\r\n])[\0\uFEFF]+/g, "$1");
    const lines = text.includes("\r") ? text.split(/\r\n|\r|\n/) : text.split("\n");
    return lines.map((line) => (line.length > this.maxBytes ? line.slice(0, this.maxBytes) : line));
  }
}
