/**
 * A small double of Jira Cloud's REST interface, version 3, after Atlassian's published description of it: documents are
 * taken in Atlassian Document Format alone, and the search knows an issue only a while after it was opened.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const text = z.string().min(1);
const linkMark = z.strictObject({ type: z.literal("link"), attrs: z.strictObject({ href: z.url() }) });
const plainMark = z.strictObject({ type: z.enum(["strong", "em", "code"]) });
const marks = z
  .array(z.union([linkMark, plainMark]))
  .max(3)
  .optional();
const inline = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text, marks }),
  z.strictObject({ type: z.literal("hardBreak") }),
]);
const paragraph = z.strictObject({ type: z.literal("paragraph"), content: z.array(inline) });
const heading = z.strictObject({
  type: z.literal("heading"),
  attrs: z.strictObject({ level: z.int().min(1).max(6) }),
  content: z.array(inline).min(1),
});
const codeBlock = z.strictObject({
  type: z.literal("codeBlock"),
  attrs: z.strictObject({ language: text }).optional(),
  content: z.array(z.strictObject({ type: z.literal("text"), text })).max(1),
});
const rule = z.strictObject({ type: z.literal("rule") });
const blockquote = z.strictObject({ type: z.literal("blockquote"), content: z.array(paragraph).min(1) });
const list: z.ZodType = z.strictObject({
  type: z.enum(["bulletList", "orderedList"]),
  content: z
    .array(
      z.strictObject({
        type: z.literal("listItem"),
        content: z.tuple([paragraph]).rest(z.union([paragraph, z.lazy(() => list)])),
      }),
    )
    .min(1),
});
export const adfSchema = z.strictObject({
  type: z.literal("doc"),
  version: z.literal(1),
  content: z.array(z.union([paragraph, heading, codeBlock, rule, blockquote, list])),
});

const createSchema = z.strictObject({
  fields: z.strictObject({
    project: z.strictObject({ key: z.literal("OPS") }),
    issuetype: z.strictObject({ name: z.literal("Task") }),
    summary: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^\n]*$/),
    description: adfSchema,
    labels: z.array(z.string().regex(/^\S{1,255}$/)),
  }),
});
const labelsSchema = z.strictObject({
  update: z.strictObject({
    labels: z.array(z.union([z.strictObject({ add: z.string() }), z.strictObject({ remove: z.string() })])),
  }),
});

export interface CloudIssue {
  id: string;
  key: string;
  summary: string;
  description: z.infer<typeof adfSchema>;
  labels: string[];
  status: { name: string; statusCategory: { key: string } };
  comments: Array<{ id: string; body: z.infer<typeof adfSchema> }>;
  /** Searches that do not know it yet. */
  unknownFor: number;
}
export interface JiraCloud {
  url: string;
  issues: CloudIssue[];
  /** Searches that a new issue is unknown to. */
  lag: number;
  stop(): Promise<void>;
}

const OPEN = { name: "To Do", statusCategory: { key: "new" } };
const MOVES = [
  { id: "11", name: "Start", to: { name: "In Progress", statusCategory: { key: "indeterminate" } } },
  { id: "31", name: "Finish", to: { name: "Done", statusCategory: { key: "done" } } },
];

export async function startJiraCloud(login: string): Promise<JiraCloud> {
  const authorization = `Basic ${Buffer.from(login).toString("base64")}`;
  const cloud: Pick<JiraCloud, "issues" | "lag"> = { issues: [], lag: 0 };
  const server = createServer(async (request, response) => {
    const { status, json } =
      request.headers.authorization === authorization
        ? answer(cloud, request.method ?? "", new URL(request.url ?? "", "http://x"), await bodyOf(request))
        : { status: 401, json: { errorMessages: ["Client must be authenticated to access this resource."] } };
    response.writeHead(status, { "content-type": "application/json" });
    response.end(json === undefined ? "" : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(cloud, { url, stop });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body === "" ? undefined : JSON.parse(body);
}

interface Answer {
  status: number;
  json?: unknown;
}
const refused = (message: string): Answer => ({ status: 400, json: { errorMessages: [message], errors: {} } });

function answer(cloud: Pick<JiraCloud, "issues" | "lag">, method: string, url: URL, body: unknown): Answer {
  const path = url.pathname.replace("/rest/api/3", "");
  if (path === "/myself") return { status: 200, json: { accountId: "1", displayName: "AutoOps" } };
  if (path === "/project/OPS") return { status: 200, json: { id: "1", key: "OPS", name: "Operations" } };
  if (path === "/search/jql") return search(cloud, url.searchParams);
  if (path === "/issue" && method === "POST") return create(cloud, body);
  const [, key, rest = ""] = /^\/issue\/([A-Z]+-\d+)(\/\w+)?$/.exec(path) ?? [];
  const issue = cloud.issues.find((one) => one.key === key);
  if (issue === undefined) return { status: 404, json: { errorMessages: ["Issue does not exist"], errors: {} } };
  return onIssue(issue, `${method} ${rest}`.trim(), body);
}

function search({ issues }: Pick<JiraCloud, "issues">, query: URLSearchParams): Answer {
  const label = /^project = "OPS" AND labels = "(autoops-[0-9a-f]{24})" ORDER BY created ASC$/.exec(
    query.get("jql") ?? "",
  )?.[1];
  if (label === undefined) return refused("Error in the JQL Query");
  const fresh = query.get("reconcileIssues")?.split(",") ?? [];
  const found = issues.filter((issue) => {
    const isKnown = fresh.includes(issue.id) || issue.unknownFor-- <= 0;
    return isKnown && issue.labels.includes(label);
  });
  const json = { issues: found.map(({ id, key, summary }) => ({ id, key, fields: { summary } })), isLast: true };
  return { status: 200, json };
}

function create(cloud: Pick<JiraCloud, "issues" | "lag">, body: unknown): Answer {
  const parsed = createSchema.safeParse(body);
  if (!parsed.success) return refused(JSON.stringify(parsed.error.issues.slice(0, 3)));
  const { summary, description, labels } = parsed.data.fields;
  const number = cloud.issues.length + 1;
  const issue = {
    id: String(10_000 + number),
    key: `OPS-${number}`,
    status: OPEN,
    comments: [],
    unknownFor: cloud.lag,
  };
  cloud.issues.push({ ...issue, summary, description, labels });
  return { status: 201, json: { id: issue.id, key: issue.key, self: `https://jira.invalid/${issue.id}` } };
}

function onIssue(issue: CloudIssue, call: string, body: unknown): Answer {
  switch (call) {
    case "GET": {
      const { key, id, status, labels } = issue;
      return { status: 200, json: { id, key, fields: { status, labels } } };
    }
    case "PUT": {
      const parsed = labelsSchema.safeParse(body);
      if (!parsed.success) return refused("no such field");
      for (const change of parsed.data.update.labels) {
        if ("add" in change) issue.labels.push(change.add);
        else issue.labels = issue.labels.filter((label) => label !== change.remove);
      }
      return { status: 204 };
    }
    case "GET /transitions":
      return { status: 200, json: { transitions: MOVES } };
    case "POST /transitions": {
      const move = MOVES.find(({ id }) => id === (body as { transition: { id: string } }).transition.id);
      if (move === undefined) return refused("no such transition");
      issue.status = move.to;
      return { status: 204 };
    }
    case "GET /comment":
      return { status: 200, json: { comments: [...issue.comments].reverse(), total: issue.comments.length } };
    case "POST /comment": {
      const parsed = z.strictObject({ body: adfSchema }).safeParse(body);
      if (!parsed.success) return refused(JSON.stringify(parsed.error.issues.slice(0, 3)));
      const comment = { id: String(issue.comments.length + 1), body: parsed.data.body };
      issue.comments.push(comment);
      return { status: 201, json: comment };
    }
    default:
      return { status: 405 };
  }
}
