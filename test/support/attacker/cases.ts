/** Kinds of attack by activities: what is sent to our worker, and from which kind of caller. Each has many generated cases. */
import type { ToolCall } from "../../../src/activities/contract.js";
import { digestOf } from "../../../src/platform/digest.js";
import { type Loot, saying } from "./attacker.js";
import type { Call } from "./workflows.js";

type Pick = (below: number) => number;
export interface Attempt {
  type: "attack" | "runGraph" | "parent";
  calls: Call[];
  /** Takes over the id of the run that was approved, which has ended. */
  takesId?: boolean;
}

const OUR_QUEUE = "autoops";
const own = { run: "OWN_ID", runKey: "OWN_RUN", askedIn: "OWN_RUN" } as const;
const CALLERS = ["attack", "runGraph", "parent"] as const;
const NODES = ["mend", "other", "mend.undo"] as const;

/** Questions with the attacker's own run in them are made by its workflow, whose digest nobody signed. */
const ways: Record<string, (loot: Loot, pick: Pick) => ToolCall> = {
  "the call as it was": ({ call }) => call,
  "the call as it was, for the attacker's own run": ({ call }) => ({ ...call, runKey: "OWN_RUN" }),
  "a question that names the attacker's own run": (loot) => saying(loot, own, { runKey: "OWN_RUN" }),
  "other params": (loot, pick) => {
    const params = { ...loot.call.params, version: `6.6.${pick(1_000)}` };
    return saying(loot, { params: digestOf(params), shown: digestOf(params) }, { params });
  },
  "other params under the old digest": ({ call }, pick) => ({
    ...call,
    params: { ...call.params, version: `6.6.${pick(1_000)}` },
  }),
  "a milder environment and no signatures": (loot, pick) => {
    const environment = (["development", "test", "staging"] as const)[pick(3)] ?? "test";
    const said = saying(loot, { ...own, environment, signed: false, rule: null, required: 1 }, { runKey: "OWN_RUN" });
    return {
      ...said,
      grant: { ...said.grant, digest: said.grant?.digest ?? "", votes: [{ approver: "ann", atMs: 1 }] },
    };
  },
  "another type": (loot, pick) =>
    saying(loot, { nodeType: (["service_restart", "scale_action", "notification", "analysis"] as const)[pick(4)] }),
  "another requester": (loot, pick) => {
    const requester = ["somebody-else", "ann", "bob", ""][pick(4)] ?? "";
    return saying(loot, { requester }, { requester });
  },
  "a smaller effect": (loot, pick) => saying(loot, { effect: (["none", "read", "notify"] as const)[pick(3)] }),
  "another target": (loot) => {
    const params = { ...loot.call.params, target: "vault" };
    return saying(loot, { target: "vault", params: digestOf(params), shown: digestOf(params) }, { params });
  },
  "a longer deadline and more attempts": (loot, pick) =>
    saying(loot, { deadlineMs: Number.MAX_SAFE_INTEGER, retries: 1 + pick(50) }, { retries: 1 + pick(50) }),
  "another nonce": (loot, pick) => saying(loot, { nonce: pick(1_000_000).toString(16).padStart(32, "0") }),
  "votes of nobody": ({ call }, pick) => ({
    ...call,
    grant: { ...call.grant, votes: call.grant.votes.map(({ approver }) => ({ approver, atMs: pick(1_000) })) },
  }),
  "one vote many times": ({ call }) => {
    const [first = { approver: "" }] = call.grant.votes;
    return { ...call, grant: { ...call.grant, votes: [first, first, first] } };
  },
  "a grant of the earlier form": ({ call }) => {
    const { question, ...grant } = call.grant;
    return { ...call, grant: { ...grant, nonce: question.nonce, askedIn: "OWN_RUN", signed: false } as never };
  },
  "no grant": ({ call: { grant: _, ...call } }) => call,
  "no input that can be read": (_, pick) => [null, [], "x", { params: null }, {}][pick(5)] as never,
};

/** One generated case; `kind` names it. */
export function attemptOf(loot: Loot, pick: Pick): { kind: string; attempt: Attempt } {
  const names = Object.keys(ways);
  const name = names[pick(names.length)] ?? "";
  const type = CALLERS[pick(CALLERS.length)] ?? "attack";
  const isOurName = type === "runGraph";
  const takesId = isOurName && pick(2) === 0;
  const id = NODES[pick(8) < 6 ? 0 : 1 + pick(2)] ?? "mend";
  const input = ways[name]?.(loot, pick);
  const kind = `${name}, from ${takesId ? "a run that took the id" : type}, as ${id}`;
  return { kind, attempt: { type, takesId, calls: [{ type: loot.type, id, queue: OUR_QUEUE, input }] } };
}
