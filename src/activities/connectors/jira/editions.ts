/** Where Jira Cloud (version 3 of the interface) and Jira Data Center (version 2) differ. */
import type { TrackerOf } from "../../../schema/config/tickets.js";
import { JIRA_TEXT_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import type { ToolContext } from "../../define-tool.js";
import { readMarkdown } from "../kit/markdown.js";
import { pageOf, written } from "../kit/origin.js";
import { type AdfDocument, adfOf, textOfAdf } from "./adf.js";
import { wikiOf } from "./wiki.js";

export interface Edition {
  product: string;
  api: string;
  /** Answers `{ issues: [{ id, key }] }`. */
  search: string;
  /** A parameter by which the search knows issues that its index does not have yet. */
  fresh?: string;
  /** A description or comment as it takes them; Markdown in. */
  body(markdown: string, context: ToolContext): { body: string | AdfDocument; truncated: boolean };
  /** The text of one, as it gives them. */
  text(body: unknown): string;
}

const moreOf = (context: ToolContext): string => pageOf(context) ?? `run ${context.runId}`;

const CLOUD: Edition = {
  product: "Jira Cloud",
  api: "/rest/api/3",
  search: "/rest/api/3/search/jql",
  fresh: "reconcileIssues",
  body(markdown, context) {
    // What counts against the bound is not told; the document itself is never shorter than what is.
    const render = (text: string) => JSON.stringify(adfOf(readMarkdown(text)));
    const { text, truncated } = written(markdown, JIRA_TEXT_MAX_CHARS, render, moreOf(context));
    return { body: JSON.parse(text) as AdfDocument, truncated };
  },
  text: textOfAdf,
};

const DATA_CENTER: Edition = {
  product: "Jira Data Center",
  api: "/rest/api/2",
  search: "/rest/api/2/search",
  body(markdown, context) {
    const render = (text: string) => wikiOf(readMarkdown(text));
    const { text, truncated } = written(markdown, JIRA_TEXT_MAX_CHARS, render, moreOf(context));
    return { body: text, truncated };
  },
  text: (body) => (typeof body === "string" ? body : ""),
};

export const editionOf = ({ edition }: Pick<TrackerOf<"jira">, "edition">): Edition =>
  edition === "cloud" ? CLOUD : DATA_CENTER;
