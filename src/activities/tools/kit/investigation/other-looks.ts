/** What other looks of a run tell (the state of a cluster, traces, probes), as signs of services; read as `autoRCA` reads them. */
import type { Evidence } from "../../../../core/investigation/evidence.js";
import type { RunContext } from "../../../../core/run/context.js";
import { type ToolContext, ToolFailure } from "../../../define-tool.js";
import { type Observations, serviceName } from "../../rca/observations.js";
import { noObservations, readOutput } from "../../rca/read-outputs.js";
import type { ServiceParam } from "./evidence-schema.js";
import { named } from "./who.js";

/** The likeliest causes of a cluster; what stands further below is seldom one. */
const STATES_MAX = 10;
const ORIGIN_MIN_SHARE = 0.5;
const FAILING_MIN = 3;

export async function readOthers(outputs: RunContext["outputs"], context: ToolContext): Promise<Observations> {
  const material = noObservations(undefined);
  for (const { node, tool, output } of outputs) {
    try {
      await readOutput({ node, tool, output, about: {} }, material, context);
    } catch (error) {
      if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
      material.notLooked.push({ node, why: error.message });
    }
  }
  return material;
}

export function otherEvidence(material: Observations, services: readonly ServiceParam[]): Evidence[] {
  const known = (name: string): string => named(name, services) ?? named(serviceName(name), services) ?? name;
  return [...stateEvidence(material, known), ...traceEvidence(material, known), ...probeEvidence(material, known)];
}

type Known = (name: string) => string;

/** The cluster itself says what is to mend. */
function stateEvidence({ states }: Observations, known: Known): Evidence[] {
  const causes = states.filter(({ explainedBy }) => explainedBy === undefined).slice(0, STATES_MAX);
  return causes.flatMap(({ service, code, text, score, affects, node, query }): Evidence[] => {
    const common = { code, sign: code, kind: "state" as const, current: true, node, query };
    const sure = Math.min(0.95, Math.max(0.1, score));
    const owner = known(service);
    const hit = [...new Set(affects.map(known))].filter((name) => name !== owner).slice(0, 10);
    return [
      { ...common, service: owner, own: true, sure, text },
      ...hit.map((name) => ({ ...common, service: name, own: false, sure: sure * 0.5, text: `suffers: ${text}` })),
    ];
  });
}

function traceEvidence({ traces }: Observations, known: Known): Evidence[] {
  return traces.flatMap((one) => [...errorsBegin(one, known), ...mostWaiting(one, known)]);
}

/** Where most of the waiting is; what is usual is not known, so that it tells little. */
function mostWaiting({ node, query, total, shares }: Observations["traces"][number], known: Known): Evidence[] {
  const [most] = [...shares].sort((a, b) => b.share - a.share);
  if (most === undefined || shares.length < 2 || most.share < ORIGIN_MIN_SHARE) return [];
  const text = `${Math.round(most.share * 100)} % of the waiting in ${total} traces is for it`;
  const common = { code: "trace-waiting", sign: "slow", kind: "trace" as const, own: false, sure: 0.3, current: true };
  return [{ ...common, service: known(most.service), text, node, query }];
}

function errorsBegin(trace: Observations["traces"][number], known: Known): Evidence[] {
  const { node, query, total, failed, origins } = trace;
  return origins
    .filter(({ reached }) => reached > 0)
    .map((one): Evidence => {
      const share = failed === 0 ? 0 : Math.min(1, one.reached / failed);
      const said = one.message === "" ? "" : `: ${one.message}`;
      const locates = share >= ORIGIN_MIN_SHARE && one.reached >= FAILING_MIN;
      return {
        service: known(one.service),
        code: "trace-errors",
        sign: "errors",
        kind: "trace",
        own: locates,
        sure: locates ? 0.55 + 0.2 * share : 0.3,
        text: `errors begin in it (${one.operation}${said}) in ${one.traces} of ${total} traces`,
        current: true,
        node,
        query,
      };
    });
}

function probeEvidence({ probes }: Observations, known: Known): Evidence[] {
  return probes
    .filter(({ ok }) => !ok)
    .map(({ node, query, service, text }): Evidence => {
      const common = { code: "probe", sign: "down", kind: "probe" as const, own: false, sure: 0.5, current: true };
      return { ...common, service: known(service), text, node, query };
    });
}
