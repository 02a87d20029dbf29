/** What a Jaeger source has seen: the services that send traces, and who called whom. */
import { z } from "zod";
import type { Named } from "../connectors/contract.js";
import { callSource, shapeOf } from "../connectors/kit/source-calls.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import type { FoundCall, FoundService, FoundStack } from "./found.js";

const LOOK_BACK_MS = 6 * 3_600_000;
const SERVICES_MAX = 300;
/** Jaeger traces its own queries. */
const OWN = /^jaeger(?:-query|-all-in-one)?$/;

const servicesSchema = z.object({ data: z.array(z.string()).nullable() }).transform(({ data }) => data ?? []);
const callsSchema = z
  .object({ data: z.array(z.object({ parent: z.string(), child: z.string() })).nullable() })
  .transform(({ data }) => data ?? []);

export async function discoverTraces(source: Named<"jaeger">, context: ToolContext): Promise<FoundStack> {
  const names = shapeOf(
    source.name,
    "Jaeger",
    servicesSchema,
    await callSource(source, { path: "/api/services" }, context),
  );
  const notes: string[] = [];
  const calls = await dependencies(source, notes, context);
  const services = names
    .filter((name) => !OWN.test(name))
    .sort()
    .slice(0, SERVICES_MAX)
    .map((name): FoundService => {
      const none = { kinds: [], labels: {}, instances: [], also: [], signals: {}, metrics: [] };
      return { name, ...none, traces: [{ source: source.name, name }] };
    });
  return { services, calls, alertRules: [], notes };
}

/** Jaeger makes them from what it stores; some stores need a job for it, and have none without. */
async function dependencies(source: Named<"jaeger">, notes: string[], context: ToolContext): Promise<FoundCall[]> {
  const query = { endTs: String(context.now()), lookback: String(LOOK_BACK_MS) };
  try {
    const answer = await callSource(source, { path: "/api/dependencies", query }, context);
    const edges = shapeOf(source.name, "Jaeger", callsSchema, answer);
    return edges
      .filter(({ parent, child }) => parent !== child)
      .map(({ parent, child }) => ({ caller: parent, callee: child, from: "traces" as const }));
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    notes.push(`who calls whom could not be asked of ${source.name}: ${error.message}`);
    return [];
  }
}
