import type { Reach } from "../../core/check/catalogue.js";
import type { ObjectRef } from "../../core/cluster/cause.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import type { ClusterFacts } from "../../schema/kubernetes/facts.js";
import { ENVIRONMENTS, type Environment } from "../../vocabulary/node-types.js";
import { reachOfSource, sourceNamed } from "../connectors/declared-sources.js";
import { readDumps } from "../connectors/kubernetes/dumps/read-dumps.js";
import { readPodLogs } from "../connectors/kubernetes/state/pod-logs.js";
import { readState } from "../connectors/kubernetes/state/read.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import {
  EVERYWHERE,
  outputSchema,
  paramsSchema,
  type StateOutput,
  type StateParams,
} from "./kit/kubernetes-state/schema.js";
import { outputOf } from "./kit/kubernetes-state/shown.js";

export const kubernetesState = defineTool({
  name: "kubernetes_state",
  description:
    "Reads what the objects of a Kubernetes namespace or cluster say, and names what is wrong, with the object to mend.",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach,
  run: readAndName,
});

function reach(params: JsonObject, config: Config, at: string): Reach {
  if (params.source !== undefined) return reachOfSource(params.source, config, `${at}.source`, ["kubernetes"]);
  const { cluster } = params;
  if (typeof cluster !== "string" || cluster.includes("{{")) return { urls: [], problems: [] };
  if (Object.hasOwn(config.clusters ?? {}, cluster))
    return { urls: [], environment: environmentOf(cluster, params, config), problems: [] };
  const known =
    Object.keys(config.clusters ?? {})
      .sort()
      .join(", ") || "none";
  const message = `config.yaml declares no cluster ${JSON.stringify(cluster.slice(0, 63))}`;
  return {
    urls: [],
    problems: [{ code: "source-not-configured", at: `${at}.cluster`, message, hint: `it declares ${known}` }],
  };
}

/** That of the declared targets that lie where it looks, the strictest of them; production where none does. */
function environmentOf(cluster: string, { namespace, workload }: JsonObject, config: Config): Environment {
  const own = Object.values(config.targets).flatMap((target) =>
    "workload" in target &&
    target.cluster === cluster &&
    target.namespace === namespace &&
    (workload === undefined || workload === target.workload)
      ? [target.environment]
      : [],
  );
  return ENVIRONMENTS.findLast((one) => own.includes(one)) ?? "production";
}

const KINDS: Record<string, string> = {
  deployment: "Deployment",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  job: "Job",
  cronjob: "CronJob",
  pod: "Pod",
  service: "Service",
};

async function readAndName(params: StateParams, context: ToolContext): Promise<StateOutput> {
  const { cluster, namespace } = placeOf(params, context.config);
  if (params.workload !== undefined && namespace === undefined)
    throw toolFailure("params-invalid", "workload needs a namespace", {
      hint: "give namespace, such as shop",
      retryable: false,
    });
  const facts = await factsOf(cluster, namespace, params, context);
  const [kind = "", name = ""] = params.workload?.split("/") ?? [];
  const about = params.workload === undefined ? undefined : { kind: KINDS[kind] ?? kind, name, namespace };
  if (about !== undefined) refuseUnknown(facts, about);
  return outputOf(facts, { about, near: params.near ?? [] }, context);
}

async function factsOf(
  cluster: string,
  namespace: string | undefined,
  { logs }: StateParams,
  context: ToolContext,
): Promise<ClusterFacts> {
  const { kinds = [], dumps } = context.config.clusters?.[cluster] ?? {};
  if (dumps !== undefined) return readDumps({ cluster, folder: dumps, namespace }, context);
  const { client, facts } = await readState({ cluster, namespace, kinds }, context);
  await readPodLogs(client, facts, logs, context);
  return facts;
}

function refuseUnknown({ objects, namespace, cluster }: ClusterFacts, { kind, name }: ObjectRef): void {
  const items = objects[kind as "Deployment"] ?? [];
  if (items.some(({ metadata }) => metadata.name === name && metadata.namespace === namespace)) return;
  const known =
    items
      .map(({ metadata }) => metadata.name)
      .slice(0, 20)
      .join(", ") || "none";
  throw toolFailure("object-not-found", `the cluster ${cluster} has no ${kind} ${namespace}/${name}`, {
    hint: `it has ${known}`,
    retryable: false,
  });
}

function placeOf(
  { source, cluster, namespace }: StateParams,
  config: Config,
): { cluster: string; namespace: string | undefined } {
  const declared = source === undefined ? undefined : sourceNamed(config, source, ["kubernetes"]);
  const wanted = namespace ?? declared?.namespace;
  return { cluster: declared?.cluster ?? cluster ?? "", namespace: wanted === EVERYWHERE ? undefined : wanted };
}
