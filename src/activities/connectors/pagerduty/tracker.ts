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
import { TicketChanges } from "../kit/ticket-changes.js";
import { askVendor, callVendor, type Vendor, type VendorCall } from "../kit/vendor-calls.js";
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

export class PagerdutyTracker implements TrackerClient {
  readonly keeping = "key";
  readonly #name: string;
  readonly #tracker: TrackerOf<"pagerduty">;
  readonly #context: ToolContext;
  readonly #vendor: Vendor;
  readonly #mark: string;

  constructor(name: string, tracker: TrackerOf<"pagerduty">, context: ToolContext) {
    this.#name = name;
    this.#tracker = tracker;
    this.#context = context;
    this.#vendor = {
      who: `the tracker ${name}`,
      product: "PagerDuty",
      url: tracker.url,
      headers: {
        accept: "application/vnd.pagerduty+json;version=2",
        authorization: `Token token=${tracker.token}`,
        from: tracker.from,
      },
    };
    this.#mark = markOf(context.idempotencyKey);
  }

  async create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }> {
    if (draft.labels.length > 0) throw refused("labels must be empty: incidents in PagerDuty have none");
    const title = titled(draft.title, PAGERDUTY_TITLE_MAX_CHARS);
    const details = plain(draft.description, PAGERDUTY_TEXT_MAX_CHARS, this.#context);
    const incident = {
      type: "incident",
      title: title.text,
      service: { id: this.#tracker.service, type: "service_reference" },
      incident_key: this.#mark,
      body: { type: "incident_body", details: details.text },
      urgency: draft.urgency,
    };
    const call = { method: "POST", path: "/incidents", json: { incident } } as const;
    const make = async () => (await this.#ask(call, oneSchema)).incident;
    const find = () => this.#find();
    const result = await withoutDuplicates<Incident>({ find, make, id: ({ id }) => id }, this.#context);
    const others = result.others.map(ticketOf);
    return { ...result, one: ticketOf(result.one), others, truncated: title.truncated || details.truncated };
  }

  async update(ticket: string, changes: Changes): Promise<Changed> {
    if (changes.addLabels.length + changes.removeLabels.length > 0) {
      throw refused("labels must not be given: incidents in PagerDuty have none");
    }
    const wanted = changes.status?.toLowerCase();
    const status = wanted !== undefined && Object.hasOwn(STATUSES, wanted) ? STATUSES[wanted] : undefined;
    if (wanted !== undefined && status === undefined) throw refused("status must be acknowledged or resolved");
    const path = `/incidents/${encodeURIComponent(ticket)}`;
    const { incident } = await this.#ask({ method: "GET", path }, oneSchema);
    const { service } = this.#tracker;
    if (incident.service.id !== service) {
      throw refused(`the incident ${ticket} must belong to the service ${service} of the tracker ${this.#name}`);
    }
    const told = new TicketChanges(ticketOf(incident));
    if (changes.comment !== undefined) told.commented(await this.#note(`${path}/notes`, changes.comment));
    if (status !== undefined) {
      // A resolved incident is acknowledged, too: PagerDuty takes none back.
      const isThere = incident.status === status || incident.status === "resolved";
      const json = { incident: { type: "incident_reference", status } };
      if (!isThere) await callVendor(this.#vendor, { method: "PUT", path, json }, this.#context);
      told.note(`status ${isThere ? incident.status : status}`, !isThere);
    }
    return told.done;
  }

  async check(): Promise<string> {
    const { service } = await this.#ask({ method: "GET", path: `/services/${this.#tracker.service}` }, serviceSchema);
    return `the service ${service.name} is ${service.status}`;
  }

  #ask<T>(call: VendorCall, schema: z.ZodType<T>): Promise<T> {
    return askVendor(this.#vendor, call, schema, this.#context);
  }

  async #find(): Promise<Incident[]> {
    const query = {
      incident_key: this.#mark,
      "service_ids[]": this.#tracker.service,
      date_range: "all",
      sort_by: "created_at:asc",
    };
    return (await this.#ask({ method: "GET", path: "/incidents", query }, severalSchema)).incidents;
  }

  async #note(path: string, markdown: string): Promise<Outcome<unknown> & { truncated: boolean }> {
    const content = plain(markdown, PAGERDUTY_NOTE_MAX_CHARS, this.#context, ` · ${this.#mark}`);
    const find = async () => {
      const { notes } = await this.#ask({ method: "GET", path }, notesSchema);
      return notes.filter((one) => one.content.trimEnd().endsWith(this.#mark));
    };
    const call = { method: "POST", path, json: { note: { content: content.text } } } as const;
    const make = async () => (await this.#ask(call, z.object({ note: noteSchema }))).note;
    const result = await withoutDuplicates({ find, make, id: ({ id }) => id }, this.#context);
    return { ...result, truncated: content.truncated };
  }
}

/** PagerDuty shows text as it is. */
function plain(markdown: string, max: number, context: ToolContext, end = "") {
  const page = pageOf(context);
  const by = `AutoOps run ${context.runId}, node ${context.nodeId}${page === undefined ? "" : ` · ${page}`}`;
  return written(markdown, max, (text) => `${text}\n\n${by}${end}`.trimStart(), page ?? `run ${context.runId}`);
}

const refused = (message: string): ToolFailure => toolFailure("params-invalid", message, { retryable: false });
