/** Reads what collected traces tell: who calls whom, where errors begin, where the time goes. */
import { spansIn } from "../kit/traces/call-spans.js";
import type { TraceForm } from "./forms.js";
import { type Observations, type OutputPlace, serviceName, UNNAMED } from "./observations.js";

export async function readTraces(
  output: TraceForm,
  material: Observations,
  { origin, context }: OutputPlace,
): Promise<void> {
  const named = (value: string | undefined): string => serviceName(value || UNNAMED);
  material.traces.push({
    ...origin,
    service: named(output.service),
    total: output.total,
    failed: output.failed,
    origins: output.error_origins.map(({ service, operation = "", message = "", traces, reached_root, path }) => ({
      service: named(service),
      operation,
      message,
      traces,
      reached: reached_root,
      path: path.join(" → "),
    })),
    shares: output.services.map(({ service, share }) => ({ service: named(service), share })),
  });
  for (const { caller, callee } of output.calls) {
    material.calls.push({ ...origin, caller: named(caller), callee: named(callee) });
  }
  const kept = output.spans_blob;
  const spans = kept === undefined ? [] : spansIn(await context.blobs.get(kept));
  const own = spans.map((span) => ({ ...span, service: serviceName(span.service) }));
  if (own.length > 0) material.spans.push({ ...origin, spans: own });
  material.looked.push({ node: origin.node, what: `${output.total} traces` });
}
