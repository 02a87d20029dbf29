/** What signs in logs are made of. */
import type { CauseCode } from "../codes.js";

export interface LogSign {
  code: CauseCode;
  pattern: RegExp;
  /** The host, the setting or the file that it is about, as the first group that is there. */
  about?: RegExp;
}

export const ADDRESS =
  /(?:dial tcp |connect to |connecting to |ECONNREFUSED |ETIMEDOUT |connect: |host[ =]['"]?|server at ['"]?|address(?:es)?[=: ]['"]?|:\/\/)([a-z0-9][a-z0-9.-]*[a-z0-9](?::\d{2,5})?)/i;
/** One pattern of several, each on a line of its own. */
export const anyOf = (patterns: readonly RegExp[], flags = ""): RegExp =>
  new RegExp(patterns.map(({ source }) => source).join("|"), flags);
export const QUOTED = /['"`]([\w./:@-]{1,120})['"`]/;
