/** Changes that a run read (deployments, commits, rollouts), as evidence against the service that they changed near the onset. */
import { z } from "zod";
import type { Evidence } from "../../../../core/investigation/evidence.js";
import { isoMs } from "../instant.js";
import type { ServiceParam } from "./evidence-schema.js";
import { mentioned } from "./who.js";

/** A change this long before the trouble can have begun it. */
const BEFORE_MS = 900_000;
const AFTER_MS = 90_000;
const changesSchema = z.object({
  changes: z.array(z.looseObject({ time: z.string(), what: z.string(), where: z.string(), source: z.string() })),
});
const deploymentsSchema = z.object({
  source: z.string(),
  current: z.looseObject({ version: z.string(), deployed_at: z.string().nullish() }),
});

export function changeEvidence(
  node: string,
  tool: string,
  output: unknown,
  services: readonly ServiceParam[],
  evidence: readonly Evidence[],
): Evidence[] {
  const began = firstOnset(evidence);
  if (began === undefined) return [];
  return changesIn(tool, output).flatMap(({ atMs, what, source }) => {
    if (atMs < began - BEFORE_MS || atMs > began + AFTER_MS) return [];
    const [service, second] = mentioned(`${source} ${what}`, services);
    if (service === undefined || second !== undefined) return [];
    const sick = evidence.some((one) => one.service === service.name && one.current && one.sure >= 0.4);
    return [
      {
        service: service.name,
        code: "changed",
        sign: "changed",
        kind: "change",
        own: true,
        sure: sick ? 0.66 : 0.3,
        text: `${what} at ${new Date(atMs).toISOString().slice(11, 19)} UTC, just before the trouble`,
        current: true,
        onset: { fromMs: atMs, toMs: atMs },
        next: "take the change back, or look at what it did",
        node,
        query: source,
      },
    ];
  });
}

function firstOnset(evidence: readonly Evidence[]): number | undefined {
  const times = evidence.flatMap(({ sure, current, onset }) =>
    sure >= 0.5 && current && onset?.fromMs !== undefined ? [onset.toMs] : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function changesIn(tool: string, output: unknown): Array<{ atMs: number; what: string; source: string }> {
  if (tool === "change_history") {
    const parsed = changesSchema.safeParse(output);
    if (!parsed.success) return [];
    return parsed.data.changes.flatMap(({ time, what, where, source }) => {
      const atMs = isoMs(time);
      return atMs === undefined ? [] : [{ atMs, what, source: `${source} ${where}` }];
    });
  }
  if (tool !== "deployment_history") return [];
  const parsed = deploymentsSchema.safeParse(output);
  const at = parsed.success ? parsed.data.current.deployed_at : undefined;
  const atMs = at == null ? undefined : isoMs(at);
  if (!parsed.success || atMs === undefined) return [];
  return [{ atMs, what: `version ${parsed.data.current.version} was deployed`, source: parsed.data.source }];
}
