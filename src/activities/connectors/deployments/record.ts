/** A declared record of deployments, a JSON file or the answer of a URL: which version runs since when. */
import { z } from "zod";
import { redact, redactValue } from "../../../core/redact.js";
import { openUnderRoots, readBounded } from "../../../platform/files.js";
import type { Source } from "../../../schema/config.js";
import type { JsonObject } from "../../../schema/json.js";
import { pathText } from "../../../schema/problems.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { shortened } from "../../tools/kit/finding.js";
import { statusFailure } from "../../tools/kit/http-answers.js";
import { isoText } from "../../tools/kit/instant.js";
import { fieldTimeMs } from "../../tools/logs/times.js";

export type DeploymentsSource = Extract<Source, { kind: "deployments" }> & { name: string };

const RECORD_MAX_BYTES = 2_000_000;
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

export const deploymentSchema = z.looseObject({ version: z.string(), deployed_at: z.string() });
/** Beside version and time, the owner's own fields: text, shortened and redacted, numbers, true and false. */
export type Deployment = z.infer<typeof deploymentSchema>;

/** Newest first. Throws `source-…` or `file-…`. */
export async function readDeployments(source: DeploymentsSource, context: ToolContext): Promise<Deployment[]> {
  const text = source.path === undefined ? await fetchRecord(source, context) : await readRecord(source.path, context);
  return parseRecord(text, source.name, context.now());
}

async function fetchRecord(source: DeploymentsSource, context: ToolContext): Promise<string> {
  const { headers, url = "" } = source;
  const answer = await context.fetch(url, { headers, signal: context.signal });
  if (answer.status === 200) return answer.text;
  throw statusFailure(url, answer);
}

async function readRecord(path: string, context: ToolContext): Promise<string> {
  const opened = await openUnderRoots(path, context.config.files.roots);
  if (!opened.ok) throw toolFailure(opened.problem.code, opened.problem.message, { hint: opened.problem.hint });
  try {
    const bytes = await readBounded(opened.handle, RECORD_MAX_BYTES);
    if (bytes !== undefined) return bytes.toString("utf8");
    const { size } = await opened.handle.stat();
    throw toolFailure("file-too-large", `${path} must be at most ${RECORD_MAX_BYTES} bytes, it has ${size}`);
  } finally {
    await opened.handle.close();
  }
}

/** Newest first; of two at the same time the one that stands first. */
function parseRecord(text: string, name: string, nowMs: number): Deployment[] {
  const invalid = (why: string): ToolFailure =>
    toolFailure("source-answer-invalid", `${name} ${why}`, {
      hint: "it must be { deployments: [{ version, deployed_at }] }",
    });
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
    if (ms === undefined) throw invalid(`has an invalid time: deployments[${index}].deployed_at`);
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
