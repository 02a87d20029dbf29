/** The spans of collected traces as lines: what causes are ranked by, written by one tool and read by another. */
import type { Json } from "../../../../schema/json.js";
import { numberIn, objectIn, textIn } from "../../rca/json-parts.js";
import type { CallSpan } from "../../rca/ranking/span-series.js";
import type { Trace } from "./span.js";

/** About 200 bytes each. */
const SPANS_MAX = 50_000;

/** An id is only known to be one within its trace. */
const callSpans = ({ id: trace, spans }: Trace): CallSpan[] =>
  spans.map(({ id, parent, service, operation, start, duration, isError }) => ({
    id: `${trace}/${id}`,
    parent: parent === undefined ? undefined : `${trace}/${parent}`,
    service,
    operation,
    start: start / 1e6,
    seconds: duration / 1e6,
    isError,
  }));

export const spanLines = (traces: readonly Trace[]): string =>
  traces
    .flatMap(callSpans)
    .slice(0, SPANS_MAX)
    .map((span) => `${JSON.stringify(span)}\n`)
    .join("");

export function spansIn(text: string): CallSpan[] {
  return text.split("\n", SPANS_MAX).flatMap((line): CallSpan[] => {
    const span = line === "" ? undefined : objectIn(JSON.parse(line) as Json);
    const [id, service, parent] = [textIn(span?.id), textIn(span?.service), textIn(span?.parent)];
    if (span === undefined || id === undefined || service === undefined) return [];
    const [start, seconds] = [numberIn(span.start), numberIn(span.seconds)];
    const [operation, isError] = [textIn(span.operation) ?? "", span.isError === true];
    return [{ id, parent, service, operation, start, seconds, isError }];
  });
}
