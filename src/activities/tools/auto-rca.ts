/** Tool `autoRCA`: ranks what can have caused the trouble, from all that a run has collected; every word of it is cited. */

import { redact } from "../../core/redact.js";
import type { Finding } from "../../core/run/state.js";
import type { JsonObject } from "../../schema/json.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { finding, shortened, type ToolFinding } from "./kit/finding.js";
import { isoMs, isoText } from "./kit/instant.js";
import { type Investigation, investigate } from "./rca/investigate.js";
import { isUndeclared, nextQueries } from "./rca/next-queries.js";
import { type Observations, resolveNames, serviceName, skip } from "./rca/observations.js";
import { type NodeOutput, noObservations, readOutput } from "./rca/read-outputs.js";
import { type AutoRcaOutput, type AutoRcaParams, outputSchema, paramsSchema } from "./rca/schema.js";
import type { RankedCause } from "./rca/verdict.js";

const CAUSES_MAX = 5;
const EVIDENCE_SHOWN_MAX = 6;
const TEXT_MAX_CHARS = 300;
const LISTED_MAX = 200;
/** Tools whose outputs tell what was done or said, and nothing of causes. */
const TELLS_NOTHING = new Set(
  "autoRCA summary echo notification rollback service_restart scale_action config_update custom_script ticket_create ticket_update".split(
    " ",
  ),
);

export const autoRca = defineTool({
  name: "autoRCA",
  description:
    "Ranks what can have caused the trouble over services, from metrics, logs, traces, changes and the call graph; says how sure it is.",
  nodeTypes: ["rca_call", "analysis"],
  effect: "none",
  seesRun: true,
  params: paramsSchema,
  output: outputSchema,
  run: findCause,
});

async function findCause(params: AutoRcaParams, context: ToolContext): Promise<AutoRcaOutput> {
  const material = await observationsOf(params, context);
  const at = params.at == null ? undefined : isoMs(params.at);
  const { service, metric, statistic } = params;
  const investigation = investigate(material, { service, metric, statistic, atMs: at }, context.soFar);
  const { trouble, causes, ruledOut, verdict } = investigation;
  const shown = causes.slice(0, CAUSES_MAX).map(shownCause);
  const output = {
    ...verdict,
    trouble: shownSymptom(trouble),
    causes: shown,
    set_aside: ruledOut.map((one) => ({ ...one, what: short(one.what), why: short(one.why) })),
    next: nextQueries(causes, verdict.certainty, material, trouble, context.config),
    looked_at: material.looked.slice(0, LISTED_MAX),
    not_looked_at: material.notLooked.slice(0, LISTED_MAX),
    graph: { calls: material.calls.length, from: [...new Set(material.calls.map(({ query }) => query))].slice(0, 10) },
  };
  const findings = findingsOf(output);
  const narrative = await narrativeOf(findings, shown, context);
  return { ...output, narrative, findings };
}

const short = (text: string): string => shortened(redact(text), TEXT_MAX_CHARS);

async function observationsOf(params: AutoRcaParams, context: ToolContext): Promise<Observations> {
  const material = noObservations(params.service);
  const left = new Set(params.without);
  for (const input of inputsOf(params, context)) {
    if (left.has(input.node)) skip(material, input.node, "the params leave it out");
    else await readSafely(input, material, context);
  }
  for (const node of params.inputs === undefined ? (context.soFar?.leftOut ?? []) : []) {
    skip(material, node, "its output is too large to be handed on with all others: name it under inputs");
  }
  addCalls(material, params, context);
  resolveNames(material);
  return material;
}

function inputsOf({ inputs, about = {} }: AutoRcaParams, { soFar, nodeId }: ToolContext): NodeOutput[] {
  const aboutOf = (node: string) => (Object.hasOwn(about, node) ? (about[node] ?? {}) : {});
  const tools = new Map(soFar?.nodes.map(({ id, tool }) => [id, tool]));
  const given = Object.entries(inputs ?? {}).map(([node, output]) => ({ node, tool: tools.get(node), output }));
  const found = soFar?.outputs.filter(({ node, tool }) => node !== nodeId && !TELLS_NOTHING.has(tool)) ?? [];
  return (inputs === undefined ? found : given).map((one) => ({ ...one, about: aboutOf(one.node) }));
}

/** One result that cannot be read must not keep the others from being looked at. */
async function readSafely(input: NodeOutput, material: Observations, context: ToolContext): Promise<void> {
  try {
    await readOutput(input, material, context);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const why = error instanceof ToolFailure ? error.message : "its stored result cannot be read";
    skip(material, input.node, redact(why));
  }
}

/** The graph's node stands for itself where people gave the calls. */
function addCalls(material: Observations, { graph = [] }: AutoRcaParams, { nodeId, config }: ToolContext): void {
  const add = (caller: string, callee: string, query: string): void => {
    material.calls.push({ caller: serviceName(caller), callee: serviceName(callee), node: nodeId, query });
  };
  for (const [caller, callee] of graph) add(caller, callee, "the graph param");
  for (const [caller, callees] of Object.entries(config.dependencies ?? {})) {
    for (const callee of callees) add(caller, callee, "dependencies in config.yaml");
  }
}

function shownSymptom(trouble: Investigation["trouble"]): AutoRcaOutput["trouble"] {
  const [cited] = trouble?.cited ?? [];
  if (trouble === undefined || cited === undefined) return null;
  const { onset, service } = trouble;
  const began = onset === undefined ? null : isoText(onset.atMs);
  const notBefore = onset === undefined ? null : isoText(onset.notBeforeMs);
  const { node, query } = cited;
  return { service, text: short(trouble.text), began, not_before: notBefore, node, query: redact(query) };
}

/** Each kind of evidence is shown once before a second of any kind. */
function shownCause(cause: RankedCause): AutoRcaOutput["causes"][number] {
  const firsts = [...cause.kinds].flatMap((kind) => cause.evidence.find((one) => one.kind === kind) ?? []);
  const rest = cause.evidence.filter((one) => !firsts.includes(one));
  const kept = new Set([...firsts, ...rest].slice(0, EVIDENCE_SHOWN_MAX));
  return {
    cause: short(causeText(cause)),
    service: cause.service,
    score: cause.score,
    located: cause.located,
    evidence: cause.evidence
      .filter((one) => kept.has(one))
      .map(({ kind, text, at = null, node, query }) => ({ kind, text: short(text), at, node, query: redact(query) })),
  };
}

function causeText({ service, suspects, located, evidence }: RankedCause): string {
  const blamed = suspects.filter(({ correlates }) => correlates);
  const [change, second] = blamed.length > 0 ? blamed : suspects;
  const seen = evidence.find(({ kind, locates }) => kind === "state" && locates);
  if (seen !== undefined && blamed.length === 0) return seen.text;
  if (change !== undefined && second === undefined) return `${change.what} of ${service}, at ${isoText(change.atMs)}`;
  if (change !== undefined) return `one of ${(blamed.length > 0 ? blamed : suspects).length} changes of ${service}`;
  return located ? `trouble that began in ${service}` : `trouble of ${service}`;
}

function findingsOf(output: Omit<AutoRcaOutput, "findings" | "narrative">): ToolFinding[] {
  const { certainty, rule, causes, trouble, set_aside: aside, next } = output;
  const cite = ({ node, query }: { node: string; query: string }, text: string): string =>
    `[${node}] ${shortened(text, 220)} (${shortened(query, 120)})`;
  const findings: ToolFinding[] = [];
  if (trouble !== null) findings.push(finding(`In trouble: ${trouble.text}`, [cite(trouble, trouble.text)]));
  const [best, ...others] = causes;
  if (best === undefined || certainty === "inconclusive") {
    const nearest = best === undefined ? [] : best.evidence.map((one) => cite(one, `${best.service}: ${one.text}`));
    findings.push(finding(`The cause is inconclusive: ${rule}`, nearest));
  } else {
    findings.push(
      finding(`Cause (${certainty}): ${best.cause}`, [...best.evidence.map((one) => cite(one, one.text)), rule]),
    );
  }
  for (const other of others.slice(0, 2)) {
    findings.push(
      finding(
        `Less likely: ${other.cause} (${other.score})`,
        other.evidence.map((one) => cite(one, one.text)),
      ),
    );
  }
  for (const one of aside.slice(0, 6)) findings.push(finding(`Set aside: ${one.what}`, [cite(one, one.why)]));
  // What no declared source can answer is advice for config.yaml, and nothing that a reader could do next.
  const possible = next.filter(({ params }) => !isUndeclared((params as JsonObject).source));
  for (const { tool, params, why } of possible.slice(0, 3)) {
    findings.push(finding(`Next, ${tool}: ${why}`, [paramsText(params)]));
  }
  return findings;
}

/** As words: `source prod, since 2h`. */
const paramsText = (params: AutoRcaOutput["next"][number]["params"]): string =>
  shortened(
    Object.entries(params as JsonObject)
      .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(", "),
  );

async function narrativeOf(
  findings: readonly ToolFinding[],
  [best]: AutoRcaOutput["causes"],
  context: ToolContext,
): Promise<AutoRcaOutput["narrative"]> {
  if (best === undefined) return undefined;
  const told = await context.narrate?.(findings.map((one): Finding => ({ node: context.nodeId, ...one })));
  if (told === undefined || told.sentences.length === 0) return undefined;
  return told.sentences.slice(0, 10).map(({ text, citations }) => ({ text: short(text), findings: citations }));
}
