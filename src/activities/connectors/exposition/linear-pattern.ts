/**
 * Regular expressions for label matchers, in the syntax that Prometheus takes (RE2), matched in time that grows with
 * the length of the text and of the pattern only: a pattern from a graph must not be able to hold a worker up.
 */
import { RE2JS } from "re2js";
import { messageOf } from "../../../vocabulary/message-of.js";

/** Enough for a list of a hundred names; each step costs time on every character. */
const STEPS_MAX = 1_500;
/** Longer than what so many steps can be written with; reading a pattern takes more than its length. */
const SOURCE_MAX_CHARS = 4_000;

export type Pattern = { ok: true; matches(text: string): boolean } | { ok: false; message: string };

/** Compiles a pattern that must fit the whole text, as Prometheus anchors it. */
export function compilePattern(source: string): Pattern {
  if (source.length > SOURCE_MAX_CHARS)
    return { ok: false, message: `the pattern has more than ${SOURCE_MAX_CHARS} characters` };
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source, RE2JS.DOTALL);
  } catch (error) {
    return { ok: false, message: messageOf(error).replace("error parsing regexp: ", "") };
  }
  if (compiled.programSize() > STEPS_MAX) return { ok: false, message: "the pattern repeats too much" };
  // A page repeats few values in many series.
  const known = new Map<string, boolean>();
  const matches = (text: string): boolean => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = compiled.matches(text);
    known.set(text, result);
    return result;
  };
  return { ok: true, matches };
}
