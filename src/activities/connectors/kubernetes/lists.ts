/** Lists of a namespace, page by page, in the shape that is needed; and what a source of kind `kubernetes` is. */
import { z } from "zod";
import type { KubernetesPart } from "../../../schema/config/kubernetes-source.js";
import type { Source } from "../../../schema/config.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import type { LostPart } from "../../tools/logs/reading.js";
import { shaped } from "../kit/source-calls.js";
import { KubernetesFailure } from "./answers.js";
import type { KubernetesClient } from "./client.js";

export type KubernetesSource = Extract<Source, { kind: "kubernetes" }> & { name: string };

const PAGE_ITEMS = 250;
const GONE = 410;

const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

export interface Listed<T> {
  items: T[];
  /** There are more than `max`, or the list changed too fast to be read to its end. */
  cut: boolean;
}

export interface ListQuestion<T> {
  /** Below the server, such as `/api/v1/namespaces/shop/pods`. */
  path: string;
  item: z.ZodType<T>;
  labelSelector?: string;
  fieldSelector?: string;
  max: number;
  pageItems?: number;
}

/** Throws `KubernetesFailure`, and `source-answer-invalid` where the answer is no such list. */
export async function listOf<T>(
  cluster: KubernetesClient,
  { path, item, labelSelector, fieldSelector, max, pageItems = PAGE_ITEMS }: ListQuestion<T>,
  context: ToolContext,
): Promise<Listed<T>> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const query: Record<string, string> = { limit: String(Math.min(pageItems, max)) };
    if (labelSelector !== undefined) query.labelSelector = labelSelector;
    if (fieldSelector !== undefined) query.fieldSelector = fieldSelector;
    if (next !== undefined) query.continue = next;
    try {
      const answer = await cluster.call("GET", path, { query });
      const list = shaped(cluster.name, "the Kubernetes API", listSchema, answer);
      const schema = z.array(item);
      items.push(...shaped(cluster.name, "the Kubernetes API", schema, list.items ?? []));
      next = list.metadata.continue === "" ? undefined : list.metadata.continue;
    } catch (error) {
      // The rest of a list is kept for some minutes only.
      if (error instanceof KubernetesFailure && error.status === GONE && next !== undefined)
        return { items, cut: true };
      throw error;
    }
    context.heartbeat(`${items.length} of ${path}`);
  } while (next !== undefined && items.length < max);
  return { items: items.slice(0, max), cut: next !== undefined || items.length > max };
}

/** Selectors joined by "and"; undefined where there is none. */
export const bothSelectors = (...selectors: Array<string | undefined>): string | undefined => {
  const given = selectors.filter((one) => one !== undefined && one !== "");
  return given.length === 0 ? undefined : given.join(",");
};

export const reads = (source: KubernetesSource, part: KubernetesPart): boolean => source.include.includes(part);

/** The parts that are read as a log. */
export const LOG_PARTS: readonly KubernetesPart[] = ["logs", "previous_logs", "events"];

/** Throws `source-not-configured` where the source has none of these parts. */
export function refuseUnless(source: KubernetesSource, parts: readonly KubernetesPart[], what: string): void {
  if (parts.some((part) => reads(source, part))) return;
  const message = `the source ${source.name} is not declared as ${what}: it includes ${source.include.join(", ")}`;
  throw toolFailure("source-not-configured", message, { hint: `add one of ${parts.join(", ")} to its include` });
}

/** A part that could not be read, where the failure is one that was foreseen and is not the end of the call. */
export function lostPartOf(path: string, error: unknown, context: ToolContext): LostPart {
  if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
  return { path, code: error.code, message: error.message.slice(0, 300) };
}

/** Where it is, in words. */
export const placeOf = ({ cluster, namespace }: Pick<KubernetesSource, "cluster" | "namespace">): string =>
  `${cluster}/${namespace}`;

export const pageOf = ({ ui_url, namespace, selector = "" }: KubernetesSource): string | undefined =>
  ui_url
    ?.replaceAll("{namespace}", encodeURIComponent(namespace))
    .replaceAll("{selector}", encodeURIComponent(selector));
