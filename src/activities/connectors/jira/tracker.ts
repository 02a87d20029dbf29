/** Issues of a project in Jira. It has no key for a creation: ours is a label, which is looked for. */
import { z } from "zod";
import type { TrackerOf } from "../../../schema/config/tickets.js";
import { JIRA_TITLE_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { markOf, type Outcome, withoutDuplicates } from "../kit/find-duplicates.js";
import { signed, titled } from "../kit/origin.js";
import { TicketChanges } from "../kit/ticket-changes.js";
import { askVendor, callVendor, type Vendor, type VendorCall } from "../kit/vendor-calls.js";
import type { Changed, Changes, Draft, Ticket, TrackerClient } from "../tracker.js";
import { editionOf } from "./editions.js";
import { type Move, moveTo } from "./transitions.js";

const createdSchema = z.object({ id: z.string(), key: z.string() });
type Created = z.infer<typeof createdSchema>;
const foundSchema = z.object({ issues: z.array(createdSchema) });
const statusSchema = z.object({ name: z.string(), statusCategory: z.object({ key: z.string() }).optional() });
const issueSchema = z.object({
  key: z.string(),
  fields: z.object({ status: statusSchema, labels: z.array(z.string()).default([]) }),
});
const commentsSchema = z.object({ comments: z.array(z.object({ id: z.string(), body: z.unknown() })) });
const commentSchema = z.object({ id: z.string(), body: z.unknown() });
const moveSchema = z.object({ id: z.string(), name: z.string(), to: statusSchema });
const movesSchema = z.object({ transitions: z.array(moveSchema) });
const myselfSchema = z.object({ displayName: z.string() });
const projectSchema = z.object({ key: z.string(), name: z.string() });

const LOOK_BACK_COMMENTS = "100";

export class JiraTracker implements TrackerClient {
  readonly keeping = "search";
  readonly #tracker: TrackerOf<"jira">;
  readonly #context: ToolContext;
  readonly #edition: ReturnType<typeof editionOf>;
  readonly #vendor: Vendor;
  readonly #mark: string;

  constructor(name: string, tracker: TrackerOf<"jira">, context: ToolContext) {
    this.#tracker = tracker;
    this.#context = context;
    this.#edition = editionOf(tracker);
    const { product } = this.#edition;
    this.#vendor = { who: `the tracker ${name}`, product, url: tracker.url, headers: tracker.headers };
    this.#mark = markOf(context.idempotencyKey);
  }

  async create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }> {
    const tracker = this.#tracker;
    const title = titled(draft.title, JIRA_TITLE_MAX_CHARS);
    const { body, truncated } = this.#edition.body(signed(draft.description, this.#context), this.#context);
    const fields = {
      project: { key: tracker.project },
      issuetype: { name: tracker.issue_type },
      summary: title.text,
      description: body,
      labels: [...new Set(["autoops", this.#mark, ...tracker.labels, ...draft.labels])],
    };
    const call = { method: "POST", path: `${this.#edition.api}/issue`, json: { fields } } as const;
    const make = () => this.#ask(call, createdSchema);
    const find = (made?: Created) => this.#find(made);
    const result = await withoutDuplicates<Created>({ find, make, id: ({ key }) => key, lags: true }, this.#context);
    const others = result.others.map((one) => this.#ticketOf(one));
    return { ...result, one: this.#ticketOf(result.one), others, truncated: title.truncated || truncated };
  }

  async update(ticket: string, changes: Changes): Promise<Changed> {
    const { project } = this.#tracker;
    if (!ticket.startsWith(`${project}-`) || !/-[1-9]\d{0,9}$/.test(ticket)) {
      const message = `ticket must be an issue of the project ${project}, such as ${project}-12`;
      throw toolFailure("params-invalid", message, { retryable: false });
    }
    const path = `${this.#edition.api}/issue/${ticket}`;
    const issue = await this.#ask({ method: "GET", path, query: { fields: "status,labels" } }, issueSchema);
    const told = new TicketChanges(this.#ticketOf(issue));
    const { status } = issue.fields;
    const move = changes.status === undefined ? undefined : await this.#moveFor(path, changes.status, status);
    if (changes.comment !== undefined) told.commented(await this.#comment(`${path}/comment`, changes.comment));
    await this.#changeLabels(path, new Set(issue.fields.labels), changes, told);
    if (move !== undefined) {
      const json = { transition: { id: move.id } };
      if (move.id !== undefined) await this.#call({ method: "POST", path: `${path}/transitions`, json });
      told.note(`status ${move.to}`, move.id !== undefined);
    }
    return told.done;
  }

  async check(): Promise<string> {
    const me = await this.#ask({ method: "GET", path: `${this.#edition.api}/myself` }, myselfSchema);
    const path = `${this.#edition.api}/project/${this.#tracker.project}`;
    const project = await this.#ask({ method: "GET", path }, projectSchema);
    return `${me.displayName} sees the project ${project.key} (${project.name})`;
  }

  #ask<T>(call: VendorCall, schema: z.ZodType<T>): Promise<T> {
    return askVendor(this.#vendor, call, schema, this.#context);
  }

  async #call(call: VendorCall): Promise<void> {
    await callVendor(this.#vendor, call, this.#context);
  }

  #ticketOf({ key }: { key: string }): Ticket {
    return { ticket: key, url: `${this.#tracker.url.replace(/\/+$/, "")}/browse/${key}` };
  }

  async #find(made?: Created): Promise<Created[]> {
    const { search, fresh: freshOf } = this.#edition;
    const jql = `project = "${this.#tracker.project}" AND labels = "${this.#mark}" ORDER BY created ASC`;
    const fresh = made === undefined || freshOf === undefined ? {} : { [freshOf]: made.id };
    const query = { jql, fields: "summary", maxResults: "20", ...fresh };
    return (await this.#ask({ method: "GET", path: search, query }, foundSchema)).issues;
  }

  async #comment(path: string, markdown: string): Promise<Outcome<unknown> & { truncated: boolean }> {
    const { body, truncated } = this.#edition.body(signed(markdown, this.#context, this.#mark), this.#context);
    const find = async () => {
      const query = { orderBy: "-created", maxResults: LOOK_BACK_COMMENTS };
      const { comments } = await this.#ask({ method: "GET", path, query }, commentsSchema);
      return comments.filter((one) => this.#edition.text(one.body).trimEnd().endsWith(this.#mark)).reverse();
    };
    const make = () => this.#ask({ method: "POST", path, json: { body } }, commentSchema);
    return { ...(await withoutDuplicates({ find, make, id: ({ id }) => id }, this.#context)), truncated };
  }

  async #changeLabels(
    path: string,
    has: ReadonlySet<string>,
    { addLabels, removeLabels }: Changes,
    told: TicketChanges,
  ): Promise<void> {
    const labels = [
      ...addLabels.filter((label) => !has.has(label)).map((add) => ({ add })),
      ...removeLabels.filter((label) => has.has(label)).map((remove) => ({ remove })),
    ];
    if (labels.length > 0) await this.#call({ method: "PUT", path, json: { update: { labels } } });
    for (const label of addLabels) told.note(`label ${label}`, !has.has(label));
    for (const label of removeLabels) told.note(`no label ${label}`, has.has(label));
  }

  async #moveFor(path: string, wanted: string, now: z.infer<typeof statusSchema>): Promise<Move> {
    const { transitions } = await this.#ask({ method: "GET", path: `${path}/transitions` }, movesSchema);
    return moveTo(wanted, now, transitions);
  }
}
