/**
 * Reads the logs of the pods of a namespace, of containers that run and of those that ran before them, and its events.
 * Each container is asked for its last lines; a pod that cannot be read leaves the others as they are.
 */
import { inSlices, mapped } from "../../../platform/slices.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { isoText } from "../../tools/kit/instant.js";
import type { LogEntry } from "../../tools/logs/entries.js";
import type { LogQuestion, LogReading, LostPart } from "../../tools/logs/reading.js";
import { NewestEntries } from "../../tools/logs/selection.js";
import { KubernetesFailure } from "./answers.js";
import { clusterNamed, type KubernetesClient } from "./client.js";
import { containerEntries } from "./container-lines.js";
import { eventsOf } from "./events.js";
import { bothSelectors, type KubernetesSource, LOG_PARTS, lostPartOf, pageOf, reads, refuseUnless } from "./lists.js";
import { containersIn, type PodContainer, podsOf, type SeenPods } from "./pods-seen.js";

/** Containers of one call whose logs are read; those of the newest pods. */
const CONTAINERS_MAX = 100;
/** Bytes of one container's log, under what one answer may have. */
const LOG_MAX_BYTES = 6_000_000;
const LINES_MIN = 10;
const NO_PODS: SeenPods = { pods: [], cut: false, isOfThem: () => true };

export async function readKubernetes(
  source: KubernetesSource,
  question: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<LogReading> {
  refuseUnless(source, LOG_PARTS, "a log");
  const cluster = await clusterNamed(source.cluster, context);
  const { selection } = question;
  const kept = new NewestEntries(selection, question.maxLines, maxChars);
  const selector = bothSelectors(source.selector, question.query);
  const wantsLogs = reads(source, "logs") || reads(source, "previous_logs");
  const needsPods = wantsLogs || selector !== undefined;
  const pods = needsPods ? await podsOf(cluster, source.namespace, selector, context) : NO_PODS;
  const reader = {
    source,
    cluster,
    kept,
    question,
    context,
    lost: [] as LostPart[],
    files: [] as string[],
    cut: pods.cut,
  };
  const asked = wantsLogs ? logsWanted(source, pods, selection.sinceMs) : [];
  reader.cut ||= asked.length > CONTAINERS_MAX;
  for (const one of asked.slice(0, CONTAINERS_MAX)) await readContainer(one, reader);
  if (reads(source, "events")) await readEvents(reader, pods, selector);
  const failed = reader.lost.filter(({ code }) => code !== "source-refused");
  if (reader.files.length === 0 && failed.length > 0 && kept.total === 0) {
    const [first] = failed;
    if (first !== undefined) throw toolFailure(first.code, `the source ${source.name}: ${first.message}`);
  }
  return {
    kept,
    query: queryText(source, selector, question),
    cut: reader.cut || failed.length > 0,
    badLines: 0,
    files: reader.files,
    unreadable: reader.lost,
    uiUrl: pageOf(source),
  };
}

interface Reader {
  source: KubernetesSource;
  cluster: KubernetesClient;
  kept: NewestEntries;
  question: LogQuestion;
  context: ToolContext;
  lost: LostPart[];
  /** Logs that were read: `pod/container`, with `(previous)`. */
  files: string[];
  cut: boolean;
}

/** What to ask for, the newest pods first; a previous container only where there was one, and it may lie in range. */
function logsWanted(source: KubernetesSource, { pods }: SeenPods, sinceMs: number): PodContainer[] {
  const containers = containersIn(pods).filter(
    ({ name }) => source.container === undefined || name === source.container,
  );
  return containers.flatMap((one) => {
    const current = reads(source, "logs") && one.started ? [one] : [];
    const before = one.previousEndedMs;
    const isWanted = reads(source, "previous_logs") && before !== undefined && before >= sinceMs;
    return isWanted ? [...current, { ...one, previous: true }] : current;
  });
}

async function readContainer(one: PodContainer, reader: Reader): Promise<void> {
  const { context, kept, question } = reader;
  const path = `${one.pod}/${one.name}${one.previous ? " (previous)" : ""}`;
  try {
    const { text, limit, overLimit } = await lastLines(one, reader);
    const entries = containerEntries(text);
    await inSlices(
      mapped(entries.entries, ({ entry }) => kept.offer(fielded(entry, one), question.selection.untilMs)),
      context.signal,
    );
    const isFull = entries.lines >= limit && (entries.firstMs ?? 0) > question.selection.sinceMs;
    reader.cut ||= overLimit || isFull;
    reader.files.push(path);
  } catch (error) {
    // It was there a moment ago: the pod is gone, or the container has not begun or left nothing.
    const isGone = error instanceof KubernetesFailure && error.status === 404;
    if (!isGone && !(one.previous && error instanceof KubernetesFailure && error.status === 400)) {
      reader.lost.push(lostPartOf(path, error, context));
    }
  }
  context.heartbeat(path);
}

/** The end of a log that fits one answer: fewer lines where they are long. */
async function lastLines(one: PodContainer, { source, cluster, question, context }: Reader) {
  const api = cluster.api((k8s) => k8s.CoreV1Api);
  const seconds = Math.max(1, Math.ceil((context.now() - question.selection.sinceMs) / 1_000));
  for (let limit = question.maxLines; ; limit = Math.max(LINES_MIN, Math.floor(limit / 8))) {
    const text = await api.readNamespacedPodLog({
      name: one.pod,
      namespace: source.namespace,
      container: one.name,
      previous: one.previous,
      timestamps: true,
      sinceSeconds: seconds,
      tailLines: limit,
      limitBytes: LOG_MAX_BYTES,
    });
    const overLimit = Buffer.byteLength(text) >= LOG_MAX_BYTES;
    if (!overLimit || limit <= LINES_MIN) return { text, limit, overLimit };
  }
}

const fielded = (entry: LogEntry, { pod, name, previous, node }: PodContainer): LogEntry => ({
  ...entry,
  fields: {
    ...entry.fields,
    pod,
    container: name,
    ...(node === undefined ? {} : { node }),
    ...(previous ? { previous: true } : {}),
  },
});

async function readEvents(reader: Reader, pods: SeenPods, selector: string | undefined): Promise<void> {
  const { source, cluster, context, kept, question } = reader;
  try {
    const { items, cut } = await eventsOf(cluster, source.namespace, context);
    for (const { timeMs, object, objectName, isWarning, reason, message, count } of items) {
      if (selector !== undefined && !pods.isOfThem(objectName)) continue;
      const fields = { object, reason, kind: "event", ...(count > 1 ? { count } : {}) };
      const entry: LogEntry = {
        timeMs,
        level: isWarning ? "warn" : "info",
        message: `${object}: ${reason}: ${message}`,
        fields,
      };
      kept.offer(entry, question.selection.untilMs);
    }
    reader.cut ||= cut;
    reader.files.push("events");
  } catch (error) {
    reader.lost.push(lostPartOf(`events of ${source.namespace}`, error, context));
  }
}

function queryText(
  source: KubernetesSource,
  selector: string | undefined,
  { selection, maxLines }: LogQuestion,
): string {
  const parts = source.include.filter((part) => LOG_PARTS.includes(part)).join(", ");
  const pods = selector === undefined ? "all pods" : `pods with ${selector}`;
  const container = source.container === undefined ? "" : `, container ${source.container}`;
  const span = `from ${isoText(selection.sinceMs)} to ${isoText(selection.untilMs)}`;
  return `${parts} of ${pods} in ${source.cluster}/${source.namespace}${container}, ${span}, the last ${maxLines} lines of each`;
}
