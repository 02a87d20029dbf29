/** What makes pods and keeps them: workloads, jobs, autoscalers, budgets. */
import { z } from "zod";
import { condition, flag, intOrName, many, metadata, number, opt, selector, text } from "./parts.js";
import { template } from "./pod.js";

const conditions = many(condition);
const reference = z.object({ kind: text, name: text, apiVersion: text });

/** Deployment, ReplicaSet, StatefulSet, DaemonSet: one shape, of which each has its part. */
export const workload = z.object({
  metadata,
  spec: opt(
    z.object({
      replicas: number,
      paused: flag,
      selector: opt(selector),
      template,
      serviceName: text,
      progressDeadlineSeconds: number,
      minReadySeconds: number,
      updateStrategy: opt(z.object({ type: text, rollingUpdate: opt(z.object({ partition: number })) })),
      volumeClaimTemplates: many(z.object({ metadata: z.object({ name: z.string() }) })),
    }),
  ),
  status: opt(
    z.object({
      observedGeneration: number,
      replicas: number,
      readyReplicas: number,
      updatedReplicas: number,
      availableReplicas: number,
      unavailableReplicas: number,
      desiredNumberScheduled: number,
      currentNumberScheduled: number,
      numberReady: number,
      numberMisscheduled: number,
      updatedNumberScheduled: number,
      currentRevision: text,
      updateRevision: text,
      conditions,
    }),
  ),
});
export type Workload = z.output<typeof workload>;

export const job = z.object({
  metadata,
  spec: opt(
    z.object({
      suspend: flag,
      backoffLimit: number,
      activeDeadlineSeconds: number,
      completions: number,
      parallelism: number,
      template,
    }),
  ),
  status: opt(
    z.object({ active: number, succeeded: number, failed: number, startTime: text, completionTime: text, conditions }),
  ),
});
export type Job = z.output<typeof job>;

export const cronJob = z.object({
  metadata,
  spec: opt(
    z.object({
      schedule: text,
      timeZone: text,
      suspend: flag,
      concurrencyPolicy: text,
      startingDeadlineSeconds: number,
      jobTemplate: opt(z.object({ spec: opt(z.object({ template })) })),
    }),
  ),
  status: opt(z.object({ active: many(reference), lastScheduleTime: text, lastSuccessfulTime: text })),
});

/** Of the metrics those by resource; others are read by what the conditions say. */
const utilization = opt(z.object({ averageUtilization: number }));
export const autoscaler = z.object({
  metadata,
  spec: opt(
    z.object({
      scaleTargetRef: opt(reference),
      minReplicas: number,
      maxReplicas: number,
      metrics: many(z.object({ resource: opt(z.object({ name: text, target: utilization })) })),
    }),
  ),
  status: opt(
    z.object({
      currentReplicas: number,
      desiredReplicas: number,
      currentMetrics: many(z.object({ resource: opt(z.object({ name: text, current: utilization })) })),
      conditions,
    }),
  ),
});

export const budget = z.object({
  metadata,
  spec: opt(z.object({ minAvailable: intOrName, maxUnavailable: intOrName, selector: opt(selector) })),
  status: opt(
    z.object({
      disruptionsAllowed: number,
      currentHealthy: number,
      desiredHealthy: number,
      expectedPods: number,
      conditions,
    }),
  ),
});
