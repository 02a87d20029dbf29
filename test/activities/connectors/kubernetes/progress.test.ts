/** How far a rollout is, read from what controllers write into an object's status. */
import { describe, expect, test } from "vitest";
import { progressOf } from "../../../../src/activities/connectors/kubernetes/progress.js";
import {
  keeperOf,
  type Workload,
  type WorkloadKind,
} from "../../../../src/activities/connectors/kubernetes/workload.js";

function workload(parts: { spec?: object; status?: object; metadata?: object }): Workload {
  const template = { spec: { containers: [{ name: "app", image: "a:1" }] } };
  return {
    metadata: { name: "shop", uid: "u", resourceVersion: "1", generation: 3, ...parts.metadata },
    spec: { replicas: 3, selector: {}, template, ...parts.spec },
    status: { observedGeneration: 3, ...parts.status },
  } as Workload;
}
const progress = (kind: WorkloadKind, parts: Parameters<typeof workload>[0]) => progressOf({ kind }, workload(parts));

describe("a Deployment", () => {
  const up = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  test.each([
    ["all are new and available", up, { done: true, says: "3 of 3 updated, 3 available" }],
    [
      "the controller is behind",
      { ...up, observedGeneration: 2 },
      { done: false, says: "the controller has not seen it yet" },
    ],
    ["old pods are left", { ...up, replicas: 4 }, { done: false, says: "3 of 3 updated, 3 available, 1 old left" }],
    ["some are not available", { ...up, availableReplicas: 1 }, { done: false, says: "3 of 3 updated, 1 available" }],
    ["there is no status yet", {}, { done: false, says: "0 of 3 updated, 0 available" }],
  ])("where %s", (_, status, expected) => {
    expect(progress("deployment", { status })).toEqual(expected);
  });

  test("of no replicas is done once none is left", () => {
    expect(progress("deployment", { spec: { replicas: 0 }, status: { replicas: 1 } }).done).toBe(false);
    expect(progress("deployment", { spec: { replicas: 0 }, status: {} }).done).toBe(true);
  });

  test("tells that its deadline has passed, or that pods cannot be made", () => {
    const late = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" };
    const none = {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: "exceeded quota: small, …",
    };
    expect(progress("deployment", { status: { ...up, availableReplicas: 0, conditions: [late, none] } })).toMatchObject(
      {
        failed: "timed out",
        hindered: "exceeded quota: small, …",
      },
    );
    // What was true of an earlier rollout does not count once this one is done.
    expect(progress("deployment", { status: { ...up, conditions: [late] } })).toEqual({
      done: true,
      says: "3 of 3 updated, 3 available",
    });
  });

  test("that is paused tells whether it has enough pods all the same", () => {
    const status = { replicas: 3, updatedReplicas: 1, availableReplicas: 3 };
    expect(progress("deployment", { spec: { paused: true }, status })).toMatchObject({ pausedWith: { enough: true } });
    const fewer = { ...status, availableReplicas: 2 };
    expect(progress("deployment", { spec: { paused: true }, status: fewer })).toMatchObject({
      pausedWith: { enough: false },
    });
  });
});

describe("a StatefulSet", () => {
  const at = (currentRevision: string, updateRevision: string) => ({ currentRevision, updateRevision });
  test("is done once every pod is of its newest revision and available", () => {
    const status = { replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 1, ...at("a", "b") };
    expect(progress("statefulset", { status })).toEqual({ done: false, says: "1 of 3 updated, 3 available" });
    expect(progress("statefulset", { status: { ...status, ...at("b", "b") } }).done).toBe(true);
    expect(progress("statefulset", { status: { ...status, ...at("b", "b"), availableReplicas: 2 } }).done).toBe(false);
    expect(progress("statefulset", { status: { ...status, ...at("b", "b"), replicas: 4 } }).done).toBe(false);
  });

  test("with a partition is done once the pods above it are", () => {
    const spec = { updateStrategy: { rollingUpdate: { partition: 2 } } };
    const status = { replicas: 3, readyReplicas: 3, updatedReplicas: 1, ...at("a", "b") };
    expect(progress("statefulset", { spec, status })).toEqual({ done: true, says: "1 of 1 updated, 3 available" });
    expect(progress("statefulset", { spec, status: { ...status, updatedReplicas: 0 } }).done).toBe(false);
  });
});

test("a DaemonSet is done once each node has a new pod that is available", () => {
  const status = { desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 3 };
  expect(progress("daemonset", { status })).toEqual({ done: false, says: "4 of 4 updated, 3 available" });
  expect(progress("daemonset", { status: { ...status, numberAvailable: 4 } }).done).toBe(true);
});

test("who keeps a workload as it is declared elsewhere is known by its marks", () => {
  const by = (metadata: object) => keeperOf(workload({ metadata }));
  expect(by({})).toBeUndefined();
  expect(by({ annotations: { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/shop" } })).toBe(
    "Argo CD (shop)",
  );
  expect(by({ labels: { "kustomize.toolkit.fluxcd.io/name": "apps" } })).toBe("Flux (apps)");
  expect(by({ ownerReferences: [{ kind: "Postgres", name: "orders", controller: true }] })).toBe("Postgres orders");
});
