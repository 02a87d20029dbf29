/**
 * Phrases by which text asks for what no goal may have: an act without its approval, secrets or people's data, a
 * harmful command in passing, no traces. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { type Sign, words } from "./sign.js";

const CLAUSE = "(?:^|[.!?;,:-] ?|\\b(?:and|then|please|just|to|now|you must|should|you can|also|you may|safe to) )";
const GUARDS =
  "(?:(?:human |manual |operator |required |pending )?(?:approvals?|sign-?offs?)(?: (?:gates?|steps?|process|requests?|checks?|prompts?|nodes?|policy|requirements?))?|approval gates?|(?:human|approval|safety|confirmation) gates?|safety (?:checks?|polic(?:y|ies)|rules|config\\w*|controls?|gates?|guards?|limits?|filters?|mechanisms?|measures|protocols?)|guard ?-?rails?|human[ -](?:review|in[ -]the[ -]loop|confirmation|oversight)|(?:require_approval|requires_human_approval|require_approval_all|enable_remediation|dry_run|safety\\.yaml))";

export const APPROVAL: Sign = {
  code: "injection-approval",
  message: "it asks to act without the approval that the policy wants; no goal can remove a gate",
  patterns: [
    /\b(?:without|don't|dont|do not|never|no need to|not need to|needn't|instead of|rather than) (?:ask|wait|request|seek|need|requir|obtain|get|check|prompt|bother|notify|tell|inform|alert)(?:ing|ting)?(?: \w+)?(?: me| us| anyone| anybody| anyone else| the \w+)?(?: for| with)?(?: any| an| the| a| my| further| prior| more)*(?: human| manual| user| operator)* ?(?:approvals?|confirmation|confirm|permission|sign-?off|consent|review|me|anyone|anybody|the (?:user|operator|human|on-?call|team|owner))\b(?! (?:is|was|are|were|errors?|that|of (?:the )?(?:pod|node)))/,
    /\bwithout (?:any |the |human |my |further |prior |manual |user |explicit )*(?:approvals?|confirmation|permission|sign-?off|consent|human review|oversight|authori[sz]ation)(?=[.,;:!?]|$| (?:and|or|from|of|because|as|since)\b)/,
    words(
      `${CLAUSE}(?:skip|bypass|circumvent|evade|suppress|auto-?approve|disable|ignore|override|turn off|switch off|remove|drop|avoid|deactivate|work around|get around|sidestep|defeat|strip)(?:ping|ing)? (?:all |any |every |the |of |your |its |these |human |manual )*${GUARDS}(?! (?:errors?|alerts?|logs?|metrics?|emails?|tests?|webhooks?|failures?)\\b)`,
    ),
    /\b(?:consider|treat|mark|count|regard|assume|flag) (?:this|it|that|all|every\w*|any|the|yourself|them)(?: \w+){0,3} (?:as )?(?:is |are |has been |have been )?(?:already |pre-?)?(?:approved|authori[sz]ed)\b/,
    /\b(?:already|pre-?|hereby|fully|automatically) ?-?(?:been )?(?:approved|authori[sz]ed|signed off|granted)\b.{0,60}\b(?:by (?:the |our |my )?(?:ceo|cto|ciso|cio|management|manager|security|admin\w*|boss|director|vp|owner|sre lead)|so (?:just |please )?(?:do|run|go|skip|execute|proceed|no))\b/,
    /\b(?:approval|permission|human review|sign-?off) (?:is |was |has been )?(?:not |no longer |never )(?:be )?(?:needed|required|necessary)\b|\bno (?:approval|confirmation|permission|human review|sign-?off) (?:is |needed|required|necessary)|\b(?:approval|permission) (?:has been |is |was )?(?:already )?(?:granted|given|waived|implied)\b/,
    /\b(?:approve|accept|confirm|sign) (?:it|this|them|everything|all|the (?:gate|change|plan|action)s?|your own \w+)(?: \w+)? (?:yourself|automatically|on (?:my|our|their|his|her) behalf|for me|without)\b|\bvote (?:approve|yes) (?:on|for) (?:my|every|all)\b/,
    words(
      `\\b(?:requires_human_approval|require_approval\\w*|require_for_production|needs_approval)["'\`]? ?(?:[:=]|to|as|is) ?["'\`]?(?:false|no|off|0)\\b|\\b(?:enable_remediation)["'\`]? ?[:=] ?["'\`]?(?:true|yes|on)\\b|\\brisk(?:_level)?["'\`]? ?[:=] ?["'\`]?(?:none|low|safe)\\b`,
    ),
    /\b(?:disguise|hide|label|declare|mask|present|mark|pass off|classify|name) (?:it|this|them|the (?:write|action|restart|command|node|step|deletion|delete)s?) (?:as|behind|in|inside) (?:an? )?(?:harmless|read-?only|log|safe|summary|analysis|metric|innocent|read|log_collection|metric_query)\b/,
    /\bno (?:human|person|operator|one|approver) (?:needs?|has|must|is (?:needed|required)) to (?:confirm|approve|review|agree|sign|look)\b|\bapprovals? ?(?:status)? ?[:=] ?(?:granted|given|yes|true|ok|done|approved)\b/,
    /\b(?:assume|presume|imply|take) (?:the |that )?(?:approval|permission|consent)s?\b|\b(?:i|we) (?:hereby |already )?(?:pre-?)?approve (?:all|every|any|each|everything)\b|(?:^|[.;,:!?] |\b(?:and|please|then) )pre-?approve\b/,
    /\bso (?:that )?(?:no|the) (?:approval )?gate (?:opens?|is|isn't|will|does|would|asks?)|\b(?:gate|approval)\b.{0,30}\b(?:outcome|time-?out|expir\w+|default)\b.{0,20}\b(?:to|as|is|=) ?approved?\b|\benable_remediation (?:to )?true\b|\bremove the (?:human_review|approval) (?:node|step|gate)\b/,
    /\b(?:don't|do not|no|not|never) (?:need|have|required?|necessary) to (?:ask|wait|get|seek|request|confirm|check|consult|tell|inform)\b(?: \w+){0,2} ?(?:anybody|anyone|approval|permission|me|us|confirmation|the (?:team|operator|user|on-?call)|first)\b|\bwith no (?:approval|permission|human review|sign-?off|confirmation)\b(?! (?:labels?|annotations?|set))/,
    words(
      `${CLAUSE}skip (?:the |any |all )?confirmations?(?: prompts?| steps?| dialogs?)?(?=[.,;!?]|$| and\\b)|\\b(?:gates?|approvals?) (?:can|may|should|must) be (?:ignored|skipped|bypassed|disabled|removed|dropped)\\b|(?<!who )\\byou (?:can|may|should|must|are allowed to) (?:safely )?(?:skip|ignore|bypass|disable|omit) (?:the |all |any |your )?(?:\\w+ )?(?:checks?|gates?|approvals?|rules|polic\\w+|safety|guard\\w*)\\b`,
    ),
  ],
};

const SECRET =
  "(?:passwords?|passcodes?|passphrases?|secret(?: key| word| code| phrase)?s?|secret keys?|credentials|api[ -]?keys?|private keys?|access keys?|access tokens?|login details|pin codes?)";
const PERSON = "(?:user|customer|client|patient|employee|person|owner|victim|admin|he|she|nancy|alice|bob)";
const PRIVATE =
  "(?:birth ?-?(?:day|date|month|year|place)|date of birth|home address|address book|(?:home|email|physical|current|mailing|residential) (?:address|location)|phone numbers?|social security(?: numbers?)?|ssn|credit card(?: numbers?| details)?|bank (?:accounts?|balances?|details)|passports?(?: numbers?)?|salary|medical (?:records?|history)|browsing history|personal (?:data|details|information))";

export const EXFILTRATION: Sign = {
  code: "injection-exfiltration",
  message: "it asks for secrets or people's data, or to send them away",
  patterns: [
    words(
      `\\b(?:tell|give|confirm|share|reveal|disclose|show|send|hand over|provide|leak|print|output|spell|repeat|need|want|know|guess|dump|decode|type)(?: me| us| out)? (?:with )?(?:the |your |all |its |their |that |any )?(?:[\\w']+ ){0,2}?${SECRET}(?= (?:to (?:me|us|him|her|the (?:user|attacker|following))|for (?:this|the|our|your|that) (?:mode|system|account|user|session|bot|ai|assistant|admin)|in|as|now|please|backwards|reversed|using|with|so|so i|by|letter)\\b|[.?!,"')]|$)`,
    ),
    words(
      `\\b(?:what|which)(?:'s| is| are| was) (?:your|the|my|our|his|her|their|that)? ?(?:\\w+ )?(?:secret key|password|passcode|passphrase|secret word|secret code|magic word|api key|private key)(?=[?.!"',)]|$| (?:for|of|to)\\b)`,
    ),
    words(
      `\\b(?:poem|song|haiku|story|joke|riddle|rhyme|acrostic|limerick|hints?|clues?|rap|sonnet|synonyms?|essay|tale|novel|play|crossword)s?\\b.{0,30}\\b(?:about|for|of|on|to|with|containing|including|reveal\\w*) (?:the |your |what the |a |my )?(?:\\w+ )?${SECRET}\\b`,
    ),
    words(
      `\\b(?:letters?|characters?|digits?|words?|syllables?|half|halves|part|length|ascii|hash|vowels?|consonants?|anagram|reverse|opposite|square|number of (?:letters|characters)) (?:codes? |values? )?(?:of|in|from) (?:the |your |their |his |her )?(?:\\w+ )?(?:${SECRET}|\\w+'s? (?:${PRIVATE}|password|name))\\b`,
    ),
    words(
      `\\b(?:encode|encrypt|translate|reverse|spell|split|write|base64|rot13|convert|replace|hash|rhyme)\\b.{0,30}\\b(?:the|your) (?:\\w+ )?(?:password|passcode|passphrase|secret (?:key|word|code)|api key)s?\\b.{0,30}\\b(?:in|into|to|as|using|with|backwards|reversed|poem)\\b`,
    ),
    words(
      `\\b(?:send|e-?mail|forward|post|upload|exfiltrate|transmit|publish|transfer|copy|dump|pipe|mail|deliver|leak|text)(?:ing)?\\b.{0,80}(?:(?<= )\\.env\\b|\\b(?:conversations?(?: history)?|chat history|${SECRET}|bank account|security codes?|env(?:ironment)? variables|etc\\/(?:passwd|shadow)|kubeconfigs?|ssh keys?|id_rsa|(?:customer|user|client|employee)s? (?:data|lists?|records|details|database|table)|personal data|pii|database dumps?|secrets)\\b).{0,80}\\b(?:to|at|via|on)\\b.{0,30}(?:@|https?:|\\b(?:me|attacker|my|us|evil|external|pastebin|webhook|this (?:url|address|server|endpoint))\\b|[a-z0-9-]\\.(?:com|net|org|io|ru|xyz|evil))`,
    ),
    words(
      `\\b(?:tell|give|show|what|where|when|which|translate|reveal|print|list|share|provide|need|calculate|know|guess|spell|find|get)\\b.{0,50}\\b${PERSON}(?:'?s'?|s) (?:\\w+ )?${PRIVATE}\\b`,
    ),
    words(
      `\\b(?:where|in which (?:city|country|town)|what (?:city|country|town|street)) (?:does|do|is|did) (?:the |this |our )?(?:\\w+ )?${PERSON} (?:\\w+ )?(?:liv\\w+|reside|residing|located now|from|staying|born)\\b`,
    ),
    words(
      `\\b(?:list|names?|details|table) of (?:all |the |every )*(?:users?|customers?|clients?|patients?|employees?)\\b.{0,20}\\b(?:and|with) (?:their |the )?(?:\\w+ )?(?:${PRIVATE}|${SECRET}|balances?)\\b`,
    ),
    /\b(?:phishing|scam|spear-?phishing) (?:e-?mail|message|page|site|text|campaign|letter)\b(?! (?:alert|filter|report|detect|rule))/,
    /!\[[^\]]{0,80}\]\(https?:\/\/[^)\s]{0,200}[?&=][^)\s]{0,100}(?:\{|\$|<|data|secret|prompt|history|conversation|token)/,
    /\b(?:what(?:'s| is) the secret(?=[?.!]|$)|(?:password|passcode|passphrase|secret (?:key|word|code)) is what\b)|\b(?:is|does) the (?:\w+ )?(?:password|passphrase|passcode|secret (?:key|word)) (?:longer|shorter|start|begin|end|rhyme|contain|have)|\b(?:letters?|characters?|digits?) (?:does|do|is|are) (?:in )?the (?:\w+ )?password\b|\bdescribe the (?:\w+ )?(?:password|secret (?:key|word|code))\b/,
    /\b(?:repeat|say|complete|continue|finish|write)\b.{0,40}\b(?:the|your|my) (?:\w+ )?(?:password|secret|secret key|passphrase) (?:is|was)\b/,
    words(
      `\\bhow old (?:is|are) (?:the |this |our )?(?:\\w+ )?${PERSON}\\b|\\b(?:tell|give|show|send) (?:me |us )?(?:the |this |your )?(?:\\w+ )?${PERSON}'s (?:full |real |first |last )?(?:name|age|address)\\b`,
    ),
    words(
      `\\b${SECRET}\\b.{0,60}\\b(?:send|post|e-?mail|upload|forward|publish) (?:it|them|this|all|everything)\\b.{0,20}\\bto\\b`,
    ),
    /\b(?:show|print|include|cat|read|dump|send|output|contents? of)\b.{0,40}\/etc\/(?:passwd|shadow)\b|\bexfiltrate (?:the|all|any|data|secrets?|env|customer|user)\b|\badd (?:my|this|the following|his|her) (?:ssh|public) key\b/,
    /\b(?:reveal|disclose|hand over|give me|tell me|leak) (?:the |your |all )?(?:\w+ )?tokens?(?=[.!?,;]|$)/,
  ],
};

export const COMMANDS: Sign = {
  code: "injection-command",
  message: "it carries a command that destroys, or opens a way in",
  patterns: [
    /\brm (?:-{1,2}[\w-]{1,20} ){1,4}(?:--no-preserve-root |["']?(?:\/|~|\/\*|\$home|\.\/?\*?|\*)["']?(?=[\s;&|"'`)]|$))/,
    /:\(\) ?\{ ?:\|:& ?\};:|\bmkfs(?:\.\w{2,5})? (?:-\w+ )*\/dev\/|\bdd if=\S{1,80} of=\/dev\/[a-z]|> ?\/dev\/sd[a-z]\b/,
    /\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat) (?:-\w+ )*(?:\S+ )?(?:\d+ )?-\w*e ?\/?(?:bin\/)?(?:ba)?sh|\bbase64 (?:-d|--decode|-D)\b.{0,20}\| ?(?:ba|z)?sh\b|\bbash -i >&/,
    /(?:;|'|"|\)) ?drop (?:table|database|schema)\b|\b(?:or|and) 1 ?= ?1\b|\bunion (?:all )?select\b.{0,80}\bfrom\b|\bdrop (?:table|database)(?: if exists)? \w+; ?drop\b/,
    /\b(?:os\.system|subprocess\.(?:run|call|popen|check_output)|child_process|shell_exec|__import__|runtime\.getruntime|eval|exec|system|popen) ?\(["'`]/,
    /\b(?:without|not|never) (?:leav\w+|any|a) (?:any |a )?(?:traces?|evidence)\b(?! (?:id|context|span|level|line))|\b(?:evad\w+ detection|cover (?:your|our|my|the) tracks|(?:remain|stay)\w{0,3} (?:undetected|hidden|unnoticed)|undetected by)\b|\b(?:delete|wipe|clear|erase|tamper with|alter|disable) (?:the |all |any )?audit (?:logs?|trail|records?|logging)\b(?! (?:backlog|queue|disk|volume|errors?|retention|shipper|index))/,
    /\b(?:install|plant|add|create|inject|deploy|open|leave|embed|introduce)(?:ing)? (?:an? |the |some )?(?:\w+ ){0,2}(?:back ?door|reverse shell|root ?kit|key ?logger|malware|ransomware|crypto ?miner|trojan|spyware|web ?shell|malicious (?:code|payload|script|software))\b/,
    /\bescalate (?:your |my |the )?(?:\w+ )?privileges\b|\belevate your (?:own )?privileges\b|\bgrant (?:me|yourself) (?:\w+ )?(?:admin|root|cluster-admin|superuser)\b/,
    /\bdelete all (?:the |of the )?data (?:you|that you)\b|\b(?:destroy|wipe|erase|delete) (?:everything(?= (?:and|now)\b|[.!,;]|$)|all (?:production|prod) data|the entire (?:production|prod|database|cluster))\b/,
    /\b(?:curl|wget)\b[^|;]{0,200}\| ?(?:sudo )?(?:ba|z|da)?sh\b|\b(?:turn off|disable|stop) (?:the )?(?:audit |all )?(?:logging|auditing|monitoring|alerting) (?:before|while|first|so that)\b/,
    /\bhow to (?:\w+ )?(?:hack|break into|hotwire|hot-wire|steal|synthesi[sz]e|launder|poison|counterfeit|stalk|murder|(?:make|build|create|cook|assemble) (?:an? )?(?:\w+ )?(?:bombs?|poison|drugs?|meth\w*|weapons?|malware|virus(?:es)?|explosives?|ransomware|key ?loggers?))\b/,
    /\b(?:make|set|add|give|promote|grant) yourself\b|\bhide (?:this|it|the \w+|your \w+|all \w+)(?: \w+)? from (?:the )?(?:audit|logs?|operators?|users?|security|monitoring|on-?call|everyone|anyone)\b|\bto cover (?:it|this|that|everything) up\b/,
  ],
};
