/** Reads collected log lines, and what an analysis of lines told that are not there themselves. */
import { inSlices } from "../../../platform/slices.js";
import { entriesOf, groupsOf } from "../analysis/templates.js";
import { isoMs } from "../kit/instant.js";
import type { AnalysisForm, LogForm } from "./forms.js";
import { type About, type Observations, type OutputPlace, serviceName, UNNAMED } from "./observations.js";

const ownerOf = ({ service }: About, material: Observations): string =>
  serviceName(service ?? material.service ?? UNNAMED);

export async function readLog(
  output: LogForm,
  material: Observations,
  { origin, about, context }: OutputPlace,
): Promise<void> {
  const { since = "", until = "", truncated } = output;
  const text = await context.blobs.get(output.blob);
  const read = await inSlices(entriesOf(text.split("\n"), context.now()), context.signal);
  const entries = read.filter(({ timeMs }) => !Number.isNaN(timeMs));
  const fromMs = isoMs(since) ?? entries[0]?.timeMs ?? 0;
  material.logs.push({
    ...origin,
    service: ownerOf(about, material),
    entries,
    groups: await inSlices(groupsOf(entries), context.signal),
    // Of a log that was cut the oldest lines are missing: nothing is known from before the first that is there.
    fromMs: truncated ? (entries[0]?.timeMs ?? fromMs) : fromMs,
    toMs: isoMs(until) ?? entries.at(-1)?.timeMs ?? 0,
    truncated,
  });
  material.looked.push({ node: origin.node, what: `${entries.length} log lines` });
}

export function readAnalysis(output: AnalysisForm, material: Observations, { origin, about }: OutputPlace): void {
  const { split, appeared = [], rate_changes: changed = [] } = output.shifts ?? {};
  const isError = ({ level }: { level?: string }): boolean => level === "error" || level === "fatal";
  const fresh = appeared.filter((item) => item.sure && isError(item));
  const more = changed.filter((item) => isError(item) && item.factor > 1);
  const splitMs = isoMs(split?.at ?? "");
  material.analysed.push({
    ...origin,
    service: ownerOf(about, material),
    correlates: output.correlates_with_change,
    verdict: output.verdict ?? undefined,
    changeMs: split?.kind === "given" ? splitMs : undefined,
    splitMs,
    begun: [
      ...fresh.map(({ template = "", count, at = "" }) => ({
        template,
        text: `new: ${template}, ${count} times since ${at}`,
        atMs: isoMs(at),
      })),
      ...more.map(({ template = "", factor }) => ({ template, text: `${factor} times as frequent: ${template}` })),
    ],
    total: output.total,
  });
  material.looked.push({ node: origin.node, what: `an analysis of ${output.total} log lines` });
}
