/** Issues of a repository on GitHub, over its REST interface (2022-11-28). */
import { z } from "zod";
import type { TrackerOf } from "../../../schema/config/tickets.js";
import { GITHUB_TEXT_MAX_CHARS, GITHUB_TITLE_MAX_CHARS, LOOK_BACK_PAGES } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { markOf, type Outcome, withoutDuplicates } from "../kit/find-duplicates.js";
import { readMarkdown } from "../kit/markdown.js";
import { pageOf, signed, titled, written } from "../kit/origin.js";
import { askVendor, callVendor, type Vendor } from "../kit/vendor-calls.js";
import type { Changed, Changes, Draft, Ticket, TrackerClient } from "../tracker.js";
import { githubOf } from "./markdown.js";

/** All issues that we open carry it: by it they are listed, which is exact where the search lags. */
const LABEL = "autoops";
const PER_PAGE = 100;

const issueSchema = z.object({
  number: z.int(),
  html_url: z.string(),
  state: z.string(),
  body: z.string().nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  pull_request: z.unknown().optional(),
});
type Issue = z.infer<typeof issueSchema>;
const issuesSchema = z.array(issueSchema);
const commentSchema = z.object({ id: z.int(), body: z.string().nullish() });
const commentsSchema = z.array(commentSchema);
const repositorySchema = z.object({ full_name: z.string(), has_issues: z.boolean().optional() });

const hidden = (mark: string): string => `<!-- ${mark} -->`;
const carries = (body: string | null | undefined, mark: string): boolean =>
  (body ?? "").trimEnd().endsWith(hidden(mark));
const labelsOf = ({ labels }: Issue): string[] =>
  labels.map((label) => (typeof label === "string" ? label : (label.name ?? "")));
const ticketOf = ({ number, html_url }: Issue): Ticket => ({ ticket: String(number), url: html_url });

export function githubTracker(name: string, tracker: TrackerOf<"github">, context: ToolContext): TrackerClient {
  const vendor: Vendor = {
    who: `the tracker ${name}`,
    product: "GitHub",
    url: tracker.url,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${tracker.token}`,
      "x-github-api-version": "2022-11-28",
    },
  };
  const repository = `/repos/${tracker.repository}`;
  const mark = markOf(context.idempotencyKey);

  async function issuesWith(query: Record<string, string>, pages: number): Promise<Issue[]> {
    const found: Issue[] = [];
    for (let page = 1; page <= pages; page++) {
      const paging = {
        state: "all",
        sort: "created",
        direction: "desc",
        per_page: String(PER_PAGE),
        page: String(page),
      };
      const call = { method: "GET", path: `${repository}/issues`, query: { ...query, ...paging } } as const;
      const issues = await askVendor(vendor, call, issuesSchema, context);
      found.push(...issues.filter(({ body, pull_request }) => pull_request === undefined && carries(body, mark)));
      if (issues.length < PER_PAGE) break;
    }
    return found.reverse();
  }

  async function find(): Promise<Issue[]> {
    const labelled = await issuesWith({ labels: LABEL }, LOOK_BACK_PAGES);
    // An account that may not set labels has them dropped without a word.
    return labelled.length > 0 ? labelled : issuesWith({}, 1);
  }

  async function create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }> {
    const title = titled(draft.title, GITHUB_TITLE_MAX_CHARS);
    const body = textOf(draft.description, mark, context);
    const labels = [...new Set([LABEL, ...tracker.labels, ...draft.labels])];
    const json = { title: title.text, body: body.text, labels };
    const result = await withoutDuplicates<Issue>(
      {
        find,
        make: () => askVendor(vendor, { method: "POST", path: `${repository}/issues`, json }, issueSchema, context),
        id: ({ number }) => String(number),
      },
      context,
    );
    const missing = result.made ? labels.filter((label) => !labelsOf(result.one).includes(label)) : [];
    const remarks = [
      ...result.remarks,
      ...(missing.length === 0 ? [] : [`GitHub did not set the labels ${missing.join(", ")}: the account may not`]),
    ];
    const others = result.others.map(ticketOf);
    return { ...result, one: ticketOf(result.one), others, remarks, truncated: title.truncated || body.truncated };
  }

  async function comment(path: string, markdown: string): Promise<Outcome<unknown> & { truncated: boolean }> {
    const body = textOf(markdown, mark, context);
    const find = async () => {
      const found: Array<z.infer<typeof commentSchema>> = [];
      for (let page = 1; page <= LOOK_BACK_PAGES * 2; page++) {
        const query = { per_page: String(PER_PAGE), page: String(page) };
        const comments = await askVendor(vendor, { method: "GET", path, query }, commentsSchema, context);
        found.push(...comments.filter((one) => carries(one.body, mark)));
        if (comments.length < PER_PAGE) break;
      }
      return found;
    };
    const make = () => askVendor(vendor, { method: "POST", path, json: { body: body.text } }, commentSchema, context);
    return {
      ...(await withoutDuplicates({ find, make, id: ({ id }) => String(id) }, context)),
      truncated: body.truncated,
    };
  }

  async function update(ticket: string, changes: Changes): Promise<Changed> {
    if (!/^[1-9]\d{0,9}$/.test(ticket)) {
      throw toolFailure("params-invalid", "ticket must be the number of an issue on GitHub", { retryable: false });
    }
    const state = changes.status === undefined ? undefined : stateOf(changes.status);
    const path = `${repository}/issues/${ticket}`;
    const issue = await askVendor(vendor, { method: "GET", path }, issueSchema, context);
    const done: Changed = { ticket: ticketOf(issue), changed: [], already: [], truncated: false, remarks: [] };
    const note = (what: string, isNew: boolean) => void (isNew ? done.changed : done.already).push(what);
    if (changes.comment !== undefined) {
      const { made, truncated, remarks } = await comment(`${path}/comments`, changes.comment);
      note("comment", made);
      Object.assign(done, { truncated, remarks });
    }
    const has = new Set(labelsOf(issue));
    const added = changes.addLabels.filter((label) => !has.has(label));
    if (added.length > 0) {
      await callVendor(vendor, { method: "POST", path: `${path}/labels`, json: { labels: added } }, context);
    }
    for (const label of changes.addLabels) note(`label ${label}`, added.includes(label));
    for (const label of changes.removeLabels) {
      const call = { method: "DELETE", path: `${path}/labels/${encodeURIComponent(label)}` } as const;
      if (has.has(label)) await callVendor(vendor, call, context);
      note(`no label ${label}`, has.has(label));
    }
    if (state !== undefined) {
      const json = state === "closed" ? { state, state_reason: "completed" } : { state };
      if (issue.state !== state) await callVendor(vendor, { method: "PATCH", path, json }, context);
      note(`status ${state}`, issue.state !== state);
    }
    return done;
  }

  return {
    keeping: "search",
    create,
    update,
    check: async () => {
      const found = await askVendor(vendor, { method: "GET", path: repository }, repositorySchema, context);
      if (found.has_issues !== false) return `${found.full_name} keeps issues`;
      const message = `the repository ${found.full_name} of the tracker ${name} keeps no issues`;
      throw toolFailure("source-refused", message, { hint: "turn on issues in the repository's settings" });
    },
  };
}

function stateOf(status: string): "open" | "closed" {
  const wanted = status.toLowerCase();
  if (wanted === "closed" || wanted === "resolved" || wanted === "done") return "closed";
  if (wanted === "open" || wanted === "reopened") return "open";
  throw toolFailure("params-invalid", "status must be open or closed: GitHub knows no other", { retryable: false });
}

function textOf(markdown: string, mark: string, context: ToolContext) {
  const end = `\n\n${hidden(mark)}`;
  const more = pageOf(context) ?? `run ${context.runId}`;
  const render = (text: string) => `${githubOf(readMarkdown(signed(text, context)))}${end}`;
  return written(markdown, GITHUB_TEXT_MAX_CHARS, render, more);
}
