/** An answer in one paragraph, for lists and short messages. Loaded by the workflow sandbox: imports no package and reads no clock. */
import type { Answer } from "./answer.js";
import { SURENESS_WORDS } from "./lines.js";
import { shortened } from "./words.js";

const SHORT_MAX_CHARS = 400;

/** The headline, and the cause with how sure it is; at most 400 characters. */
export function inShort({ headline, cause }: Answer): string {
  const why =
    cause === undefined || cause.sureness === "none" ? "" : ` ${SURENESS_WORDS[cause.sureness]}: ${cause.text}`;
  return shortened(`${headline}${why}`.replace(/\s+/g, " "), SHORT_MAX_CHARS);
}
