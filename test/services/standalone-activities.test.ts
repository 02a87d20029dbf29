/** An attacker starts our activities without a workflow, on a real server that has such: they meet the same checks. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actAlone } from "../support/attacker/alone.js";
import type { Loot } from "../support/attacker/attacker.js";
import { type Bank, createBank } from "../support/attacker/bank.js";
import { attemptOf } from "../support/attacker/cases.js";
import { type NewerTemporal, startNewerTemporal } from "../support/newer-temporal.js";
import { hasSlowServices } from "../support/services.js";

describe.skipIf(!hasSlowServices)(
  "activities without a workflow (needs the program temporal-server: npm run test:services)",
  () => {
    let server: NewerTemporal;
    let bank: Bank;
    /** Two genuine approvals: used, unused in a run that was terminated, and unused in a run that is open. */
    let loots: Loot[];
    beforeAll(async () => {
      server = await startNewerTemporal();
      bank = await createBank(server);
      const used = await bank.start();
      await bank.approve(used);
      await used.result();
      const ended = await bank.start();
      const unused = await bank.lootOf(ended, ["ann", "bob"]);
      await ended.terminate("by the attacker");
      const open = await bank.lootOf(await bank.start(), ["ann", "bob"]);
      loots = [await bank.attacker.steal(used.workflowId, "mend"), unused, open];
    }, 600_000);
    afterAll(() => bank?.stop());

    const alone = (type: string, id: string, input: unknown) =>
      actAlone(server.connection, server.namespace, { type, id, input });

    test("what people signed, sent as it was, does nothing, used or not", async () => {
      expect(bank.acted()).toBe(1);
      for (const { type, call } of loots) {
        for (const id of ["mend", "other", "mend.undo"]) expect(await alone(type, id, call)).toBe("grant-invalid");
      }
      expect(bank.acted()).toBe(1);
    }, 60_000);

    test("nor does any generated case, and each is one line", async () => {
      let state = 20_261_130;
      const pick = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      const refusals = async () =>
        (await bank.lines()).filter(({ event, code }) => event === "node-finished" && code !== undefined).length;
      const before = await refusals();
      const done: string[] = [];
      for (let count = 0; count < 150; count++) {
        const { kind, attempt } = attemptOf(loots[pick(loots.length)] as Loot, pick);
        for (const { type, id, input } of attempt.calls) if ((await alone(type, id, input)) === "done") done.push(kind);
      }
      expect(done).toEqual([]);
      expect(bank.acted()).toBe(1);
      expect((await refusals()) - before).toBe(150);
    }, 120_000);

    test("states are sealed for nobody who asks so", async () => {
      for (const type of ["seal_state", "prove_state", "store_report"])
        expect(await alone(type, type, {})).toBe("state-refused");
    }, 60_000);
  },
);
