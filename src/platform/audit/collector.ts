/** Audit records to an HTTP collector: one POST a batch, newline-delimited JSON, through the guarded fetch. */
import type { GuardedFetch } from "../http/contract.js";
import type { SendRecords } from "./ship.js";

const TIMEOUT_MS = 30_000;

/** Header values may hold secret references. Any answer but 2xx means that nothing was taken. */
export function httpSender(guardedFetch: GuardedFetch, url: string, headers: Record<string, string> = {}): SendRecords {
  return async (records, signal) => {
    const first = records[0]?.record.sequence ?? 0;
    const last = records.at(-1)?.record;
    const answer = await guardedFetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-ndjson",
        "idempotency-key": `autoops-audit-${first}-${last?.sequence}-${last?.hash.slice(0, 16)}`,
        ...headers,
      },
      body: records.map(({ text }) => `${text}\n`).join(""),
      redirect: "refuse",
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (answer.status < 200 || answer.status > 299) throw new Error(`the collector answered ${answer.status}`);
  };
}
