/** Tool `deployment_history`: which version runs since when, from a declared record (a JSON file or URL). */
import { z } from "zod";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { type Deployment, deploymentSchema, readDeployments } from "../connectors/deployments/record.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { finding, findingsSchema, type ToolFinding } from "./kit/finding.js";
import { spanText } from "./kit/instant.js";
import { declaredNameSchema } from "./kit/names.js";

const LISTED_MAX = 20;

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
  const deployments = await readDeployments({ ...source, name: params.source }, context);
  const [current] = deployments;
  if (current === undefined) throw toolFailure("source-answer-invalid", `${params.source} lists no deployment`);
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
