/** An audit log in memory, for tests of what is recorded; `refuse` makes it one that cannot be written. */

import type { AuditLog } from "../../src/platform/audit/log.js";
import { toolFailure } from "../../src/platform/failure.js";
import type { AuditEntry } from "../../src/schema/audit.js";

export interface AuditStub extends AuditLog {
  entries: AuditEntry[];
  /** From now on nothing can be written. */
  refuse(): void;
}

export function auditStub(): AuditStub {
  const entries: AuditEntry[] = [];
  let refuses = false;
  return {
    entries,
    refuse: () => {
      refuses = true;
    },
    async record(entry) {
      if (refuses) throw toolFailure("audit-not-written", "the audit log cannot be written");
      entries.push(entry);
    },
    async note(entry) {
      if (!refuses) entries.push(entry);
    },
    checkpoint: async () => undefined,
  };
}
