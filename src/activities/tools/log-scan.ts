/** Tool `log_scan`: what a service's log tells that is new or more frequent: signs, and errors by their template, with since when. */
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import { redact } from "../../core/redact.js";
import { inSlices } from "../../platform/slices.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { strictest } from "../../vocabulary/node-types.js";
import { reachOfSource, sourceNamed } from "../connectors/declared-sources.js";
import { readLogs } from "../connectors/read-logs.js";
import { kindsThat } from "../connectors/sources.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema, shortened } from "./kit/finding.js";
import { durationMs } from "./kit/instant.js";
import { evidenceListSchema, evidenceOutput, servicesSchema } from "./kit/investigation/evidence-schema.js";
import { bySign, type Log, signOf } from "./kit/investigation/log-evidence.js";
import { eachWithin } from "./kit/investigation/ranges.js";
import { named } from "./kit/investigation/who.js";
import { declaredNameSchema } from "./kit/names.js";
import { isError } from "./logs/levels.js";
import type { KeptEntry } from "./logs/selection.js";
import { spokenOf } from "./logs/spoken.js";
import { clusterSteps } from "./logs/templates.js";
import { writersOf } from "./logs/writer.js";

const LINES_MAX = 20_000;
/** Lines that are grouped: those that tell of trouble, the newest. */
const GROUPED_MAX = 4_000;
const TOLD_MAX = 8;
const LOGS_MAX = 30;
const AT_ONCE = 2;
const LOUD =
  /error|fail|fatal|exception|refused|timed? ?out|denied|cannot|can't|could not|unable|panic|crash|no space|too many|shut ?down|down|lost|abort|\b5\d\d\b/i;

const paramsSchema = z.strictObject({
  logs: z
    .array(z.strictObject({ source: declaredNameSchema, /** Whose log it is. */ service: z.string().min(1).max(200) }))
    .min(1)
    .max(LOGS_MAX),
  /** Itself and others that its lines may tell of. */
  services: servicesSchema,
  since: z
    .string()
    .refine((text) => durationMs(text) !== undefined, "a duration such as 1h")
    .default("1h"),
});
type Params = z.output<typeof paramsSchema>;
const outputSchema = z.strictObject({
  logs: z
    .array(
      z.strictObject({
        source: z.string(),
        service: z.string(),
        lines: z.int(),
        errors: z.int(),
        truncated: z.boolean(),
        /** Why it could not be read. */
        failure: z.string().optional(),
      }),
    )
    .max(LOGS_MAX),
  evidence: evidenceListSchema,
  findings: findingsSchema,
});

export const logScan = defineTool({
  name: "log_scan",
  description:
    "Reads a service's log and tells what is new or more frequent in it: refused connections, full disks, failing code, and which other service the lines name.",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: reachOfLogs,
  run: scan,
});

function reachOfLogs({ logs }: JsonObject, config: Config, at: string): Reach {
  const named = Array.isArray(logs) ? logs : [];
  const all = named.flatMap((one, index) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? [reachOfSource(one.source, config, `${at}.logs[${index}].source`, kindsThat("readLogs"))]
      : [],
  );
  const environments = all.flatMap(({ environment }) => environment ?? []);
  const [first, ...others] = environments;
  return {
    urls: [],
    problems: all.flatMap(({ problems }) => problems),
    environment: first === undefined ? undefined : others.reduce(strictest, first),
  };
}

async function scan(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const { services, since } = params;
  const ownersOf = (source: string) => params.logs.flatMap((log) => (log.source === source ? [log.service] : []));
  const sources = [...new Set(params.logs.map(({ source }) => source))];
  const answers = await eachWithin(sources, AT_ONCE, context, (source) =>
    scanSource({ source, services, since }, [...new Set(ownersOf(source))], context),
  );
  const told = answers.flatMap(({ value }) => value ?? []);
  const list = evidenceOutput(told.flatMap(({ evidence }) => evidence));
  const findings = list.slice(0, 12).map((one) => finding(`${one.service}: ${one.text}`, [one.query]));
  const logs = params.logs.map((log) => {
    const own = told.find(({ source, service }) => source === log.source && service === log.service);
    const failure = answers.find(({ item }) => item === log.source)?.failure;
    return {
      ...log,
      lines: own?.lines ?? 0,
      errors: own?.errors ?? 0,
      truncated: own?.truncated ?? false,
      failure: failure === undefined ? undefined : shortened(redact(failure.message), 200),
    };
  });
  if (answers.length > 0 && answers.every(({ failure }) => failure !== undefined)) throw answers[0]?.failure;
  return { logs, evidence: list, findings };
}

/** A log that several write to is read once, and each line counts for who wrote it. */
async function scanSource(log: Omit<Log, "service">, owners: readonly string[], context: ToolContext) {
  const source = { ...sourceNamed(context.config, log.source, kindsThat("readLogs")), name: log.source };
  const untilMs = context.now();
  const sinceMs = untilMs - (durationMs(log.since) ?? 3_600_000);
  const question = { selection: { sinceMs, untilMs }, maxLines: LINES_MAX };
  const { kept, cut } = await readLogs(source, question, context, `since ${log.since}`);
  const entries = kept.take().map((entry) => ({ ...entry, message: spokenOf(entry) }));
  const truncated = kept.dropped > 0 || cut;
  const known = truncated ? log : { ...log, wholeSinceMs: sinceMs };
  const { error = 0, fatal = 0 } = kept.byLevel;
  const counts = { lines: kept.total, errors: error + fatal };
  const [only = "", second] = owners;
  const parts = second === undefined ? new Map([[only, entries]]) : byWriter(entries, log.services, owners);
  const found = [];
  for (const [service, own] of parts) {
    const evidence = await signsOf(own, { ...known, service }, untilMs, context.signal);
    const counted =
      second === undefined ? counts : { lines: own.length, errors: own.filter(({ level }) => isError(level)).length };
    found.push({ source: log.source, service, evidence, truncated, ...counted });
  }
  return found;
}

function byWriter(
  entries: readonly KeptEntry[],
  services: Log["services"],
  owners: readonly string[],
): Map<string, KeptEntry[]> {
  const parts = new Map<string, KeptEntry[]>(owners.map((name) => [name, []]));
  const seen = new Map<string, string | undefined>();
  const ownerOf = (name: string) => {
    if (!seen.has(name)) seen.set(name, named(name, services));
    return seen.get(name);
  };
  for (const entry of entries) {
    const owner = writersOf(entry)
      .map(ownerOf)
      .find((name) => name !== undefined && parts.has(name));
    if (owner !== undefined) parts.get(owner)?.push(entry);
  }
  return parts;
}

async function signsOf(entries: readonly KeptEntry[], log: Log, untilMs: number, signal: AbortSignal) {
  const loud = entries.filter(isLoud).slice(-GROUPED_MAX);
  const clusters = await inSlices(clusterSteps(loud.map(({ message }) => message)), signal);
  const groups = clusters.map(({ lines }) => lines.flatMap((index) => loud[index] ?? []));
  const found = bySign(groups.flatMap((group) => signOf(group, entries, log, untilMs)));
  return found.slice(0, TOLD_MAX).map(({ lines: _, ...one }) => one);
}

const isLoud = ({ level, message }: KeptEntry): boolean =>
  isError(level) || (level !== "debug" && LOUD.test(message.slice(0, 600)));
