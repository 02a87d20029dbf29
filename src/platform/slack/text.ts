/** Text for Slack that others wrote: it can mention nobody, link nowhere, break no line and not be too long. */
import type { Block } from "./client.js";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** Control characters, and those that turn the direction of text or take no room. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;
/** What would make words bold, struck, or code: a zero-width joiner at its side would be hidden text. */
const FORMATTING: Readonly<Record<string, string>> = { "*": "∗", "~": "∼", "`": "ˋ" };

/** One line, as it is read: for mrkdwn. `max` counts the characters that go out, entities whole. */
export function line(text: string, max: number): string {
  return fitted(
    text.replace(HIDDEN, " ").replace(/[*~`]/g, (mark) => FORMATTING[mark] ?? mark),
    max,
  );
}

/** JSON inside a block of code, every character as it is: what could end the block or hide is written by its number. */
export function code(value: unknown, max: number): string {
  const text = JSON.stringify(value, null, 1) ?? "null";
  const safe = text.replace(
    /[`]|(?!\n)[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu,
    (mark) => {
      return `\\u${mark.codePointAt(0)?.toString(16).padStart(4, "0")}`;
    },
  );
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
  const flat = text.replace(HIDDEN, " ");
  return { type: "plain_text", text: flat.length > max ? `${flat.slice(0, max - 1)}…` : flat, emoji: false };
};
