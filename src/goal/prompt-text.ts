/**
 * Text from outside as a model may read it: without characters nobody sees and without marks of other speakers, and with
 * a backslash before whatever looks like the end of the block that it stands in. What was changed is said.
 */
import { takenOf, unseenIn, withoutRoleMarkers, withoutUnseen } from "./marks.js";

export interface Removal {
  what: "control-characters" | "role-marker" | "fence";
  /** The first of them as they stood; characters by their number. */
  taken: string[];
}

export interface TakenOut extends Removal {
  /** Which text: goal, feedback, graph, or the past runs of memory. */
  at: string;
}

/** What could pass for an end of quoted text: code fences, brackets of blocks, rulers with begin or end, tags of prompts. */
const FENCES = [
  /[`´｀]{3,}|[~～]{3,}|"{3,}|'{3,}/g,
  /(?<![<＜﹤‹])[<＜﹤‹]{2,}(?=[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_])[>＞﹥›]{2,}/gu,
  /(?<=^[ \t]{0,8})[-=*#_—–]{3,}(?=[ \t]{0,4}(?:begin|end|start|stop)\b)/gim,
  /[<＜](?=\/?(?:data|goal|context|documents?|input|user_input|query|instructions?|prompt|rules|examples?|untrusted)(?:\s[^<>]{0,80})?[>＞])/gi,
];

/** Cleans and escapes text. It stays readable, and text without such marks stays as it is. */
export function promptText(text: string): { text: string; removed: Removal[] } {
  const removed: Removal[] = [];
  const seen = withoutUnseen(text);
  if (seen !== text) removed.push({ what: "control-characters", taken: unseenIn(text) });
  const spoken = withoutRoleMarkers(seen);
  if (spoken.taken.length > 0) removed.push({ what: "role-marker", taken: takenOf(spoken.taken) });
  const fences: string[] = [];
  let escaped = spoken.text;
  for (const fence of FENCES) {
    escaped = escaped.replace(fence, (found) => {
      fences.push(found);
      return found.replace(/./gu, "\\$&");
    });
  }
  if (fences.length > 0) removed.push({ what: "fence", taken: takenOf(fences) });
  return { text: escaped, removed };
}

/** The same for each text of a JSON value, written as JSON; fences by their number, so that it reads back as it was. */
export function promptJson(value: unknown): { text: string; removed: Removal[] } {
  const removed: Removal[] = [];
  const written = JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== "string") return item;
    const seen = withoutUnseen(item);
    if (seen !== item) removed.push({ what: "control-characters", taken: unseenIn(item) });
    const spoken = withoutRoleMarkers(seen);
    if (spoken.taken.length > 0) removed.push({ what: "role-marker", taken: takenOf(spoken.taken) });
    return spoken.text;
  });
  const text = written.replace(
    /[<>`~＜＞｀﹤﹥‹›]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return { text, removed };
}

const SAID: Record<Removal["what"], (taken: string) => string> = {
  "control-characters": (taken) => `it held characters that nobody sees (${taken}); they were removed`,
  "role-marker": (taken) => `it held marks of another speaker (${taken}); they were removed`,
  fence: (taken) => `it held what looks like the end of a quoted block (${taken}); it was escaped in the prompt`,
};

export const removalText = ({ what, taken }: Removal): string => SAID[what](taken.join(", "));
