/** A first look at a source of kind `kubernetes`, for `sources check`: every part of it that is to be read, once. */
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { CHANGE_PARTS, kubernetesChanges } from "./changes.js";
import { clusterNamed } from "./client.js";
import { type KubernetesSource, LOG_PARTS, reads } from "./lists.js";
import { readKubernetes } from "./logs.js";
import { podsOf } from "./pods-seen.js";

const LOOK_BACK_MS = 86_400_000;
const KEPT_MAX_CHARS = 1_000_000;

/** In words what is there. Throws for whatever part cannot be read, and `source-empty` where there is no pod. */
export async function checkNamespace(source: KubernetesSource, context: ToolContext): Promise<string> {
  const span = { sinceMs: context.now() - LOOK_BACK_MS, untilMs: context.now() };
  const question = { selection: span, maxLines: 1 };
  const logs = source.include.filter((part) => LOG_PARTS.includes(part));
  const pods = logs.length === 0 ? undefined : await podsIn(source, context);
  const unread =
    pods === undefined
      ? []
      : (await readKubernetes({ ...source, include: logs }, question, KEPT_MAX_CHARS, context)).unreadable;
  const isOfChanges = CHANGE_PARTS.some((part) => reads(source, part));
  const changes = isOfChanges
    ? await kubernetesChanges(source, { ...span, limit: 100 }, context)
    : { changes: [], unreadable: [] };
  const [lost] = [...unread.filter(({ code }) => code !== "source-refused"), ...changes.unreadable];
  if (lost !== undefined) throw toolFailure(lost.code, `${lost.path} could not be read: ${lost.message}`);
  if (pods === 0) {
    const message = `the source ${source.name} answers and holds nothing: no pod in ${source.namespace}`;
    throw toolFailure("source-empty", message, { hint: "check its namespace and selector" });
  }
  const changed = counted(changes.changes.length, "change");
  return pods === undefined ? `${changed} of the last day` : `${counted(pods, "pod")}, ${changed} of the last day`;
}

async function podsIn(source: KubernetesSource, context: ToolContext): Promise<number> {
  const cluster = await clusterNamed(source.cluster, context);
  return (await podsOf(cluster, source.namespace, source.selector, context)).pods.length;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
