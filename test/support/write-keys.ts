/** The keys of safety.yaml about writes: what is seen with two values of each. For the table in policy-keys.test.ts. */
import { createVerifyOrder } from "../../src/activities/gates/verify-order.js";
import type { Policy } from "../../src/core/policy.js";
import { frozenBecause } from "../../src/core/writes/windows.js";
import { loadSigner } from "../../src/platform/signing.js";
import { wallClockAt } from "../../src/platform/wall-clock.js";
import { auditStub } from "./audit.js";
import { ledgerStub } from "./ledger.js";

const ASKED = { w: "it changes what runs: always asked" };
type File = Record<string, unknown>;
export interface KeyHelp {
  /** What the check says of a graph that writes to staging, with the section `limits`. */
  checked(limits: File): Promise<unknown>;
  policyOf(policy: File): Promise<Policy>;
  keyFile(): string;
}

export function writeKeys({ checked, policyOf, keyFile }: KeyHelp) {
  const frozen = async (windows: object[]) => {
    const { changes } = await policyOf({ changes: { windows } });
    return frozenBecause(changes.windows, "staging", Date.now(), wallClockAt(Date.now())) !== undefined;
  };
  const overrides = async (changes: File) => {
    const loaded = await loadSigner(keyFile());
    if (!loaded.ok) throw new Error(loaded.problem.message);
    const policy = await policyOf({ changes });
    const given = { subject: "ann", groups: ["leads"], channel: "cli", reason: "why" };
    const untilMs = Date.now() + 20 * 60_000;
    const order = { kind: "override" as const, environment: "staging" as const, untilMs, ...given };
    const token = await loaded.signer.order(order, "order-0001", Date.now(), untilMs);
    const verify = createVerifyOrder({
      signer: loaded.signer,
      audit: auditStub(),
      policy: async () => ({ ok: true, policy }),
      now: Date.now,
      ledger: ledgerStub(),
    });
    return (await verify({ token })).ok;
  };
  const seen = async (one: () => unknown, other: () => unknown, expected: [unknown, unknown]) => ({
    with: [await one(), await other()] as [unknown, unknown],
    expected,
  });
  const freeze = { name: "f", mode: "freeze", starts: "2020-01-01T00:00:00Z", ends: "2999-01-01T00:00:00Z" };
  return {
    limits: () =>
      seen(
        () => checked({}),
        () => checked({ staging: { targets_per_run: 0 } }),
        [ASKED, ["cap-exceeded"]],
      ),
    "changes.windows": () =>
      seen(
        () => frozen([]),
        () => frozen([freeze]),
        [false, true],
      ),
    "changes.override_groups": () =>
      seen(
        () => overrides({ override_groups: ["sre"] }),
        () => overrides({ override_groups: ["leads"] }),
        [false, true],
      ),
    "changes.override_max_minutes": () => {
      const most = (override_max_minutes: number) => overrides({ override_groups: ["leads"], override_max_minutes });
      return seen(
        () => most(10),
        () => most(30),
        [false, true],
      );
    },
  };
}
