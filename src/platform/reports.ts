/** Reports kept outside Temporal, whose history is retained for a time only: one JSON file a run, 0600. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../core/report.js";

export interface ReportStore {
  /** Replaces an earlier report of the same run. */
  put(report: Report): Promise<void>;
  get(runId: string): Promise<Report | undefined>;
}

/** `directory` is made (0700) when the first report is kept. Run ids hold no path: others are not stored. */
export function createReportStore(directory: string): ReportStore {
  const fileOf = (runId: string): string | undefined =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(runId) ? join(directory, `${runId}.json`) : undefined;
  return {
    async put(report) {
      const file = fileOf(report.runId);
      if (file === undefined) return;
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const own = `${file}.${randomUUID()}`;
      await writeFile(own, JSON.stringify(report), { mode: 0o600 });
      await rename(own, file);
    },
    async get(runId) {
      const file = fileOf(runId);
      if (file === undefined) return undefined;
      const text = await readFile(file, "utf8").catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as Report);
    },
  };
}
