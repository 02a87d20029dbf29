/** Reads the outputs of other nodes: of our tools by the tool's own schema, of others by their form. What it cannot read it names. */
import type { z } from "zod";
import type { RunContext } from "../../../core/run/context.js";
import type { Json, JsonObject } from "../../../schema/json.js";
import type { ToolDefinition } from "../../define-tool.js";
import { analysis } from "../analysis.js";
import { changeHistory } from "../change-history.js";
import { deploymentHistory } from "../deployment-history.js";
import { httpProbe } from "../http-probe.js";
import { shortened } from "../kit/finding.js";
import { kubernetesState } from "../kubernetes-state.js";
import { logCollector } from "../log-collector.js";
import { metricQuery } from "../metric-query.js";
import { traceCollector } from "../trace-collector.js";
import {
  analysisForm,
  type CourseForm,
  changesForm,
  courseForm,
  logForm,
  metricForm,
  type ProbeForm,
  probeForm,
  stateForm,
  traceForm,
} from "./forms.js";
import { objectIn, textIn } from "./json-parts.js";
import {
  type About,
  type Observations,
  type OutputPlace,
  QUERY_SHOWN_MAX_CHARS,
  serviceName,
  skip,
} from "./observations.js";
import { type ChangesPlace, readHistory, readRecord } from "./read-changes.js";
import { readAnalysis, readLog } from "./read-logs.js";
import { readMetric } from "./read-metric.js";
import { readTraces } from "./read-traces.js";
import { readState } from "./state-evidence.js";

export interface NodeOutput {
  node: string;
  /** The tool that wrote it; unknown where somebody gave the output by hand, or an older run handed it on. */
  tool?: string;
  output: Json;
  about: About;
}

type Add<F, P> = (output: F, material: Observations, place: P) => void | Promise<void>;
/** Undefined where the schema does not fit. */
type Reader<P> = (output: Json, material: Observations, place: P) => undefined | { done: void | Promise<void> };

const reader =
  <F, P>(schema: z.ZodType<F>, add: Add<F, P>): Reader<P> =>
  (output, material, place) => {
    const parsed = schema.safeParse(output);
    return parsed.success ? { done: add(parsed.data, material, place) } : undefined;
  };

type Written<F> = Pick<ToolDefinition<never, F>, "name" | "aliases" | "output">;

const byTool = <F, P>({ name, aliases = [], output }: Written<F>, add: Add<F, P>): Array<[string, Reader<P>]> =>
  [name, ...aliases].map((one) => [one, reader(output, add)]);

const BY_TOOL: ReadonlyMap<string, Reader<OutputPlace>> = new Map([
  ...byTool(metricQuery, readMetric),
  ...byTool(kubernetesState, readState),
  ...byTool(traceCollector, readTraces),
  ...byTool(logCollector, readLog),
  ...byTool(analysis, readAnalysis),
  ...byTool(changeHistory, readHistory),
  ...byTool(deploymentHistory, readRecord),
  ...byTool(httpProbe, readProbe),
]);

/** Of tools that are not ours, and of outputs that nobody names a tool for; the first that fits. */
const BY_FORM: ReadonlyArray<Reader<OutputPlace>> = [
  reader(metricForm, readMetric),
  reader(stateForm, readState),
  reader(traceForm, readTraces),
  reader(logForm, readLog),
  reader(analysisForm, readAnalysis),
  reader(changesForm, readRecord),
  reader(probeForm, readProbe),
];

const CHANGES_BY_TOOL: ReadonlyMap<string, Reader<ChangesPlace>> = new Map([
  ...byTool(changeHistory, readHistory),
  ...byTool(deploymentHistory, readRecord),
  ...byTool(kubernetesState, readRecord),
]);
const CHANGES_BY_FORM: Reader<ChangesPlace> = reader(changesForm, readRecord);

export function noObservations(service: string | undefined): Observations {
  const named = service === undefined ? undefined : serviceName(service);
  const none = {
    series: [],
    logs: [],
    analysed: [],
    traces: [],
    spans: [],
    changes: [],
    probes: [],
    states: [],
    calls: [],
  };
  return { service: named, ...none, looked: [], notLooked: [] };
}

/** Adds what one output tells. */
export async function readOutput(
  { node, tool = "", output: json, about }: NodeOutput,
  material: Observations,
  context: OutputPlace["context"],
): Promise<void> {
  const output = objectIn(json);
  if (output === undefined) return skip(material, node, "its output is no mapping");
  const place = { origin: { node, query: queryOf(output) }, about, context };
  const own = BY_TOOL.get(tool)?.(output, material, place);
  if (own !== undefined) return own.done;
  for (const read of BY_FORM) {
    const found = read(output, material, place);
    if (found === undefined) continue;
    await found.done;
    if (tool !== "" && !BY_TOOL.has(tool)) sayByForm(material, node);
    return;
  }
  skip(material, node, "its output is of no kind that causes are read from");
}

/** The changes that one output tells, and nothing else of it. */
export function readChangesOf({ node, tool, output }: RunContext["outputs"][number], material: Observations): void {
  const place = { origin: { node, query: "" }, about: {} };
  CHANGES_BY_TOOL.get(tool)?.(output, material, place) ?? CHANGES_BY_FORM(output, material, place);
}

/** A metric over time with what it was asked by; undefined where the output is none. */
export function metricIn({ tool, output }: RunContext["outputs"][number]): CourseForm | undefined {
  const isOwn = [metricQuery.name, ...(metricQuery.aliases ?? [])].includes(tool);
  const own = isOwn ? metricQuery.output.safeParse(output).data : undefined;
  return own ?? courseForm.safeParse(output).data;
}

/** Whoever reads the verdict must know what rests on a guess at what a tool meant. */
function sayByForm({ looked }: Observations, node: string): void {
  for (const one of looked) if (one.node === node) one.what = `${one.what}, read by its form`;
}

function queryOf(output: JsonObject): string {
  const asked = textIn(output.query) ?? textIn(output.url) ?? textIn(output.path);
  const of = [textIn(output.source), asked].filter((part) => part !== undefined).join(": ");
  return shortened(of === "" ? "what the node returned" : of, QUERY_SHOWN_MAX_CHARS);
}

function readProbe({ url, ok, status }: ProbeForm, material: Observations, { origin, about }: OutputPlace): void {
  const host = /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url;
  const said = status === null || status === undefined ? "no answer" : `status ${String(status)}`;
  const text = `${url} answered ${ok ? "as expected" : "not as expected"}: ${said}`;
  const query = shortened(`GET ${url}`, QUERY_SHOWN_MAX_CHARS);
  material.probes.push({ node: origin.node, query, service: serviceName(about.service ?? host), ok, text });
  material.looked.push({ node: origin.node, what: "a probe" });
}
