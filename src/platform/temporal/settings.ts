/** Reads `temporal-dev.yaml`, the package's own or a given one, into checked settings. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocumentText } from "../../schema/document.js";
import { parseWith } from "../../schema/problems.js";
import { type TemporalDevSettings, temporalDevSchema } from "../../schema/temporal-dev.js";
import type { Result } from "../../vocabulary/result.js";

/** The file that stands at the package's root: as far above `src` as above `dist`. */
export const TEMPORAL_DEV_FILE = fileURLToPath(new URL("../../../temporal-dev.yaml", import.meta.url));

/** The settings in `file`, or every problem with them, each with the file's name and its key. */
export async function loadTemporalDev(file: string = TEMPORAL_DEV_FILE): Promise<Result<TemporalDevSettings>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const code = missing ? "file-not-found" : "file-unreadable";
    const message = missing ? `there is no file ${file}` : `${file} cannot be read: ${(error as Error).message}`;
    return { ok: false, problems: [{ code, at: file, message, hint: "reinstall the package to get it back" }] };
  }
  const document = parseDocumentText(text, "temporal-dev.yaml");
  if (!document.ok) return document;
  const parsed = parseWith(temporalDevSchema, document.value);
  if (parsed.ok) return parsed;
  const problems = parsed.problems.map((problem) => ({ ...problem, at: `temporal-dev.yaml: ${problem.at}` }));
  return { ok: false, problems };
}

/** Where the database lies: inside `home`, or nowhere when it is kept in memory. */
export function databaseFile(settings: TemporalDevSettings, home: string): string | undefined {
  return settings.database.file === undefined ? undefined : join(home, settings.database.file);
}

/** `127.0.0.1:7233` → its port. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
