/** Reports kept outside Temporal, whose history is retained for a time only: one JSON file a run, 0600, sealed where there is a key. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../core/report.js";
import type { PayloadKey } from "./payloads/keys.js";
import { createSealer } from "./payloads/seal.js";
import { isSealedText, openText, sealText } from "./payloads/sealed-text.js";

export interface ReportStore {
  /** Replaces an earlier report of the same run. */
  put(report: Report): Promise<void>;
  /** Throws `payload-key-missing` or `payload-damaged` where it is sealed and cannot be opened. */
  get(runId: string): Promise<Report | undefined>;
}

/** `directory` is made (0700) when the first report is kept. Run ids hold no path: others are not stored. */
export function createReportStore(directory: string, keys: readonly PayloadKey[] = []): ReportStore {
  const sealer = createSealer(keys);
  const fileOf = (runId: string): string | undefined =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(runId) ? join(directory, `${runId}.json`) : undefined;
  return {
    async put(report) {
      const file = fileOf(report.runId);
      if (file === undefined) return;
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const own = `${file}.${randomUUID()}`;
      const text = Buffer.from(JSON.stringify(report));
      await writeFile(own, keys.length === 0 ? text : sealText(sealer, "report", text), { mode: 0o600 });
      await rename(own, file);
    },
    async get(runId) {
      const file = fileOf(runId);
      if (file === undefined) return undefined;
      const kept = await readFile(file).catch(() => undefined);
      if (kept === undefined) return undefined;
      const text = isSealedText(kept) ? openText(sealer, "report", kept) : kept;
      return JSON.parse(text.toString("utf8")) as Report;
    },
  };
}
