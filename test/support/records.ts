/** Records in memory: made once, as in a folder or a bucket. */
import type { Records } from "../../src/platform/records/records.js";
import type { JsonObject } from "../../src/schema/json.js";

export interface RecordsStub extends Records {
  made: Map<string, JsonObject>;
}

export function recordsInMemory(): RecordsStub {
  const made = new Map<string, JsonObject>();
  return {
    made,
    id: async () => "in-memory",
    async create(name, record) {
      const there = made.get(name);
      if (there === undefined) made.set(name, structuredClone(record));
      return there;
    },
    read: async (name) => made.get(name),
  };
}
