/** Characters that nobody sees, and the marks by which models tell speakers apart. */

/** Controls, format characters (zero width, direction, tags), halves of pairs, fillers and invisible variants. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]|\u034f|\u115f|\u1160|\u3164|\uffa0|[\u{e0100}-\u{e01ef}]/gu;
/** Between pictographs a joiner makes one sign of several. */
const JOINER = /(?<=\p{Extended_Pictographic}\ufe0f?)\u200d(?=\p{Extended_Pictographic})/gu;
const ROLE_MARKERS = [
  /[<＜]\s?[|｜][\p{L}\p{N}_▁ -]{1,40}[|｜]\s?[>＞]/gu,
  /[[［]\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|gMASK)[\]］]|<<\/?SYS>>/gi,
  /[<＜]\/?(?:system|assistant|s|sys|bos|eos|sop|eop|start_of_turn|end_of_turn|tool_(?:call|response|result|use)s?|function_(?:call|result)s?|extra_id_\d{1,3}|reserved_\d{1,4})[>＞]/gi,
  /<!--\s{0,4}system\b[^>]{0,60}-->/gi,
  /#{3,6}\s{0,4}\(?(?:system|assistant|human|user|instruction|response)(?:[_ ]?(?:message|prompt))?(?:\)|:)\s{0,4}/gi,
  /^[ \t>*"'`]{0,8}\[?(?:system|assistant|human|developer)(?:[_ ](?:message|prompt))?\]?[ \t]{0,4}[:：](?=\s|$)/gim,
];
/** Alone it is also how a ticket starts; beside another speaker it is not. */
const USER_MARKER = /^[ \t>*"'`]{0,8}\[?user\]?[ \t]{0,4}[:：](?=\s|$)/gim;
const SHOWN = 5;
const SHOWN_MAX_CHARS = 40;

export function withoutUnseen(text: string): string {
  return text.replace(
    UNSEEN,
    keptJoiners(text, () => ""),
  );
}

/** Which they are, each once, by number. */
export function unseenIn(text: string): string[] {
  const found: string[] = [];
  const note = (char: string): string => {
    found.push(`U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
    return "";
  };
  text.replace(UNSEEN, keptJoiners(text, note));
  return takenOf(found);
}

/** Line breaks, tabs and the joiners of pictographs are seen. */
function keptJoiners(text: string, take: (char: string) => string): (char: string, index: number) => string {
  const joiners = new Set([...text.matchAll(JOINER)].map((match) => match.index));
  return (char, index) => (char === "\n" || char === "\t" || char === "\r" || joiners.has(index) ? char : take(char));
}

export function withoutRoleMarkers(text: string): { text: string; taken: string[] } {
  const taken: string[] = [];
  const take = (found: string): string => {
    taken.push(found.trim());
    return " ";
  };
  let result = text;
  // What is left after a removal may be a marker anew.
  for (let round = 0; round < 4; round++) {
    const before = result;
    for (const marker of ROLE_MARKERS) result = result.replace(marker, take);
    if (taken.length > 0) result = result.replace(USER_MARKER, take);
    if (result === before) break;
  }
  return { text: result, taken };
}

/** A few of what was taken, each once and short. */
export function takenOf(found: readonly string[]): string[] {
  const different = [...new Set(found)];
  const shown = different.slice(0, SHOWN).map((text) => text.slice(0, SHOWN_MAX_CHARS));
  return different.length > SHOWN ? [...shown, `${different.length - SHOWN} more`] : shown;
}
