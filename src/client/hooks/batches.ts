/** One signal at a time to one incident: what comes while it is on its way goes with the next. So a storm becomes few events. */
import type { IncidentAlert } from "../../core/incident/incident.js";
import { ALERTS_PER_SIGNAL } from "../../vocabulary/hook-limits.js";
import type { Group } from "./grouping.js";

interface Batch extends Group {
  waiting: Array<{ resolve(): void; reject(error: unknown): void }>;
}

/** Resolves once Temporal has the alerts of the group durably. */
export type SendAlerts = (group: Group) => Promise<void>;

export function createBatches(send: SendAlerts): SendAlerts {
  const next = new Map<string, Batch>();
  const busy = new Set<string>();

  async function pump(id: string): Promise<void> {
    if (busy.has(id)) return;
    busy.add(id);
    for (let batch = next.get(id); batch !== undefined; batch = next.get(id)) {
      next.delete(id);
      try {
        for (const alerts of chunks(batch.alerts)) await send({ id, input: batch.input, alerts });
        for (const { resolve } of batch.waiting) resolve();
      } catch (error) {
        for (const { reject } of batch.waiting) reject(error);
      }
    }
    busy.delete(id);
  }

  return ({ id, input, alerts }) =>
    new Promise((resolve, reject) => {
      const batch = next.get(id) ?? { id, input, alerts: [], waiting: [] };
      batch.alerts = [...batch.alerts, ...alerts];
      batch.waiting.push({ resolve, reject });
      next.set(id, batch);
      void pump(id);
    });
}

export function chunks(alerts: readonly IncidentAlert[]): IncidentAlert[][] {
  const count = Math.ceil(alerts.length / ALERTS_PER_SIGNAL);
  return Array.from({ length: count }, (_, index) =>
    alerts.slice(index * ALERTS_PER_SIGNAL, (index + 1) * ALERTS_PER_SIGNAL),
  );
}
