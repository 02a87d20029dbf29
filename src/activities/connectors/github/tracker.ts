/** Issues of a repository on GitHub, over its REST interface (2022-11-28). */
import { z } from "zod";
import type { TrackerOf } from "../../../schema/config/tickets.js";
import { GITHUB_TEXT_MAX_CHARS, GITHUB_TITLE_MAX_CHARS, LOOK_BACK_PAGES } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { markOf, type Outcome, withoutDuplicates } from "../kit/find-duplicates.js";
import { readMarkdown } from "../kit/markdown.js";
import { pageOf, signed, titled, written } from "../kit/origin.js";
import { TicketChanges } from "../kit/ticket-changes.js";
import { askVendor, callVendor, type Vendor, type VendorCall } from "../kit/vendor-calls.js";
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

export class GithubTracker implements TrackerClient {
  readonly keeping = "search";
  readonly #name: string;
  readonly #tracker: TrackerOf<"github">;
  readonly #context: ToolContext;
  readonly #vendor: Vendor;
  readonly #repository: string;
  readonly #mark: string;

  constructor(name: string, tracker: TrackerOf<"github">, context: ToolContext) {
    this.#name = name;
    this.#tracker = tracker;
    this.#context = context;
    this.#vendor = {
      who: `the tracker ${name}`,
      product: "GitHub",
      url: tracker.url,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${tracker.token}`,
        "x-github-api-version": "2022-11-28",
      },
    };
    this.#repository = `/repos/${tracker.repository}`;
    this.#mark = markOf(context.idempotencyKey);
  }

  async create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }> {
    const title = titled(draft.title, GITHUB_TITLE_MAX_CHARS);
    const body = textOf(draft.description, this.#mark, this.#context);
    const labels = [...new Set([LABEL, ...this.#tracker.labels, ...draft.labels])];
    const json = { title: title.text, body: body.text, labels };
    const call = { method: "POST", path: `${this.#repository}/issues`, json } as const;
    const result = await withoutDuplicates<Issue>(
      { find: () => this.#find(), make: () => this.#ask(call, issueSchema), id: ({ number }) => String(number) },
      this.#context,
    );
    const missing = result.made ? labels.filter((label) => !labelsOf(result.one).includes(label)) : [];
    const dropped = `GitHub did not set the labels ${missing.join(", ")}: the account may not`;
    const remarks = missing.length === 0 ? result.remarks : [...result.remarks, dropped];
    const others = result.others.map(ticketOf);
    return { ...result, one: ticketOf(result.one), others, remarks, truncated: title.truncated || body.truncated };
  }

  async update(ticket: string, changes: Changes): Promise<Changed> {
    if (!/^[1-9]\d{0,9}$/.test(ticket)) {
      throw toolFailure("params-invalid", "ticket must be the number of an issue on GitHub", { retryable: false });
    }
    const state = changes.status === undefined ? undefined : stateOf(changes.status);
    const path = `${this.#repository}/issues/${ticket}`;
    const issue = await this.#ask({ method: "GET", path }, issueSchema);
    const told = new TicketChanges(ticketOf(issue));
    if (changes.comment !== undefined) told.commented(await this.#comment(`${path}/comments`, changes.comment));
    await this.#changeLabels(path, issue, changes, told);
    if (state !== undefined) {
      const json = state === "closed" ? { state, state_reason: "completed" } : { state };
      if (issue.state !== state) await this.#call({ method: "PATCH", path, json });
      told.note(`status ${state}`, issue.state !== state);
    }
    return told.done;
  }

  async check(): Promise<string> {
    const found = await this.#ask({ method: "GET", path: this.#repository }, repositorySchema);
    if (found.has_issues !== false) return `${found.full_name} keeps issues`;
    const message = `the repository ${found.full_name} of the tracker ${this.#name} keeps no issues`;
    throw toolFailure("source-refused", message, { hint: "turn on issues in the repository's settings" });
  }

  #ask<T>(call: VendorCall, schema: z.ZodType<T>): Promise<T> {
    return askVendor(this.#vendor, call, schema, this.#context);
  }

  async #call(call: VendorCall): Promise<void> {
    await callVendor(this.#vendor, call, this.#context);
  }

  /** What carries our mark, on at most so many pages. */
  async #marked<T extends { body?: string | null }>(
    path: string,
    query: Record<string, string>,
    schema: z.ZodType<T[]>,
    pages: number,
  ): Promise<T[]> {
    const found: T[] = [];
    for (let page = 1; page <= pages; page++) {
      const paging = { per_page: String(PER_PAGE), page: String(page) };
      const listed = await this.#ask({ method: "GET", path, query: { ...query, ...paging } }, schema);
      found.push(...listed.filter(({ body }) => carries(body, this.#mark)));
      if (listed.length < PER_PAGE) break;
    }
    return found;
  }

  async #issuesWith(labels: Record<string, string>, pages: number): Promise<Issue[]> {
    const query = { ...labels, state: "all", sort: "created", direction: "desc" };
    const found = await this.#marked(`${this.#repository}/issues`, query, issuesSchema, pages);
    return found.filter(({ pull_request }) => pull_request === undefined).reverse();
  }

  async #find(): Promise<Issue[]> {
    const labelled = await this.#issuesWith({ labels: LABEL }, LOOK_BACK_PAGES);
    // An account that may not set labels has them dropped without a word.
    return labelled.length > 0 ? labelled : this.#issuesWith({}, 1);
  }

  async #comment(path: string, markdown: string): Promise<Outcome<unknown> & { truncated: boolean }> {
    const body = textOf(markdown, this.#mark, this.#context);
    const find = () => this.#marked(path, {}, commentsSchema, LOOK_BACK_PAGES * 2);
    const make = () => this.#ask({ method: "POST", path, json: { body: body.text } }, commentSchema);
    const result = await withoutDuplicates({ find, make, id: ({ id }) => String(id) }, this.#context);
    return { ...result, truncated: body.truncated };
  }

  async #changeLabels(path: string, issue: Issue, { addLabels, removeLabels }: Changes, told: TicketChanges) {
    const has = new Set(labelsOf(issue));
    const added = addLabels.filter((label) => !has.has(label));
    if (added.length > 0) await this.#call({ method: "POST", path: `${path}/labels`, json: { labels: added } });
    for (const label of addLabels) told.note(`label ${label}`, added.includes(label));
    for (const label of removeLabels) {
      const call = { method: "DELETE", path: `${path}/labels/${encodeURIComponent(label)}` } as const;
      if (has.has(label)) await this.#call(call);
      told.note(`no label ${label}`, has.has(label));
    }
  }
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
