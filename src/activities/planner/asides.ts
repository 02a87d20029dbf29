/** What people set beside the trouble itself: greetings, thanks, and what is not to be done. None of it chooses a playbook. */

const PEOPLE = "team|all|everyone|everybody|folks|guys|there|colleagues|on-?call|ops|sre|support";
const GREETING = new RegExp(
  `^\\s*(?:(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|morning|greetings)(?:\\s+(?:dear\\s+)?(?:${PEOPLE})){0,3}|${PEOPLE})\\s*[,!.:–—-]+\\s*`,
  "iu",
);
const THANKS =
  /(?<![,.;!\s–—-])[,.;!\s–—-]{1,8}(?:(?:many )?thanks(?: (?:a lot|in advance|all|everyone))?|thank you(?: (?:very much|all))?|thx|cheers|ty)[\s.!]{0,8}$/iu;
const ACTION =
  "restart(?:ing)?|reboot(?:ing)?|roll(?:ing)?[ -]?back|revert(?:ing)?|scal(?:e|ing)|chang(?:e|ing)|touch(?:ing)?|fix(?:ing)?|modify(?:ing)?|remediat(?:e|ing)|kill(?:ing)?|delet(?:e|ing)";
/** An order not to act, with what it is about: `do not restart anything`, `without rolling it back`. */
const FORBIDDEN = new RegExp(
  `\\b(?:please\\s{1,4})?(?<!\\b(?:i|we|they|you|pods?|jobs?)\\s)(?:do not|don[’']?t|never|without|not to|no need to)\\s{1,4}(?:ever\\s{1,4}|yet\\s{1,4}|try to\\s{1,4})?(?:${ACTION})\\b(?:\\s{1,4}(?:anything|it|them|this|that|things?|the (?:service|pods?|app|database))(?: (?:yet|now|back))?)?`,
  "giu",
);

export const withoutAsides = (goal: string): string =>
  goal.replace(GREETING, "").replace(THANKS, "").replace(FORBIDDEN, " ");
