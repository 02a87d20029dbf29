/** Lines of what kubectl wrote. */

/** Characters of a line that are read: kubectl cuts what others wrote long before, and whoever made a file may not. */
const LINE_MAX_CHARS = 8_000;

export function linesOf(text: string): string[] {
  return text
    .replaceAll("\r", "")
    .split("\n")
    .map((line) => line.slice(0, LINE_MAX_CHARS));
}
