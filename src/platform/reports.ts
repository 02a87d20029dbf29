/** Reports kept outside Temporal, whose history is retained for a time only: one JSON file a run, 0600, sealed where there is a key. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../core/report.js";
import { toolFailure } from "./failure.js";
import type { PayloadKey } from "./payloads/keys.js";
import { createSealer } from "./payloads/seal.js";
import { isSealedText, openText, sealText } from "./payloads/sealed-text.js";

export interface ReportStore {
  /** Replaces an earlier report of the same run. */
  put(report: Report): Promise<void>;
  /** Throws `payload-key-missing` or `payload-damaged` where it is sealed and cannot be opened. */
  get(runId: string): Promise<Report | undefined>;
}

/** Characters of an id that still leave room for the ends of file names. */
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,211}$/;

/** Temporal takes any text as a workflow id. One that is no file name goes by its digest, behind what no plain id begins with. */
function fileNameOf(runId: string): string {
  return PLAIN_ID.test(runId) ? `${runId}.json` : `_${createHash("sha256").update(runId).digest("hex")}.json`;
}

/** `directory` is made (0700) when the first report is kept. */
export function createReportStore(directory: string, keys: readonly PayloadKey[] = []): ReportStore {
  const sealer = createSealer(keys);
  const fileOf = (runId: string): string => join(directory, fileNameOf(runId));
  return {
    async put(report) {
      const file = fileOf(report.runId);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const own = `${file}.${randomUUID()}`;
      const text = Buffer.from(JSON.stringify(report));
      await writeFile(own, keys.length === 0 ? text : sealText(sealer, "report", text), { mode: 0o600 });
      await rename(own, file);
    },
    async get(runId) {
      const kept = await readFile(fileOf(runId)).catch(() => undefined);
      if (kept === undefined) return undefined;
      const text = isSealedText(kept) ? openText(sealer, "report", kept) : kept;
      return reportIn(text.toString("utf8"), fileOf(runId));
    },
  };
}

/** A file that was cut or changed is told by its name, and shows nothing of itself. */
function reportIn(text: string, file: string): Report {
  try {
    const report = JSON.parse(text) as Partial<Report> | null;
    if (typeof report?.runId === "string") return report as Report;
  } catch {
    // Told below.
  }
  const message = `the stored report ${file} is damaged and cannot be read`;
  throw toolFailure("file-unreadable", message, {
    hint: "move it away; history may still have the report",
    retryable: false,
  });
}
