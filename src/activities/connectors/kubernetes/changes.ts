/** Changes in a namespace of a cluster: rollouts, scaling, ConfigMaps, events, and what Argo CD and Helm did there. */
import type { KubernetesPart } from "../../../schema/config/kubernetes-source.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { isoText } from "../../tools/kit/instant.js";
import type { LostPart } from "../../tools/logs/reading.js";
import { belongsTo, type ChangeQuestion, type ChangeReading, type ReportedChange } from "../kit/change.js";
import { argoChanges } from "./changes/argocd.js";
import { configMapChanges } from "./changes/config-maps.js";
import { helmChanges } from "./changes/helm.js";
import type { PartQuestion, PartReading } from "./changes/part.js";
import { rolloutChanges } from "./changes/rollouts.js";
import { scaleChanges } from "./changes/scaling.js";
import { clusterNamed } from "./client.js";
import { eventsOf } from "./events.js";
import { type KubernetesSource, lostPartOf, pageOf, placeOf, reads, refuseUnless } from "./lists.js";

type Reader = (asked: PartQuestion) => Promise<PartReading>;

/** In this order: the rollouts tell which ConfigMaps are in use, and who scaled. */
const PARTS: ReadonlyArray<readonly [KubernetesPart, Reader]> = [
  ["rollouts", rolloutChanges],
  ["config_maps", configMapChanges],
  ["events", eventChanges],
  ["argocd", argoChanges],
  ["helm", helmChanges],
];

/** The parts that are read as changes. */
export const CHANGE_PARTS: readonly KubernetesPart[] = PARTS.map(([part]) => part);

export async function kubernetesChanges(
  source: KubernetesSource,
  question: ChangeQuestion,
  context: ToolContext,
): Promise<ChangeReading> {
  refuseUnless(source, CHANGE_PARTS, "a source of changes");
  const cluster = await clusterNamed(source.cluster, context);
  const asked: PartQuestion = { source, cluster, question, context, scalers: new Map() };
  const changes: ReportedChange[] = [];
  const lost: LostPart[] = [];
  let [cut, read] = [false, 0];
  const parts = PARTS.filter(([part]) => reads(source, part));
  for (const [part, reader] of parts) {
    try {
      const reading = await reader(asked);
      changes.push(...reading.changes);
      cut ||= reading.cut;
      lost.push(...(reading.unreadable ?? []));
      read++;
    } catch (error) {
      // Without a connection, or without credentials, the other parts would fail in the same way.
      if (error instanceof ToolFailure && ["source-unreachable", "source-denied"].includes(error.code)) throw error;
      lost.push(lostPartOf(`${part} of ${placeOf(source)}`, error, context));
    }
  }
  const [first] = lost;
  if (read === 0 && first !== undefined) throw toolFailure(first.code, first.message);
  const page = pageOf(source);
  const inRange = changes.filter(({ timeMs }) => timeMs >= question.sinceMs && timeMs <= question.untilMs);
  return {
    // Times are of whole seconds: of changes in the same one, the later come first.
    changes: inRange.reverse().map((change) => ({ ...change, link: change.link ?? page })),
    query: queryText(
      source,
      parts.map(([part]) => part),
      question,
    ),
    cut: cut || lost.length > 0,
    unreadable: lost,
  };
}

function queryText(
  source: KubernetesSource,
  parts: readonly string[],
  { sinceMs, untilMs, service }: ChangeQuestion,
): string {
  const selector = source.selector === undefined ? "" : ` with ${source.selector}`;
  const of = service === undefined ? "" : ` of ${service}`;
  return `${parts.join(", ")} in ${placeOf(source)}${selector}${of}, from ${isoText(sinceMs)} to ${isoText(untilMs)}`;
}

/** What Kubernetes does of itself and what changes how a service runs; the steps of a rollout are told by the rollout. */
const ACTS = new Set([
  "SuccessfulRescale",
  "Evicted",
  "EvictionThresholdMet",
  "Preempted",
  "TaintManagerEviction",
  "OOMKilling",
  "NodeNotReady",
  "NodeDrain",
  "Rebooted",
]);

async function eventChanges({ source, cluster, question, context, scalers }: PartQuestion): Promise<PartReading> {
  const { items, cut } = await eventsOf(cluster, source.namespace, context);
  const { service } = question;
  const own = items.filter(({ objectName }) => service === undefined || belongsTo(objectName, service));
  const acts = own.filter(({ reason }) => ACTS.has(reason));
  const changes = acts.map(
    ({ timeMs, object, reason, message, by }): ReportedChange => ({
      timeMs,
      kind: "event",
      what: `${object}: ${reason}: ${message}`,
      by,
      where: placeOf(source),
    }),
  );
  return { changes: [...changes, ...scaleChanges(own, scalers, placeOf(source))], cut };
}
