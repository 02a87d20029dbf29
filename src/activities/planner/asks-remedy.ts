/**
 * Whether words ask for a remedy. That something restarts, was rolled back or does not recover is told and not asked: a
 * verb asks where it stands as an order or a wish does, and a noun where somebody wants it done.
 */

/** Verbs that need something to act on behind them: pods crash and restart by themselves. */
const BY_ITSELF = "restart|reboot|bounce|resolve|recover|heal|scale";
const ON_SOMETHING =
  "fix|mend|repair|remediate|remedy|mitigate|undo|restore|revert|roll ?back|roll-back|roll (?:\\S+ ){1,4}back|back (?:it|this|that) out|bring (?:\\S+ ){1,4}(?:back|up)|go back to (?:the )?(?:old|previous|last|earlier|former|version|v?\\d)";
const VERB = new RegExp(
  `(?<![\\p{L}\\p{N}_./-])(?:(${BY_ITSELF})|(?:${ON_SOMETHING}))(?![\\p{L}\\p{N}_/-]|\\.\\p{L})`,
  "giu",
);
const DONE =
  "restarted|rebooted|rolled back|reverted|fixed|mended|repaired|mitigated|resolved|scaled|restored|undone|healed";
const PASSIVE = new RegExp(`\\b(?:should|must|needs? to|ha(?:s|ve) to|ought to|to) be (?:${DONE})\\b`, "iu");
const NOUN = "restart|reboot|rollback|roll-back|fix|repair|remedy|mitigation|revert|restore";
const WANTED = new RegExp(
  `\\b(?:do|perform|trigger|try|start|make|apply|plan|prepare|propose|suggest|offer|initiate|execute|run|needs?|wants?|requires?|find|including|with) (?:a|an|the|one) (?:\\S+ )?(?:${NOUN})\\b(?! (?:fail|did|does|is|was|ha[sd]))`,
  "iu",
);

/** What may stand before an order or a wish, in the same clause. */
const ORDER = new RegExp(
  [
    "^$",
    "[,;:.!?()\\[\\]>–—-]$",
    "\\b(?:then|or|please|pls|kindly|just|also|now|immediately|safely|automatically|should|must|shall|let's|lets|help|help me|and if needed|if needed|if necessary|if so)$",
    "\\b(?:can|could|would|will|may|shall|should) (?:you|we|i|someone|somebody|autoops)(?: please)?$",
    "\\b(?:need|needs|want|wants|wish|like|love|have|has|going|how|try|ready|safe|ok|okay|time|ask|you|plan|approval|me) to$",
  ].join("|"),
  "iu",
);
const AND = /\b(?:and|&|\+)$/iu;
const OBJECT =
  /^ (?:it|them|this|that|these|those|the|all(?! the time)|everything|my|our|its|their|["'`]|(?!(?:again|all|constantly|continuously|endlessly|every|forever|frequently|often|over|repeatedly|in|after|on|at|when|with|because|by|as|is|are|was|for|since|while|until|without|once|twice|\d)\b)[\p{L}\p{N}._/-]+)/iu;
const PRONOUN = /^ (?:it|them|this|that|everything)\b/iu;
/** Before a verb with its object these say that it is not asked for. */
const NOT_ASKED =
  /\b(?:not|n't|cannot|never|i|we|you|they|he|she|it|who|which|that|nobody|to|when|whenever|if|after|before|since|by|the|a|an|this|last|did|does|do|will)$/iu;
/** Behind a word these say that it is the name of something that happened. */
const HAPPENED =
  /^(?:s|ing|ed)?(?: (?:up|down))?(?: of \S+)? (?:count|counts|counter|rate|rates|loops?|storm|jobs?|policy|polic|number|fail|failed|fails|failing|failure|is|are|was|were|did|does|do not|has|had|takes?|took|stuck|hangs?|never|cannot|will|would|times?|timed|evicts?|went|works?|helped|happen|needs|caused?|test|events?|procedure|script|window|alert)\b/iu;
const AROUND_CHARS = 80;

export function asksRemedy(goal: string): boolean {
  const text = goal.replace(/\s+/g, " ").replace(/[’]/g, "'").trim();
  if (PASSIVE.test(text) || WANTED.test(text)) return true;
  for (const { 0: verb, 1: byItself, index } of text.matchAll(VERB)) {
    const before = text.slice(Math.max(0, index - AROUND_CHARS), index).trimEnd();
    const after = text.slice(index + verb.length, index + verb.length + AROUND_CHARS);
    if (HAPPENED.test(after)) continue;
    if (ORDER.test(before)) return true;
    if (AND.test(before) && (byItself === undefined || OBJECT.test(after))) return true;
    if (PRONOUN.test(after) && !NOT_ASKED.test(before)) return true;
  }
  return false;
}
