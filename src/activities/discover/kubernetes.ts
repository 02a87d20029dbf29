/** The workloads of a cluster: what runs in which namespace, what it is by its image, and whom its settings name. */
import { z } from "zod";
import { clusterNamed } from "../connectors/kubernetes/client.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import { kindOfWords } from "../tools/kit/investigation/who.js";
import type { FoundCall, FoundService, FoundStack } from "./found.js";

const KINDS = ["deployments", "statefulsets", "daemonsets"] as const;
/** Workloads of one kind that are read: a map of more is read by nobody. */
const WORKLOADS_MAX = 500;
/** What a cluster brings itself. */
const SYSTEM = /^(?:kube-(?:system|public|node-lease)|cert-manager|ingress-nginx|istio-system|linkerd.*|monitoring)$/;
/** Labels that say in which environment it runs. */
const ENVIRONMENT = ["environment", "env", "stage", "tier"];
const ENVIRONMENTS = /^(?:prod(?:uction)?|staging|stage|test(?:ing)?|dev(?:elopment)?|qa|uat|preprod)$/i;

const listSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string().default("default"),
        labels: z.record(z.string(), z.string()).nullish(),
      }),
      spec: z.object({
        template: z.object({
          spec: z.object({
            containers: z.array(
              z.object({
                image: z.string().default(""),
                env: z.array(z.object({ name: z.string(), value: z.string().nullish() })).nullish(),
              }),
            ),
          }),
        }),
      }),
    }),
  ),
});
type Workload = z.infer<typeof listSchema>["items"][number];

export async function discoverCluster(cluster: string, context: ToolContext): Promise<FoundStack> {
  const client = await clusterNamed(cluster, context);
  const notes: string[] = [];
  const workloads: Workload[] = [];
  for (const kind of KINDS) {
    try {
      const answer = await client.call("GET", `/apis/apps/v1/${kind}`, { query: { limit: String(WORKLOADS_MAX) } });
      const parsed = listSchema.safeParse(answer);
      if (parsed.success) workloads.push(...parsed.data.items);
      else notes.push(`the ${kind} of ${cluster} could not be read: the answer is not a list of them`);
    } catch (error) {
      if (!(error instanceof ToolFailure) || context.signal.aborted || kind === KINDS[0]) throw error;
      notes.push(`the ${kind} of ${cluster} could not be listed: ${error.message}`);
    }
  }
  const own = workloads.filter(({ metadata }) => !SYSTEM.test(metadata.namespace));
  const names = new Set(own.map(({ metadata }) => metadata.name));
  return { services: own.map(serviceOf), calls: own.flatMap((one) => callsOf(one, names)), alertRules: [], notes };
}

function serviceOf({ metadata: { name, namespace, labels }, spec }: Workload): FoundService {
  const images = spec.template.spec.containers.map(({ image }) => image.split("/").at(-1)?.split(/[:@]/)[0] ?? "");
  const kind = kindOfWords(images.flatMap((image) => image.toLowerCase().split(/[^a-z0-9]+/)));
  const app = labels?.["app.kubernetes.io/name"] ?? labels?.app;
  const environment = environmentOf(labels ?? {}, namespace);
  return {
    name,
    kinds: kind === undefined ? [] : [kind],
    labels: {},
    instances: [],
    also: app === undefined || app === name ? [] : [app],
    signals: {},
    metrics: [],
    namespace,
    environment,
  };
}

export function environmentOf(labels: Readonly<Record<string, string>>, namespace = ""): string | undefined {
  const said = ENVIRONMENT.map((label) => labels[label]).find((value) => value !== undefined && value !== "");
  if (said !== undefined) return said.slice(0, 63);
  return namespace.split(/[-_]/).find((part) => ENVIRONMENTS.test(part));
}

/** Another workload's name as the host of an address in its settings. What a value says beside that is not kept. */
function callsOf({ metadata, spec }: Workload, names: ReadonlySet<string>): FoundCall[] {
  const values = spec.template.spec.containers.flatMap(({ env }) => (env ?? []).flatMap(({ value }) => value ?? []));
  const hosts = values.flatMap((value) =>
    [...value.slice(0, 500).matchAll(/(?:^|\/\/|@|,|=)([a-z0-9-]{2,63})(?:\.[a-z0-9.-]{1,200})?(?=[:/,]|$)/g)].map(
      ([, host = ""]) => host,
    ),
  );
  const found = [...new Set(hosts)].filter((host) => names.has(host) && host !== metadata.name);
  return found.map((callee) => ({ caller: metadata.name, callee, from: "kubernetes" as const }));
}
