/** The ledger of writes in memory: what the workflow decides, without Temporal. */
import { emptyLedger, type LedgerState, startWrite, type WriteStart } from "../../src/core/writes/ledger.js";
import type { WriteLedger } from "../../src/platform/temporal/write-ledger.js";

export interface LedgerStub extends WriteLedger {
  state: LedgerState;
  asked: WriteStart[];
}

export function ledgerStub(now: () => number = Date.now): LedgerStub {
  const stub: LedgerStub = {
    state: emptyLedger(),
    asked: [],
    async start(write) {
      stub.asked.push(write);
      return startWrite(stub.state, write, now());
    },
  };
  return stub;
}
