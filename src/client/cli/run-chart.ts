/** The chart that a run's summary made: from the store that this machine's config.yaml names, into a file. */
import { writeFile } from "node:fs/promises";
import { configuredStore } from "../../platform/blobs/configured.js";
import { createContents } from "../../platform/blobs/contents.js";
import { blobStoreOn } from "../../platform/blobs.js";
import { loadConfig } from "../../platform/config-file.js";
import { readEnvironment } from "../../platform/environment.js";
import { ToolFailure } from "../../platform/failure.js";
import { loadPolicy } from "../../platform/policy-file.js";
import type { Json } from "../../schema/json.js";
import type { Refused } from "../../vocabulary/result.js";
import type { Runs } from "../runs.js";
import type { Environment } from "./session.js";

type Read = { ok: true; svg: string } | Refused;
type Written = { ok: true } | Refused;

/** Writes the chart of the last summary that has one; an existing file is replaced. */
export async function writeChart(
  runs: Pick<Runs, "view">,
  runId: string,
  file: string,
  variables: Environment,
): Promise<Written> {
  const answer = await runs.view(runId);
  if (!answer.ok) return answer;
  const blob = answer.value.view.nodes.flatMap(({ output }) => chartIn(output) ?? []).at(-1);
  if (blob === undefined) {
    const message = `${runId} has no chart: no summary of it had a metric over time`;
    const hint = "give a metric_query since, so that it has a course over time, and run it again";
    return { ok: false, problems: [{ code: "file-not-found", at: runId, message, hint }] };
  }
  const read = await chartOf(blob, variables);
  if (!read.ok) return read;
  try {
    await writeFile(file, read.svg);
    return { ok: true };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const message = `${file} cannot be written (${code})`;
    return { ok: false, problems: [{ code: "file-unreadable", at: "--chart", message, hint: "name another file" }] };
  }
}

function chartIn(output: Json | undefined): string | undefined {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return undefined;
  const { chart } = output;
  if (typeof chart !== "object" || chart === null || Array.isArray(chart)) return undefined;
  return typeof chart.blob === "string" ? chart.blob : undefined;
}

async function chartOf(blob: string, variables: Environment): Promise<Read> {
  const read = readEnvironment(variables);
  if (!read.ok) return read;
  const { environment } = read;
  const loaded = await loadConfig(environment);
  if (!loaded.ok) return loaded;
  const shelf = configuredStore({ config: loaded.config, environment }, () => loadPolicy(environment));
  try {
    return { ok: true, svg: await blobStoreOn(createContents(shelf, environment.payloadKeys)).get(blob) };
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { code, message } = error;
    const hint = "run this where the worker keeps its stored results, or let config.yaml name a store for all machines";
    return { ok: false, problems: [{ code, at: blob, message, hint }] };
  }
}
