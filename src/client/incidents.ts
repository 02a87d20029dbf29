/** Incidents as they stand: from what Temporal lists, also where no worker runs; with a worker, with all their alerts. */
import type { Client } from "@temporalio/client";
import type { IncidentView } from "../core/incident/incident.js";
import { endedLate, isLateEnd } from "../core/incident/late-end.js";
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

/** How many executions a list looks at for each incident that it shows, and how many belong to one that is shown alone. */
const EXECUTIONS_FOR_EACH = 2;
const EXECUTIONS_OF_ONE = 20;

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

const ENDED_HERE = `WorkflowType = '${WORKFLOWS.incident}' AND ExecutionStatus != 'ContinuedAsNew'`;

async function listed(client: Client, limit: number): Promise<ListedIncident[]> {
  return promptly(client, async () =>
    folded(await executions(client, ENDED_HERE, EXECUTIONS_FOR_EACH * limit)).slice(0, limit),
  );
}

async function executions(client: Client, query: string, most: number): Promise<ListedIncident[]> {
  const found: ListedIncident[] = [];
  for await (const { workflowId, status, startTime, memo } of client.workflow.list({ query, pageSize: most })) {
    const isOpen = status.name === "RUNNING";
    found.push({ id: workflowId, isOpen, startedAtMs: startTime.getTime(), ...viewIn(memo) });
    if (found.length >= most) break;
  }
  return found.sort((a, b) => b.startedAtMs - a.startedAtMs);
}

/** Each late end in the incident that it belongs to, where that one is among them. */
function folded(rows: readonly ListedIncident[]): ListedIncident[] {
  const ends = new Map<string, ListedIncident[]>();
  const incidents: ListedIncident[] = [];
  for (const row of rows) {
    const later = ends.get(row.id) ?? [];
    if (row.view !== undefined && isLateEnd(row.view)) ends.set(row.id, [...later, row]);
    else {
      ends.delete(row.id);
      incidents.push(later.reduceRight(withEnd, row));
    }
  }
  return [...incidents, ...[...ends.values()].flat()].sort((a, b) => b.startedAtMs - a.startedAtMs);
}

function withEnd(incident: ListedIncident, { view, isOpen }: ListedIncident): ListedIncident {
  if (incident.view === undefined || view === undefined) return incident;
  return { ...incident, isOpen: incident.isOpen || isOpen, view: endedLate(incident.view, view) };
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
    const newest = { id, isOpen: status.name === "RUNNING", startedAtMs: startTime.getTime(), ...view };
    if (newest.view === undefined || !isLateEnd(newest.view)) return { ok: true, value: newest };
    const query = `${ENDED_HERE} AND WorkflowId = '${id}'`;
    const earlier = await promptly(client, () => executions(client, query, EXECUTIONS_OF_ONE));
    const [one = newest] = folded([newest, ...earlier.filter(({ startedAtMs }) => startedAtMs < newest.startedAtMs)]);
    return { ok: true, value: one };
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
