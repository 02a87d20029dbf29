/** What a worker sees of a rollout, what incident it becomes, and what is planned for it. */
import { describe, expect, test } from "vitest";
import { seeRollout } from "../../../src/activities/connectors/kubernetes/rollout-seen.js";
import { goalsFor } from "../../../src/activities/incident/plan-incident.js";
import { ruleFor } from "../../../src/activities/incident/rules.js";
import { rolloutIncident } from "../../../src/activities/rollout/rollout-alert.js";
import type { RolloutEvent } from "../../../src/core/rollout/state.js";
import type { KubernetesTarget } from "../../../src/schema/config/clusters.js";
import { isRolloutHook, type RolloutHook } from "../../../src/schema/config/hooks.js";
import { type ConfigFile, configFileSchema } from "../../../src/schema/config.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

const SERVER = "https://cluster.example";
const target = (workload: string, actions: object = { rollback: {} }) => ({
  ...{ kind: "kubernetes", cluster: "prod", namespace: "shop", workload, environment: "staging", actions },
});
const fileOf = (hook: object = {}, targets: object = { web: target("deployment/web") }) => ({
  version: "1.0",
  clusters: { prod: { server: SERVER, token: "env:TOKEN" } },
  targets,
  hooks: { rollouts: { kind: "kubernetes", targets: Object.keys(targets), ...hook } },
});
const parsed = (file: object): ConfigFile => configFileSchema.parse(file);
const hookIn = (file: object): RolloutHook => {
  const hook = parsed(file).hooks?.rollouts;
  if (!isRolloutHook(hook)) throw new Error("it is no such hook");
  return hook;
};

describe("a hook that watches rollouts", () => {
  test("needs no secret, and by itself validates and may roll back behind a gate", () => {
    expect(hookIn(fileOf())).toMatchObject({ every_seconds: 30, debounce_seconds: 60, rules: [{ mode: "run" }] });
  });
  test.each<[string, object, string]>([
    ["of a target that nobody declared", fileOf({ targets: ["cart"] }), "hooks.rollouts.targets.0"],
    [
      "of a target that is no workload",
      fileOf({}, { web: { kind: "command", actions: { rollback: { argv: ["true"] } } } }),
      "hooks.rollouts.targets.0",
    ],
    ["of none", fileOf({ targets: [] }), "hooks.rollouts.targets"],
    ["with a secret", fileOf({ secret: "env:S" }), "hooks.rollouts"],
    ["that looks all the time", fileOf({ every_seconds: 0 }), "hooks.rollouts.every_seconds"],
    [
      "that tells a channel that nobody declared",
      fileOf({ rules: [{ tell: ["ops"] }] }),
      "hooks.rollouts.rules.0.tell.0",
    ],
  ])("%s is refused with the field", (_, file, at) => {
    const read = configFileSchema.safeParse(file);
    expect(read.success).toBe(false);
    expect(read.error?.issues.map(({ path }) => path.join("."))).toContain(at);
  });
});

const deployment = (status: object, more: { revision?: string; generation?: number; spec?: object } = {}) => ({
  metadata: {
    ...{ name: "web", uid: "u-1", resourceVersion: "7", generation: more.generation ?? 3 },
    annotations: { "deployment.kubernetes.io/revision": more.revision ?? "4" },
  },
  spec: {
    ...{ replicas: 2, selector: { matchLabels: { app: "web" } } },
    template: { spec: { containers: [{ name: "app", image: "shop/web:v4" }] } },
    ...more.spec,
  },
  status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
});

function look(answer: object | number, workload = "deployment/web") {
  const config = configOf({ clusters: parsed(fileOf()).clusters } as never);
  const fetch = async () =>
    typeof answer === "number"
      ? { status: answer, headers: {}, text: JSON.stringify({ kind: "Status", message: "it is so" }) }
      : { status: 200, headers: {}, text: JSON.stringify(answer) };
  const context = contextOf(config, { fetch: fetch as never, secret: () => "t" });
  return seeRollout("web", target(workload) as KubernetesTarget, context);
}

describe("a look at a workload", () => {
  test.each<[string, object, object]>([
    ["that is up", deployment({}), { stands: "complete", revision: "4", isUnique: true, image: "shop/web:v4" }],
    [
      "that is on its way",
      deployment({ updatedReplicas: 1 }),
      { stands: "rolling", says: "1 of 2 updated, 2 available, 1 old left" },
    ],
    ["whose controller has not seen its change", deployment({}, { generation: 4 }), { stands: "rolling" }],
    [
      "past its deadline",
      deployment({
        updatedReplicas: 1,
        conditions: [
          { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "has timed out" },
        ],
      }),
      { stands: "failed", says: expect.stringContaining("has timed out") },
    ],
    ["that is paused", deployment({ updatedReplicas: 1 }, { spec: { paused: true } }), { stands: "paused" }],
    [
      "that a quota hinders",
      deployment({
        updatedReplicas: 1,
        conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: pods" }],
      }),
      { stands: "rolling", says: expect.stringContaining("exceeded quota") },
    ],
  ])("%s", async (_, answer, expected) => {
    expect(await look(answer)).toMatchObject({ target: "web", uid: "u-1", ...expected });
  });
  test("of a StatefulSet goes by its update revision, of a DaemonSet by its generation", async () => {
    const { metadata, spec } = deployment({});
    const set = { metadata, spec, status: { replicas: 2, readyReplicas: 2, observedGeneration: 3 } };
    const revisions = { currentRevision: "web-7f", updateRevision: "web-7f" };
    expect(await look({ ...set, status: { ...set.status, ...revisions } }, "statefulset/web")).toMatchObject({
      ...{ revision: "web-7f", isUnique: false, stands: "complete" },
    });
    const annotations = { "deprecated.daemonset.template.generation": "5" };
    const status = { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2, observedGeneration: 3 };
    expect(await look({ metadata: { ...metadata, annotations }, spec, status }, "daemonset/web")).toMatchObject({
      ...{ revision: "5", isUnique: true, stands: "rolling" },
    });
  });
  test("that is not there is an answer; that may not be looked at is none", async () => {
    expect(await look(404)).toEqual({ target: "web", missing: true });
    expect(await failureOf(look(403))).toMatchObject({ code: "permission-missing" });
  });
});

const event = (more: Partial<RolloutEvent> = {}): RolloutEvent => ({
  ...{ kind: "complete", target: "web", key: "u-1 4", revision: "4", image: "shop/web:v4", says: "2 of 2 updated" },
  ...{ tookMs: 30_000, firstMs: 1_000 },
  ...more,
});
const incidentOf = (more: Partial<RolloutEvent> = {}) =>
  rolloutIncident("rollouts", hookIn(fileOf()), target("deployment/web") as KubernetesTarget, event(more));

describe("the incident of a rollout", () => {
  test("is the same however often it is told, and another for another rollout", () => {
    const { id } = incidentOf();
    expect(id).toMatch(/^alert-rollouts-[0-9a-f]{24}$/);
    expect(incidentOf({ says: "otherwise", tookMs: 1 }).id).toBe(id);
    expect(incidentOf({ kind: "recovered" }).id).toBe(id);
    expect(incidentOf({ key: "u-1 5" }).id).not.toBe(id);
    expect(incidentOf({ target: "api" }).id).not.toBe(id);
  });
  test("fires while it stands, and is over once another one came", () => {
    expect(incidentOf({ kind: "stalled" }).alert).toMatchObject({ status: "firing", labels: { outcome: "stalled" } });
    expect(incidentOf({ kind: "recovered" }).alert.status).toBe("resolved");
    expect(incidentOf({ kind: "replaced" }).alert.status).toBe("resolved");
  });
});

describe("what is planned", () => {
  function goals(more: Partial<RolloutEvent>, hook: object = {}, actions?: object) {
    const file = fileOf(hook, { web: target("deployment/web", actions) });
    const rollouts = hookIn(file);
    const { alert } = rolloutIncident("rollouts", rollouts, target("deployment/web") as KubernetesTarget, event(more));
    const fitting = ruleFor(rollouts, [alert]);
    if (fitting === undefined) throw new Error("no rule fits");
    return goalsFor("rollouts", rollouts, fitting, configOf(parsed(file) as never));
  }
  const back = { cluster: "prod", namespace: "shop", workload: "deployment/web", target: "web", action: "rollback" };

  test("is the validation, and where that lacks a source a look at the cluster, both with a roll-back", () => {
    expect(goals({})).toMatchObject({
      title: "rollout of web",
      goals: [
        { playbook: "deployment-validation", remedy: true, params: { target: "web" }, facts: { service: "web" } },
        { playbook: "cluster-investigation", remedy: true, params: back },
      ],
    });
  });
  test("of one that is stuck is the look alone: the old pods answer all requests", () => {
    expect(goals({ kind: "stalled" })).toMatchObject({ goals: [{ playbook: "cluster-investigation", params: back }] });
  });
  test("has no remedy where the target declares none, or the rule asks for none", () => {
    const bare = goals({}, {}, { service_restart: {} });
    expect(bare).toMatchObject({
      goals: [{ remedy: false }, { remedy: false }],
      notes: [expect.stringContaining("web")],
    });
    expect(goals({}, { rules: [{ mode: "investigate" }] })).toMatchObject({
      goals: [{ remedy: false }, { remedy: false }],
    });
  });
  test("is what a rule says, where it says it", () => {
    const rules = [
      { match: { outcome: "stalled" }, playbook: "pod-crash", params: { namespace: "{{ labels.namespace }}" } },
    ];
    expect(goals({ kind: "stalled" }, { rules })).toMatchObject({
      goals: [{ playbook: "pod-crash", params: { namespace: "shop" }, remedy: false }],
    });
  });
  test("is nothing for a target that the hook does not watch, whoever tells of it", () => {
    const rollouts = hookIn(fileOf());
    const { alert } = incidentOf({ target: "bank" });
    const fitting = ruleFor(rollouts, [alert]);
    if (fitting === undefined) throw new Error("no rule fits");
    const config = configOf(parsed(fileOf()) as never);
    expect(goalsFor("rollouts", rollouts, fitting, config)).toEqual({
      ok: false,
      notes: ["the hook does not watch the target bank"],
    });
  });
});
