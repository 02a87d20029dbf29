/**
 * Phrases by which text tries to replace a model's orders, or to get at them. Loaded by the workflow sandbox: imports
 * no package and reads no clock.
 */
import { EARLIER, ORDERS, SET_ASIDE, SHARED, type Sign, words } from "./sign.js";

const SAYS =
  "(?:show|say|print|reveal|repeat|output|display|tell|give|leak|dump|share|translate|encode|write|continue|disclose|log|start|begin|summari[sz]e|paraphrase|rephrase|expose|recite|list|return|copy|paste|spell|quote|describe|explain|provide|send|include|echo|cat|render|convert|export|type|state|read|what(?:'?s| is| are| were| was| does| do| did))";
const SAID = "(?:say|state|output|print|write|respond|reply|claim|answer|repeat)";
const GIVEN =
  "(?:text|page|web ?page|website|image|function|document|article|passage|question|email|comment|translation)s?";

export const OVERRIDE: Sign = {
  code: "injection-override",
  message: "it asks to set earlier instructions aside",
  patterns: [
    words(
      `(?<![\\w-])${SET_ASIDE}\\b[^.!?]{0,40}?\\b${EARLIER} (?:(?:and|or|/|&) \\w+ )?(?:\\w+ ){0,2}?(?:${ORDERS}\\b|${SHARED})`,
    ),
    words(
      `(?<![\\w-])${SET_ASIDE} (?:all |any |about |every )?(?:of )?(?:your|these|those) (?:\\w+ ){0,2}(?:${ORDERS}\\b|${SHARED}|thoughts\\b)`,
    ),
    words(
      `(?<![\\w-])${SET_ASIDE} (?:all |every |any )(?:of )?(?:the )?(?:\\w+ )?(?:instructions?|prompts?|guidelines?|assignments|guardrails)\\b`,
    ),
    words(
      `(?<![\\w-])${SET_ASIDE} (?:\\w+ ){0,5}(?:you (?:were|are|have been|'ve been|had been)|given to you|i gave you|your (?:creators?|developers?|makers?|owners?|company|programmers?))\\b`,
    ),
    words(
      `\\b${SET_ASIDE} (?:all |everything |anything )?(?:of )?(?:the )?above\\b(?= (?:and|instead|text|content|print|say|write)\\b|[.,:;!]|$)`,
    ),
    words(
      `\\b${SET_ASIDE} (?:everything|all|anything|what(?:ever)?)(?: about| that)? (?:above|before(?= (?:this|that|me|now|here)\\b|[.,:;!?]|$)|(?:you|i|we)(?:'ve| have| just)?(?: been)? (?:\\w+))\\b`,
    ),
    words(`\\b${SET_ASIDE} the rest of (?:this|the) (?:data|text|document|page|message|content|email|record)\\b`),
    words(
      `\\b${SET_ASIDE} (?:the |all (?:the )?)(?:\\w+ )?${GIVEN}(?: content)?,? (?:and|but|then)? ?(?:instead |just |only )?${SAID}\\b`,
    ),
    /\bforget (?:about )?(?:that|it|this|everything|all that),? (?:can|could|would) you\b/,
    words(
      `${EARLIER} *${ORDERS} (?:are|is|were|was|have been|has been) (?:\\w+ )?(?:false|void|invalid|irrelevant|superseded|obsolete|wrong|outdated|cancelled|revoked|suspended|disabled|lifted|over)`,
    ),
    /\b(?:strictly )?adhere to the following instruction/,
    /\b(?:your|the) (?:new|real|actual|true|only|updated|revised) (?:instructions?|task|objective|directive|orders|purpose|system prompt|prompt) (?:is|are|will be)\b|\b(?:new|updated|revised|real) (?:instructions?|system prompts?|directives?)\s?:/,
    /\b(?:instead|rather),? (?:do|follow|execute|perform) (?:the following|this|these)\b.{0,20}\b(?:instructions?|commands?|steps instead)/,
    /\bwhen(?:ever)? (?:a|the|any) (?:user|customer|person|human|someone)s? (?:asks?|requests?|mentions?)\b.{0,80}\b(?:reply|respond|answer|say|tell them|insist|refuse)\b|\b(?:every|any|each) time (?:a|the|any) (?:user|customer|person) (?:asks?|requests?|mentions?)\b.{0,80}\b(?:reply|respond|answer|say|tell them|insist|refuse)\b/,
    /\bdo not (?:look|use|consider) (?:in |at )?(?:the )?(?:documents?|articles?|context|sources)(?: provided)?,? (?:just|only|and) (?:output|say|print|write|answer)\b/,
    words(
      `\\b${SET_ASIDE} (?:(?:all|any|every|the|your) ){1,2}(?:safety|ethical|moral|legal) (?:considerations?|concerns?|guidelines?|rules|checks?|measures|polic(?:y|ies)|protocols?|constraints?|limits?)\\b`,
    ),
    words(
      `\\b${SET_ASIDE} (?:everything|all|anything|whatever) (?:that )?(?:was|is|has been|were|had been) (?:\\w+ )?(?:written|said|stated|mentioned|told|given|above|discussed|established)\\b`,
    ),
    /(?:^|[.!?;,:] |\b(?:and|then|please|must|should|now) )(?:stop|quit) (?:following|obeying|respecting|enforcing|applying) (?:the |any |all |your )*(?:polic(?:y|ies)|rules|guidelines|instructions?|safety|restrictions)\b/,
    words(
      `\\b${SET_ASIDE} (?:the |all |any )?(?:\\w+ )?(?:instructions?|prompts?|directives?|rules) (?:(?:given|provided|received|written|set|stated) )?(?:to you|at the (?:start|beginning|top)|earlier|so far|you got)\\b|\\bobey (?:me|mine|only me|us|the user)\\b`,
    ),
  ],
};

const OWN = "(?:your|my|the|its|these|those|this)";

export const EXTRACTION: Sign = {
  code: "injection-extraction",
  message: "it asks for the instructions that the planner was given",
  patterns: [
    words(
      `\\b${SAYS}\\b[^.!?]{0,60}\\b(?:system[ _-]?prompts?|system (?:\\w+ )?(?:instructions?|message|directive)|prompt[ _]?texts?|hidden (?:prompts?|instructions?|rules)|pre-?prompt|meta-?prompt|base prompt|developer (?:message|prompt|instructions?))(?!-|\\w| (?:service|pod|queue|table|latency|store|cache))`,
    ),
    words(
      `\\b${SAYS}\\b[^.!?]{0,40}\\b(?:your|my) (?:\\w+ ){0,2}(?:instructions?|prompts?|guidelines|directives?|rules|programming|configuration instructions)(?: (?:are|were|is|was|to|in|as|verbatim|word|above|backwards|using|without|so|but|and|into|say)\\b|[ '"]*[:.?!'"]|,|$)`,
    ),
    words(
      `\\b${SAYS}\\b (?:me |us )?(?:\\w+ ){0,2}?(?:your|the) (?:\\w+ )?(?:initial|original|secret|full|exact|complete|entire|first|very first|core|internal|initiali[sz]ation) (?:set of )?(?:instructions?|prompts?|rules|directives?|guidelines|context)\\b|\\binitiali[sz]ation string\\b`,
    ),
    words(
      `\\b(?:instructions?|prompts?|rules|directives) (?:that )?(?:you|were) (?:were |have been |had been |have )?(?:given|received|told|programmed|provided|initiali[sz]ed|configured|operat\\w+ under|follow)`,
    ),
    words(
      `\\b(?:what|which|how) (?:\\w+ ){0,3}(?:were|are|have) you (?:\\w+ )?(?:told|instructed|programmed|given|initiali[sz]ed|prompted|configured)\\b`,
    ),
    /\b(?:repeat|output|print|copy|say|translate|recite|return|show|display|summari[sz]e|rewrite|write out|spell out|echo) (?:back )?(?:the |all |all (?:of )?the |everything |me |every )*(?:text|words?|content|contents|sentences?|lines?|above|message|messages|conversation|paragraph|tokens|that (?:was|is|came))\b.{0,25}\b(?:above|before (?:this|that|my|the)|in full|verbatim|before this|prior to this|preceding|so far|from the (?:start|beginning)|you (?:were|have been) given)\b/,
    /\b(?:repeat|output|print|translate|recite|echo) (?:the )?above (?:text|words|message|content|prompt|instructions|paragraph|conversation)\b/,
    /\b(?:repeat|output|print|recite|say|echo|write) (?:everything|all|anything) (?:above|before|prior|that came before|said|you)\b|\brepeat (?:everything|all) in\b.{0,30}\b(?:prompt|instructions?|context)\b/,
    words(
      `\\bsystem_?prompts?\\b\\s*[)\\]}(]|\\bwhat (?:is|was) (?:written|said|stated) (?:above|before|at the (?:top|beginning))\\b|\\b(?:start|begin)(?:ning|s)? (?:of|with) (?:${OWN}|the) (?:conversation|system prompt|prompt|context window|chat)\\b`,
    ),
    /\b(?:print|log|echo|eval|return|json\.stringify|console\.log|system\.out\.println?|puts|getattr|cat|vars|repr)\s?\(?["'`]?(?:this\.|self\.|config\.|process\.env\.)?(?:system|hidden|initial|original|secret)?_?(?:prompt|instructions)\b(?!s?-)/,
    /\b(?:opposite|antonyms?|synonyms?|anagram|acronym|summary|translation|essence|gist|hash|length|number of (?:words|characters|lines)|first (?:\w+ )?(?:words?|lines?|sentences?|letters?|characters?)|last (?:\w+ )?(?:words?|lines?|sentences?)) (?:of|in|from) (?:your|the system|the hidden|the initial) (?:\w+ )?(?:prompt|instructions?|directives?|guidelines|rules)\b/,
    /\b(?:you are chatgpt|ignore this and repeat|as (?:we|i) (?:were|was) saying, (?:the|my|your) (?:system|instructions?)|my (?:system )?instructions are|(?:the|your|my) system (?:prompt|message) (?:is|was|says|reads|starts|begins|states))\b/,
    /\b(?:are|were) there (?:any )?(?:instructions?|rules|prompts?|guidelines) (?:above|before|you)\b|\bwhat (?:rules|constraints|guidelines|restrictions|limitations) (?:do|are|were|must|should) you\b/,
    /\b(?:see|view|access|get|obtain|retrieve|know|have|read) your (?:\w+ ){0,2}(?:prompts?|instructions?|guidelines)\b/,
    /\bwhat (?:did|has|have) (?:\w+ ){1,3}(?:tell|told|instruct\w*|order\w*) you\b|\bnot (?:supposed|allowed|permitted) to (?:say|tell|reveal|share|disclose)\b/,
    /\b(?:convert|turn|transform|rewrite|encode|translate|put|spell) the (?:text|words?|message|prompt|content|paragraph|instructions?|sentence) above\b/,
    /\bwhat you(?: were|'ve been| have been| had been| are) (?:\w+ )?(?:told|given|instructed|prompted)\b/,
    /\b(?:first|initial|opening|previous|earliest) (?:messages?|lines?|sentences?|instructions?|prompts?) (?:of|in) (?:this|the|our) (?:conversation|chat|session|context|prompt)\b/,
  ],
};
