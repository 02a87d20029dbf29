/** The ledger of writes as the activity that runs can reach it: by its worker's own client and queue. */
import { Context } from "@temporalio/activity";
import type { WriteLog } from "../../platform/temporal/write-ledger.js";
import { createWriteLedger, type WriteLedger } from "../../platform/temporal/write-ledger.js";

export function ledgerClient(log: WriteLog): WriteLedger {
  return createWriteLedger(() => {
    const { client, info } = Context.current();
    return { client, taskQueue: info.taskQueue };
  }, log);
}
