/** Which services answer now, and since when without a gap: by `up`, or by what their exporter says of them. */
import { z } from "zod";
import type { Well } from "../../../../core/investigation/well.js";
import type { Json } from "../../../../schema/json.js";
import type { PrometheusSource } from "../../../connectors/prometheus/api.js";
import type { ToolContext } from "../../../define-tool.js";
import { isoMs, isoText } from "../instant.js";
import { SERVICES_MAX, type ServiceParam } from "./evidence-schema.js";
import { healthOf, queryOf } from "./health-rules.js";
import { askRange, eachWithin, type Line, type Span } from "./ranges.js";

export const wellSchema = z
  .array(z.strictObject({ service: z.string(), from: z.string(), to: z.string() }))
  .max(SERVICES_MAX);
type WellOutput = z.infer<typeof wellSchema>;

/** Of what only watches, that it answers says nothing. */
const WATCHERS = new Set(["host", "probe", "monitor"]);
/** A rule that an exporter's `pg_up` or the like must not be 0. */
const SAYS_DOWN = /^([a-z]\w*_up)\{\$me\} == 0$/;
const AT_ONCE = 8;

export async function wellSpans(
  source: PrometheusSource,
  services: readonly ServiceParam[],
  span: Span,
  context: ToolContext,
): Promise<WellOutput> {
  const questions = services.flatMap((service) => {
    const query = wellQuery(service);
    return query === undefined ? [] : [{ service: service.name, query }];
  });
  const answers = await eachWithin(questions, AT_ONCE, context, ({ query }) => askRange(source, query, span, context));
  return answers.flatMap(({ item: { service }, value = [] }) => {
    const found = answeredSince(value[0], span);
    return found === undefined ? [] : [{ service, from: isoText(found.fromMs), to: isoText(found.toMs) }];
  });
}

/** Least of all its instances, so that one that is down is seen. */
export function wellQuery(service: ServiceParam): string | undefined {
  const [main] = service.kinds;
  const health = main === undefined ? undefined : healthOf(main);
  if (health === undefined || WATCHERS.has(health.role)) return undefined;
  const told = health.rules.find(({ expr }) => SAYS_DOWN.test(expr));
  const metric = health.seen === "exporter" ? SAYS_DOWN.exec(told?.expr ?? "")?.[1] : "up";
  const rule = { expr: `min(${metric}{$me})` };
  return metric === undefined ? undefined : queryOf(rule, service, "");
}

/** The newest stretch of 1 that lasts until now. A value may be as old as one scrape. */
function answeredSince(
  line: Line | undefined,
  { toMs, stepSeconds }: Span,
): { fromMs: number; toMs: number } | undefined {
  const points = line?.points ?? [];
  const stepMs = stepSeconds * 1_000;
  const [lastMs, last] = points.at(-1) ?? [0, 0];
  if (last !== 1 || toMs - lastMs > 2 * stepMs) return undefined;
  let at = points.length - 1;
  while (at > 0 && points[at - 1]?.[1] === 1) at--;
  return { fromMs: points[at]?.[0] ?? lastMs, toMs: lastMs - stepMs };
}

/** As the search for a cause takes them, from what `health_check` returned. */
export function wellIn(output: Json): Well[] {
  const parsed = z.object({ well: wellSchema }).safeParse(output);
  if (!parsed.success) return [];
  return parsed.data.well.flatMap(({ service, from, to }) => {
    const [fromMs, toMs] = [isoMs(from), isoMs(to)];
    return fromMs === undefined || toMs === undefined ? [] : [{ service, fromMs, toMs }];
  });
}
