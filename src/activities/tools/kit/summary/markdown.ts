/** Markdown whose data cannot become markup: what tools found is text, whatever characters it holds. */
import { visibleLine } from "../../../../vocabulary/visible.js";

/** On one line, with every character escaped that Markdown or HTML would give a meaning; hidden characters are shown. */
export function escapeMarkdown(text: string): string {
  return (
    visibleLine(text)
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
