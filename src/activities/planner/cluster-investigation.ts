/** A plan made for a declared cluster: the state of all that runs in a namespace with logs and events, what changed, metrics, then the cause. */
import { createHash } from "node:crypto";
import type { Config } from "../../schema/config.js";
import { type GraphInput, graphSchema } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import { parseWith } from "../../schema/problems.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { DraftResult } from "../contract.js";
import { type ClusterGoal, clusterMeant, namespaceMeant } from "./cluster-meant.js";
import { remedyNodes } from "./cluster-remedy.js";
import { changeNodes } from "./observations.js";

/** As a playbook of that name may be asked for. */
export const CLUSTER_READ = "cluster-investigation";
/** What `params` may hold. */
const READ_PARAMS = ["cluster", "namespace", "workload", "window"];
const REMEDY_PARAMS = ["target", "action", "version", "replicas", "values", "unset"];
const WINDOW = "1h";
const STEP_SECONDS = 60;
const METRIC_SOURCES_MAX = 2;
const ID_DIGITS = 12;
const STATE_SECONDS = 90;

type Node = GraphInput["nodes"][number];

export const isReadParams = (given: JsonObject | undefined): boolean =>
  Object.keys(given ?? {}).every((key) => [...READ_PARAMS, ...REMEDY_PARAMS].includes(key));

export function planClusterRead(input: ClusterGoal): DraftResult {
  const unknown = unknownParam(input.given);
  if (unknown !== undefined) return { ok: false, problems: [unknown] };
  const cluster = clusterMeant(input);
  if (typeof cluster !== "string") return { ok: false, problems: [cluster] };
  const namespace = namespaceMeant(input, cluster);
  const looks = readsOf(input, cluster, namespace);
  const cause: Node = {
    id: "cause",
    name: "Rank what can have caused it",
    type: "rca_call",
    tool: "autoRCA",
    timeout_seconds: 60,
    params: {},
  };
  const remedy = input.remedy ? remedyNodes(input, { cluster, namespace }) : { nodes: [], edges: [] };
  if ("problems" in remedy) return { ok: false, problems: remedy.problems };
  const nodes = [...looks, cause, ...remedy.nodes];
  const edges = [
    ...looks.map(({ id }) => ({ from_node_id: id, to_node_id: "cause", on: "always" as const })),
    ...remedy.edges,
  ];
  return drafted(input, { nodes, edges }, { cluster, ...(namespace === undefined ? {} : { namespace }) });
}

function unknownParam(given: JsonObject): Problem | undefined {
  const name = Object.keys(given).find((key) => !isReadParams({ [key]: null }));
  if (name === undefined) return undefined;
  const message = `${CLUSTER_READ} has no parameter ${JSON.stringify(name.slice(0, 60))}`;
  const hint = `it has: ${[...READ_PARAMS, ...REMEDY_PARAMS].join(", ")}`;
  return { code: "parameter-invalid", at: `params.${name}`, message, hint };
}

function drafted(
  { goal }: ClusterGoal,
  { nodes, edges }: Pick<GraphInput, "nodes" | "edges">,
  parameters: Record<string, string>,
): DraftResult {
  const digest = createHash("sha256")
    .update(JSON.stringify([goal, nodes, edges]))
    .digest("hex");
  const where = parameters.namespace === undefined ? "the cluster" : `namespace ${parameters.namespace} of`;
  const draft: GraphInput = {
    id: `${CLUSTER_READ}-${digest.slice(0, ID_DIGITS)}`,
    name: `What is wrong in ${where} ${parameters.cluster}`,
    goal_description: goal,
    nodes,
    edges,
    metadata: { planner: "playbook", playbook: CLUSTER_READ, parameters },
  };
  const parsed = parseWith(graphSchema, draft, { at: CLUSTER_READ });
  if (!parsed.ok) return parsed;
  return { ok: true, graph: parsed.value, planner: "playbook", playbook: CLUSTER_READ, score: 1, notices: [] };
}

function readsOf(input: ClusterGoal, cluster: string, namespace: string | undefined): Node[] {
  const { entities, given } = input;
  const near = [...new Set([entities.pod, entities.service].flatMap((name) => (isName(name) ? [name] : [])))];
  const state: Node = {
    id: "state",
    name: `Read the state of ${namespace === undefined ? "the cluster" : `all workloads in ${namespace}`}, events and logs`,
    type: "log_collection",
    tool: "kubernetes_state",
    timeout_seconds: STATE_SECONDS,
    params: {
      cluster,
      namespace: namespace ?? "*",
      ...(given.workload === undefined ? {} : { workload: given.workload }),
      ...(near.length === 0 ? {} : { near }),
    },
  };
  const changes = changeNodes(input.config, (source) => isOfNamespace(source, cluster, namespace));
  return [state, ...changes, ...metricNodes(input, namespace)];
}

/** A name that an object of Kubernetes may have. */
const isName = (name: string | undefined): name is string =>
  name !== undefined && name.length <= 253 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name);

/** Histories of the same namespace, and those that belong to no cluster. */
const isOfNamespace = (source: Config["sources"][string], cluster: string, namespace: string | undefined): boolean =>
  !("cluster" in source) || (source.cluster === cluster && (namespace === undefined || source.namespace === namespace));

const BY = "namespace, pod, container";

function metricNodes({ config, given, entities }: ClusterGoal, namespace: string | undefined): Node[] {
  const sources = Object.entries(config.sources)
    .filter(([, { kind }]) => kind === "prometheus")
    .map(([name]) => name)
    .sort()
    .slice(0, METRIC_SOURCES_MAX);
  // What no namespace can be called is refused with the params of the look at its state.
  const of = namespace === undefined ? "" : `, namespace=${JSON.stringify(namespace)}`;
  const queries: Array<[id: string, name: string, query: string]> = [
    [
      "throttled",
      "Find containers that are throttled",
      `sum by (${BY}) (rate(container_cpu_cfs_throttled_periods_total{container!=""${of}}[5m])) / sum by (${BY}) (rate(container_cpu_cfs_periods_total{container!=""${of}}[5m]))`,
    ],
    [
      "memory",
      "Compare memory with its limits",
      `max by (${BY}) (container_memory_working_set_bytes{container!=""${of}}) / max by (${BY}) (kube_pod_container_resource_limits{resource="memory"${of}})`,
    ],
    [
      "restarts",
      "Count restarts over time",
      `sum by (${BY}) (increase(kube_pod_container_status_restarts_total{container!=""${of}}[15m]))`,
    ],
  ];
  const since = typeof given.window === "string" ? given.window : (entities.window ?? WINDOW);
  return sources.flatMap((source, index) =>
    queries.map(
      ([id, name, query]): Node => ({
        id: index === 0 ? id : `${id}_${index + 1}`,
        name,
        type: "metric_query",
        tool: "metric_query",
        continue_on_failure: true,
        timeout_seconds: 30,
        params: { source, query, since, step_seconds: STEP_SECONDS },
      }),
    ),
  );
}
