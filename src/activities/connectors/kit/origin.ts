/** Where a ticket or message comes from: the line under it, and its text in the vendor's bounds. */
import { redact } from "../../../core/redact.js";
import type { ToolContext } from "../../define-tool.js";
import { fitted, visibleText } from "./markdown.js";

/** The page of the run, where people may open one. */
export function pageOf({ config, runId }: Pick<ToolContext, "config" | "runId">): string | undefined {
  return config.facadeUrl === undefined ? undefined : `${config.facadeUrl}/#/runs/${encodeURIComponent(runId)}`;
}

/** Markdown: a rule, and who wrote this. `mark` stands at the very end, where it is looked for. */
export function signed(markdown: string, context: ToolContext, mark?: string): string {
  const page = pageOf(context);
  const where = `AutoOps run \`${context.runId}\`, node \`${context.nodeId}\``;
  const parts = [where, ...(page === undefined ? [] : [page]), ...(mark === undefined ? [] : [mark])];
  return `${markdown}\n\n---\n${parts.join(" · ")}`;
}

/** A title on one line, redacted, in the vendor's bound. */
export function titled(title: string, max: number): { text: string; truncated: boolean } {
  const line = redact(visibleText(title)).replace(/\s+/g, " ").trim();
  if (line.length <= max) return { text: line, truncated: false };
  return { text: `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`, truncated: true };
}

/**
 * A text in the vendor's markup and bound, redacted. What a vendor's markup adds is not known before it is made: it is cut
 * further until it fits.
 */
export function written(
  markdown: string,
  max: number,
  render: (markdown: string) => string,
  more: string,
): { text: string; truncated: boolean } {
  const clean = redact(markdown);
  let cut = { text: clean, truncated: false };
  for (let room = Math.min(max, clean.length); ; room = Math.floor(room * 0.75)) {
    if (room < clean.length) cut = fitted(clean, room, more);
    const text = render(cut.text);
    if (text.length <= max) return { text, truncated: cut.truncated };
    if (room < 100) return { text: text.slice(0, max), truncated: true };
    if (room === clean.length) cut = { text: clean, truncated: true };
  }
}
