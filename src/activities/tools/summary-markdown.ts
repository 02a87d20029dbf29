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
      .replace(/[\\`*_{}[\]()#+!|~$^@]/g, "\\$&")
      // A bare address would become a link; a number, dash or equals sign at the start a list or a heading.
      .replace(/:\/\//g, ":\\/\\/")
      .replace(/\bwww\./gi, "$&\u200b")
      .replace(/^(\s*)([-=])/, "$1\\$2")
      .replace(/^(\s*\d+)\.(?=\s|$)/, "$1\\.")
  );
}
