/** Incidents as they stand: from what Temporal lists, also where no worker runs; with a worker, with all their alerts. */
import type { Client } from "@temporalio/client";
import type { IncidentView } from "../core/incident/incident.js";
import { readIncidentView } from "../core/incident/read-view.js";
import { INCIDENT, INCIDENT_MEMO, isIncidentId, WORKFLOWS } from "../vocabulary/names.js";
import type { Result } from "../vocabulary/result.js";
import { promptly } from "./runs/deadline.js";
import { attempt, isNotFound, refusal } from "./runs/temporal-errors.js";

export interface ListedIncident {
  id: string;
  isOpen: boolean;
  startedAtMs: number;
  /** Absent where what it says of itself cannot be read. */
  view?: IncidentView;
}

export interface Incidents {
  /** The newest first. */
  list(limit: number): Promise<Result<ListedIncident[]>>;
  show(id: string): Promise<Result<ListedIncident>>;
}

export function createIncidents(client: Client): Incidents {
  return {
    list: (limit) => attempt("incidents", async () => ({ ok: true, value: await listed(client, limit) })),
    show: (id) => attempt(id, () => shown(client, id)),
  };
}

async function listed(client: Client, limit: number): Promise<ListedIncident[]> {
  const query = `WorkflowType = '${WORKFLOWS.incident}' AND ExecutionStatus != 'ContinuedAsNew'`;
  return promptly(client, async () => {
    const found: ListedIncident[] = [];
    for await (const { workflowId, status, startTime, memo } of client.workflow.list({ query, pageSize: limit })) {
      found.push({
        id: workflowId,
        isOpen: status.name === "RUNNING",
        startedAtMs: startTime.getTime(),
        ...viewIn(memo),
      });
      if (found.length >= limit) break;
    }
    return found.sort((a, b) => b.startedAtMs - a.startedAtMs);
  });
}

async function shown(client: Client, id: string): Promise<Result<ListedIncident>> {
  const none = refusal({
    code: "not-found",
    at: id,
    message: `there is no incident ${id.slice(0, 80)}`,
    hint: "list them: autoops incidents",
  });
  if (!isIncidentId(id)) return none;
  const handle = client.workflow.getHandle(id);
  try {
    const { status, startTime, memo } = await promptly(client, () => handle.describe());
    // Without a worker the query is not answered, and what lists show must do.
    const asked = await promptly(client, () => handle.query<unknown>(INCIDENT.view)).catch(() => undefined);
    const full = readIncidentView(asked);
    const view = full === undefined ? viewIn(memo) : { view: full };
    return { ok: true, value: { id, isOpen: status.name === "RUNNING", startedAtMs: startTime.getTime(), ...view } };
  } catch (error) {
    if (isNotFound(error)) return none;
    throw error;
  }
}

/** Whoever started a workflow of that name wrote its memo, and answers for it. */
function viewIn(memo: Record<string, unknown> | undefined): { view?: IncidentView } {
  const view = readIncidentView(memo?.[INCIDENT_MEMO]);
  return view === undefined ? {} : { view };
}
