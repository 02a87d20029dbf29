/** Tool `deployment_history`: which version runs since when, from a declared record (a JSON file or URL). */
import { z } from "zod";
import { redact, redactValue } from "../../core/redact.js";
import { openUnderRoots } from "../../platform/files.js";
import type { Source } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { pathText } from "../../schema/problems.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened, type ToolFinding } from "./finding.js";
import { statusFailure } from "./http-answers.js";
import { isoText, spanText } from "./instant.js";
import { fieldTimeMs } from "./log-times.js";
import { declaredNameSchema } from "./names.js";
import { sourceNamed, sourceReach } from "./sources.js";

const RECORD_MAX_BYTES = 2_000_000;
const LISTED_MAX = 20;
const FIELDS_MAX = 10;
const FIELD_MAX_CHARS = 200;

/** What the record must hold; keys that we do not know are the owner's and are kept, shortened. */
const recordSchema = z.looseObject({
  deployments: z
    .array(
      z.looseObject({
        version: z.union([z.string().min(1).max(200), z.number()], { error: "text or a number" }),
        deployed_at: z.union([z.string().max(64), z.number()], { error: "a time" }),
      }),
    )
    .min(1)
    .max(10_000),
});

const deploymentSchema = z.looseObject({ version: z.string(), deployed_at: z.string() });
const outputSchema = z.strictObject({
  source: z.string(),
  current: deploymentSchema,
  /** The newest deployment of another version; null where there was none. */
  previous: deploymentSchema.nullable(),
  /** Newest first. */
  deployments: z.array(deploymentSchema).max(LISTED_MAX),
  total: z.int(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;
type Deployment = z.infer<typeof deploymentSchema>;

const paramsSchema = z.strictObject({ source: declaredNameSchema });

export const deploymentHistory = defineTool({
  name: "deployment_history",
  description:
    "Reads which version of a service runs since when, and which ran before it, from a declared deployments source.",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: sourceReach(["deployments"]),
  run: readHistory,
});

async function readHistory(params: { source: string }, context: ToolContext): Promise<Output> {
  const source = sourceNamed(context.config, params.source, ["deployments"]);
  const text = source.path === undefined ? await fetchRecord(source, context) : await readRecord(source.path, context);
  const deployments = parseRecord(text, params.source, context.now());
  const [current] = deployments;
  if (current === undefined) throw new ToolFailure("source-answer-invalid", `${params.source} lists no deployment`);
  const previous = deployments.find(({ version }) => version !== current.version) ?? null;
  return {
    source: params.source,
    current,
    previous,
    deployments: deployments.slice(0, LISTED_MAX),
    total: deployments.length,
    findings: findingsOf(params.source, deployments, previous, context.now()),
  };
}

async function fetchRecord(source: Extract<Source, { kind: "deployments" }>, context: ToolContext): Promise<string> {
  const { headers, url = "" } = source;
  const answer = await context.fetch(url, { headers, signal: context.signal });
  if (answer.status === 200) return answer.text;
  throw statusFailure(url, answer);
}

async function readRecord(path: string, context: ToolContext): Promise<string> {
  const opened = await openUnderRoots(path, context.config.files.roots);
  if (!opened.ok) throw new ToolFailure(opened.problem.code, opened.problem.message, opened.problem.hint);
  try {
    if (opened.size > RECORD_MAX_BYTES) {
      throw new ToolFailure(
        "file-too-large",
        `${path} must be at most ${RECORD_MAX_BYTES} bytes, it has ${opened.size}`,
      );
    }
    return await opened.handle.readFile("utf8");
  } finally {
    await opened.handle.close();
  }
}

/** Newest first; of two at the same time the one that stands first. */
function parseRecord(text: string, name: string, nowMs: number): Deployment[] {
  const invalid = (why: string): ToolFailure =>
    new ToolFailure(
      "source-answer-invalid",
      `${name} ${why}`,
      "it must be { deployments: [{ version, deployed_at }] }",
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid("is not JSON");
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`does not have the expected form: ${pathText(issue?.path ?? [])} ${issue?.message ?? ""}`);
  }
  const timed = parsed.data.deployments.map((entry, index) => {
    const ms = fieldTimeMs(entry.deployed_at, nowMs);
    if (ms === undefined) throw invalid(`has a time that is none: deployments[${index}].deployed_at`);
    return {
      ms,
      deployment: { ...otherFields(entry), version: redact(String(entry.version)), deployed_at: isoText(ms) },
    };
  });
  return timed.sort((a, b) => b.ms - a.ms).map(({ deployment }) => deployment);
}

function otherFields(entry: Record<string, unknown>): JsonObject {
  const fields: JsonObject = {};
  for (const [key, value] of Object.entries(entry).slice(0, FIELDS_MAX)) {
    if (key === "__proto__") continue;
    if (typeof value === "string") fields[key] = shortened(value, FIELD_MAX_CHARS);
    else if (typeof value === "number" || typeof value === "boolean") fields[key] = value;
  }
  return redactValue(fields) as JsonObject;
}

function findingsOf(
  source: string,
  deployments: readonly Deployment[],
  previous: Deployment | null,
  nowMs: number,
): ToolFinding[] {
  const [current] = deployments;
  if (current === undefined) return [];
  const agoMs = nowMs - Date.parse(current.deployed_at);
  const when = agoMs < 0 ? `in ${spanText(-agoMs)}, by the record's clock` : `${spanText(agoMs)} ago`;
  const by = typeof current.by === "string" ? ` by ${current.by}` : "";
  const before = previous === null ? "no other version before it" : `before it version ${previous.version}`;
  const evidence = [`${source}: version ${current.version} at ${current.deployed_at}`];
  if (previous !== null) evidence.push(`${source}: version ${previous.version} at ${previous.deployed_at}`);
  return [finding(`Version ${current.version} was deployed ${when}${by}, ${before}`, evidence)];
}
