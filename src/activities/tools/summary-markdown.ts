/** Markdown whose data cannot become markup: what tools found is text, whatever characters it holds. */

/** On one line, with every character escaped that Markdown or HTML would give a meaning; control characters go. */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replace(/[\r\n\t\u2028\u2029]+/g, " ")
      .replace(/[\p{Cc}\p{Bidi_Control}]/gu, "")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*[\]|~@]/g, "\\$&")
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
      // A bare address would become a link; a number or sign at the start a list or a heading.
      .replace(/:\/\//g, ":\\/\\/")
      .replace(/\b(www)\./gi, "$1\\.")
      .replace(/^(\s*)([-+=#])/, "$1\\$2")
      .replace(/^(\s*\d+)\.(?=\s|$)/, "$1\\.")
  );
}
