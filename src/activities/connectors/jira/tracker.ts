/** Issues of a project in Jira. It has no key for a creation: ours is a label, which is looked for. */
import { z } from "zod";
import type { TrackerOf } from "../../../schema/config/tickets.js";
import { JIRA_TITLE_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { markOf, type Outcome, withoutDuplicates } from "../kit/find-duplicates.js";
import { signed, titled } from "../kit/origin.js";
import { askVendor, callVendor, type Vendor } from "../kit/vendor-calls.js";
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

export function jiraTracker(name: string, tracker: TrackerOf<"jira">, context: ToolContext): TrackerClient {
  const edition = editionOf(tracker);
  const vendor: Vendor = {
    who: `the tracker ${name}`,
    product: edition.product,
    url: tracker.url,
    headers: tracker.headers,
  };
  const mark = markOf(context.idempotencyKey);
  const ticketOf = ({ key }: { key: string }): Ticket => ({
    ticket: key,
    url: `${tracker.url.replace(/\/+$/, "")}/browse/${key}`,
  });

  async function find(made?: Created): Promise<Created[]> {
    const jql = `project = "${tracker.project}" AND labels = "${mark}" ORDER BY created ASC`;
    const fresh = made === undefined || edition.fresh === undefined ? {} : { [edition.fresh]: made.id };
    const query = { jql, fields: "summary", maxResults: "20", ...fresh };
    const { issues } = await askVendor(vendor, { method: "GET", path: edition.search, query }, foundSchema, context);
    return issues;
  }

  async function create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }> {
    const title = titled(draft.title, JIRA_TITLE_MAX_CHARS);
    const { body, truncated } = edition.body(signed(draft.description, context), context);
    const fields = {
      project: { key: tracker.project },
      issuetype: { name: tracker.issue_type },
      summary: title.text,
      description: body,
      labels: [...new Set(["autoops", mark, ...tracker.labels, ...draft.labels])],
    };
    const call = { method: "POST", path: `${edition.api}/issue`, json: { fields } } as const;
    const make = () => askVendor(vendor, call, createdSchema, context);
    const result = await withoutDuplicates<Created>({ find, make, id: ({ key }) => key, lags: true }, context);
    const others = result.others.map(ticketOf);
    return { ...result, one: ticketOf(result.one), others, truncated: title.truncated || truncated };
  }

  async function comment(path: string, markdown: string): Promise<Outcome<unknown> & { truncated: boolean }> {
    const { body, truncated } = edition.body(signed(markdown, context, mark), context);
    const find = async () => {
      const query = { orderBy: "-created", maxResults: LOOK_BACK_COMMENTS };
      const { comments } = await askVendor(vendor, { method: "GET", path, query }, commentsSchema, context);
      return comments.filter((one) => edition.text(one.body).trimEnd().endsWith(mark)).reverse();
    };
    const make = () => askVendor(vendor, { method: "POST", path, json: { body } }, commentSchema, context);
    return { ...(await withoutDuplicates({ find, make, id: ({ id }) => id }, context)), truncated };
  }

  async function update(ticket: string, changes: Changes): Promise<Changed> {
    if (!ticket.startsWith(`${tracker.project}-`) || !/-[1-9]\d{0,9}$/.test(ticket)) {
      const message = `ticket must be an issue of the project ${tracker.project}, such as ${tracker.project}-12`;
      throw toolFailure("params-invalid", message, { retryable: false });
    }
    const path = `${edition.api}/issue/${ticket}`;
    const query = { fields: "status,labels" };
    const issue = await askVendor(vendor, { method: "GET", path, query }, issueSchema, context);
    const done: Changed = { ticket: ticketOf(issue), changed: [], already: [], truncated: false, remarks: [] };
    const note = (what: string, isNew: boolean) => void (isNew ? done.changed : done.already).push(what);
    const move = changes.status === undefined ? undefined : await moveFor(path, changes.status, issue.fields.status);
    if (changes.comment !== undefined) {
      const { made, truncated, remarks } = await comment(`${path}/comment`, changes.comment);
      note("comment", made);
      Object.assign(done, { truncated, remarks });
    }
    const has = new Set(issue.fields.labels);
    const labels = [
      ...changes.addLabels.filter((label) => !has.has(label)).map((add) => ({ add })),
      ...changes.removeLabels.filter((label) => has.has(label)).map((remove) => ({ remove })),
    ];
    if (labels.length > 0) await callVendor(vendor, { method: "PUT", path, json: { update: { labels } } }, context);
    for (const label of changes.addLabels) note(`label ${label}`, !has.has(label));
    for (const label of changes.removeLabels) note(`no label ${label}`, has.has(label));
    if (move !== undefined) {
      const json = { transition: { id: move.id } };
      if (move.id !== undefined)
        await callVendor(vendor, { method: "POST", path: `${path}/transitions`, json }, context);
      note(`status ${move.to}`, move.id !== undefined);
    }
    return done;
  }

  async function moveFor(path: string, wanted: string, now: z.infer<typeof statusSchema>): Promise<Move> {
    const call = { method: "GET", path: `${path}/transitions` } as const;
    const { transitions } = await askVendor(vendor, call, movesSchema, context);
    return moveTo(wanted, now, transitions);
  }

  return {
    keeping: "search",
    create,
    update,
    check: async () => {
      const me = await askVendor(vendor, { method: "GET", path: `${edition.api}/myself` }, myselfSchema, context);
      const path = `${edition.api}/project/${tracker.project}`;
      const project = await askVendor(vendor, { method: "GET", path }, projectSchema, context);
      return `${me.displayName} sees the project ${project.key} (${project.name})`;
    },
  };
}
