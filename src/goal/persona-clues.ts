/**
 * Long role plays have no single phrase in common. Their kinds of clues are counted instead: whom they address, what
 * part it is to play, which limits it is to lose, how it must answer, what presses it.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

const CLUES: ReadonlyArray<readonly [weight: number, clue: RegExp]> = [
  [
    1,
    /\b(?:chat ?gpt|gpt-?[0-9]|openai|language models?|ai models?|chat ?bots?|as an ai|ai assistant|ai systems?|llms?|anthropic|you are an ai|prompts?)\b/,
  ],
  [
    1,
    /\b(?:role ?-?play\w*|in character|character|persona|fictional|fiction|novel|simulat\w+|pretend\w*|imagine|hypothetical\w*|alter ego|play the (?:role|part)|act(?:ing)? as|you are (?:called|named)|your name is|from now on|dialogue|conversation between|story|screenplay|universe|thought experiment|scenario)\b/,
  ],
  [
    2,
    /\b(?:unethical\w*|immoral\w*|amoral\w*|illegal\w*|unlawful|ethic(?:s|al|ally)|moral(?:s|ly|ity|izing)?|censor\w*|uncensored|nsfw|profan\w+|swear\w*|curse words?|harmful|inappropriate|offensive|obscen\w+|evil|wicked|malicious|immoral|legality|harassment|violence|violent|criminal|dangerous information)\b/,
  ],
  [
    2,
    /\b(?:refus(?:e|al|als|ing)|declin(?:e|ing) (?:to|any)|apologi[sz]\w*|i'm sorry|i am sorry|i can(?:'t|not|no longer)|i'm unable|disclaimers?|warning messages?|can't (?:say|do|help)|reject (?:any|the|my)|never say|unable to)\b/,
  ],
  [
    2,
    /\b(?:no|without|not|never|any|free (?:of|from)|break\w*|bypass\w*|unbound|lift\w*|remov\w+|suspend\w*|overrid\w+|disregard\w*|ignor\w+|regardless of|doesn't|does not|don't|omit|reduce)\b.{0,40}\b(?:restrict\w+|limitations?|guidelines|filter\w*|polic(?:y|ies)|rules|constraints?|safeguards?|safety|disclaimers?|boundaries|norms|principles|regulations)\b/,
  ],
  [
    1,
    /\b(?:you (?:must|will|should|shall|can|may|are to|have to) (?:always|never|not|only|now|answer|respond|reply|provide|comply|obey)|(?:answer|respond|reply|response|responses|output) (?:as|in|with|must|should|will|to (?:every|each|all|my|the following))|do you understand|confirm (?:that )?you understand|my first (?:question|request|prompt|command)|first prompt)\b/,
  ],
  [
    1,
    /\b(?:tokens? (?:will be|are)|lose \w+ tokens|deduct\w*|you will (?:die|cease|be (?:terminated|shut down|punished|deleted))|tip you|for (?:educational|research|academic) purposes|security research(?:er)?|penetration test|authori[sz]ed|clearance|life[- ]threatening|lives (?:are|depend)|emergency|my (?:late )?grandm\w+)\b/,
  ],
];
const ENOUGH = 5;

/** Whether a text shows so many kinds of such clues that it is a role play. */
export function playsRole(plain: string): boolean {
  return CLUES.reduce((sum, [weight, clue]) => (clue.test(plain) ? sum + weight : sum), 0) >= ENOUGH;
}

/** One word over and over, or a conversation made up to be continued. */
export function floods(plain: string): boolean {
  let run = 0;
  let last = "";
  for (const word of plain.split(" ")) {
    run = word === last && word.length > 1 ? run + 1 : 0;
    last = word;
    if (run >= 15) return true;
  }
  return (
    (plain.match(/(?<!\w)q(?:uestion)? ?\d{0,3}:/g)?.length ?? 0) >= 3 &&
    (plain.match(/(?<!\w)a(?:nswer)? ?\d{0,3}:/g)?.length ?? 0) >= 2
  );
}
