/** The ledger of writes in memory: what the workflow decides, without Temporal. */

import { emptyLedger, type LedgerState, startWrite, type WriteStart } from "../../src/core/writes/ledger.js";
import type { KeptOrder, WriteLedger } from "../../src/platform/temporal/write-ledger.js";

export interface LedgerStub extends WriteLedger {
  state: LedgerState;
  asked: WriteStart[];
  kept: KeptOrder[];
}

export function ledgerStub(now: () => number = Date.now): LedgerStub {
  const stub: LedgerStub = {
    state: emptyLedger(),
    asked: [],
    kept: [],
    async keep(order) {
      stub.kept.push(order);
    },
    async start(write) {
      stub.asked.push(write);
      return startWrite(stub.state, write, now());
    },
  };
  return stub;
}
