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
import { declaredNameSchema } from "./kit/names.js";
import { isError } from "./logs/levels.js";
import type { KeptEntry } from "./logs/selection.js";
import { clusterSteps } from "./logs/templates.js";

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
  const answers = await eachWithin(params.logs, AT_ONCE, context, (log) =>
    scanOne({ ...log, services, since }, context),
  );
  const list = evidenceOutput(answers.flatMap(({ value }) => value?.evidence ?? []));
  const findings = list.slice(0, 12).map((one) => finding(`${one.service}: ${one.text}`, [one.query]));
  const logs = answers.map(({ item, value, failure }) => ({
    ...item,
    lines: value?.lines ?? 0,
    errors: value?.errors ?? 0,
    truncated: value?.truncated ?? false,
    failure: failure === undefined ? undefined : shortened(redact(failure.message), 200),
  }));
  if (answers.length > 0 && answers.every(({ failure }) => failure !== undefined)) throw answers[0]?.failure;
  return { logs, evidence: list, findings };
}

async function scanOne(log: Log, context: ToolContext) {
  const source = { ...sourceNamed(context.config, log.source, kindsThat("readLogs")), name: log.source };
  const untilMs = context.now();
  const sinceMs = untilMs - (durationMs(log.since) ?? 3_600_000);
  const question = { selection: { sinceMs, untilMs }, maxLines: LINES_MAX };
  const reading = await readLogs(source, question, context, `since ${log.since}`);
  const entries = reading.kept.take();
  const loud = entries.filter(isLoud).slice(-GROUPED_MAX);
  const clusters = await inSlices(clusterSteps(loud.map(({ message }) => message)), context.signal);
  const groups = clusters.map(({ lines }) => lines.flatMap((index) => loud[index] ?? []));
  const isWhole = reading.kept.dropped === 0 && !reading.cut;
  const known = isWhole ? { ...log, wholeSinceMs: sinceMs } : log;
  const found = bySign(groups.flatMap((group) => signOf(group, entries, known, untilMs)));
  const { error = 0, fatal = 0 } = reading.kept.byLevel;
  return {
    evidence: found.slice(0, TOLD_MAX).map(({ lines: _, ...one }) => one),
    lines: reading.kept.total,
    errors: error + fatal,
    truncated: reading.kept.dropped > 0 || reading.cut,
  };
}

const isLoud = ({ level, message }: KeptEntry): boolean =>
  isError(level) || (level !== "debug" && LOUD.test(message.slice(0, 600)));
