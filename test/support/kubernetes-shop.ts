/** Workloads of a test in a real cluster, declared as targets, and the tools that act on them. */
import { expect, vi } from "vitest";
import { actOnWorkload } from "../../src/activities/connectors/kubernetes/act.js";
import type { ToolContext, ToolDefinition } from "../../src/activities/define-tool.js";
import { configUpdate } from "../../src/activities/tools/config-update.js";
import { type ActionOutput, actionOutputSchema } from "../../src/activities/tools/kit/targets/output.js";
import { rollback } from "../../src/activities/tools/rollback.js";
import { scaleAction } from "../../src/activities/tools/scale-action.js";
import { serviceRestart } from "../../src/activities/tools/service-restart.js";
import type { Cluster, KubernetesTarget } from "../../src/schema/config/clusters.js";
import type { ActionName, Config } from "../../src/schema/config.js";
import type { JsonObject } from "../../src/schema/json.js";
import type { KubernetesPlane } from "./kubernetes-plane.js";
import { reachingContext } from "./local-server.js";
import { configOf } from "./tool-context.js";

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever object they asked for
type Answer = any;
type Kind = "deployment" | "statefulset" | "daemonset";
const API_KINDS = { deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet" };
const TOOLS = { rollback, service_restart: serviceRestart, scale_action: scaleAction, config_update: configUpdate };
const MERGE = "application/strategic-merge-patch+json";
/** A test does not wait as long as people would. */
const PATIENCE = { pollMs: 100, stallMs: 3_000 };

export interface Shop {
  namespace: string;
  /** Makes a workload and waits until its pods are up. */
  make(kind: Kind, name: string, image: string, spec?: JsonObject): Promise<void>;
  read(kind: Kind, name: string): Promise<Answer>;
  /** Changes it as somebody else would. */
  change(kind: Kind, name: string, patch: JsonObject): Promise<Answer>;
  pods(name: string): Promise<Answer[]>;
  /** Gives the pods another image, as somebody else would; waits for nothing. */
  deploy(kind: Kind, name: string, image: string): Promise<void>;
  act(
    action: ActionName,
    target: Partial<KubernetesTarget>,
    params?: JsonObject,
    parts?: Acting,
  ): Promise<ActionOutput>;
  preview(action: ActionName, target: Partial<KubernetesTarget>, params?: JsonObject): Promise<string>;
  config(target: Partial<KubernetesTarget>): Config;
}
export interface Acting extends Partial<ToolContext> {
  /** As whom; default the administrator. */
  user?: "viewer" | "operator";
  /** Called before a request leaves and after its answer has come; what they throw is what the request ends in. */
  leaving?(method: string, url: string): Promise<void> | void;
  answered?(method: string, url: string): Promise<void> | void;
  stallMs?: number;
}

export function shopOf(plane: KubernetesPlane, namespace: string): Shop {
  const apps = (rest: string) => `/apis/apps/v1/namespaces/${namespace}/${rest}`;
  const read: Shop["read"] = (kind, name) => plane.ask("GET", apps(`${kind}s/${name}`));
  const clusters = (user: Acting["user"]): Record<string, Cluster> => ({
    prod:
      user === undefined
        ? { server: plane.server, allow_exec: false, kubeconfig: plane.kubeconfig }
        : { server: plane.server, allow_exec: false, token: "env:KUBE_TOKEN", ca: plane.ca },
  });
  const targetOf = (target: Partial<KubernetesTarget>): KubernetesTarget => ({
    kind: "kubernetes",
    cluster: "prod",
    namespace,
    workload: "deployment/checkout",
    actions: {
      rollback: {},
      service_restart: {},
      scale_action: { min_replicas: 1, max_replicas: 20 },
      config_update: { env: true, restart: false },
    },
    ...target,
  });
  const config = (target: Partial<KubernetesTarget>, user?: Acting["user"]): Config =>
    configOf({ clusters: clusters(user), targets: { shop: targetOf(target) } });
  const contextFor = (
    target: Partial<KubernetesTarget>,
    { user, leaving, answered, ...parts }: Acting,
  ): ToolContext => {
    const context = reachingContext(
      config(target, user),
      { now: () => Date.now(), idempotencyKey: `key-${Math.random()}`, ...parts },
      user === undefined ? {} : { KUBE_TOKEN: plane.token(user) },
    );
    const fetch: ToolContext["fetch"] = async (url, request = {}) => {
      await leaving?.(request.method ?? "GET", url);
      const answer = await context.fetch(url, request);
      await answered?.(request.method ?? "GET", url);
      return answer;
    };
    return { ...context, fetch };
  };
  return {
    namespace,
    read,
    config,
    async make(kind, name, image, spec = {}) {
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: "app", image }] } };
      const counted = kind === "daemonset" ? {} : { replicas: 2 };
      const named = kind === "statefulset" ? { serviceName: name } : {};
      const full = { selector: { matchLabels: labels }, template, ...counted, ...named, ...spec };
      await plane.ask("POST", apps(`${kind}s`), {
        kind: API_KINDS[kind],
        apiVersion: "apps/v1",
        metadata: { name },
        spec: full,
      });
      await settled(read, kind, name);
    },
    change: (kind, name, patch) => plane.ask("PATCH", apps(`${kind}s/${name}`), patch, MERGE),
    async deploy(kind, name, image) {
      const containers = [{ name: "app", image }];
      await plane.ask("PATCH", apps(`${kind}s/${name}`), { spec: { template: { spec: { containers } } } }, MERGE);
    },
    async pods(name) {
      const { items } = await plane.ask("GET", `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${name}`);
      return items.filter(({ metadata }: Answer) => metadata.deletionTimestamp === undefined);
    },
    async act(action, target, params = {}, parts = {}) {
      const parsed = TOOLS[action].params.parse({ target: "shop", ...params }) as JsonObject & { target: string };
      const call = { action, target: targetOf(target), params: parsed };
      return actionOutputSchema.parse(
        await actOnWorkload(call, contextFor(target, parts), {
          ...PATIENCE,
          stallMs: parts.stallMs ?? PATIENCE.stallMs,
        }),
      );
    },
    async preview(action, target, params = {}) {
      const tool = TOOLS[action] as unknown as ToolDefinition;
      const parsed = tool.params.parse({ target: "shop", ...params });
      const seen = await tool.preview?.(parsed, contextFor(target, {}));
      return `${seen?.before} → ${seen?.after}`;
    },
  };
}

/** Waits until every pod that is wanted is up. */
async function settled(read: Shop["read"], kind: Kind, name: string): Promise<void> {
  const isUp = async () => {
    const { metadata, spec, status } = await read(kind, name);
    const wanted = kind === "daemonset" ? status.desiredNumberScheduled : spec.replicas;
    expect(status.observedGeneration).toBe(metadata.generation);
    if (kind === "daemonset") expect(wanted).toBeGreaterThan(0);
    expect((kind === "daemonset" ? status.numberAvailable : status.readyReplicas) ?? 0).toBe(wanted);
  };
  await vi.waitFor(isUp, { timeout: 60_000, interval: 100 });
}
