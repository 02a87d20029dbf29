/** Words that statements are told apart by: what was done, in which state, in which direction. Other words are names. */

const WORDS = new Set(
  [
    "up down ok on off in out not no none yes to from with without by at a an the is are was be has have had for of and or",
    "as all any more less too many few start startup stop shutdown restart reboot open close begin end read write get set",
    "put post patch head delete add remove create destroy insert update select send sent receive connect disconnect accept",
    "reject allow deny permit refuse acquire release allocate free lock unlock renew establish register unregister load",
    "unload enter exit leave left join attach detach mount unmount enable disable login logout push pull commit rollback",
    "abort retry resume suspend pause wait fetch store save query parse build sync flush refresh check verify bind listen",
    "launch kill terminate got took began ran became held done gone new old first last next previous found lost online",
    "offline alive dead ready busy idle slow fast full empty active inactive pending success failure fail error warning good",
    "bad valid invalid unable cannot can could will would did does local remote input output client server session user",
    "password request response connection follower leader",
  ].flatMap((line) => line.split(" ")),
);
/** Endings of verbs, of what they make, and of properties. */
const ENDING = /(?:ed|ing|ions?|ures?|ble|ful|ess|ly|ment|ance|ence)$/;

export function isStatementWord(token: string): boolean {
  const small = token.toLowerCase();
  let end = small.length;
  while (end > 0 && !/[a-z]/.test(small.charAt(end - 1))) end -= 1;
  const word = small.slice(0, end);
  return !/[a-z]/.test(word) || WORDS.has(word) || ENDING.test(word);
}

/** Signs that structure a line: a column that holds one has no value. */
export function isSeparator(token: string): boolean {
  return token.length === 1 && "=,;:()[]{}\"'|".includes(token);
}

export function hasLetters(token: string): boolean {
  return /\p{L}/u.test(token);
}
