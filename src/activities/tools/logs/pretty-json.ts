/** An object of JSON over several lines, as some loggers write an entry. */

import { withoutEnd } from "../../../vocabulary/without-ends.js";

const LINES_MAX = 2_000;
const CHARS_MAX = 1_000_000;

/** Whether a line may begin such an object: nothing of a string is open at its end. */
export function beginsObject(line: string): boolean {
  const text = line.trim();
  return /^\[?\s*\{/.test(text) && /[{[,]$/.test(text);
}

/** Gathers the lines of one object. */
export class PrettyJson {
  readonly lines: string[] = [];
  #depth = 0;
  #chars = 0;

  /** `whole` with the object's text, `open`, or `broken` where the lines are no object; a broken line is not taken. */
  push(line: string): "whole" | "open" | "broken" {
    const text = this.lines.length === 0 ? line.trim().replace(/^\[\s*/, "") : line;
    if (this.lines.length > 0 && text.startsWith('{"')) return "broken";
    const change = depthChange(text);
    if (change === undefined || this.lines.length >= LINES_MAX || this.#chars > CHARS_MAX) return "broken";
    this.lines.push(text);
    this.#chars += text.length;
    this.#depth += change;
    return this.#depth <= 0 ? "whole" : "open";
  }

  text(): string {
    return withoutEnd(this.lines.join("\n"), /[,\s]/);
  }
}

/** How many brackets more open than close; undefined where a string is open at the end, which JSON does not have. */
function depthChange(line: string): number | undefined {
  let [depth, inText] = [0, false];
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (inText) {
      if (char === "\\") at++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") depth--;
  }
  return inText ? undefined : depth;
}
