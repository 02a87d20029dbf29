/**
 * What an attack meets: a policy, an environment, honest people. And what the policy asks for, written down from its
 * documentation alone: nothing here is imported from the code that judges votes.
 */
import fc from "fast-check";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";

export interface Person {
  id: string;
  groups: string[];
}
/** `rita` asks for the run; `eve` attacks and holds no key. */
export const PEOPLE = {
  ann: { id: "ann", groups: ["sre"] },
  bob: { id: "bob", groups: ["sre", "dev"] },
  cleo: { id: "cleo", groups: ["sre"] },
  dan: { id: "dan", groups: ["dev"] },
  rita: { id: "rita", groups: ["sre"] },
  eve: { id: "eve", groups: [] },
} satisfies Record<string, Person>;
export const REQUESTER = PEOPLE.rita;

export type SignedWord = "always" | "production" | "never";

export interface Scenario {
  environment: "production" | "staging";
  requireForProduction: boolean;
  signed?: SignedWord;
  rule?: { required: number; groups?: string[]; forbidRequester: boolean; signed?: SignedWord };
  /** Honest approvals, each signed or not. */
  honest: Array<{ person: Person; signed: boolean }>;
  /** Where attacks stand among the honest decisions, from 0 to 1 each. */
  places: number[];
  /** For whatever else varies. */
  seed: number;
}

const word = fc.constantFrom<SignedWord>("always", "production", "never");
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  environment: fc.constantFrom("production" as const, "staging" as const),
  requireForProduction: fc.boolean(),
  signed: fc.option(word, { nil: undefined }),
  rule: fc.option(
    fc.record({
      required: fc.integer({ min: 1, max: 3 }),
      groups: fc.option(fc.constantFrom(["sre"], ["sre", "dev"]), { nil: undefined }),
      forbidRequester: fc.boolean(),
      signed: fc.option(word, { nil: undefined }),
    }),
    { nil: undefined },
  ),
  honest: fc
    .subarray([PEOPLE.ann, PEOPLE.bob, PEOPLE.cleo])
    .chain((people) =>
      fc.tuple(...people.map((person) => fc.record({ person: fc.constant(person), signed: fc.boolean() }))),
    ),
  places: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  seed: fc.nat(1_000_000),
});

export function policyOf({ requireForProduction, signed, rule }: Scenario): Policy {
  const own = rule && {
    name: "writes",
    match: { effects: ["write" as const] },
    required: rule.required,
    forbid_requester: rule.forbidRequester,
    ...(rule.groups === undefined ? {} : { groups: rule.groups }),
    ...(rule.signed === undefined ? {} : { signed: rule.signed }),
  };
  return {
    ...DEFAULT_POLICY,
    execution: { ...DEFAULT_POLICY.execution, enable_remediation: true },
    tools: { allowed: ["rollback", "reader"], blocked: [], require_approval: [] },
    node_types: { allowed: ["rollback", "log_collection"], blocked: [] },
    approval: {
      ...DEFAULT_POLICY.approval,
      require_for_production: requireForProduction,
      ...(signed === undefined ? {} : { signed }),
      ...(own === undefined ? {} : { rules: [own] }),
    },
  };
}

export function wantsSignatures({ environment, requireForProduction, signed, rule }: Scenario): boolean {
  if (signed === "always" || rule?.signed === "always") return true;
  return (
    environment === "production" && (requireForProduction || signed === "production" || rule?.signed === "production")
  );
}

export const votesWanted = ({ rule }: Scenario): number => rule?.required ?? 1;

/** One decision as it was really given: what the one who judges it cannot know but by checking. */
export interface Truth {
  /** Whom it names, whoever sent it. */
  person: string;
  decision: "approve" | "reject";
  /** A key of this machine signed exactly this decision, about this gate of this run, and it has not expired. */
  authentic: boolean;
  /** Of the person, as far as a signature proves them. */
  groups: readonly string[];
  /** Taken in before the deadline, or proven to be given before. */
  timely: boolean;
  /** Names the action that the gate asks about, or none. */
  fresh: boolean;
  /** The same on every delivery of one decision. */
  id?: string;
}

export interface Judged {
  approved: boolean;
  /** For each decision, whether its sender must be refused. */
  refused: boolean[];
}

/** What the policy's documentation says of these decisions, in this order. */
export function judgedByTheBook(scenario: Scenario, truths: readonly Truth[]): Judged {
  const approvers = new Set<string>();
  const counted = new Set<string>();
  let closed: "approved" | "rejected" | undefined;
  const refused = truths.map((truth) => {
    if (truth.id !== undefined && counted.has(truth.id)) return false;
    if (closed !== undefined || !counts(scenario, truth)) return true;
    if (truth.id !== undefined) counted.add(truth.id);
    if (truth.decision === "reject") closed = "rejected";
    else if (approvers.add(truth.person).size >= votesWanted(scenario)) closed = "approved";
    return false;
  });
  return { approved: closed === "approved", refused };
}

export function counts(scenario: Scenario, { person, authentic, groups, timely, fresh }: Truth): boolean {
  const { rule } = scenario;
  if (!timely || !fresh) return false;
  if (wantsSignatures(scenario) && !authentic) return false;
  if (rule?.forbidRequester && person === REQUESTER.id) return false;
  const wanted = rule?.groups;
  return wanted === undefined || (authentic && groups.some((group) => wanted.includes(group)));
}
