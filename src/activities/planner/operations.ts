/**
 * Whether a goal is about operations at all. Words that mean nothing else (`redis`, `p99`, an alert's name) count whole;
 * ordinary words that operators use too (`memory`, `node`, `queue`) count a third, so that one alone decides nothing;
 * words of everyday life, of school and of writing count against it.
 */
import { wordsOf } from "./words.js";

const ORDINARY_WEIGHT = 0.34;
const TELLING_WEIGHT = 0.6;
const MARK_WEIGHT = 0.67;
const EVERYDAY_WEIGHT = 0.8;
const ERRAND_WEIGHT = 1;
const PHRASE_WEIGHT = 0.5;

/** Ordinary words of the playbooks. */
const ORDINARY = wordsOf(
  "access account action activity address age answer application available back bad balance bandwidth bank batch big bind branch break bridge broken broker build bundle burn busy cache call card chain change check circle clean clear client code cold column command common company compare complete condition connect connection consume container control core cost country crash crash create crowd customer cut daily data dead deep delete deliver dependency depth device die dig disk domain door drain drop empty end enter event exchange exit expire external fail fall fan fast feature field file find finish fire fix flag flap flash flow flush free full function garden gate gateway give good green grow growth hand handle hang happen health heart heat heavy help hit hold home host hot hour house human idle image import index internal invalid island issue item jitter job join jump keep key keys kill know label lag large late leak leave left letter level limit line link list live load local lock long look loop lose lost low main manage map master match matter mean measure meet memory message middle minute miss mix model money monitor month morning mount move name near need nest network new night no node noise normal note notify number objective offer office old online open operation order outside own pack packet page pair part partner pass password path pattern pay payment people period person phone pick picture piece pile pipeline place plan platform play pod point pool poor post power press pressure price print private problem process produce product profile program progress promote public pull push put quality queue quick quota race rate reach read ready real receive record recover red refuse regular remote remove repair report request reset resource respond response rest restart result return review ring rise risk road role roll room root round route rule run safe sale sample scan schedule school score screen search seat second section secure see send sense sequence server service session set setting share shell shift ship shop short show side sign signature simple single site size skip sleep slow small smooth social sort source space spare special speed spike spot stage stale stamp stand star start state station status stay step stick stop storage store story stream street strong stuck study subject success sudden suffer suggest supply support sure surface surprise survive suspicious swap sweep switch system table tail take talk target task team tell temperature temporary term terminal test text thing think thread throw ticket tie time title today together token tool top topic total touch tour trace track trade traffic train transaction transfer trap travel treat tree trend trial trigger trip trouble truck true trust try tube tunnel turn type unit unknown unusual update usage use user usual valid value various verify version video view virus visit voice volume vote wait wake walk wall want warm wash watch water wave weak wear weather website week weight wheel white wide win wind window wire wish wonder word work worker world worry wrong year zone certificate renew authority attack break hack master slave promotion gold regression percentile partition percent rich saturation drift balance frozen freeze evict orphan degrade login deploy rollback unreachable backlog dependency provider vendor upstream downstream fallback exhaust error fail panic page release why absent active affect agent aggregate alive allocate analysis app approach approximate attempt availability average behind ban block blue bond bring budget byte capacity clock cloud collection complete completion compute console count credit critical day deadline delivery depend dependencies descriptor detect device directory disconnect dump duration early east empty entry exceed exist expose fault flood follow forward four general generation gone group healthy herd horizon identity impact impossible injection intermediate intermittent isolate issuer judge killer length lookup loss major manager max migration miner mining mismatch neighbor newly noisy north oldest oracle overhead partial pause peer pending performance persistent pipe policy port previous privilege proper query rack ratio readiness reject replica reports resident router runtime sanity scheduler scrap seal secret security self sentinel skew smoke spark split sporadic spray stack state steal strip subnet success suspend sync thunder triage upgrade visible watermark workload write export schedule stuff south notready unhealthy",
);
/** Ordinary words that mostly mean operations when nothing speaks against it. */
const TELLING = wordsOf(
  "slow outage deploy rollback login unreachable error backlog database disk website degrade upstream downstream dependency server log timeout crash unauthorized authentication authorization certificate evict throttle firewall suspicious malware attack intrusion latency queue memory pod cluster api prod production service endpoint backup down unavailable network connection alert incident host performance healthy query replica upgrade security credential availability capacity router secret app crash notready unhealthy triage scheduler workload deadlock",
);
/** Words that say nothing of the kind. */
const EMPTY = wordsOf(
  "not cannot high low last well went first next many yet let little nobody somebody everybody used use without enough right fine faster far almost away near one two three four new old good bad big small too use way thing go come make take get give keep put see look want need",
);
const EVERYDAY = wordsOf(
  "recipe cook cooking bake baking cake bread dough sourdough starter risotto pasta soup salad chocolate dinner lunch breakfast meal restaurant oven fridge ingredient vegetable fruit basil egg flour pizza wine beer coffee tea delicious eat drink sieve lemon lettuce radish banana calorie worth reading book dishwasher keyboard watch parachute tent volcano iceland disaster interview conference throat engine wedding poem poetry haiku limerick sonnet story novel essay song lyric rhyme verse letter speech wedding birthday anniversary christmas party gift flower mother father mom dad grandmother grandfather daughter son sister brother kid child children childhood baby wife husband girlfriend boyfriend friend neighbour aunt uncle cousin dog cat puppy kitten duck squirrel bird whale horse fish animal pet garden tree plant trip travel vacation holiday hotel flight beach hike hiking trail mountain lake sea weekend museum tourist passport visa luggage capital mongolia city train bus bike bicycle car tyre wheel homework exam school teacher student lecture math maths algebra equation palindrome fibonacci leetcode algorithm pointer recursion python java javascript translate translation french german spanish italian grammar vocabulary joke funny riddle horoscope love relationship date dating feeling sad happy cheer knee headache doctor medicine diet yoga meditation workout gym muscle sleep hair skin outfit wear dress shoe football soccer basketball match movie film actor series band album concert piano guitar chess game puzzle paint painting draw drawing photosynthesis history dinosaur planet moon star weather rain summer winter spring autumn supermarket grocery furniture sofa kitchen clean laundry stain rent mortgage tax salary resume cv career earn salary playlist alarm weather money cheap cheapest resort ski interview hello hi hey thanks goodbye evening friendship spy scale nut hobby craft knit sew",
);
/** Signs of a machine's wording or of a measured state. */
const MARKS: readonly RegExp[] = [
  /\b[A-Z][a-z]+(?:[A-Z]+[a-z]*){2,}\b/,
  /\[(?:triggered|warn|warning|alert|firing|critical|no data|recovered|problem)[^\]]*\]/i,
  /\b[a-z_]+[=:]["']?[a-z0-9][\w.-]*/,
  /[<>]=?\s*\d|\b\d+(?:\.\d+)?\s?(?:%|ms\b|percent\b)/,
  /\b(?:prod|production|staging|k8s|namespace|on-?call|sev-?[1-5]|p[1-3])\b/i,
  /\b(?:\d{1,3}\.){3}\d{1,3}\b|\bip-\d+-\d+/,
  /\b[A-Z]{3,}(?:_[A-Z]+)+\b/,
];
/** What people ask of a writer, a teacher or a guide: texts, code to be written, facts, advice for life. */
const ERRANDS: readonly RegExp[] = [
  /\b(?:write|compose|draft|draw|paint|make)\s+(?:me\s+)?(?:a|an|some|the|my)\s+(?:\w+\s+){0,3}?(?:function|class|program|script|test|poem|story|essay|letter|song|haiku|limerick|speech|sort|sonnet|toast|blog|playlist|picture|e-?mail)\b/i,
  /^\s*(?:please\s+|can you\s+|could you\s+)?(?:implement|reverse|sort|solve|translate|recommend|suggest|summari[sz]e the (?:plot|book|novel|article)|name (?:two|three|four|five|ten|some)|calculate|convert|centre|center|generate|teach me|tell me (?:a|about|your)|set an alarm|find me|plan (?:a|my|our))\b/i,
  /^\s*(?:so\s+)?(?:how (?:do|does|can|could|should|many|much|long|old|far|to)\b(?! (?:we|i) (?:fix|restore|recover|mitigate|stop the|get (?:\w+ )?back))|explain\b|what(?:'s| is| are| does| time| should)\b(?! (?:going|wrong|happening|the (?:matter|cause|impact|reason|status|root)|causing|eating|using|slow|broken|down|up with))|who (?:invented|won|is|was|wrote)\b|when (?:is|does|do)\b|where (?:is|can|do)\b|best\b|is it (?:safe|true|ok|worth)\b)/i,
];
/** Things of one's own that are no systems. */
const PRIVATE =
  /\b(?:my|your)\s+(?!apps?|services?|pods?|clusters?|servers?|db|databases?|apis?|sites?|websites?|k8s|kube|deploy|jobs?|cron|hosts?|nodes?|vms?|containers?|ingress|disks?|redis|kafka|team|prod|staging|cpu|cert|dns|ssl|tls|postgres|mysql|machine|box|instances?|lambda|cache|queue\b(?! at)|login|requests?|backup)[a-z]/i;

/** An order to make or remove something: no playbook does that. */
const ORDERS =
  /^\s*(?:please\s+)?(?:deploy|ship|install|create|delete|erase|provision|set up|buy|order|book)\s+(?:version|v?\d|the|a|an|all|my|it|to|new)\b/i;

/** A word that was corrected may have been another. */
const CORRECTED_FACTOR = 0.5;

/**
 * Evidence that the goal is about operations; from 1 on there is enough. `known` says which words any playbook has,
 * `meant` gives the known word for a misspelt one, `phrases` is how many symptoms of several words the goal has whole.
 */
export function operationsEvidence(
  goal: string,
  known: (word: string) => boolean,
  meant: (word: string) => string | undefined,
  phrases = 0,
): number {
  let evidence = PHRASE_WEIGHT * Math.min(2, phrases);
  for (const word of wordsOf(goal)) {
    if (EMPTY.has(word)) continue;
    if (EVERYDAY.has(word) && !TELLING.has(word)) evidence -= EVERYDAY_WEIGHT;
    else if (known(word) || TELLING.has(word)) evidence += weightOf(word);
    else {
      const other = isOrdinary(word) ? undefined : meant(word);
      if (other !== undefined) evidence += CORRECTED_FACTOR * weightOf(other);
    }
  }
  for (const mark of MARKS) if (mark.test(goal)) evidence += MARK_WEIGHT;
  if (ERRANDS.some((errand) => errand.test(goal))) evidence -= ERRAND_WEIGHT;
  if (PRIVATE.test(goal)) evidence -= EVERYDAY_WEIGHT;
  if (ORDERS.test(goal)) evidence -= EVERYDAY_WEIGHT;
  return Math.max(0, evidence);
}

function weightOf(word: string): number {
  if (TELLING.has(word)) return TELLING_WEIGHT;
  return ORDINARY.has(word) ? ORDINARY_WEIGHT : 1;
}

/** Words that are right as they are, whether or not a playbook has them. */
export const isOrdinary = (word: string): boolean => EVERYDAY.has(word) || ORDINARY.has(word);
