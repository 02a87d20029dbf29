/** `autoops investigate` of a cluster: one that is declared, or that of a kubeconfig. */
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { clusterOfKubeconfig, type FoundCluster } from "../../app/kubeconfig-cluster.js";
import { type Local, loadLocal } from "../../app/local.js";
import type { Config } from "../../schema/config.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import { ownName, type Session } from "./session.js";

export interface ClusterOptions {
  cluster?: string;
  namespace?: string;
  workload?: string;
  kubeconfig?: string;
  context?: string;
  /** A folder in place of a cluster. */
  dumps?: string;
  allowExec?: boolean;
  since?: string;
}

/** As the planner knows the plan. */
const CLUSTER_PLAN = "cluster-investigation";

export const asksForCluster = ({ cluster, namespace, workload, kubeconfig, context, dumps }: ClusterOptions): boolean =>
  [cluster, namespace, workload, kubeconfig, context, dumps].some((option) => option !== undefined);

export interface ClusterChosen {
  ok: true;
  local: Local;
  params: NonNullable<GoalInput["params"]>;
  /** Known to no config.yaml. */
  clusters?: NonNullable<Config["clusters"]>;
}

/** A kubeconfig that is named comes first, then what config.yaml declares, then the kubeconfig that kubectl would take. */
export async function chooseCluster(
  session: Session,
  local: Local,
  options: ClusterOptions,
): Promise<ClusterChosen | { ok: false; problems: Problem[] }> {
  const { cluster, namespace, workload, since, kubeconfig, context } = options;
  const given = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(workload === undefined ? {} : { workload }),
    ...(since === undefined ? {} : { window: since }),
  };
  const declared = Object.keys(local.config.clusters ?? {});
  const isNamed = [kubeconfig, context, options.dumps].some((option) => option !== undefined);
  if (cluster !== undefined || (!isNamed && declared.length > 0)) {
    return { ok: true, local, params: { ...given, ...(cluster === undefined ? {} : { cluster }) } };
  }
  const found =
    options.dumps === undefined
      ? await clusterOfKubeconfig(options, session.environment)
      : await folderOf(options.dumps);
  if (!found.ok) return found;
  const clusters = { [found.name]: found.cluster };
  const loaded = await loadLocal(session.environment, undefined, clusters);
  if (!loaded.ok) return loaded;
  const usual = found.namespace === undefined ? {} : { namespace: found.namespace };
  return { ok: true, local: loaded, params: { ...usual, ...given, cluster: found.name }, clusters };
}

const DUMPS_HINT = "fill one first: kubectl get pods,events,deployments -A -o json > FOLDER/all.json";

/** As config.yaml would declare it, by the folder's name. */
async function folderOf(folder: string): Promise<FoundCluster | { ok: false; problems: Problem[] }> {
  const dumps = resolve(folder);
  const info = await stat(dumps).catch(() => undefined);
  if (info === undefined || !info.isDirectory()) {
    const message = info === undefined ? `there is no folder ${folder}` : `${folder} is no folder`;
    return { ok: false, problems: [{ code: "file-not-found", at: "--dumps", message, hint: DUMPS_HINT }] };
  }
  const name =
    basename(dumps)
      .replace(/[^a-zA-Z0-9_-]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 63) || "dumps";
  return { ok: true, name, cluster: { dumps, server: "", allow_exec: false } };
}

export function clusterGoal(
  { goal, facts }: Pick<GoalInput, "goal" | "facts">,
  params: NonNullable<GoalInput["params"]>,
): GoalInput {
  return {
    goal,
    requester: ownName(),
    playbook: CLUSTER_PLAN,
    remedy: false,
    params,
    ...(facts === undefined ? {} : { facts }),
  };
}
