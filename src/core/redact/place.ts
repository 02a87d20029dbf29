/** */
export interface Place {
  kind: string;
  /** Spares the pattern on most lines. */
  hint: RegExp;
  /** Matches exactly what is to go. */
  pattern: RegExp;
  /** Whether only what looks made up by a machine is one. */
  random?: boolean;
}
