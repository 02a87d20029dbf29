/**
 * The state of a cluster out of a folder of dumps: lists and objects as JSON or YAML, tables of events and pods, `describe` texts,
 * logs by the names of their files. What stands nowhere in it is not known, and nothing is concluded from its absence.
 */
import { redact } from "../../../../core/redact.js";
import type { JsonObject } from "../../../../schema/json.js";
import { type ClusterFacts, FACT_KINDS, FACT_SCHEMAS, type FactKind } from "../../../../schema/kubernetes/facts.js";
import { type ToolContext, toolFailure } from "../../../define-tool.js";
import { OTHER_MAKERS } from "../state/other-makers.js";
import { withoutSecrets } from "../state/read.js";
import { describedIn } from "./described.js";
import { type DumpFile, readFolder } from "./folder.js";
import { isLogName, logsWithin, placeOfLog } from "./log-names.js";
import { type DumpedObject, objectsIn } from "./objects.js";
import { tablesRead } from "./tables.js";

const LOG_LINES = 200;
const LINE_MAX_CHARS = 500;
const NAMED_MAX = 5;

export interface DumpQuestion {
  cluster: string;
  folder: string;
  namespace: string | undefined;
}

interface Gathered {
  /** The fullest form first. */
  objects: DumpedObject[][];
  empty: string[];
  logs: DumpFile[];
  /** Files in none of the forms. */
  strange: string[];
}

export async function readDumps(
  { cluster, folder, namespace }: DumpQuestion,
  context: ToolContext,
): Promise<ClusterFacts> {
  const { files, cut } = await readFolder(folder, context);
  const gathered = gather(files, namespace ?? "default", context);
  const place = namespace === undefined ? undefined : { namespace };
  const facts: ClusterFacts = {
    ...place,
    cluster,
    atMs: context.now(),
    objects: Object.fromEntries(FACT_KINDS.map((kind) => [kind, []])) as unknown as ClusterFacts["objects"],
    read: [],
    logs: [],
    unread: cut.map((message) => ({ kind: "File", code: "truncated", message })),
  };
  fill(facts, gathered);
  if (Object.values(facts.objects).every((items) => items.length === 0))
    throw toolFailure("source-answer-invalid", `the folder ${folder} holds no dump of Kubernetes objects`, {
      hint: "put in what `kubectl get … -o yaml`, `kubectl describe`, `kubectl get events` or `kubectl cluster-info dump` wrote",
      retryable: false,
    });
  usageOfOnlyContainers(facts);
  const strange = [...gathered.strange, ...gathered.logs.flatMap((file) => (readLog(facts, file) ? [] : [file.path]))];
  if (strange.length > 0) facts.unread.push(notUnderstood(strange));
  facts.atMs = latestOf(files, context.now());
  return facts;
}

/** Ages in tables and descriptions count from when the file was written. */
function gather(files: readonly DumpFile[], namespace: string, context: ToolContext): Gathered {
  const found: Gathered = { objects: [[], [], []], empty: [], logs: [], strange: [] };
  for (const file of files) {
    if (isLogName(file.path)) {
      found.logs.push(file);
      continue;
    }
    // `cluster-info dump` without a folder writes logs between the lists.
    const { rest, logs } = logsWithin(file);
    found.logs.push(...logs);
    const written = objectsIn(rest, file.path);
    if (written !== undefined) {
      found.objects[0]?.push(...written.objects);
      found.empty.push(...written.empty);
      continue;
    }
    const nowMs = Math.min(file.modifiedMs, context.now());
    const described = describedIn(file.text, nowMs);
    if (described !== undefined) found.objects[1]?.push(...described);
    else {
      const tables = tablesRead(file.text, namespace, nowMs);
      if (tables === undefined || tables.isCut) found.strange.push(file.path);
      found.objects[2]?.push(...(tables?.objects ?? []));
    }
  }
  return found;
}

function notUnderstood(paths: readonly string[]): ClusterFacts["unread"][number] {
  const more = paths.length > NAMED_MAX ? ` and ${paths.length - NAMED_MAX} more` : "";
  const message = `in no form that is known here: ${paths.slice(0, NAMED_MAX).join(", ")}${more}; \`-o yaml\` is known of everything`;
  return { kind: "File", code: "source-answer-invalid", message };
}

function fill(facts: ClusterFacts, { objects, empty }: Gathered): void {
  const seen = new Set<string>();
  const whole = new Map<string, Set<string>>();
  for (const { kind, item, isListed } of objects.flat()) {
    const own = factKindOf(kind);
    if (own === undefined) continue;
    const parsed = FACT_SCHEMAS[own].safeParse(kind === "Endpoints" ? sliceOf(item) : item);
    if (!parsed.success) continue;
    const { name, namespace = "" } = parsed.data.metadata as { name: string; namespace?: string };
    if (isListed) whole.set(own, (whole.get(own) ?? new Set()).add(namespace));
    const key = `${kind} ${namespace}/${name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    (facts.objects[own] as unknown[]).push(withoutSecrets(own, parsed.data));
  }
  for (const kind of empty)
    if (facts.namespace !== undefined) whole.set(kind, whole.get(kind) ?? new Set([facts.namespace]));
  if (!holdsItsPods(facts)) whole.delete("Pod");
  else {
    // Written one by one, and each workload has its pods: then these are all.
    const places = facts.objects.Deployment.map(({ metadata }) => metadata.namespace ?? "");
    whole.set("Pod", new Set([...(whole.get("Pod") ?? []), ...places]));
  }
  for (const [kind, places] of whole)
    for (const place of places) facts.read.push(place === "" ? kind : `${kind}/${place}`);
}

/** Of the older kind of endpoints, and of other makers, too. */
const factKindOf = (kind: string): FactKind | undefined =>
  kind === "Endpoints" ? "EndpointSlice" : OTHER_MAKERS.has(kind) ? "Custom" : FACT_KINDS.find((one) => one === kind);

/** A dump of some pods only says nothing of the others: a workload that tells of pods must have one in it. */
const holdsItsPods = ({ objects }: ClusterFacts): boolean =>
  objects.Deployment.every(
    ({ metadata, status }) =>
      (status?.replicas ?? 0) === 0 ||
      objects.Pod.some(
        (pod) => pod.metadata.namespace === metadata.namespace && pod.metadata.name.startsWith(`${metadata.name}-`),
      ),
  );

/** Of the older kind of endpoints. */
function sliceOf({ metadata, subsets }: JsonObject): JsonObject {
  const own = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? metadata : {};
  const parts = (Array.isArray(subsets) ? subsets : []) as JsonObject[];
  const of = (key: string, ready: boolean): JsonObject[] =>
    parts
      .flatMap((part) => (Array.isArray(part[key]) ? (part[key] as JsonObject[]) : []))
      .map((one) => ({
        addresses: typeof one.ip === "string" ? [one.ip] : [],
        conditions: { ready },
        targetRef: one.targetRef ?? null,
      }));
  return {
    metadata: { ...own, labels: { "kubernetes.io/service-name": String(own.name ?? "") } },
    endpoints: [...of("addresses", true), ...of("notReadyAddresses", false)],
    ports: parts.flatMap((part) => (Array.isArray(part.ports) ? part.ports : [])),
  };
}

/** `kubectl top pods` tells no containers. */
function usageOfOnlyContainers({ objects }: ClusterFacts): void {
  for (const usage of objects.PodMetrics) {
    const pod = objects.Pod.find(
      ({ metadata }) => metadata.name === usage.metadata.name && metadata.namespace === usage.metadata.namespace,
    );
    const name = pod?.spec.containers[0]?.name;
    for (const one of usage.containers) if (one.name === "*" && name !== undefined) one.name = name;
  }
}

/** Whether it is known whose log it is. */
function readLog(facts: ClusterFacts, { path, text }: DumpFile): boolean {
  const place = placeOfLog(path, facts.objects.Pod);
  if (place === undefined) return false;
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/^==== (?:START|END) logs/.test(line))
    .slice(-LOG_LINES)
    .map((line) => redact(line.slice(0, LINE_MAX_CHARS)));
  if (lines.length > 0) facts.logs.push({ ...place, lines });
  return true;
}

/** The dump's own present: a folder that was copied later is no newer. */
function latestOf(files: readonly DumpFile[], nowMs: number): number {
  const stamps = files.flatMap(({ text }) => [
    ...text.matchAll(
      /"?(?:lastHeartbeatTime|renewTime|lastTimestamp|eventTime|lastTransitionTime|finishedAt|startedAt)"?:\s*"?(\d{4}-\d\d-\d\dT[\d:.]+Z)/g,
    ),
  ]);
  const latest = stamps.reduce((most, [, time = ""]) => Math.max(most, Date.parse(time) || 0), 0);
  if (latest > 0 && latest <= nowMs + 3_600_000) return latest;
  return Math.min(nowMs, Math.max(0, ...files.map(({ modifiedMs }) => modifiedMs)));
}
