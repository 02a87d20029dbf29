/** A first look at a source of kind `kubernetes`, for `sources check`: every part of it that is to be read, once. */
import { type ToolContext, ToolFailure } from "../../define-tool.js";
import { kubernetesChanges } from "../changes/kubernetes.js";
import { readKubernetes } from "../logs/kubernetes.js";
import { clusterNamed } from "./client.js";
import type { KubernetesSource } from "./lists.js";
import { podsOf } from "./pods-seen.js";

const LOOK_BACK_MS = 86_400_000;
const KEPT_MAX_CHARS = 1_000_000;

/** In words what is there. Throws for whatever part cannot be read, and `source-empty` where there is no pod. */
export async function lookAtNamespace(source: KubernetesSource, context: ToolContext): Promise<string> {
  const cluster = await clusterNamed(source.cluster, context);
  const { pods } = await podsOf(cluster, source.namespace, source.selector, context);
  const span = { sinceMs: context.now() - LOOK_BACK_MS, untilMs: context.now() };
  const question = { selection: span, maxLines: 1 };
  const logs = source.include.filter((part) => ["logs", "previous_logs", "events"].includes(part));
  const { unreadable: unread } = await readKubernetes({ ...source, include: logs }, question, KEPT_MAX_CHARS, context);
  const changes = await kubernetesChanges(source, { ...span, limit: 100 }, context);
  const [lost] = [...unread.filter(({ code }) => code !== "source-refused"), ...changes.unreadable];
  if (lost !== undefined) throw new ToolFailure(lost.code, `${lost.path} could not be read: ${lost.message}`);
  if (pods.length === 0) {
    const message = `the source ${source.name} answers and holds nothing: no pod in ${source.namespace}`;
    throw new ToolFailure("source-empty", message, "check its namespace and selector");
  }
  const count = changes.changes.length;
  return `${pods.length} ${pods.length === 1 ? "pod" : "pods"}, ${count} ${count === 1 ? "change" : "changes"} of the last day`;
}
