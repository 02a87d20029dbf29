/** Tool `diagnosis`: from all that a run looked at, which service is ill itself, below those that only suffer; in plain words. */
import { z } from "zod";
import { CERTAINTIES, type Diagnosis, diagnose, type Suspect } from "../../core/investigation/diagnose.js";
import type { Component, Evidence } from "../../core/investigation/evidence.js";
import { redact } from "../../core/redact.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { changeEvidence } from "./investigation/changes.js";
import { evidenceListSchema, evidenceOf, servicesSchema } from "./investigation/evidence-schema.js";
import { healthOf } from "./investigation/health-rules.js";
import { headlineOf, titleOf } from "./investigation/words.js";
import { finding, findingsSchema, shortened } from "./kit/finding.js";
import { isoText } from "./kit/instant.js";

const SUSPECTS_MAX = 5;
const FACTS_MAX = 6;
const TEXT_MAX_CHARS = 300;
const TOOLS = ["alerts_active", "health_check", "series_scan", "log_scan"];

const paramsSchema = z.strictObject({
  services: servicesSchema,
  /** What the complaint is about. */
  target: z.string().max(200).nullish(),
});
type Params = z.output<typeof paramsSchema>;
const citedSchema = z.strictObject({
  service: z.string(),
  kind: z.string(),
  text: z.string(),
  at: z.string().nullable(),
  node: z.string(),
  query: z.string(),
});
export const diagnosisSchema = z.strictObject({
  trouble: z.boolean(),
  headline: z.string(),
  certainty: z.enum(CERTAINTIES),
  rule: z.string(),
  began: z.string().nullable(),
  causes: z
    .array(
      z.strictObject({
        service: z.string(),
        what: z.string(),
        sign: z.string(),
        cause: z.string(),
        score: z.number(),
        explains: z.array(z.string()),
        evidence: z.array(citedSchema).max(FACTS_MAX),
      }),
    )
    .max(SUSPECTS_MAX),
  suffers: z.array(z.string()).max(60),
  next: z.array(z.string()).max(5),
  looked_at: z.array(z.strictObject({ node: z.string(), what: z.string() })).max(100),
  not_looked_at: z.array(z.strictObject({ node: z.string(), why: z.string() })).max(100),
  findings: findingsSchema,
});
export type DiagnosisOutput = z.infer<typeof diagnosisSchema>;

export const diagnosis = defineTool({
  name: "diagnosis",
  description:
    "Tells from alerts, health, series, logs and changes which service is ill itself below those that only suffer, how sure that is, and what to do next.",
  nodeTypes: ["rca_call", "analysis"],
  effect: "none",
  seesRun: true,
  params: paramsSchema,
  output: diagnosisSchema,
  run: decide,
});

async function decide(params: Params, context: ToolContext): Promise<DiagnosisOutput> {
  const outputs = context.soFar?.outputs ?? [];
  const read = outputs.filter(({ tool }) => TOOLS.includes(tool));
  const evidence = read.flatMap(({ node, output }) => {
    const parsed = z.object({ evidence: evidenceListSchema }).safeParse(output);
    return parsed.success ? evidenceOf(node, parsed.data.evidence) : [];
  });
  const changes = outputs.flatMap(({ node, tool, output }) =>
    changeEvidence(node, tool, output, params.services, evidence),
  );
  const all = [...evidence, ...changes].map((one) => ({ ...one, service: one.service }));
  const components = params.services.map(componentOf);
  const told = diagnose(all, components, params.target ?? undefined);
  return outputOf(
    told,
    params,
    context,
    read.map(({ node, tool }) => ({ node, what: tool })),
  );
}

function componentOf({ name, kinds, calls, runs_on: runsOn }: Params["services"][number]): Component {
  return { name, kinds, role: healthOf(kinds[0] ?? "")?.role ?? "app", calls, runsOn };
}

function outputOf(
  told: Diagnosis,
  params: Params,
  context: ToolContext,
  looked: DiagnosisOutput["looked_at"],
): DiagnosisOutput {
  const [best] = told.suspects;
  const causes = told.trouble ? told.suspects.slice(0, SUSPECTS_MAX).map((one) => shownSuspect(one, params)) : [];
  const began = best?.onset === undefined || !told.trouble ? null : isoText(best.onset.toMs);
  const headline = headlineOf(told, params.services, context.now());
  const next = [...new Set((best?.evidence ?? []).flatMap((one) => one.next ?? []))].slice(0, 3);
  const nodes = context.soFar?.nodes ?? [];
  const failed = nodes
    .filter(({ id, status }) => id !== context.nodeId && status === "failed")
    .map(({ id, reason = "it failed" }) => ({ node: id, why: shortened(redact(reason), TEXT_MAX_CHARS) }));
  const output = {
    trouble: told.trouble,
    headline,
    certainty: told.certainty,
    rule: told.rule,
    began,
    causes,
    suffers: told.trouble ? told.suffers.slice(0, 60) : [],
    next: told.trouble ? next : [],
    looked_at: looked.slice(0, 100),
    not_looked_at: failed.slice(0, 100),
  };
  return { ...output, findings: findingsOf(output, told.suspects) };
}

function shownSuspect(
  { service, score, evidence, explains }: Suspect,
  { services }: Params,
): DiagnosisOutput["causes"][number] {
  const [top] = evidence;
  const title = titleOf(service, services);
  return {
    service,
    what: title,
    sign: top?.sign ?? "changed",
    cause: shortened(redact(`${title}: ${top?.text ?? "ill"}`), TEXT_MAX_CHARS),
    score,
    explains,
    evidence: distinct(evidence).slice(0, FACTS_MAX).map(cited),
  };
}

/** One of each kind first, then the rest. */
function distinct(evidence: readonly Evidence[]): Evidence[] {
  const firsts = evidence.filter((one, index) => evidence.findIndex(({ kind }) => kind === one.kind) === index);
  return [...firsts, ...evidence.filter((one) => !firsts.includes(one))];
}

const cited = ({ service, kind, text, onset, node, query }: Evidence) => ({
  service,
  kind,
  text: shortened(text, TEXT_MAX_CHARS),
  at: onset === undefined ? null : isoText(onset.toMs),
  node,
  query,
});

function findingsOf(
  output: Omit<DiagnosisOutput, "findings">,
  suspects: readonly Suspect[],
): DiagnosisOutput["findings"] {
  const cite = (one: DiagnosisOutput["causes"][number]["evidence"][number]) =>
    `[${one.node}] ${one.text} (${shortened(one.query, 120)})`;
  const [best, ...others] = output.causes;
  if (!output.trouble || best === undefined) {
    const noticed = suspects
      .slice(0, 3)
      .flatMap(({ service, evidence: [top] }) => (top === undefined ? [] : [`noticed: ${service}: ${top.text}`]));
    return [finding(output.headline, [output.rule, ...noticed])];
  }
  return [
    finding(`Cause (${output.certainty}): ${output.headline}`, best.evidence.map(cite)),
    ...others
      .slice(0, 2)
      .map((other) => finding(`Less likely: ${other.cause} (${other.score})`, other.evidence.slice(0, 2).map(cite))),
  ];
}
