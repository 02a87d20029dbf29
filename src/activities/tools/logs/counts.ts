/** What a log tells by template: the counts that a tool shows, and those that it keeps as a blob. */
import { z } from "zod";
import { redact } from "../../../core/redact.js";
import { inSlices, mapped } from "../../../platform/slices.js";
import type { ToolContext } from "../../define-tool.js";
import { shortened } from "../kit/finding.js";
import { isoText } from "../kit/instant.js";
import type { LogReading } from "./reading.js";
import type { CountedTemplate } from "./template-counter.js";

const TEMPLATES_SHOWN_MAX = 20;
/** Templates whose counts are kept, the most frequent. */
const TEMPLATES_COUNTED_MAX = 2_000;
const TEMPLATE_MAX_CHARS = 300;

const templateSchema = z.strictObject({
  template: z.string(),
  count: z.int(),
  by_level: z.record(z.string(), z.int()),
  first: z.string(),
  last: z.string(),
});
export const countedTemplatesSchema = z.array(templateSchema).max(TEMPLATES_SHOWN_MAX);

/** Every matching line by its template, level and time, those as well that are not kept. */
export async function countsOf({ counter, total }: LogReading["kept"], context: ToolContext) {
  if (total === 0) return {};
  const counted = counter.take().slice(0, TEMPLATES_COUNTED_MAX);
  const rowOf = ({ template, count, by_level, firstMs, lastMs, spans, examples }: CountedTemplate) => ({
    template: shortened(redact(template), TEMPLATE_MAX_CHARS),
    count,
    by_level: by_level as Record<string, number>,
    first: isoText(firstMs),
    last: isoText(lastMs),
    span_seconds: spans.lengthMs / 1_000,
    spans: spans.counts.map(([at, lines]) => [isoText(at), lines]),
    examples: examples.map(redact),
  });
  const rows = await inSlices(mapped(counted, rowOf), context.signal);
  const counts_blob = await context.blobs.put(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const shown = rows.slice(0, TEMPLATES_SHOWN_MAX);
  const templates = shown.map(({ span_seconds: _s, spans: _t, examples: _e, ...row }) => row);
  return { templates, counts_blob };
}
