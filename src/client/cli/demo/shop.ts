/** The demo's checkout service as the demo sees it: by its own log and deployment record, in its folder. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

interface Deployment {
  version: string;
  deployed_at: string;
}

const LOOK_EVERY_MS = 200;

/** The deployment that runs now, or undefined while there is no record. */
export async function runningVersion(directory: string): Promise<Deployment | undefined> {
  try {
    const record = JSON.parse(await readFile(join(directory, "deployments.json"), "utf8")) as {
      deployments: Deployment[];
    };
    return record.deployments[0];
  } catch {
    return undefined;
  }
}

/** Carts by version and by how pricing them ended, from the service's own log. */
export async function cartsOf(directory: string): Promise<Record<string, { priced: number; failed: number }>> {
  const counts: Record<string, { priced: number; failed: number }> = {};
  const text = await readFile(join(directory, "checkout.log"), "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const entry = entryOf(line);
    if (entry?.status !== 200 && entry?.status !== 500) continue;
    const version = String(entry.version);
    counts[version] ??= { priced: 0, failed: 0 };
    counts[version][entry.status === 200 ? "priced" : "failed"]++;
  }
  return counts;
}

/** The last line may be half written. */
function entryOf(line: string): { version?: unknown; status?: unknown } | undefined {
  try {
    return JSON.parse(line) as { version?: unknown; status?: unknown };
  } catch {
    return undefined;
  }
}

/** Waits until `holds`; false when the time is up or the user leaves. */
export async function waitUntil(
  holds: () => Promise<boolean>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!signal.aborted && Date.now() < deadlineMs) {
    if (await holds()) return true;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}
