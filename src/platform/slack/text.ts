/** Text for Slack that others wrote: it can mention nobody, link nowhere, break no line and not be too long. */
import { visibleJson, visibleLine } from "../../vocabulary/visible.js";
import type { Block } from "./client.js";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** What would make words bold, struck, or code: a zero-width joiner at its side would be hidden text. */
const FORMATTING: Readonly<Record<string, string>> = { "*": "∗", "~": "∼", "`": "ˋ" };

/** One line, as it is read: for mrkdwn. `max` counts the characters that go out, entities whole. */
export function line(text: string, max: number): string {
  return fitted(
    visibleLine(text).replace(/[*~`]/g, (mark) => FORMATTING[mark] ?? mark),
    max,
  );
}

/** JSON inside a block of code, every character as it is: what could end the block or hide is written by its number. */
export function code(value: unknown, max: number): string {
  const text = JSON.stringify(value, null, 1) ?? "null";
  const safe = visibleJson(text).replaceAll("`", "\\u0060");
  return `\`\`\`${fitted(safe, max - 6)}\`\`\``;
}

function fitted(text: string, max: number): string {
  let whole = "";
  // The longest part that leaves room for the sign that it was cut.
  let cut = 0;
  for (const character of text) {
    whole += ENTITIES[character] ?? character;
    if (whole.length > max) return `${whole.slice(0, cut)}…`;
    if (whole.length < max) cut = whole.length;
  }
  return whole;
}

/** Text with our own marks; what others wrote must have gone through `line` or `code`. Nothing in it becomes a link by itself. */
export const mrkdwn = (text: string): Block => ({ type: "mrkdwn", text, verbatim: true });
export const section = (text: string): Block => ({ type: "section", text: mrkdwn(text) });
/** Text that is taken as it is. */
export const plain = (text: string, max: number): Block => {
  const flat = visibleLine(text);
  return { type: "plain_text", text: flat.length > max ? `${flat.slice(0, max - 1)}…` : flat, emoji: false };
};
