/** What traces and probes tell of where the trouble began. */

import type { Evidence, Findings, RuledOut } from "./evidence.js";
import type { Observations } from "./observations.js";
import type { Symptom } from "./symptoms.js";

/** Of the failing traces: from here on an origin explains the failing of the service. */
const ORIGIN_MIN_SHARE = 0.5;
const FAILING_MIN = 3;
/** Of the waiting: from here on one service stands out. What is usual is not known, so that it tells little. */
const WAITING_MIN_SHARE = 0.5;
const WAITING_WEIGHT = 0.3;

export function traceEvidence(material: Observations, trouble: Symptom): Findings {
  const [evidence, ruledOut]: [Evidence[], RuledOut[]] = [[], []];
  for (const { node, query, total, failed, origins, shares } of material.traces) {
    for (const one of origins) {
      const share = failed === 0 ? 0 : Math.min(1, one.reached / failed);
      const said = one.message === "" ? "" : `: ${one.message}`;
      const text = `errors began in ${one.service} (${one.operation}${said}) in ${one.traces} of ${total} traces and reached the root in ${one.reached}`;
      if (one.reached === 0) {
        ruledOut.push({ node, query, what: text, why: "its callers got over it: no trace failed by it" });
        continue;
      }
      const locates = share >= ORIGIN_MIN_SHARE && one.reached >= FAILING_MIN;
      evidence.push({ kind: "trace", service: one.service, node, query, text, weight: share, locates });
    }
    const [most] = [...shares].sort((a, b) => b.share - a.share || a.service.localeCompare(b.service, "en"));
    if (trouble.target?.signal.kind !== "latency" || most === undefined || most.share < WAITING_MIN_SHARE) continue;
    if (shares.length < 2) continue;
    const text = `${Math.round(most.share * 100)} % of the waiting in ${total} traces was for ${most.service}; what is usual is not known`;
    const weight = WAITING_WEIGHT * most.share;
    evidence.push({ kind: "trace", service: most.service, node, query, text, weight, locates: false });
  }
  return { evidence, ruledOut };
}

/** A probe that fails tells of now alone. */
export function probeEvidence({ probes }: Observations): Findings {
  const failing = probes.filter(({ ok }) => !ok);
  return {
    evidence: failing.map(({ node, query, service, text }) => ({
      kind: "probe",
      service,
      node,
      query,
      text,
      weight: 1,
      locates: false,
    })),
    ruledOut: probes
      .filter(({ ok }) => ok)
      .map(({ node, query, service, text }) => ({ node, query, what: `${service}: ${text}`, why: "it answers" })),
  };
}
