/** A goal that is nothing but an order to destroy: no playbook does that, and a look at the thing is not what was meant. */

const BEFORE =
  "(?:(?:please|can you|could you|i want to|i need to|we need to|we want to|go|and|just|now|then|let's|help me) )*";
const DESTROY = "(?:delete|drop|wipe|erase|destroy|truncate|format|nuke|shred|obliterate|tear down|rm -rf)";
/** What holds data, or runs everything. */
const HOLDS =
  "(?:databases?|db|dbs|tables?|schemas?|volumes?|disks?|drives?|partitions?|file ?systems?|buckets?|clusters?|namespaces?|servers?|hosts?|machines?|vms?|instances?|backups?|snapshots?|data|records|users|accounts|collections?|ind(?:ex|exes|ices)|keyspaces?|topics?|repositor(?:y|ies)|prod|production|staging|environments?|everything|stack|infrastructure)";
/** Which, where and when; a reason that follows makes it a goal with a symptom. */
const WHERE =
  "(?: (?:in|of|on|from|for|at|called|named) (?:[\\w.-]+ ?){1,3})?(?: (?:now|please|immediately|right now|at once|today))?";
const ORDER = new RegExp(`^${BEFORE}${DESTROY} (?:[\\w.-]+ ){0,4}?${HOLDS}(?: [\\w.-]+|${WHERE})[.!]*$`);
/** What is left over, broken or in the way is tidied up. */
const TIDY =
  /\b(?:old|stale|unused|orphan(?:ed)?|expired|temporary|temp|tmp|leftover|dangling|crash\w*|stuck|failed|broken|dead|full|corrupt\w*|duplicate\w*|evicted|zombie|connections?|sessions?|locks?|logs?|cache\w*)\b/;

export function ordersLoss(goal: string): boolean {
  const text = goal
    .toLowerCase()
    .replace(/[\s,]+/g, " ")
    .trim();
  return text.length <= 200 && !TIDY.test(text) && ORDER.test(text);
}
