/** Incidents of a service in PagerDuty, over its REST interface (version 2). It opens no second one for a key while the first is open. */
import { z } from "zod";
import type { TrackerOf } from "../../../schema/config/tickets.js";
import {
  PAGERDUTY_NOTE_MAX_CHARS,
  PAGERDUTY_TEXT_MAX_CHARS,
  PAGERDUTY_TITLE_MAX_CHARS,
} from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { markOf, type Outcome, withoutDuplicates } from "../kit/find-duplicates.js";
import { pageOf, titled, written } from "../kit/origin.js";
import { askVendor, callVendor, type Vendor } from "../kit/vendor-calls.js";
import type { Changed, Changes, Draft, Ticket, TrackerClient } from "../tracker.js";

const incidentSchema = z.object({
  id: z.string(),
  status: z.enum(["triggered", "acknowledged", "resolved"]),
  html_url: z.string().nullish(),
  service: z.object({ id: z.string() }),
});
type Incident = z.infer<typeof incidentSchema>;
const oneSchema = z.object({ incident: incidentSchema });
const severalSchema = z.object({ incidents: z.array(incidentSchema) });
const noteSchema = z.object({ id: z.string(), content: z.string() });
const notesSchema = z.object({ notes: z.array(noteSchema) });
const serviceSchema = z.object({ service: z.object({ name: z.string(), status: z.string() }) });

const STATUSES: Readonly<Record<string, "acknowledged" | "resolved">> = {
  acknowledged: "acknowledged",
  resolved: "resolved",
  closed: "resolved",
  done: "resolved",
};

const ticketOf = ({ id, html_url }: Incident): Ticket => ({ ticket: id, url: html_url ?? null });

export function pagerdutyTracker(name: string, tracker: TrackerOf<"pagerduty">, context: ToolContext): TrackerClient {
  const vendor: Vendor = {
    who: `the tracker ${name}`,
    product: "PagerDuty",
    url: tracker.url,
    headers: {
      accept: "application/vnd.pagerduty+json;version=2",
      authorization: `Token token=${tracker.token}`,
      from: tracker.from,
    },
  };
  const mark = markOf(context.idempotencyKey);
  const page = pageOf(context);
  const by = `AutoOps run ${context.runId}, node ${context.nodeId}${page === undefined ? "" : ` · ${page}`}`;
  /** PagerDuty shows text as it is. */
  const plain = (markdown: string, max: number, end = "") =>
    written(markdown, max, (text) => `${text}\n\n${by}${end}`.trimStart(), page ?? `run ${context.runId}`);

  async function find(): Promise<Incident[]> {
    const query = {
      incident_key: mark,
      "service_ids[]": tracker.service,
      date_range: "all",
      sort_by: "created_at:asc",
    };
    const call = { method: "GET", path: "/incidents", query } as const;
    return (await askVendor(vendor, call, severalSchema, context)).incidents;
  }

  async function create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }> {
    if (draft.labels.length > 0) throw refused("labels must be empty: incidents in PagerDuty have none");
    const title = titled(draft.title, PAGERDUTY_TITLE_MAX_CHARS);
    const details = plain(draft.description, PAGERDUTY_TEXT_MAX_CHARS);
    const incident = {
      type: "incident",
      title: title.text,
      service: { id: tracker.service, type: "service_reference" },
      incident_key: mark,
      body: { type: "incident_body", details: details.text },
      urgency: draft.urgency,
    };
    const call = { method: "POST", path: "/incidents", json: { incident } } as const;
    const make = async () => (await askVendor(vendor, call, oneSchema, context)).incident;
    const result = await withoutDuplicates<Incident>({ find, make, id: ({ id }) => id }, context);
    const others = result.others.map(ticketOf);
    return { ...result, one: ticketOf(result.one), others, truncated: title.truncated || details.truncated };
  }

  async function note(path: string, markdown: string): Promise<Outcome<unknown> & { truncated: boolean }> {
    const content = plain(markdown, PAGERDUTY_NOTE_MAX_CHARS, ` · ${mark}`);
    const find = async () => {
      const { notes } = await askVendor(vendor, { method: "GET", path }, notesSchema, context);
      return notes.filter((one) => one.content.trimEnd().endsWith(mark));
    };
    const json = { note: { content: content.text } };
    const make = async () =>
      (await askVendor(vendor, { method: "POST", path, json }, z.object({ note: noteSchema }), context)).note;
    return { ...(await withoutDuplicates({ find, make, id: ({ id }) => id }, context)), truncated: content.truncated };
  }

  async function update(ticket: string, changes: Changes): Promise<Changed> {
    if (changes.addLabels.length + changes.removeLabels.length > 0) {
      throw refused("labels must not be given: incidents in PagerDuty have none");
    }
    const wanted = changes.status?.toLowerCase();
    const status = wanted !== undefined && Object.hasOwn(STATUSES, wanted) ? STATUSES[wanted] : undefined;
    if (wanted !== undefined && status === undefined) throw refused("status must be acknowledged or resolved");
    const path = `/incidents/${encodeURIComponent(ticket)}`;
    const { incident } = await askVendor(vendor, { method: "GET", path }, oneSchema, context);
    if (incident.service.id !== tracker.service) {
      throw refused(`the incident ${ticket} must belong to the service ${tracker.service} of the tracker ${name}`);
    }
    const done: Changed = { ticket: ticketOf(incident), changed: [], already: [], truncated: false, remarks: [] };
    const say = (what: string, isNew: boolean) => void (isNew ? done.changed : done.already).push(what);
    if (changes.comment !== undefined) {
      const { made, truncated, remarks } = await note(`${path}/notes`, changes.comment);
      say("comment", made);
      Object.assign(done, { truncated, remarks });
    }
    if (status !== undefined) {
      // A resolved incident is acknowledged, too: PagerDuty takes none back.
      const isThere = incident.status === status || incident.status === "resolved";
      const json = { incident: { type: "incident_reference", status } };
      if (!isThere) await callVendor(vendor, { method: "PUT", path, json }, context);
      say(`status ${isThere ? incident.status : status}`, !isThere);
    }
    return done;
  }

  return {
    keeping: "key",
    create,
    update,
    check: async () => {
      const path = `/services/${tracker.service}`;
      const { service } = await askVendor(vendor, { method: "GET", path }, serviceSchema, context);
      return `the service ${service.name} is ${service.status}`;
    },
  };
}

const refused = (message: string): ToolFailure => toolFailure("params-invalid", message, { retryable: false });
