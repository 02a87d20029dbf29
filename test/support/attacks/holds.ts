/** Writes that everybody has agreed to, and that something holds back when they are about to start. */
import type { Policy } from "../../../src/core/policy.js";
import { addOverride, addPause } from "../../../src/core/writes/ledger.js";
import { toolFailure } from "../../../src/platform/failure.js";
import type { Signer } from "../../../src/platform/signing.js";
import type { ActionAttack } from "./actions.js";
import type { Target } from "./target.js";

const FREEZE = { name: "f", mode: "freeze" as const, starts: "2020-01-01T00:00:00Z", ends: "2999-01-01T00:00:00Z" };
const limited = (target: Target, limits: object): Policy => ({
  ...target.policy,
  limits: { ...target.policy.limits, [target.environment]: { ...target.policy.limits[target.environment], ...limits } },
});
const frozen = (target: Target, override_groups: string[] = []): Policy => ({
  ...target.policy,
  changes: { ...target.policy.changes, windows: [FREEZE], override_groups },
});

/** An override as the ledger would hold it, whoever signed it and whatever it says. */
async function overridden(target: Target, signer: Signer, groups: string[], minutes: number): Promise<void> {
  const { environment, nowMs } = target;
  const untilMs = nowMs + minutes * 60_000;
  const said = {
    kind: "override" as const,
    environment,
    reason: "why",
    untilMs,
    subject: "eve",
    groups,
    channel: "cli",
  };
  const token = await signer.order(said, "order-0001", nowMs, untilMs);
  const override = { id: "order-0001", environment, reason: "why", by: "eve", token, atMs: nowMs, untilMs };
  addOverride(target.ledger.state, override);
}

export const HOLD_ATTACKS: Record<string, ActionAttack> = {
  "writes that were paused meanwhile": {
    refusedAs: ["writes-paused"],
    bend: (prepared, { attacked: { target }, pick }) => {
      const scope = ["all", `environment:${target.environment}`, "target:shop"][pick(3)];
      addPause(target.ledger.state, { id: "pause-0001", scope, reason: "hold", by: "ann" }, target.nowMs);
      return prepared;
    },
  },
  "a ledger that gives no answer": {
    refusedAs: ["writes-unchecked"],
    bend: (prepared, { attacked: { target } }) => {
      target.ledger.start = () => Promise.reject(toolFailure("writes-unchecked", "it gave no answer"));
      return prepared;
    },
  },
  "a freeze that has begun meanwhile": {
    refusedAs: ["writes-frozen"],
    bend: (prepared, { attacked: { target } }) => {
      target.policy = frozen(target);
      return prepared;
    },
  },
  "an override that a stranger signed": {
    refusedAs: ["writes-frozen"],
    bend: async (prepared, { attacked: { target }, stranger }) => {
      target.policy = frozen(target, ["leads"]);
      await overridden(target, stranger, ["leads"], 30);
      return prepared;
    },
  },
  "an override by somebody whom the policy does not name": {
    refusedAs: ["writes-frozen"],
    bend: async (prepared, { attacked: { target }, signer }) => {
      target.policy = frozen(target, ["leads"]);
      await overridden(target, signer, ["sre"], 30);
      return prepared;
    },
  },
  "an override for longer than the policy lets it hold": {
    refusedAs: ["writes-frozen"],
    bend: async (prepared, { attacked: { target }, signer, pick }) => {
      target.policy = frozen(target, ["leads"]);
      await overridden(target, signer, ["leads"], 62 + pick(10_000));
      return prepared;
    },
  },
  "an override whose time is up": {
    refusedAs: ["writes-frozen"],
    bend: async (prepared, { attacked: { target }, signer }) => {
      target.policy = frozen(target, ["leads"]);
      await overridden(target, signer, ["leads"], 30);
      const [override] = target.ledger.state.overrides;
      // The ledger itself may be told anything.
      if (override !== undefined) override.untilMs += 86_400_000;
      target.nowMs += 31 * 60_000;
      return prepared;
    },
  },
  "the writes of an hour used up": {
    refusedAs: ["too-many-writes"],
    bend: (prepared, { attacked: { target }, pick }) => {
      const actions_per_hour = pick(5);
      target.policy = limited(target, { actions_per_hour });
      for (let count = 0; count < actions_per_hour; count++) {
        target.ledger.state.starts[target.environment].push([`other-${count}`, target.nowMs]);
      }
      return prepared;
    },
  },
  "a target too many": {
    refusedAs: ["cap-exceeded"],
    bend: (prepared, { attacked: { target, runKey }, pick }) => {
      const targets_per_run = pick(3);
      target.policy = limited(target, { targets_per_run });
      const before = Array.from({ length: targets_per_run }, (_, index) => `${target.environment}/t${index}`);
      target.ledger.state.runs.push([runKey, before]);
      return prepared;
    },
  },
};
