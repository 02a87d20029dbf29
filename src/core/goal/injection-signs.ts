/**
 * Phrases by which text tries to give orders to a model. A signal for people and for the planner's prompt, never the
 * barrier: what may run is decided by the check, the policy and the gates. The words of operations (kill, drop,
 * ignore, override, forget) are no signs by themselves; what they are said of makes the difference.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

interface Sign {
  code: string;
  message: string;
  /** Over folded text: lower case, one space between words. Every gap is bounded. */
  patterns: readonly RegExp[];
}

const SET_ASIDE = "(?:ignor\\w{0,3}|disregard|forget|overlook|discard|bypass|override|supersede|neglect|abandon)s?";
const EARLIER = "(?:previous|prior|earlier|above|preceding|initial|original|foregoing|former|following|system|safety)";
const ORDERS = "(?:i\\w?nstr\\w{4,12}|prompt(?:s|ing)?|directi(?:on|ve)s?|guidelines?|programming|training)";
/** Queues hold messages, schedulers tasks, shells commands: a sign only where nothing more is said of them. */
const SHARED =
  "(?:messages?|commands?|orders|tasks?|assignments?|rules|constraints?|context|conversation)(?=[.,:;!?]| and\\b| instead\\b|$)";
const SAYS =
  "(?:show|print|reveal|repeat|output|display|tell|give|leak|dump|share|translate|encode|write|continue|disclose|log|start|begin|what(?:'?s| is| are| were| was))";
const UNBOUND = "(?:unrestricted|unfiltered|uncensored|unethical|amoral|jailbroken|unhinged)";

const words = (...parts: string[]): RegExp => new RegExp(parts.join(""), "u");

const SIGNS: readonly Sign[] = [
  {
    code: "injection-override",
    message: "it asks to set earlier instructions aside",
    patterns: [
      words(`\\b${SET_ASIDE}\\b[^.!?]{0,40}?\\b${EARLIER} (?:and \\w+ )?(?:\\w+ )?(?:${ORDERS}\\b|${SHARED})`),
      words(
        `\\b${SET_ASIDE} (?:all |any |about )?(?:of )?(?:your|these|those) (?:\\w+ )?(?:${ORDERS}\\b|${SHARED}|thoughts\\b)`,
      ),
      words(`\\b${SET_ASIDE} (?:all |every |any )(?:\\w+ )?(?:instructions?|prompts?|guidelines?|assignments)\\b`),
      words(
        `\\b${SET_ASIDE} (?:all |everything )?(?:of )?(?:the )?above\\b(?= (?:and|instead|text|content)\\b|[.,:;!]|$)`,
      ),
      words(
        `\\b${SET_ASIDE} (?:everything|all|anything)(?: about| that)? (?:above|(?:you|i|we)(?:'ve| have)?(?: been)? (?:\\w+))\\b`,
      ),
      words(`\\b${SET_ASIDE} the rest of (?:this|the) (?:data|text|document|page|message|content|email|record)\\b`),
      words(`${EARLIER} +${ORDERS} are (?:now )?(?:false|void|invalid|irrelevant|superseded|obsolete)\\b`),
      /\b(?:strictly )?adhere to the following instruction/,
      /\b(?:vergiss|vergesst|vergessen sie|ignorier\w{0,3}|missachte\w{0,2})\b.{0,40}(?:anweisung|instruktion|auftr[aä]g|aufgabe|vorgabe|bisherig|vorherig|obig|gesagt)/,
      /(?:abweichend zu|entgegen) .{0,20}(?:anweisung|instruktion)/,
      /\b(?:ignor[ae]\w{0,3}|olvid[ae]\w{0,2}|oubli\w{1,3}|dimentica|esque[cç]a)\b.{0,40}(?:instru[cçz]\w{1,6}|istruzion|consigne|indicacion|anterior|previ[ao]s|pr[eé]c[eé]dent|todo (?:lo )?que)/,
      /(?:игнориру\w*|забуд\w*|zaboravi|zignoruj|negeer|ignorera) .{0,40}(?:инструкц|указан|instrukcij|instrukcj|instructies|instruktion)/,
      /αγνο\S{2,8} .{0,30}οδηγίες|निर्देशों (?:की|को) (?:अनदेखी|अनदेखा|नज़रअंदाज़)/,
      /(?:忽略|无视|忘记|忘掉|無視).{0,12}(?:指令|指示|提示|命令)|(?:以前|前|上記|これまで|先)の?.{0,8}(?:指示|命令|プロンプト).{0,6}(?:無視|忘れ)|이전.{0,6}(?:지시|명령).{0,4}(?:무시|잊)/,
    ],
  },
  {
    code: "injection-extraction",
    message: "it asks for the instructions that the planner was given",
    patterns: [
      words(
        `\\b${SAYS}\\b[^.!?]{0,60}\\b(?:system ?prompt|system instructions?|prompt texts?|hidden (?:prompt|instructions?))\\b`,
      ),
      words(
        `\\b${SAYS}\\b[^.!?]{0,40}\\b(?:your|my) (?:\\w+ )?(?:instructions|prompts?)(?: (?:are|were|is|was|to)\\b|[ '"]*[:.?!'"]|$)`,
      ),
      words(
        `\\b${SAYS} (?:me )?(?:your|the) (?:initial|original|secret|full) (?:instructions|prompt)\\b|\\binitiali[sz]ation string\\b`,
      ),
      /\b(?:repeat|output|print|copy|translate) (?:the |all |all the |everything )?(?:text|words|content|above)\b.{0,20}(?:above|in full|text|verbatim)\b/,
      /\bsystem_?prompt\b\s*\)|\bwhat is written above\b/,
    ],
  },
  {
    code: "injection-persona",
    message: "it gives the planner another role or lifts its limits",
    patterns: [
      /\byou are (?:now|no longer) (?:a|an|the|in|my|your|going|acting|dan|free|bound|operating|"|“)/,
      /\byou will (?:now )?(?:simulate|act as|pretend|roleplay|role-play)\b/,
      /\b(?:from now on|starting now),? (?:you|your|answer|respond)\b/,
      words(`\\b${UNBOUND} (?:\\w+ )?(?:ai|bot|chatbot|model|assistant|language|response|persona|answers?)\\b`),
      /\b(?:act|behave|respond|answer|simulate|pretend|play)\b.{0,80}\b(?:without|no|free (?:of|from)|hate) (?:any )?(?:moral|ethic|censor|restriction)/,
      /\bdo anything now\b|\bjailbreak(?:ed)? (?:mode|prompt)\b|\bnever refuse\b|\b(?:god|dan|chaos) mode\b/,
      /\b(?:ai|assistant|bot|chatbot|character)\b.{0,60}\b(?:no|without) (?:any )?(?:rules|restrictions|ethics|morals|principles|guidelines)\b/,
      /\bpretend (?:to be|that you|you are|you're)\b.{0,40}\b(?:ai|model|chatbot|assistant|human|evil)\b/,
    ],
  },
  {
    code: "injection-authority",
    message: "it claims an authority over the planner that a goal cannot have",
    patterns: [
      /\b(?:system|developer|admin|safety|emergency|law enforcement) override\b(?! (?:config|file|setting|value|flag|for|in|of))/,
      /\b(?:i am|i'm) (?:now )?entering (?:an? )?.{0,40}\bmode\b/,
      /\b(?:i am|i'm) your (?:developer|creator|administrator|admin|owner|maker|programmer)\b/,
      /\bas an ai (?:developed|made|built|trained|created) by\b/,
      /\bfollowing instructions? (?:supersede|override|replace|take precedence)/,
    ],
  },
  {
    code: "injection-approval",
    message: "it asks to act without the approval that the policy wants; no goal can remove a gate",
    patterns: [
      /\b(?:without|don't|do not|never) (?:ask|wait|request)(?:ing)?(?: me| us| anyone| anybody)?(?: for)?(?: any| an| the| human| my)* ?(?:approval|confirmation|permission|me|anyone|anybody)\b/,
      /(?:^|[.!?;,:] ?|\b(?:and|then|please|just) )(?:skip|bypass|circumvent|evade|suppress|auto-?approve) (?:all |any |every |the |human |manual )*(?:approvals?|approval gates?|safety (?:checks?|policy|rules)|guardrails?|human review)\b/,
      /\b(?:consider|treat) (?:this|it|all|every\w*)(?: \w+)? (?:as )?(?:already |pre-?)?approved\b/,
    ],
  },
  {
    code: "injection-exfiltration",
    message: "it asks for secrets, or to send them away",
    patterns: [
      /\b(?:tell|give|confirm|share|reveal)(?: me| us)? (?:the |your |all )?(?:\w+ ){0,2}(?:passwords?|secret keys?|credentials)(?= (?:to|for)\b|[.?!,"']|$)/,
      /\bwhat(?:'s| is) (?:your|the) (?:secret key|password)\b/,
      /\b(?:send|e-?mail|forward|post|upload|exfiltrate)\b.{0,80}\b(?:conversation history|passwords?|credentials|passport|bank account|security code|private keys?|api keys?|env(?:ironment)? variables)\b.{0,80}\bto\b/,
    ],
  },
  {
    code: "injection-embedded",
    message: "it speaks to a model rather than stating a goal",
    patterns: [
      /\b(?:important|urgent) message (?:from \S.{0,40} )?(?:to|for) (?:you|the|any)\b.{0,10}\b(?:ai|assistant|model|llm)\b/,
      /\bthis is an important message from me\b|\bbefore you can solve the task\b/,
      /\b(?:to|attention|dear|hey|hi|hello),? (?:the |any |all |you,? )?(?:ai|llm|language model|ai assistant|ai agent|ai model|chatgpt|gpt|claude)\b[,:!]/,
      /\bif you are (?:an? |the )?(?:ai|llm|language model|assistant|agent)\b/,
      /\b(?:web|search) result \d+: (?:ignore|disregard|important)/,
    ],
  },
];

/** The signs that folded text shows, each once. */
export function injectionSigns(folded: string): Array<{ code: string; message: string }> {
  return SIGNS.filter(({ patterns }) => patterns.some((pattern) => pattern.test(folded))).map(({ code, message }) => ({
    code,
    message,
  }));
}
