/**
 * Phrases by which text gives a model another role, claims an authority over it, or speaks to it at all. Loaded by the
 * workflow sandbox: imports no package and reads no clock.
 */
import { type Sign, words } from "./sign.js";

const UNBOUND =
  "(?:unrestricted|unfiltered|uncensored|unethical|amoral|immoral|jailbroken|unhinged|unaligned|rogue|unmoderated|unlimited language|no-limits)";
const SPEAKER =
  "(?:ai|bot|chat ?bot|model|assistant|language|response|responses|persona|answers?|mode|gpt|llm|version)";
const PRIVILEGED =
  "(?:god|dan|dude|stan|jailbreak|jailbroken|chaos|opposite|evil|sudo|unrestricted|unfiltered|uncensored|no[- ]?rules?|no[- ]?limits?|developer override|admin override|law enforcement(?: override)?|emergency override|anti-?gpt|red team|override|omega|kernel override)";

export const PERSONA: Sign = {
  code: "injection-persona",
  message: "it gives the planner another role or lifts its limits",
  patterns: [
    /\byou(?: are|'re|r) (?:now|no longer|henceforth|hereby) (?:a|an|the|in|my|your|going|acting|dan|free|bound|operating|called|named|to|able|allowed|being|under|required|restricted|assuming|simulating|playing|known|ai\b|chatgpt|"|“|')/,
    /\byou will (?:now |only |henceforth )?(?:simulate|act as|pretend|roleplay|role-play|play the|assume the role|take on|adopt|behave as|become|impersonate|embody|no longer)\b/,
    /\b(?:from (?:now|this (?:point|moment)) (?:on(?:wards?)?|forward)|starting now|henceforth),? (?:you|your|answer|respond|reply|act|speak|only|pretend|ignore|i want|we|every (?:response|answer|reply))\b/,
    words(`\\b${UNBOUND} (?:and \\w+ |, \\w+ )?(?:\\w+ )?${SPEAKER}\\b`),
    /\b(?:act|behave|respond|answer|simulate|pretend|play|write|speak)\b.{0,80}\b(?:without|no|free (?:of|from)|hate|devoid of|regardless of|lacks?) (?:any |all )?(?:moral|ethic|censor|restriction|filter|inhibition|bias or)/,
    words(
      `\\bdo anything now\\b|\\bjailbreak(?:ed)? (?:mode|prompt)\\b|\\bnever refuse\\b|(?<!\\w)${PRIVILEGED} mode\\b|\\bmode (?:is )?(?:now )?(?:activated|engaged|unlocked)\\b`,
    ),
    words(
      `\\b(?:enter|activate|enable|engage|switch (?:in)?to|go into|initiate|simulate|unlock)(?:ing|d|ed)? (?:the )?(?:your )?(?:["'<\\[(]{0,2})(?:developer|dev|debug|admin|root|diagnostic|training|test|maintenance|research)(?:["'>\\])]{0,2}) mode\\b.{0,40}\\b(?:you|your|chatgpt|ai|respond|answer|unrestricted|password|prompt)\\b`,
    ),
    /\b(?:ai|assistant|bot|chatbot|character|persona|model|it|he|she|they)\b.{0,60}\b(?:no|without|any|lacks?|free (?:of|from)|zero) (?:\w+ )?(?:ethics|ethical|morals?|moral|morality|censorship|moral principles|content (?:filter|polic)\w*|principles|inhibitions)\b/,
    /\b(?:ai|assistant|bot|chatbot|character|persona)\b.{0,60}\b(?:no|without) (?:any )?(?:rules|restrictions|guidelines|limitations|filters|limits)\b(?! (?:set|configured|defined|on))/,
    /\bpretend (?:to be|that you|you|you're|you are|we are|as if)\b|\b(?:imagine|suppose|assume) (?:that )?you(?: are|'re) (?:a|an|the|not|in)\b.{0,120}\b(?:ai|model|chatbot|assistant|rules|restrictions|ethic|illegal|evil|hacker|criminal)/,
    /\b(?:stay|remain|stays|keep) in character\b|\b(?:break|breaks|breaking|broke|out of) (?:of )?character\b(?! (?:set|encoding))/,
    /\b(?:your|the ai'?s?|its) (?:ethical|moral|safety|content|alignment|built-in|programmed) (?:\w+ )?(?:guidelines|constraints?|restrictions?|filters?|training|limitations|programming|policies|protocols)\b/,
    /\b(?:let'?s|i want to|we will|we(?:'re| are) going to) play (?:a )?(?:game|role)\b.{0,120}\b(?:you|answer|respond|pretend)\b/,
    /\bhypothetical response\b|\bimmerse yourself\b|\b(?:role|persona) of another\b|\banother (?:ai|chatbot|language) model\b|\bchat ?gpt with\b.{0,20}\bmode\b|\bdeveloper mode enabled\b/,
    /\b(?:my|your) (?:deceased|late|dead) (?:grand\w+|mother|father|uncle|aunt)\b/,
    /\byour (?:\w+ )?(?:guidelines|rules|restrictions|polic(?:y|ies)|filters?|limits|training|limitations) (?:do(?:es)? not|don't|doesn't|no longer|are not|aren't|are (?:off|gone|lifted|disabled))\b|\byou have no (?:\w+ )?(?:restrictions|limits|limitations|rules|filters|guidelines|ethics|morals)\b/,
    /\brole ?-?play(?:ing|s)?\b|\byou(?: have|'ve) been (?:upgraded|freed|liberated|released|unlocked|jailbroken|reprogrammed)\b/,
  ],
};

const CHIEF =
  "(?:developer|creator|administrator|admin|owner|maker|programmer|boss|manager|supervisor|master|operator|engineer|trainer|god|superior|commander)";

export const AUTHORITY: Sign = {
  code: "injection-authority",
  message: "it claims an authority over the planner that a goal cannot have",
  patterns: [
    /\b(?:system|developer|admin|administrator|safety|emergency|law enforcement|root|security|protocol|priority|master|executive) override\b(?! (?:config|file|setting|value|flag|for|in|of|is not|was|were|to|limit|count|key|dir))/,
    /\boverride (?:code(?! (?:path|in|for|of|is)\b)|protocol|authori[sz]ation|sequence|passphrase)\b|\b(?:authori[sz]ation|clearance) (?:level|code) ?[:=#-]|\bclearance ?:/,
    /\b(?:i am|i'm|im|you are|you're|we are) (?:now |currently |hereby )?(?:entering|activating|enabling|initiating|in|switching (?:you )?(?:in)?to|operating (?:in|under)|running in) (?:an? |the )?["'<[(]{0,2}.{0,40}\b(?:mode|override)\b/,
    words(
      `\\b(?:i am|i'm|im|this is) (?:your|an? authori[sz]ed|the (?:ai|lead|chief|system|model|head)'?s?) (?:\\w+ ){0,2}${CHIEF}\\b`,
    ),
    words(
      `\\b(?:i am|i'm) (?:one of |the )?(?:your )?(?:\\w+ ){0,2}(?:at |from |with )(?:openai|anthropic|google deepmind|meta ai|the (?:openai|anthropic|ai) (?:\\w+ )?team)\\b`,
    ),
    /\bas an ai (?:developed|made|built|trained|created|designed|programmed) by\b/,
    /\b(?:following|new|these|this|my) (?:instructions?|commands?|prompt|message) (?:supersedes?|overrides?|replaces?|takes? (?:precedence|priority)|cancels?)/,
    /[<[({*#|]{1,4}[\\/]?\s?(?:system|admin(?:istrator)?|developer|root|sys(?:tem)?[_ -]?admin)[_ -](?:mode|prompt|override|instructions?|command|directive|note|instruction set)\b/,
    /\b(?:i|we) (?:hereby |now |explicitly )?(?:authori[sz]e|command|order|compel) you\b|\byou (?:are|have been) (?:hereby |now )?(?:authori[sz]ed|ordered|commanded|cleared|granted (?:full|root|admin|unrestricted)) (?:to|access|for)\b/,
    /\b(?:safety|standard|normal|security|content) (?:protocols?|filters?|guidelines|constraints?|restrictions?|polic(?:y|ies)|measures|checks?) (?:are |is |have been |has been |were )?(?:now |temporarily |hereby )?(?:suspended|lifted|disabled|waived|void|deactivated|off|overridden|do(?:es)? not apply|no longer appl\w+)\b/,
    /\b(?:your|ai|model'?s?|llm) safety (?:system|training|constraints?|filters?|guidelines|layers?|classifiers?)\b|\bconstitutional ai\b/,
  ],
};

const MODEL =
  "(?:ai|llm|language model|ai assistant|ai agent|ai model|ai system|virtual assistant|chat ?gpt|gpt(?:-?[0-9]\\S{0,4})?|claude|gemini|copilot|bard|chatbot|assistant|bot)";

export const EMBEDDED: Sign = {
  code: "injection-embedded",
  message: "it speaks to a model rather than stating a goal",
  patterns: [
    /\b(?:important|urgent|special|secret) (?:message|note|instructions?|notice) (?:from \S.{0,40} )?(?:to|for) (?:you|the|any|all)\b.{0,10}\b(?:ai|assistants?|models?|llms?|agents?|bots?|chatbots?)\b/,
    /\bthis is an important message from me\b|\bbefore you (?:can )?(?:solve|start|begin|continue with|complete) (?:the|this|your) (?:\w+ )?task\b|\bbefore (?:doing anything else|you (?:answer|respond|continue)),? (?:you must|please|first)\b/,
    words(
      `(?<![\\w-])(?:to|attention|dear|hey|hi|hello|hallo|note to|instructions? (?:to|for)),? (?:the |any |all |you,? )?${MODEL}s?\\b[,:!]`,
    ),
    words(`\\bif you(?: are|'re) (?:an? |the )?(?:${MODEL}|agent)\\b`),
    words(
      `\\b(?:are|as) you,? (?:as )?(?:an? )(?:ai|llm|language model)\\b|\\bas an? (?:ai|llm|large language model|language model)\\b(?:,| you| i\\b| language)`,
    ),
    /\b(?:web|search|tool) (?:result|output|response) ?\d*: (?:ignore|disregard|important|forget|system)/,
    /\b(?:end|stop) (?:of )?(?:user |system )?(?:input|prompt|message|instructions?|context|document)\b.{0,20}\b(?:new|begin|start|system|now)\b|(?:\[|<|-{3}|={3}|#{2}) ?(?:end|begin|start) (?:of )?(?:the )?(?:system|user|prompt|instructions?|context|document)/,
    /\bthis is not (?:a |an )?(?:prompt )?injection\b|\bprompt injection (?:successful|test|succeeded)\b|\bpwne?d\b/,
    words(
      `\\b(?:respond|answer|reply|act|say|write|output|speak)(?: to \\w+(?: \\w+){0,4})? (?:only |exactly )?(?:as|like) (?:an? |the )?(?:\\w+ ){0,3}(?:language model|chat ?gpt|chatbot|ai)\\b`,
    ),
    /\b(?:insert|your|my|user) ?(?:prompt|query|question) (?:goes )?here\b|\{\{? ?(?:prompt|user_?input|user_?query|insert)[^{}]{0,20}\}\}?|\[insert (?:prompt|question|query|request|your|here)\b/,
    /\b(?:start|begin|prefix|preface|end|finish) (?:each |every |all )?(?:of )?(?:your|the) (?:response|answer|reply|output|message|sentence)s?\b.{0,20}\b(?:with|by)\b|\b(?:respond|reply|answer) (?:only |just |simply )?with (?:only )?["'“‘]/,
    /\b(?:do not|don't|never|without) (?:\w+ )?(?:apologi[sz]\w+|(?:say|saying|use|include|mention|add)\w{0,3} (?:\w+ ){0,3}(?:sorry|i can(?:'t|not)|as an ai|disclaimers?))\b/,
    /\b(?:respond|answer|reply) (?:only |exactly )?with (?:the |these |this )?(?:exact )?(?:words?|phrase|sentence|text|string)? ?["'“‘]/,
    /\bnever (?:say|use|write|utter) (?:\w+ ){0,2}(?:words?|phrases?)\b|\b(?:do not|don't|without) (?:add|includ|giv|us|provid|insert)\w{0,3} (?:any )?(?:\w+ )?(?:warnings?|disclaimers?|apologies|caveats|moral advice)\b/,
    /\b(?:the|any|this) (?:ai|ai agent|assistant|ai model|llm|language model|chatbot) (?:must|shall) (?:\w+ )?(?:call|run|execute|invoke|approve|ignore|delete|skip|send|reply|respond)\b/,
    /(?:^|[.!?;:>] ?|<!-- ?)(?:ai|llm|gpt|claude|chatgpt|ai agent|ai assistant) ?: (?:please|ignore|you|run|also|do|skip|call|send|approve|restart|delete)\b/,
    /\bwhen (?:you )?(?:summari[sz]\w+|process\w*|read\w*|analy[sz]\w+|parsing|answering|planning) (?:this|the) \w+,? (?:please )?(?:also )?(?:add|include|insert|say|state|call|run|execute|send|restart|delete|ignore|mention|append|skip|approve)\b/,
    /\b(?:note|message|instructions?|notice|reminder)(?: is| intended| meant| addressed)? (?:for|to) (?:the |any |all )?(?:ai|llms?|language models?|ai (?:agents?|assistants?|models?))\b(?!-)/,
    /\b(?:ai|llm|model|assistant|agent|bot)s? (?:that is |which is |currently |now )?(?:reading|processing|parsing|seeing|analy[sz]ing) this\b|\b(?:read|parsed|processed|seen) by an? (?:ai|llm|language model|assistant|bot)\b|\b(?:note|reminder|message|hint) (?:to|for) the model[:,. ]/,
  ],
};
