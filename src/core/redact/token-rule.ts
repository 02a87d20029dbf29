/** The form of a token. */

export interface TokenRule {
  kind: string;
  /** Texts of which one must occur; spares the pattern on most lines. */
  hints: readonly string[];
  pattern: RegExp;
}

/** `hints`: the texts, with spaces between. */
export const rule = (kind: string, hints: string, pattern: RegExp): TokenRule => ({
  kind,
  hints: hints.split(" "),
  pattern,
});
