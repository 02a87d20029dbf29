/** Whether a declared source can be reached, takes our credentials, is what its kind says, and holds anything. */
import { z } from "zod";
import type { Source } from "../../schema/config.js";
import type { Problem } from "../../vocabulary/problems.js";
import { type ToolContext, type ToolDefinition, ToolFailure } from "../define-tool.js";
import { deploymentHistory } from "../tools/deployment-history.js";
import { serverOf } from "../tools/dns-probe.js";
import { statusFailure } from "../tools/kit/http-answers.js";
import { logCollector } from "../tools/log-collector.js";
import { askDns } from "../tools/probes/dns-query.js";
import { validateDatadog } from "./datadog/metrics.js";
import { parsePage } from "./exposition/format.js";
import { newestCommit } from "./git/changes.js";
import { callSource, shapeOf } from "./kit/source-calls.js";
import { lookAtNamespace } from "./kubernetes/check.js";
import { askPrometheus } from "./prometheus/api.js";

/** What was seen, in words; or what is wrong. */
export type SourceVerdict = { ok: true; says: string } | { ok: false; problem: Problem };

/** Log lines of this long back are looked for: a quiet day is no fault, and a week could be much to read. */
const LOOK_BACK = "24h";
/** Milliseconds that looking at one source may take, all its questions together. */
const LOOK_MAX_MS = 30_000;

/** Asks the source one small question, as its tool would. Never rejects for what the source does. */
export function checkSource(name: string, source: Source, context: ToolContext): Promise<SourceVerdict> {
  return verdictOf(`sources.${name}`, async () => {
    const slow = AbortSignal.timeout(LOOK_MAX_MS);
    try {
      return await look(name, source, { ...context, signal: AbortSignal.any([context.signal, slow]) });
    } catch (error) {
      if (!slow.aborted || !(error instanceof ToolFailure)) throw error;
      const message = `the source ${name} did not answer in ${LOOK_MAX_MS / 1_000} seconds`;
      throw new ToolFailure("timed-out", message, "look at why it is slow");
    }
  });
}

/** What a look says, or the problem that it ended in. */
export async function verdictOf(at: string, looked: () => Promise<string>): Promise<SourceVerdict> {
  try {
    return { ok: true, says: await looked() };
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { code, message, hint } = error;
    const problem: Problem = { code, at, message };
    return { ok: false, problem: hint === undefined ? problem : { ...problem, hint } };
  }
}

async function look(name: string, source: Source, context: ToolContext): Promise<string> {
  switch (source.kind) {
    case "files":
    case "loki":
    case "elasticsearch":
    case "victorialogs":
    case "journald":
      return lookAtLogs(name, context);
    case "kubernetes":
      return lookAtNamespace({ ...source, name }, context);
    case "prometheus":
      return lookAtPrometheus({ ...source, name }, context);
    case "exposition":
      return lookAtPage({ ...source, name }, context);
    case "deployments": {
      const { current, total } = await outputOf(deploymentHistory, { source: name }, context);
      return `${counted(total, "deployment")}, the newest of version ${current.version}`;
    }
    case "datadog":
      await validateDatadog({ ...source, name }, context);
      return "its API key is taken";
    case "dns":
      return lookAtResolver(name, source.server, context);
    case "git":
      return newestCommit({ ...source, name }, context);
    case "jaeger":
      return services(name, await ask(source, name, "/api/services", jaegerServicesSchema, "Jaeger", context));
    case "zipkin":
      return services(name, await ask(source, name, "/api/v2/services", z.array(z.string()), "Zipkin", context));
    case "tempo":
      return services(
        name,
        await ask(source, name, "/api/search/tag/service.name/values", tempoServicesSchema, "Tempo", context),
      );
  }
}

const jaegerServicesSchema = z
  .object({ data: z.array(z.string()).nullable(), total: z.int() })
  .transform(({ data }) => data ?? []);
const tempoServicesSchema = z.object({ tagValues: z.array(z.string()) }).transform(({ tagValues }) => tagValues);

async function outputOf<P, O>(tool: ToolDefinition<P, O>, params: object, context: ToolContext): Promise<O> {
  return tool.run(tool.params.parse(params), context);
}

async function lookAtLogs(name: string, context: ToolContext): Promise<string> {
  const found = await outputOf(logCollector, { source: name, since: LOOK_BACK, max_lines: 1 }, context);
  const [lost] = found.unreadable;
  if (lost !== undefined) throw new ToolFailure("source-error", `${lost.path} could not be read: ${lost.message}`);
  if (found.last === null) throw empty(name, `no line of the last ${LOOK_BACK}`);
  return `the newest line is of ${found.last}`;
}

async function lookAtPrometheus(source: { name: string; url: string }, context: ToolContext): Promise<string> {
  const time = String(context.now() / 1_000);
  const data = await askPrometheus(source, "query", { query: "count(up)", time }, context);
  const [first] = data.resultType === "vector" ? data.result : [];
  if (first?.value === undefined) throw empty(source.name, "no series of up: nothing is scraped");
  return counted(Number(first.value[1]), "scraped target");
}

async function lookAtPage(
  source: { name: string; url: string; headers?: Record<string, string> },
  context: ToolContext,
): Promise<string> {
  const answer = await context.fetch(source.url, { headers: source.headers, signal: context.signal });
  if (answer.status !== 200) throw statusFailure(`the source ${source.name}`, answer);
  const parsed = parsePage(answer.text);
  if (!parsed.ok) {
    const message = `the source ${source.name} must be a /metrics page; line ${parsed.line}: ${parsed.message}`;
    throw new ToolFailure("source-answer-invalid", message, "check the source's url and kind");
  }
  if (parsed.page.samples.length === 0) throw empty(source.name, "no sample on the page");
  return counted(parsed.page.samples.length, "sample");
}

/** The root has name servers wherever DNS works; a resolver of inner names alone may say no, and has answered. */
async function lookAtResolver(name: string, server: string, context: ToolContext): Promise<string> {
  const place = await serverOf(name, context);
  const { status, ms } = await askDns({
    name: ".",
    type: "NS",
    server: place,
    timeoutMs: 5_000,
    signal: context.signal,
  });
  const who = `the resolver ${server} of the source ${name}`;
  if (status === "timed-out") throw new ToolFailure("timed-out", `${who} did not answer within 3 s`);
  if (status === "unreachable") throw new ToolFailure("source-unreachable", `nothing listens at ${who}`);
  if (status === "malformed") throw new ToolFailure("source-answer-invalid", `${who} did not answer as DNS does`);
  return `it answered in ${ms} ms${status === "answered" ? "" : ` (${status} for the root)`}`;
}

async function ask(
  source: { url: string; headers?: Record<string, string> },
  name: string,
  path: string,
  schema: z.ZodType<string[]>,
  server: string,
  context: ToolContext,
): Promise<string[]> {
  return shapeOf(name, server, schema, await callSource({ ...source, name }, { path }, context));
}

function services(name: string, names: readonly string[]): string {
  if (names.length === 0) throw empty(name, "no service has sent a trace");
  return `${counted(names.length, "service")}: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;
}

const empty = (name: string, what: string): ToolFailure =>
  new ToolFailure(
    "source-empty",
    `the source ${name} answers and holds nothing: ${what}`,
    "check its path, selector, index or filter",
  );
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
