/** Tool `dns_probe`: what a resolver says of a name. A name that does not exist, or a failing server, is a result. */

import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { DNS_ANSWERS_MAX } from "../../vocabulary/probe-limits.js";
import { sourceReach } from "../connectors/declared-sources.js";
import { serverOf } from "../connectors/dns/server.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { declaredNameSchema } from "./kit/names.js";
import { askDns, DNS_STATUSES, type DnsResult, type DnsStatus, RECORD_TYPES } from "./kit/probes/dns-query.js";

const nameSchema = z
  .string()
  .max(254)
  .regex(/^(?:[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,62})\.)*[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,62})\.?$/, "a name in DNS");
const paramsSchema = z.strictObject({
  name: nameSchema,
  type: z.enum(RECORD_TYPES).default("A"),
  /** A source of kind `dns`; absent: the resolvers of the worker's machine. */
  resolver: declaredNameSchema.optional(),
  /** Answers that must be there. */
  expect: z.array(z.string().min(1).max(500)).min(1).max(20).optional(),
  timeout_seconds: z.int().min(1).max(30).default(5),
});
type Params = z.output<typeof paramsSchema>;

const outputSchema = z.strictObject({
  name: z.string(),
  type: z.enum(RECORD_TYPES),
  resolver: z.string().nullable(),
  status: z.enum(DNS_STATUSES),
  ok: z.boolean(),
  answers: z.array(z.strictObject({ value: z.string(), ttl: z.int().nullable() })).max(DNS_ANSWERS_MAX),
  truncated: z.boolean(),
  ms: z.int(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const dnsProbe = defineTool({
  name: "dns_probe",
  description: "Asks DNS for a name's records and says what came back, and how fast.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach,
  run: probe,
});

function reach({ name, resolver }: JsonObject, config: Config, at: string): Reach {
  const urls = typeof name === "string" && !name.includes("{{") ? [`dns:${name}`] : [];
  if (resolver === undefined) return { urls, problems: [] };
  const found = sourceReach(["dns"])({ source: resolver }, config, at);
  const problems = found.problems.map((problem) => ({ ...problem, at: `${at}.resolver` }));
  return { ...found, urls, problems };
}

async function probe(params: Params, context: ToolContext): Promise<Output> {
  const { name, type, resolver, timeout_seconds } = params;
  await context.hosts.checkName(name);
  const server = resolver === undefined ? undefined : await serverOf(resolver, context);
  const timeoutMs = timeout_seconds * 1_000;
  const result = await askDns({ name, type, server, timeoutMs, signal: context.signal });
  return outputOf(params, result);
}

const SAYS: Record<Exclude<DnsStatus, "answered">, string> = {
  "no-such-name": "does not exist (NXDOMAIN)",
  "no-record": "exists and has no record of this type",
  "server-failure": "could not be resolved: the resolver failed (SERVFAIL)",
  refused: "was refused by the resolver",
  malformed: "got an answer that cannot be read",
  "timed-out": "got no answer in time",
  unreachable: "could not be asked: nothing listens at the resolver's address",
};

function outputOf(params: Params, { status, answers, ms }: DnsResult): Output {
  const { name, type, resolver = null, expect = [] } = params;
  const said = answers.map(({ value }) => value.toLowerCase().replace(/\.$/, ""));
  const missing = expect.filter((value) => !said.includes(value.toLowerCase().replace(/\.$/, "")));
  const ok = status === "answered" && missing.length === 0;
  const shown = answers.slice(0, DNS_ANSWERS_MAX);
  const statement =
    status === "answered"
      ? `${name} has ${answers.length} ${type} ${answers.length === 1 ? "record" : "records"}${missing.length > 0 ? ", not as expected" : ""}`
      : `${name} ${SAYS[status]} (${type})`;
  const evidence = [
    ...(missing.length > 0 ? [`missing: ${missing.join(", ")}`] : []),
    ...(shown.length > 0 ? [shown.map(({ value }) => value).join(", ")] : []),
    `asked ${resolver ?? "the resolvers of this machine"}, ${ms} ms`,
  ];
  const truncated = shown.length < answers.length;
  return { name, type, resolver, status, ok, answers: shown, truncated, ms, findings: [finding(statement, evidence)] };
}
