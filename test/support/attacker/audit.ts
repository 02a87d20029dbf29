/** The lines of a worker's audit log, as they stand on its disk. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditRecord } from "../../../src/schema/audit.js";

export async function readAudit(home: string): Promise<AuditRecord[]> {
  const folder = join(home, "audit");
  const names = (await readdir(folder)).filter((name) => /^audit-\d+\.jsonl$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line)),
  );
}
