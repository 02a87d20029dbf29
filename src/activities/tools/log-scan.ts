/** Tool `log_scan`: what a service's log tells that is new or more frequent: signs, and errors by their template, with since when. */
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import type { Evidence } from "../../core/investigation/evidence.js";
import { redact } from "../../core/redact.js";
import { inSlices } from "../../platform/slices.js";
import type { Config } from "../../schema/config.js";
import type { LogSign } from "../../schema/health.js";
import type { JsonObject } from "../../schema/json.js";
import { strictest } from "../../vocabulary/node-types.js";
import { reachOfSource, sourceNamed } from "../connectors/declared-sources.js";
import { readLogs } from "../connectors/read-logs.js";
import { kindsThat } from "../connectors/sources.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import {
  evidenceListSchema,
  evidenceOutput,
  type ServiceParam,
  servicesSchema,
} from "./investigation/evidence-schema.js";
import { healthOf, logSigns } from "./investigation/health-rules.js";
import { eachWithin } from "./investigation/ranges.js";
import { byAddress, mentioned } from "./investigation/who.js";
import { finding, findingsSchema, shortened } from "./kit/finding.js";
import { durationMs } from "./kit/instant.js";
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
/** A pause this long ends a burst of the same lines. */
const PAUSE_MS = 180_000;
/** A single line tells of now for so long. */
const CURRENT_MS = 120_000;
/** Lines that came every second and come no more are over after this, or after so many of their usual pauses. */
const OVER_MS = 30_000;
const OVER_PAUSES = 8;
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
    ...(first === undefined ? {} : { environment: others.reduce(strictest, first) }),
  };
}

interface Log {
  source: string;
  service: string;
  services: readonly ServiceParam[];
  since: string;
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
    ...(failure === undefined ? {} : { failure: shortened(redact(failure.message), 200) }),
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
  const found = bySign(groups.flatMap((group) => signOf(group, entries, log, untilMs)));
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

type Found = Omit<Evidence, "node"> & { lines: number };

function signOf(group: readonly KeptEntry[], all: readonly KeptEntry[], params: Log, untilMs: number): Found[] {
  const last = group.at(-1);
  if (last === undefined) return [];
  const sign = logSigns().find(({ test }) => test.test(last.message));
  const isErrorGroup = group.some(({ level }) => isError(level));
  if (sign === undefined && !isErrorGroup) return [];
  const burst = newestBurst(group);
  const [first = last] = burst;
  const about = aboutOf(last.message, sign, params);
  const isOther = about !== params.service;
  // Of a line that should tell of another and names none, nothing is known but that the writer fails.
  const unknown = sign !== undefined && sign.about === "other" && !isOther && !isStore(params);
  if (sign !== undefined && OF_CLIENTS.has(sign.code) && isStore(params)) return [];
  const many = Math.min(1, 0.75 + burst.length / 20);
  const sure = sign === undefined ? 0.45 : unknown ? Math.min(sign.sure, 0.5) : sign.sure;
  const line = shortened(redact(last.message.split("\n", 1)[0] ?? ""), 160);
  const said =
    sign === undefined ? "new errors" : isOther ? `${sign.says}, says the log of ${params.service}` : sign.says;
  return [
    {
      service: about,
      code: sign?.code ?? "errors",
      sign: sign?.sign ?? "errors",
      kind: "log",
      own: sign === undefined || unknown ? false : sign.own,
      sure: Math.round(sure * many * 100) / 100,
      text: `${said} (${burst.length} lines, the last: ${line})`,
      current: untilMs - last.timeMs < goesOnMs(burst) || (sign?.sign === "down" && !isOther && last === all.at(-1)),
      onset: { ...before(all, first), toMs: first.timeMs },
      lines: burst.length,
      ...(sign?.next === undefined ? {} : { next: sign.next }),
      query: `${params.source}, since ${params.since}`,
    },
  ];
}

/** A store's log tells of itself, whatever name of a client stands in it. */
function isStore({ service, services }: Pick<Log, "service" | "services">): boolean {
  const [main] = services.find(({ name }) => name === service)?.kinds ?? [];
  return main !== undefined && ["database", "cache", "queue"].includes(healthOf(main)?.role ?? "");
}
/** In a store's log these tell of clients that came or went. */
const OF_CLIENTS = new Set(["cannot-connect", "times-out", "answers-5xx", "own-code", "no-server"]);

/** The entry before the first of the burst: it cannot have begun earlier than that was written without it. */
function before(all: readonly KeptEntry[], first: KeptEntry): { fromMs?: number } {
  const earlier = all.filter(({ timeMs }) => timeMs < first.timeMs).at(-1);
  return earlier === undefined ? {} : { fromMs: Math.max(earlier.timeMs, first.timeMs - PAUSE_MS) };
}

/** How long after its last line a burst is thought to go on. */
function goesOnMs(burst: readonly KeptEntry[]): number {
  const [first, last] = [burst[0], burst.at(-1)];
  if (first === undefined || last === undefined || burst.length < 3) return CURRENT_MS;
  const pauseMs = (last.timeMs - first.timeMs) / (burst.length - 1);
  return Math.min(CURRENT_MS, Math.max(OVER_MS, OVER_PAUSES * pauseMs));
}

function newestBurst(group: readonly KeptEntry[]): KeptEntry[] {
  let at = group.length - 1;
  while (at > 0 && (group[at]?.timeMs ?? 0) - (group[at - 1]?.timeMs ?? 0) < PAUSE_MS) at--;
  return group.slice(at);
}

function aboutOf(message: string, sign: LogSign | undefined, { service, services }: Log): string {
  if (sign === undefined || sign.about !== "other" || isStore({ service, services })) return service;
  const others = services.filter(({ name }) => name !== service);
  const callees = calleesOf(services, service);
  const text = message.slice(0, 1_000);
  const [named, second] = mentioned(text, callees.length > 0 ? callees : others);
  const found = byAddress(text, others) ?? (second === undefined ? named : undefined);
  return found?.name ?? service;
}

function calleesOf(services: readonly ServiceParam[], name: string): ServiceParam[] {
  const own = services.find((one) => one.name === name);
  return services.filter((one) => own?.calls.includes(one.name));
}

/** Of several templates that tell the same of the same, the one with most lines, with the earliest beginning. */
function bySign(found: readonly Found[]): Found[] {
  const groups = new Map<string, Found>();
  for (const one of found) {
    const key = `${one.service} ${one.code}`;
    const kept = groups.get(key);
    if (kept === undefined) groups.set(key, one);
    else {
      const [more, less] = kept.lines >= one.lines ? [kept, one] : [one, kept];
      const earlier = (less.onset?.toMs ?? Infinity) < (more.onset?.toMs ?? Infinity) ? less.onset : more.onset;
      groups.set(key, { ...more, current: more.current || less.current, ...(earlier && { onset: earlier }) });
    }
  }
  return [...groups.values()].sort((a, b) => b.sure - a.sure);
}
