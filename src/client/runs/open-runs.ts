/** Opens the calls about runs, by Temporal's own settings, with this machine's key and stored reports. Packages load on first use. */
import { readEnvironment, type Variables } from "../../platform/environment.js";
import { loadTemporalDev } from "../../platform/temporal/settings.js";
import type { Result } from "../../vocabulary/result.js";
import type { OpenedRuns } from "./connected-runs.js";

/** Connects within seconds or tells why not. `variables` are those of the process unless a test gives others. */
export async function openRuns(variables?: Variables): Promise<Result<OpenedRuns>> {
  const read = readEnvironment(variables);
  if (!read.ok) return read;
  const settings = await loadTemporalDev();
  if (!settings.ok) return settings;
  const { connectRuns } = await import("./connected-runs.js");
  return connectRuns(read.environment, settings.value);
}
