/** The cluster that a kubeconfig's current context leads to. Nothing of its credentials is read. */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { z } from "zod";
import type { Variables } from "../platform/environment.js";
import { parseDocumentText } from "../schema/document.js";

const NAME_MAX_CHARS = 40;

const kubeconfigSchema = z.object({
  "current-context": z.string().optional(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string() }) })).default([]),
  clusters: z.array(z.object({ name: z.string(), cluster: z.object({ server: z.string() }) })).default([]),
});

export interface FoundCluster {
  /** As config.yaml may call it. */
  name: string;
  server: string;
  kubeconfig: string;
  context: string;
}

/** `given` comes before KUBECONFIG, and that before the file in the user's home. */
export async function findCluster(variables: Variables, given?: string): Promise<FoundCluster | undefined> {
  const usual = join(variables.HOME || homedir(), ".kube", "config");
  const named = variables.KUBECONFIG?.split(delimiter).find((one) => one !== "");
  const path = resolve(given ?? named ?? usual);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const document = parseDocumentText(text, path);
  const parsed = document.ok ? kubeconfigSchema.safeParse(document.value) : undefined;
  if (parsed?.success !== true) return undefined;
  const { contexts, clusters } = parsed.data;
  const context = contexts.find(({ name }) => name === parsed.data["current-context"]) ?? contexts[0];
  const cluster = clusters.find(({ name }) => name === context?.context.cluster);
  if (context === undefined || cluster === undefined || !cluster.cluster.server.startsWith("https://"))
    return undefined;
  const { server } = cluster.cluster;
  return { name: nameOf(context.name), server, kubeconfig: path, context: context.name };
}

const nameOf = (context: string): string =>
  context
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, NAME_MAX_CHARS) || "cluster";
