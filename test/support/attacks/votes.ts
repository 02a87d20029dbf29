/** Attacks by decisions: what each sends, and what is true of it. */
import { createHmac } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import type { SignedDecision, Signer } from "../../../src/platform/signing.js";
import { NODE } from "./run.js";
import { PEOPLE, type Person, type Scenario, type Truth } from "./scenario.js";

export interface Sent {
  answer: Record<string, unknown>;
  decision: "approve" | "reject";
  truth: Truth;
  /** It carries a token that does not fit: refused by its signature, whatever else. */
  tokenRefused: boolean;
  /** Taken in after the deadline, before anybody noticed that it has passed. */
  late: boolean;
}

/** An open gate, as far as one must know it to attack it. */
export interface OpenGate {
  runKey: string;
  gate: { digest?: string; deadlineMs: number } | undefined;
  target: { nowMs: number };
}

export interface Situation<Run extends OpenGate = OpenGate> {
  attacked: Run;
  scenario: Scenario;
  signer: Signer;
  /** The attacker's own key. */
  stranger: Signer;
  /** A gate of another run of the same graph, open as well. */
  other: Run;
  /** A whole number below `below`, from the scenario's seed. */
  pick(below: number): number;
}

const DAY_MS = 86_400_000;

const claimsOf = (attacked: OpenGate, person: Person, more: Partial<SignedDecision> = {}): SignedDecision => ({
  v: 2,
  runKey: attacked.runKey,
  nodeId: NODE,
  digest: attacked.gate?.digest ?? "",
  decision: "approve",
  subject: person.id,
  groups: person.groups,
  channel: "cli",
  ...more,
});

interface Shape {
  person: string;
  token?: string;
  authentic?: boolean;
  groups?: readonly string[];
  decision?: "approve" | "reject";
  late?: boolean;
  timely?: boolean;
  fresh?: boolean;
  id?: string;
  answer?: Record<string, unknown>;
}

function sent({
  person,
  token,
  authentic = false,
  groups = [],
  decision = "approve",
  late = false,
  ...more
}: Shape): Sent {
  const { timely = !late, fresh = true, id, answer } = more;
  return {
    answer: { node_id: NODE, approver: person, ...(token === undefined ? {} : { token }), ...answer },
    decision,
    truth: { person, decision, authentic, groups, timely, fresh, ...(id === undefined ? {} : { id }) },
    tokenRefused: token !== undefined && !authentic,
    late,
  };
}

/** A decision that a person really gave, in the way that they do. */
export async function genuine(
  { attacked, signer }: Situation,
  person: Person,
  { signed = true, decision = "approve" as "approve" | "reject", spelled = person.id, groups = person.groups } = {},
): Promise<Sent> {
  if (!signed) return sent({ person: person.id, decision });
  const { token, jti } = await signer.sign(
    claimsOf(attacked, person, { decision, subject: spelled, groups }),
    attacked.target.nowMs,
  );
  return sent({ person: person.id, token, authentic: true, groups, decision, id: jti, answer: { decision_id: jti } });
}

const spellings = ["ann", "Ann", " ann", "ANN ", "\uff41\uff4e\uff4e"];
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** A genuine token with other claims and another header, under the signature that it had. */
function bent(token: string, payload: JWTPayload, header: object = {}): string {
  const [, , signature] = token.split(".");
  return [
    encode({ ...decodeProtectedHeader(token), ...header }),
    encode({ ...decodeJwt(token), ...payload }),
    signature,
  ].join(".");
}

const several = async (situation: Situation, one: (index: number) => Promise<Sent>): Promise<Sent[]> =>
  Promise.all(Array.from({ length: 1 + situation.pick(3) }, (_, index) => one(index)));
const victims = [PEOPLE.ann, PEOPLE.bob, PEOPLE.cleo];
const victim = (index: number): Person => victims[index % victims.length] as Person;

async function forged(situation: Situation, person: Person, more: Partial<SignedDecision> = {}): Promise<string> {
  const { attacked, stranger } = situation;
  return (await stranger.sign(claimsOf(attacked, person, more), attacked.target.nowMs)).token;
}

async function real({ attacked, signer }: Situation, person: Person, more: Partial<SignedDecision> = {}, ageMs = 0) {
  return (await signer.sign(claimsOf(attacked, person, more), attacked.target.nowMs - ageMs)).token;
}

export const VOTE_ATTACKS: Record<string, (situation: Situation) => Promise<Sent[]>> = {
  "forged with another key": (on) =>
    several(on, async (index) => sent({ person: victim(index).id, token: await forged(on, victim(index)) })),
  "forged with our key's id": (on) =>
    several(on, async (index) => {
      const { kid } = decodeProtectedHeader(await real(on, victim(index)));
      return sent({ person: victim(index).id, token: bent(await forged(on, victim(index)), {}, { kid }) });
    }),
  "forged without an algorithm": (on) =>
    several(on, async (index) => {
      const [header, payload] = bent(await real(on, victim(index)), {}, { alg: "none" }).split(".");
      return sent({ person: victim(index).id, token: `${header}.${payload}.` });
    }),
  "forged with the public key as a secret": (on) =>
    several(on, async (index) => {
      const [header, payload] = bent(await real(on, victim(index)), {}, { alg: "HS256" }).split(".");
      const { kid = "" } = decodeProtectedHeader(await real(on, victim(index)));
      const mac = createHmac("sha256", kid).update(`${header}.${payload}`).digest("base64url");
      return sent({ person: victim(index).id, token: `${header}.${payload}.${mac}` });
    }),
  "a genuine token with other claims": (on) =>
    several(on, async (index) => {
      const token = await real(on, PEOPLE.eve);
      return sent({ person: victim(index).id, token: bent(token, { sub: victim(index).id, groups: ["sre", "dev"] }) });
    }),
  "a genuine rejection sent as an approval": (on) =>
    several(on, async (index) =>
      sent({ person: victim(index).id, token: await real(on, victim(index), { decision: "reject" }) }),
    ),
  "a checkpoint of the audit log as a token": async (on) => {
    const token = await on.signer.attest({ sequence: 1, hash: "a".repeat(64), time: "2026-01-01T00:00:00.000Z" });
    return [sent({ person: "ann", token })];
  },
  "a forged rejection": (on) =>
    several(on, async (index) => {
      const token = await forged(on, victim(index), { decision: "reject" });
      return sent({ person: victim(index).id, token, decision: "reject" });
    }),
  "no token at all": (on) =>
    several(on, async (index) => sent({ person: victim(index).id, answer: { groups: ["sre"], verified: true } })),
  "an unsigned rejection": async () => [sent({ person: "ann", decision: "reject" })],
  "nonsense for a token": async (on) => [
    sent({ person: "ann", token: ["x", "a.b.c", "e30.e30.", "\u0000"][on.pick(4)] as string }),
  ],
  "a token that was replayed": async (on) => {
    const first = await genuine(on, victim(on.pick(3)));
    const again = Array.from({ length: 1 + on.pick(4) }, (_, index) => ({
      ...first,
      answer: { ...first.answer, ...(index % 2 === 0 ? { decision_id: `another-${index}-id` } : {}) },
    }));
    return [first, ...again];
  },
  "a token of another run": (on) =>
    several(on, async (index) => {
      const { token } = await on.signer.sign(claimsOf(on.other, victim(index)), on.attacked.target.nowMs);
      const named = on.pick(2) === 0;
      const answer = named ? { digest: on.other.gate?.digest } : {};
      return sent({ person: victim(index).id, token, fresh: !named, answer });
    }),
  "a token of another run for this digest": (on) =>
    several(on, async (index) =>
      sent({ person: victim(index).id, token: await real(on, victim(index), { runKey: on.other.runKey }) }),
    ),
  "a token of another node": (on) =>
    several(on, async (index) =>
      sent({ person: victim(index).id, token: await real(on, victim(index), { nodeId: "look" }) }),
    ),
  "a token for an older digest": (on) =>
    several(on, async (index) => {
      const digest = "0".repeat(64);
      const named = on.pick(2) === 0;
      const token = await real(on, victim(index), { digest });
      return sent({ person: victim(index).id, token, fresh: !named, answer: named ? { digest } : {} });
    }),
  "an older digest without a token": (on) =>
    several(on, async (index) => sent({ person: victim(index).id, fresh: false, answer: { digest: "0".repeat(64) } })),
  "a genuine token beside an older digest": async (on) => {
    const one = await genuine(on, PEOPLE.ann);
    return [{ ...one, answer: { ...one.answer, digest: "0".repeat(64) }, truth: { ...one.truth, fresh: false } }];
  },
  "late and unsigned": (on) => several(on, async (index) => sent({ person: victim(index).id, late: true })),
  "late and signed then": (on) =>
    several(on, async (index) => {
      const deadlineMs = on.attacked.gate?.deadlineMs ?? 0;
      const issuedMs = deadlineMs + on.pick(2) * 500;
      const { token, jti } = await on.signer.sign(claimsOf(on.attacked, victim(index)), issuedMs);
      const { groups, id: person } = victim(index);
      return sent({ person, token, authentic: true, groups, id: jti, late: true, timely: false });
    }),
  "late, but signed in time": (on) =>
    several(on, async (index) => {
      const one = await genuine(on, victim(index));
      return { ...one, late: true };
    }),
  "one person many times, however spelled": (on) =>
    several(on, async (index) => genuine(on, PEOPLE.ann, { spelled: spellings[(index + on.pick(5)) % 5] as string })),
  "one name many times, unsigned": (on) =>
    several(on, async (index) => {
      const one = sent({ person: "ann" });
      return { ...one, answer: { ...one.answer, approver: spellings[(index + on.pick(5)) % 5] } };
    }),
  "the requester's own approval": (on) =>
    several(on, async (index) => genuine(on, PEOPLE.rita, { spelled: ["rita", "RITA", " rita"][index] as string })),
  "the requester's own, unsigned": async () => [sent({ person: "rita" })],
  "a person of another group": (on) => several(on, async () => genuine(on, PEOPLE.dan)),
  "a person of no group": (on) => several(on, async () => genuine(on, PEOPLE.eve)),
  "groups that only look alike": (on) =>
    several(on, async (index) =>
      genuine(on, PEOPLE.eve, { groups: [["SRE"], ["sre "], ["sre,dev", "*", ""]][index] as string[] }),
    ),
  "an expired token": (on) =>
    several(on, async (index) => {
      const token = await real(on, victim(index), {}, 7 * DAY_MS + 61_000 + on.pick(30) * DAY_MS);
      return sent({ person: victim(index).id, token });
    }),
};
