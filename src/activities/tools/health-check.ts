/** Tool `health_check`: asks a Prometheus source, for each service, the health rules of the kinds of thing that it is. */
import { z } from "zod";
import type { Evidence, Onset } from "../../core/investigation/evidence.js";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { durationMs } from "./kit/instant.js";
import {
  evidenceListSchema,
  evidenceOutput,
  type ServiceParam,
  servicesSchema,
} from "./kit/investigation/evidence-schema.js";
import { healthOf, queryOf, sentenceOf } from "./kit/investigation/health-rules.js";
import {
  askRange,
  eachWithin,
  type Span,
  spanOf,
  type Truth,
  truthOf,
  withDataFrom,
  withPast,
} from "./kit/investigation/ranges.js";
import { wellSchema, wellSpans } from "./kit/investigation/well-spans.js";
import { byAddress, named } from "./kit/investigation/who.js";
import { declaredNameSchema } from "./kit/names.js";

/** Questions at the same time: a Prometheus server answers twenty by default. */
const AT_ONCE = 8;
/** Series of one rule that are told: a rule that holds for all of a hundred disks says it in three. */
const TOLD_PER_RULE_MAX = 3;

const paramsSchema = z.strictObject({
  source: declaredNameSchema,
  services: servicesSchema,
  /** Names of other services that a rule's `about` label may point to. */
  others: servicesSchema.optional(),
  since: z
    .string()
    .refine((text) => durationMs(text) !== undefined, "a duration such as 1h")
    .default("1h"),
  scrape_seconds: z.number().min(1).max(3_600).default(15),
});
type Params = z.output<typeof paramsSchema>;
const outputSchema = z.strictObject({
  source: z.string(),
  /** Rules that were asked, and those that found no such metric here or could not be asked. */
  asked: z.int(),
  failed: z.int(),
  evidence: evidenceListSchema,
  /** Services that answer now, and since when without a gap. */
  well: wellSchema.optional(),
  findings: findingsSchema,
});

export const healthCheck = defineTool({
  name: "health_check",
  description:
    "Asks Prometheus the health rules of each kind of thing (PostgreSQL, Redis, nginx, hosts, applications, …): what is down, full, refusing, locked or slow, and since when.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: sourceReach(["prometheus"]),
  run: checkHealth,
});

async function checkHealth(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const source = { ...sourceNamed(context.config, params.source, ["prometheus"]), name: params.source };
  const whole = spanOf(durationMs(params.since) ?? 3_600_000, params.scrape_seconds, context.now());
  const span = await withDataFrom(source, whole, context);
  const window = `${Math.max(30, Math.ceil(params.scrape_seconds * 4))}s`;
  const questions = params.services.flatMap((service) => questionsOf(service, window));
  const [answers, well] = await Promise.all([
    eachWithin(questions, AT_ONCE, context, ({ query }) => askRange(source, query, span, context)),
    wellSpans(source, params.services, span, context),
  ]);
  const known = [...params.services, ...(params.others ?? [])];
  const evidence = answers.flatMap(({ item, value = [] }) => signsOf(item, value, span, known));
  const failed = answers.filter(({ failure }) => failure !== undefined).length;
  const list = evidenceOutput(evidence);
  const findings = list.slice(0, 15).map((one) => finding(`${one.service}: ${one.text}`, [one.query]));
  return { source: params.source, asked: questions.length, failed, evidence: list, well, findings };
}

/** What a probe tells is about who listens there; a probe that stands before one service alone tells of that one. */
function watchedBy(
  { kinds: [main], calls, instances }: ServiceParam,
  known: readonly ServiceParam[],
  target: string | undefined,
): string | undefined {
  if (main === undefined || healthOf(main)?.role !== "probe") return undefined;
  const listens = target === undefined ? undefined : byAddress(target.replace(/^\w+:\/\//, ""), known);
  if (listens !== undefined && !listens.kinds.includes(main)) return listens.name;
  if (instances.length > 1) return undefined;
  const [only, second] = calls.filter((name) => known.some((one) => one.name === name));
  return second === undefined ? only : undefined;
}

type Rule = NonNullable<ReturnType<typeof healthOf>>["rules"][number];
interface Question {
  service: ServiceParam;
  rule: Rule;
  query: string;
}

function questionsOf(service: ServiceParam, window: string): Question[] {
  const [main] = service.kinds;
  const all = service.kinds.flatMap((kind) => healthOf(kind)?.rules ?? []);
  // Two kinds may share a rule.
  const rules = all.filter(
    (rule, index) => all.findIndex(({ code, expr }) => code === rule.code && expr === rule.expr) === index,
  );
  const own = rules.flatMap((rule): Question[] => {
    const query = queryOf(rule, service, window);
    return query === undefined ? [] : [{ service, rule, query }];
  });
  const target = queryOf(UP_RULE, service, window);
  if (target === undefined) return own;
  if (main === undefined) return [{ service, rule: UNKNOWN_RULE, query: target }, ...own];
  const rule = healthOf(main)?.seen === "exporter" ? EXPORTER_RULE : UP_RULE;
  return [{ service, rule, query: target }, ...own];
}

/** For every target of Prometheus, whatever it is. */
const UP_RULE: Rule = {
  code: "target-down",
  expr: "up{$me} == 0",
  says: "{{instance}} does not answer Prometheus",
  sign: "down",
  sure: 0.9,
  own: true,
  next: "look whether the process runs, and at the end of its log",
};
const EXPORTER_RULE: Rule = {
  ...UP_RULE,
  code: "exporter-down",
  says: "its exporter at {{instance}} does not answer: how the thing itself is, is not known",
  sign: "unreachable",
  sure: 0.55,
  next: "start the exporter; what it watches may be well",
};

/** A rule that compares with what was before holds only where there was something before: it saw its beginning. */
const COMPARES = /\boffset \d|\[\d+m:\d+s\]/;

/** A rule whose value is how long ago something began, in seconds: that is its onset. */
const AGE = /^time\(\) - \w+\{\$me\} < \d+$/;

function startedAt({ value, onset }: Truth, { fromMs, toMs, stepSeconds }: Span): Onset {
  const atMs = toMs - value * 1_000;
  return Number.isFinite(atMs) && atMs > fromMs ? { fromMs: atMs - stepSeconds * 1_000, toMs: atMs } : onset;
}
/** A target that was never read: whether an exporter or the thing itself is down cannot be told. */
const UNKNOWN_RULE: Rule = {
  ...EXPORTER_RULE,
  code: "target-unknown",
  says: "{{instance}} does not answer Prometheus, and did not when the map was made: what it is, is not known",
  next: "start what should listen there, then let the stack be learned anew: autoops discover",
};

function signsOf(
  { service, rule, query }: Question,
  lines: Awaited<ReturnType<typeof askRange>>,
  span: Span,
  known: readonly ServiceParam[],
): Array<Omit<Evidence, "node">> {
  const seen = COMPARES.test(rule.expr) ? withPast(span) : span;
  const found = lines.flatMap((line) => {
    const truth = truthOf(line, seen);
    return truth === undefined ? [] : [{ line, truth }];
  });
  // A process or a server of a proxy that is called `node` is no machine.
  const things = known.filter(({ kinds: [main] }) => main === undefined || healthOf(main)?.role !== "host");
  const told = found
    .sort((a, b) => Number(b.truth.current) - Number(a.truth.current) || b.truth.value - a.truth.value)
    .slice(0, TOLD_PER_RULE_MAX);
  return told.map(({ line: { labels }, truth }) => {
    const about = rule.about === undefined ? undefined : named(labels[rule.about] ?? "", things);
    const pointed = about === service.name ? undefined : about;
    const { instance } = labels;
    const watched = watchedBy(service, known, instance);
    return {
      service: pointed ?? (rule.about === undefined ? service.name : (watched ?? service.name)),
      code: rule.code,
      sign: rule.sign,
      kind: "health" as const,
      own: pointed === undefined ? rule.own : true,
      sure: rule.sure,
      text: sentenceOf(rule.says, labels, truth.value) + (pointed === undefined ? "" : ` (says ${service.name})`),
      current: truth.current,
      ...(pointed === undefined ? {} : { teller: service.name }),
      onset: AGE.test(rule.expr) ? startedAt(truth, span) : truth.onset,
      query,
      instance,
      next: rule.next,
    };
  });
}
