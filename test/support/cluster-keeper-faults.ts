/** Faults of what makes, keeps and scales pods: Jobs, CronJobs, StatefulSets, DaemonSets, rollouts, autoscalers, budgets. */
import { type Fault, specsOf } from "./cluster-faults.js";
import {
  add,
  ago,
  crashing,
  event,
  get,
  type Item,
  log,
  podless,
  podsOf,
  unready,
  type World,
  waiting,
  workload,
} from "./cluster-world.js";

const NEVER_BACK = "Job has reached the specified backoff limit";

/** A CronJob, its Jobs, and the pods that these have made. */
function cronJob(world: World, name: string, parts: { spec?: Item; status?: Item; changed?: number } = {}): Item {
  const podSpec = { restartPolicy: "Never", containers: [{ name: "main", image: "registry.example.com/report:v1" }] };
  return add(world, "CronJob", {
    metadata: {
      name,
      namespace: "shop",
      creationTimestamp: ago(900_000),
      managedFields: [{ manager: "kubectl-edit", operation: "Update", time: ago(parts.changed ?? 900_000) }],
    },
    spec: {
      schedule: "*/10 * * * *",
      suspend: false,
      concurrencyPolicy: "Allow",
      jobTemplate: { spec: { template: { spec: podSpec } } },
      ...parts.spec,
    },
    status: { lastScheduleTime: ago(300), lastSuccessfulTime: ago(280), ...parts.status },
  });
}
function job(
  world: World,
  name: string,
  parts: { of?: string; spec?: Item; status?: Item; seconds?: number } = {},
): Item {
  const { of, seconds = 900 } = parts;
  return add(world, "Job", {
    metadata: {
      name,
      namespace: "shop",
      uid: `uid-${name}`,
      creationTimestamp: ago(seconds),
      ...(of === undefined ? {} : { ownerReferences: [{ kind: "CronJob", name: of, controller: true }] }),
    },
    spec: {
      backoffLimit: 6,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "main", image: "registry.example.com/report:v1" }] },
      },
      ...parts.spec,
    },
    status: { startTime: ago(seconds), ...parts.status },
  });
}
function jobPod(world: World, name: string, of: string, status: Item, spec: Item = {}): Item {
  return add(world, "Pod", {
    metadata: {
      name,
      namespace: "shop",
      labels: { "job-name": of, "batch.kubernetes.io/job-name": of },
      creationTimestamp: ago(600),
      ownerReferences: [{ kind: "Job", name: of, controller: true }],
    },
    spec: {
      nodeName: "node-1",
      restartPolicy: "Never",
      containers: [{ name: "main", image: "registry.example.com/report:v1" }],
      ...spec,
    },
    status: { conditions: [], ...status },
  });
}
const waits = (reason: string, message: string): Item => ({
  phase: "Pending",
  containerStatuses: [{ name: "main", ready: false, restartCount: 0, state: { waiting: { reason, message } } }],
});
const ended = (exitCode: number, more: Item = {}): Item => ({
  phase: "Failed",
  containerStatuses: [
    {
      name: "main",
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode, reason: "Error", startedAt: ago(520), finishedAt: ago(500), ...more } },
    },
  ],
});
const kindOf = (world: World, name: string): string =>
  (world.items.StatefulSet ?? []).some(({ metadata }) => metadata.name === name) ? "StatefulSet" : "Deployment";
const scaler = (world: World, name: string, spec: Item, status: Item): void => {
  add(world, "HorizontalPodAutoscaler", {
    metadata: { name, namespace: "shop", creationTimestamp: ago(90_000) },
    spec: {
      scaleTargetRef: { kind: kindOf(world, name), name, apiVersion: "apps/v1" },
      minReplicas: 1,
      maxReplicas: 3,
      ...spec,
    },
    status: {
      currentReplicas: 1,
      desiredReplicas: 1,
      ...status,
      conditions: [
        {
          type: "AbleToScale",
          status: "True",
          reason: "ReadyForNewScale",
          message: "recommended size matches current size",
        },
        { type: "ScalingActive", status: "True", reason: "ValidMetricFound" },
        ...(status.conditions ?? []),
      ],
    },
  });
};
const pod = (world: World, name: string): Item => podsOf(world, name)[0];

export const KEEPER_FAULTS: Record<string, Fault> = {
  "job: failed by its own exit": {
    codes: ["k8s-container-crashing", "k8s-job-back-off-limit", "k8s-setting-missing", "k8s-command-not-found"],
    object: "Job shop/import",
    failure: "none",
    on: "all",
    ways: [1, 2, 127].map((code) => (world) => {
      job(world, "import", {
        status: {
          failed: 7,
          conditions: [
            { type: "FailureTarget", status: "True", reason: "BackoffLimitExceeded", message: NEVER_BACK },
            {
              type: "Failed",
              status: "True",
              reason: "BackoffLimitExceeded",
              message: NEVER_BACK,
              lastTransitionTime: ago(400),
            },
          ],
        },
      });
      jobPod(world, "import-x7k2p", "import", ended(code));
      event(world, "Job", "import", "BackoffLimitExceeded", NEVER_BACK);
    }),
  },
  "job: limit reached, its pods are gone": {
    codes: ["k8s-job-back-off-limit"],
    object: "Job shop/import",
    failure: "none",
    on: "all",
    ways: [
      ["BackoffLimitExceeded", NEVER_BACK],
      [
        "PodFailurePolicy",
        "Container main for pod shop/import-x7k2p failed with exit code 42 matching FailJob rule at index 0",
      ],
      ["MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"],
    ].map(([reason, message]) => (world) => {
      job(world, "import", {
        status: {
          failed: 7,
          conditions: [{ type: "Failed", status: "True", reason, message, lastTransitionTime: ago(400) }],
        },
      });
    }),
  },
  "job: deadline": {
    codes: ["k8s-job-deadline-exceeded"],
    object: "Job shop/import",
    failure: "none",
    on: "all",
    ways: ["Job was active longer than specified deadline", "Job was active longer than specified deadline", ""].map(
      (message, index) => (world) => {
        job(world, "import", {
          spec: { activeDeadlineSeconds: 60 * (index + 1) },
          status: {
            failed: index,
            conditions: [
              { type: "Failed", status: "True", reason: "DeadlineExceeded", message, lastTransitionTime: ago(100) },
            ],
          },
        });
        event(world, "Job", "import", "DeadlineExceeded", "Job was active longer than specified deadline");
      },
    ),
  },
  "job: image": {
    codes: ["k8s-image-not-found"],
    object: "Job shop/import",
    failure: "none",
    on: "all",
    ways: ["ErrImagePull", "ImagePullBackOff", "ErrImagePull"].map((reason) => (world) => {
      job(world, "import", { status: { active: 1 } });
      jobPod(
        world,
        "import-x7k2p",
        "import",
        waits(
          reason,
          'Back-off pulling image "registry.example.com/report:v1": ErrImagePull: failed to resolve reference "registry.example.com/report:v1": registry.example.com/report:v1: not found',
        ),
      );
    }),
  },
  "job: quota": {
    codes: ["k8s-quota-exceeded"],
    object: "ResourceQuota shop/compute",
    failure: "none",
    on: "all",
    ways: [
      "pods=1, used: pods=20, limited: pods=20",
      "requests.cpu=2, used: requests.cpu=3, limited: requests.cpu=4",
      "count/pods=1, used: count/pods=9, limited: count/pods=9",
    ].map((text) => (world) => {
      job(world, "import");
      event(
        world,
        "Job",
        "import",
        "FailedCreate",
        `Error creating: pods "import-x7k2p" is forbidden: exceeded quota: compute, requested: ${text}`,
      );
    }),
  },
  "cron job: its image": {
    codes: ["k8s-image-not-found"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: [1, 2, 3].map((count) => (world) => {
      cronJob(world, "nightly");
      for (let index = 0; index < count; index++) {
        job(world, `nightly-2936${index}`, { of: "nightly", status: { active: 1 }, seconds: 600 * (index + 1) });
        jobPod(
          world,
          `nightly-2936${index}-x7k2p`,
          `nightly-2936${index}`,
          waits("ErrImagePull", "manifest for registry.example.com/report:v1 not found: manifest unknown"),
        );
      }
    }),
  },
  "cron job: a Secret that is missing": {
    codes: ["k8s-secret-missing", "k8s-config-map-missing", "k8s-secret-key-missing"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: [
      'secret "nightly-db" not found',
      'configmap "nightly-settings" not found',
      "couldn't find key dsn in Secret shop/nightly-db",
    ].map((text) => (world) => {
      cronJob(world, "nightly");
      job(world, "nightly-29361", { of: "nightly", status: { active: 1 } });
      jobPod(world, "nightly-29361-x7k2p", "nightly-29361", waits("CreateContainerConfigError", text));
    }),
  },
  "cron job: its program ends with an error": {
    codes: ["k8s-container-crashing", "k8s-job-back-off-limit", "k8s-command-not-found", "k8s-container-out-of-memory"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: [ended(1), ended(127), ended(137, { reason: "OOMKilled" })].map((status) => (world) => {
      cronJob(world, "nightly", { status: { lastSuccessfulTime: ago(90_000) } });
      for (const index of [1, 2]) {
        job(world, `nightly-2936${index}`, {
          of: "nightly",
          seconds: 600 * index,
          status: {
            failed: 1,
            conditions: [
              {
                type: "Failed",
                status: "True",
                reason: "BackoffLimitExceeded",
                message: NEVER_BACK,
                lastTransitionTime: ago(500 * index),
              },
            ],
          },
        });
        jobPod(world, `nightly-2936${index}-x7k2p`, `nightly-2936${index}`, status);
      }
    }),
  },
  "cron job: suspended lately": {
    codes: ["k8s-cron-job-suspended"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: [600, 7_200, 40_000].map((changed) => (world) => {
      cronJob(world, "nightly", {
        changed,
        spec: { suspend: true },
        status: { lastScheduleTime: ago(changed + 300), lastSuccessfulTime: ago(changed + 280) },
      });
    }),
  },
  "cron job: time zone or schedule": {
    codes: ["k8s-cron-job-schedule-invalid"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: [
      ["UnknownTimeZone", 'invalid timeZone: "Europe/Berlim": unknown time zone Europe/Berlim'],
      ["UnparseableSchedule", 'unparseable schedule: "61 * * * *" : end of range (61) above maximum (59): 61'],
      ["InvalidSchedule", "invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second"],
    ].map(([reason = "", message = ""]) => (world) => {
      cronJob(world, "nightly", { status: { lastScheduleTime: ago(90_000), lastSuccessfulTime: ago(90_000) } });
      event(world, "CronJob", "nightly", reason, message, { source: { component: "cronjob-controller" } });
    }),
  },
  "cron job: missed": {
    codes: ["k8s-cron-job-missed"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: [
      (world: World) => {
        cronJob(world, "nightly", {
          spec: { startingDeadlineSeconds: 5 },
          status: { lastScheduleTime: ago(90_000), lastSuccessfulTime: ago(90_000) },
        });
        event(
          world,
          "CronJob",
          "nightly",
          "MissSchedule",
          "Missed scheduled time to start a job: Sun, 22 Nov 2026 11:50:00 +0000",
        );
      },
      (world: World) => {
        cronJob(world, "nightly", { status: { lastScheduleTime: ago(90_000), lastSuccessfulTime: ago(90_000) } });
        event(
          world,
          "CronJob",
          "nightly",
          "TooManyMissedTimes",
          "too many missed start times: 101. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
        );
      },
      // Its events have passed; the schedule tells it.
      (world: World) =>
        void cronJob(world, "nightly", {
          spec: { startingDeadlineSeconds: 5 },
          status: { lastScheduleTime: ago(90_000), lastSuccessfulTime: ago(90_000) },
        }),
    ],
  },
  "cron job: runs that do not end": {
    codes: ["k8s-cron-job-overlapping"],
    object: "CronJob shop/nightly",
    failure: "none",
    on: "all",
    ways: ["Allow", "Forbid", "Replace"].map((policy) => (world) => {
      const count = policy === "Allow" ? 6 : 1;
      const names = Array.from({ length: count }, (_, index) => `nightly-2936${index}`);
      cronJob(world, "nightly", {
        spec: { concurrencyPolicy: policy, schedule: "*/2 * * * *" },
        status: {
          active: names.map((name) => ({ kind: "Job", name })),
          lastScheduleTime: ago(policy === "Forbid" ? 4_000 : 60),
          lastSuccessfulTime: ago(8_000),
        },
      });
      for (const [index, name] of names.entries()) {
        job(world, name, {
          of: "nightly",
          status: { active: 1, ready: 1 },
          seconds: policy === "Forbid" ? 4_000 : 60 + 120 * index,
        });
        jobPod(world, `${name}-x7k2p`, name, {
          phase: "Running",
          conditions: [{ type: "Ready", status: "True" }],
          containerStatuses: [
            { name: "main", ready: true, restartCount: 0, state: { running: { startedAt: ago(60 + 120 * index) } } },
          ],
        });
      }
      if (policy === "Forbid")
        event(
          world,
          "CronJob",
          "nightly",
          "JobAlreadyActive",
          "Not starting job because prior execution is running and concurrency policy is Forbid",
          { type: "Normal" },
        );
      if (policy === "Replace")
        for (const index of [1, 2, 3])
          event(world, "CronJob", "nightly", "SuccessfulDelete", `Deleted job nightly-2935${index}`, {
            type: "Normal",
            seconds: 60 + 120 * index,
          });
    }),
  },
  "stateful set: the first pod keeps the others back": {
    codes: ["k8s-readiness-probe-failing", "k8s-container-crashing", "k8s-image-not-found"],
    object: "StatefulSet shop/ledger",
    failure: "none",
    on: "all",
    ways: [0, 1, 2].map((index) => (world) => {
      workload(world, "ledger", 5432, {
        kind: "StatefulSet",
        replicas: 3,
        container: { readinessProbe: { exec: { command: ["pg_isready"] } } },
      });
      world.items.Pod = (world.items.Pod ?? []).filter(
        ({ metadata }) => !["ledger-1", "ledger-2"].includes(metadata.name),
      );
      if (index === 0) {
        unready(world, "ledger");
        event(world, "Pod", "ledger-0", "Unhealthy", "Readiness probe failed: 127.0.0.1:5432 - no response", {
          count: 40,
        });
      }
      if (index === 1) crashing(world, "ledger", 1);
      if (index === 2) waiting(world, "ledger", "ErrImagePull", "manifest unknown: not found");
      Object.assign(get(world, "StatefulSet", "ledger").status, { replicas: 1, readyReplicas: 0 });
    }),
  },
  "stateful set: a partition that keeps all pods old": {
    codes: ["k8s-update-waits-for-partition"],
    object: "StatefulSet shop/ledger",
    failure: "none",
    on: "all",
    ways: [3, 5, 99].map((partition) => (world) => {
      workload(world, "ledger", 5432, { kind: "StatefulSet", replicas: 3 });
      const item = get(world, "StatefulSet", "ledger");
      item.spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition } };
      Object.assign(item.status, {
        updatedReplicas: 0,
        currentReplicas: 3,
        currentRevision: "ledger-6b",
        updateRevision: "ledger-7c",
      });
      item.metadata.managedFields = [{ manager: "kubectl", operation: "Update", time: ago(900) }];
    }),
  },
  "stateful set: a claim of one pod": {
    codes: ["k8s-claim-class-missing"],
    object: ["PersistentVolumeClaim shop/data-ledger-0", "StatefulSet shop/ledger"],
    failure: "none",
    on: "all",
    ways: [
      'storageclass.storage.k8s.io "fast" not found',
      'storageclass.storage.k8s.io "fast" not found',
      'storageclass.storage.k8s.io "fast" not found',
    ].map((text) => (world) => {
      workload(world, "ledger", 5432, {
        kind: "StatefulSet",
        replicas: 1,
        spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data-ledger-0" } }] },
      });
      get(world, "StatefulSet", "ledger").spec.volumeClaimTemplates = [
        { metadata: { name: "data" }, spec: { storageClassName: "fast" } },
      ];
      add(world, "PersistentVolumeClaim", {
        metadata: { name: "data-ledger-0", namespace: "shop", creationTimestamp: ago(600) },
        spec: { storageClassName: "fast", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        status: { phase: "Pending" },
      });
      event(world, "PersistentVolumeClaim", "data-ledger-0", "ProvisioningFailed", text);
      const own = pod(world, "ledger");
      delete own.spec.nodeName;
      own.status = {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
          },
        ],
      };
    }),
  },
  "stateful set: pod management and OnDelete": {
    codes: ["k8s-update-waits-for-deletion"],
    object: "StatefulSet shop/ledger",
    failure: "none",
    on: "all",
    ways: [0, 1, 2].map((updated) => (world) => {
      workload(world, "ledger", 5432, { kind: "StatefulSet", replicas: 3 });
      const item = get(world, "StatefulSet", "ledger");
      item.spec.updateStrategy = { type: "OnDelete" };
      Object.assign(item.status, {
        updatedReplicas: updated,
        currentRevision: "ledger-6b",
        updateRevision: "ledger-7c",
      });
    }),
  },
  "daemon set: a host port or node that takes it not": {
    codes: ["k8s-host-port-taken", "k8s-cpu-insufficient", "k8s-taint-not-tolerated"],
    object: ["DaemonSet shop/log-agent", "Node *"],
    failure: "none",
    on: "all",
    ways: [
      "1 node(s) didn't have free ports for the requested pod ports, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
      "1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector",
      "1 node(s) had untolerated taint {dedicated: batch}, 2 node(s) didn't match Pod's node affinity/selector",
    ].map((text) => (world) => {
      workload(world, "log-agent", 24224, {
        kind: "DaemonSet",
        replicas: 3,
        service: false,
        container: { resources: { requests: { cpu: "3" } } },
      });
      if (text.includes("taint"))
        get(world, "Node", "node-1").spec.taints = [{ key: "dedicated", value: "batch", effect: "NoSchedule" }];
      const own = pod(world, "log-agent");
      delete own.spec.nodeName;
      own.metadata.creationTimestamp = ago(600);
      own.status = {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: `0/3 nodes are available: ${text}.`,
          },
        ],
      };
      Object.assign(get(world, "DaemonSet", "log-agent").status, { numberReady: 2, numberUnavailable: 1 });
    }),
  },
  "rollout: pods become available never": {
    codes: ["k8s-rollout-stalled"],
    object: "@",
    failure: "none",
    on: "program",
    ways: [600, 3_600, 86_400].map((seconds) => (world, name) => {
      const item = get(world, "Deployment", name);
      Object.assign(item.spec, { minReadySeconds: seconds, progressDeadlineSeconds: seconds + 600 });
      Object.assign(item.status, {
        availableReplicas: 0,
        unavailableReplicas: 1,
        readyReplicas: 1,
        updatedReplicas: 1,
      });
      item.status.conditions = [
        {
          type: "Available",
          status: "False",
          reason: "MinimumReplicasUnavailable",
          message: "Deployment does not have minimum availability.",
        },
        {
          type: "Progressing",
          status: "True",
          reason: "ReplicaSetUpdated",
          message: `ReplicaSet "${name}-7f9dd8b6c4" is progressing.`,
        },
      ];
      for (const own of podsOf(world, name)) {
        own.metadata.creationTimestamp = ago(500);
        own.status.conditions = own.status.conditions.map((one: Item) => ({ ...one, lastTransitionTime: ago(480) }));
      }
    }),
  },
  "rollout: the new ReplicaSet cannot be made": {
    codes: ["k8s-quota-exceeded"],
    object: "ResourceQuota shop/objects",
    failure: "none",
    on: "program",
    ways: ["Event", "condition", "both"].map((way) => (world, name) => {
      const item = get(world, "Deployment", name);
      const message = `replicasets.apps "${name}-6c54bd5869" is forbidden: exceeded quota: objects, requested: count/replicasets.apps=1, used: count/replicasets.apps=20, limited: count/replicasets.apps=20`;
      if (way !== "condition")
        event(
          world,
          "Deployment",
          name,
          "ReplicaSetCreateError",
          `Failed to create new replica set "${name}-6c54bd5869": ${message}`,
        );
      if (way !== "Event")
        item.status.conditions = [
          { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
          {
            type: "Progressing",
            status: "False",
            reason: "ReplicaSetCreateError",
            message: `Failed to create new replica set "${name}-6c54bd5869": ${message}`,
          },
        ];
      Object.assign(item.status, { updatedReplicas: 0, observedGeneration: 2 });
      item.metadata.generation = 2;
    }),
  },
  "autoscaler: at its limit while callers wait": {
    codes: ["k8s-autoscaler-at-limit"],
    object: ["HorizontalPodAutoscaler shop/@", "@"],
    failure: "timeout",
    needsCallers: "always",
    on: "called",
    ways: [1, 1, 1].map((max, index) => (world, name) => {
      scaler(
        world,
        name,
        { minReplicas: index === 0 ? 1 : max, maxReplicas: max },
        {
          currentReplicas: 1,
          desiredReplicas: 1,
          conditions: [
            {
              type: "ScalingLimited",
              status: "True",
              reason: "TooManyReplicas",
              message: "the desired replica count is more than the maximum replica count",
            },
          ],
        },
      );
    }),
  },
  "autoscaler: no such target": {
    codes: ["k8s-autoscaler-target-missing"],
    object: "HorizontalPodAutoscaler shop/@",
    failure: "none",
    on: "program",
    ways: ["Deployment", "StatefulSet", "Rollout"].map((kind) => (world, name) => {
      scaler(world, name, { scaleTargetRef: { kind, name: `${name}-v2`, apiVersion: "apps/v1" } }, {});
      get(world, "HorizontalPodAutoscaler", name).status.conditions = [
        {
          type: "AbleToScale",
          status: "False",
          reason: "FailedGetScale",
          message: `the HPA controller was unable to get the target's current scale: ${kind.toLowerCase()}s.apps "${name}-v2" not found`,
        },
      ];
    }),
  },
  "autoscaler: metric that nobody gives": {
    codes: ["k8s-autoscaler-metrics-missing"],
    object: ["HorizontalPodAutoscaler shop/@", "@"],
    failure: "none",
    on: "program",
    ways: [
      [
        "FailedGetPodsMetric",
        "the HPA was unable to compute the replica count: unable to get metric http_requests: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered",
      ],
      [
        "FailedGetExternalMetric",
        "the HPA was unable to compute the replica count: unable to get external metric shop/queue_length/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue_length.external.metrics.k8s.io)",
      ],
      ["InvalidSelector", "the HPA target's scale is missing a selector"],
    ].map(([reason, message]) => (world, name) => {
      scaler(world, name, {}, {});
      get(world, "HorizontalPodAutoscaler", name).status.conditions = [
        { type: "AbleToScale", status: "True" },
        { type: "ScalingActive", status: "False", reason, message },
      ];
    }),
  },
  "autoscaler: two for one workload": {
    codes: ["k8s-autoscaler-ambiguous"],
    object: ["HorizontalPodAutoscaler shop/@", "HorizontalPodAutoscaler shop/@-2"],
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name) => {
      scaler(world, name, {}, {});
      scaler(world, `${name}-2`, { scaleTargetRef: { kind: "Deployment", name } }, {});
      const message = `pods by selector app=${name} are controlled by multiple HPAs: [shop/${name} shop/${name}-2]`;
      if (way === 2) return;
      for (const own of [name, `${name}-2`]) {
        if (way === 0)
          get(world, "HorizontalPodAutoscaler", own).status.conditions = [
            { type: "AbleToScale", status: "True" },
            { type: "ScalingActive", status: "False", reason: "AmbiguousSelector", message },
          ];
        else event(world, "HorizontalPodAutoscaler", own, "AmbiguousSelector", message);
      }
    }),
  },
  "budget: a drain that does not end": {
    codes: ["k8s-budget-blocks-eviction"],
    object: "PodDisruptionBudget shop/@",
    failure: "none",
    on: "program",
    ways: [{ minAvailable: 1 }, { maxUnavailable: 0 }, { minAvailable: "100%" }].map((spec, index) => (world, name) => {
      const node = pod(world, name).spec.nodeName;
      add(world, "PodDisruptionBudget", {
        metadata: { name, namespace: "shop" },
        spec: { ...spec, selector: { matchLabels: { app: name } } },
        status: {
          disruptionsAllowed: 0,
          currentHealthy: 1,
          desiredHealthy: 1,
          expectedPods: 1,
          conditions: [{ type: "DisruptionAllowed", status: "False", reason: "InsufficientPods" }],
        },
      });
      Object.assign(get(world, "Node", node).spec, {
        unschedulable: true,
        taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule", timeAdded: ago(1_900) }],
      });
      if (index === 1)
        event(
          world,
          "Node",
          node,
          "FailedDraining",
          `failed to drain node: error when evicting pods/"${pod(world, name).metadata.name}" -n "shop": global timeout reached: Cannot evict pod as it would violate the pod's disruption budget.`,
        );
      if (index === 2)
        event(
          world,
          "Pod",
          pod(world, name).metadata.name,
          "EvictionBlocked",
          "Cannot evict pod as it would violate the pod's disruption budget.",
        );
    }),
  },
  "budget: two for one pod": {
    codes: ["k8s-budget-blocks-eviction"],
    object: ["PodDisruptionBudget shop/@", "PodDisruptionBudget shop/@-all"],
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name) => {
      for (const own of [name, `${name}-all`])
        add(world, "PodDisruptionBudget", {
          metadata: { name: own, namespace: "shop" },
          spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
          status: {
            disruptionsAllowed: 1,
            currentHealthy: 1,
            desiredHealthy: 0,
            expectedPods: 1,
            conditions: [{ type: "DisruptionAllowed", status: "True", reason: "SufficientPods" }],
          },
        });
      const node = pod(world, name).spec.nodeName;
      if (way !== 1) get(world, "Node", node).spec.unschedulable = true;
      event(
        world,
        "Pod",
        pod(world, name).metadata.name,
        way === 1 ? "MultiplePodDisruptionBudgets" : "FailedEviction",
        `Pod "${pod(world, name).metadata.name}" matches multiple PodDisruptionBudgets. Chose "${name}" arbitrarily. This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.`,
      );
    }),
  },
  "replica set: pods refused by the account": {
    codes: ["k8s-service-account-missing"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      'error looking up service account shop/robot: serviceaccount "robot" not found',
      'pods "x-1" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found',
      'serviceaccount "robot" not found',
    ].map((text, index) => (world, name) => {
      for (const spec of specsOf(world, name)) spec.serviceAccountName = "robot";
      podless(world, name, text, index === 1 ? "condition" : "event");
    }),
  },
  "job: a sidecar keeps it from ending": {
    codes: ["k8s-job-kept-by-sidecar"],
    object: "Job shop/import",
    failure: "none",
    on: "all",
    ways: ["istio-proxy", "cloud-sql-proxy", "log-shipper"].map((sidecar) => (world) => {
      job(world, "import", { status: { active: 1, ready: 0 }, seconds: 9_000 });
      jobPod(
        world,
        "import-x7k2p",
        "import",
        {
          phase: "Running",
          conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady" }],
          containerStatuses: [
            {
              name: "main",
              ready: false,
              restartCount: 0,
              state: {
                terminated: { exitCode: 0, reason: "Completed", startedAt: ago(8_900), finishedAt: ago(8_500) },
              },
            },
            { name: sidecar, ready: true, restartCount: 0, state: { running: { startedAt: ago(8_900) } } },
          ],
        },
        {
          containers: [
            { name: "main", image: "report:v1" },
            { name: sidecar, image: `${sidecar}:1` },
          ],
        },
      );
      log(world, "import", []);
    }),
  },
};
