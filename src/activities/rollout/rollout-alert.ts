/** A rollout that ended, as the alert of an incident: one incident for each, by which it is started once. */
import { createHash } from "node:crypto";
import type { IncidentAlert, IncidentInput } from "../../core/incident/incident.js";
import { redact } from "../../core/redact.js";
import type { RolloutEvent } from "../../core/rollout/state.js";
import type { KubernetesTarget } from "../../schema/config/clusters.js";
import type { RolloutHook } from "../../schema/config/hooks.js";
import { ALERT_LABEL_SENT_CHARS, ALERT_SAYS_SENT_CHARS } from "../../vocabulary/hook-limits.js";
import { incidentId } from "../../vocabulary/names.js";

/** The name of the alert, as rules match it. */
export const ROLLOUT_ALERT = "KubernetesRollout";

interface RolloutIncident {
  /** Workflow id of the incident. */
  id: string;
  input: IncidentInput;
  alert: IncidentAlert;
}

export function rolloutIncident(
  name: string,
  hook: RolloutHook,
  target: KubernetesTarget,
  event: RolloutEvent,
): RolloutIncident {
  const id = createHash("sha256")
    .update(JSON.stringify([event.target, event.key]))
    .digest("hex")
    .slice(0, 24);
  const settings = { debounceMs: hook.debounce_seconds * 1_000, cooldownMs: hook.cooldown_seconds * 1_000 };
  const labels = labelsOf(target, event);
  const key = { target: event.target, revision: labels.revision ?? "" };
  const isOver = event.kind === "recovered" || event.kind === "replaced";
  return {
    id: incidentId(name, id),
    input: { hook: name, key, settings },
    alert: {
      ...{ id, name: ROLLOUT_ALERT, labels, status: isOver ? "resolved" : "firing" },
      says: redact(saysOf(target, event)).slice(0, ALERT_SAYS_SENT_CHARS),
      since: new Date(event.firstMs).toISOString(),
    },
  };
}

function labelsOf(target: KubernetesTarget, event: RolloutEvent): Record<string, string> {
  const { cluster, namespace, workload, environment = "production" } = target;
  const [kind = "", service = ""] = workload.split("/", 2);
  const labels: Record<string, string> = {
    ...{ alertname: ROLLOUT_ALERT, target: event.target, cluster, namespace, workload, kind, service, environment },
    ...{ outcome: event.kind, revision: event.revision, image: redact(event.image) },
  };
  return Object.fromEntries(
    Object.entries(labels).map(([label, text]) => [label, text.slice(0, ALERT_LABEL_SENT_CHARS)]),
  );
}

const WORDS = {
  complete: "was rolled out",
  stalled: "is stuck in its rollout",
  recovered: "was rolled out after all",
  replaced: "was replaced by a later rollout, or taken away",
} as const;

const saysOf = ({ workload, namespace }: KubernetesTarget, { kind, revision, image, says }: RolloutEvent): string =>
  `revision ${revision} of ${workload} in ${namespace} (${image}) ${WORDS[kind]}: ${says}`;
