/**
 * Reads the state of a namespace or a cluster as facts, page by page within bounds of objects, bytes and seconds. A kind
 * that may not be read, or not to its end, is told, and the rest goes on. Values of ConfigMaps and Secrets are dropped at once.
 */

import { secretName } from "../../../../core/redact/secret-names.js";
import { redact } from "../../../../core/redact.js";
import type { Json } from "../../../../schema/json.js";
import {
  type ClusterFacts,
  FACT_KINDS,
  FACT_SCHEMAS,
  type FactKind,
  type UnreadKind,
} from "../../../../schema/kubernetes/facts.js";
import type { PodSpec } from "../../../../schema/kubernetes/pod.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../../define-tool.js";
import { KubernetesFailure } from "../answers.js";
import { clusterNamed, type KubernetesClient } from "../client.js";
import { type DeclaredKind, listsOf, type StateList } from "./kinds.js";
import { otherMakersIn } from "./other-makers.js";
import { createSharing } from "./shared-parts.js";

/** Objects of one kind and place: a cluster of 10,000 pods fits, with room. */
const OBJECTS_MAX = 20_000;
/** Newer events come last in a list; an hour of a busy cluster fits. */
const EVENTS_MAX = 10_000;
/** Bytes of all answers: 10,000 pods are about 100 MB. */
const BYTES_MAX = 400_000_000;
/** After this no further page is asked for. */
const READ_MAX_MS = 45_000;
const PAGE_OBJECTS = 250;
/** Lists that are asked for at once: an API server takes many more of one client. */
const AT_ONCE = 4;
const HTTP_NOT_FOUND = 404;
const HTTP_GONE = 410;
const VALUE_MAX_CHARS = 500;

export interface StateQuestion {
  cluster: string;
  namespace: string | undefined;
  kinds: readonly DeclaredKind[];
}

export interface StateReading {
  client: KubernetesClient;
  facts: ClusterFacts;
  bytes: number;
}

interface Reader {
  client: KubernetesClient;
  facts: ClusterFacts;
  context: ToolContext;
  bytes: number;
  startedMs: number;
  share: <T>(item: T) => T;
}

/** Throws where the cluster cannot be reached or does not take the credentials, and where no kind can be read. */
export async function readState(
  { cluster, namespace, kinds }: StateQuestion,
  context: ToolContext,
): Promise<StateReading> {
  const objects = Object.fromEntries(FACT_KINDS.map((kind) => [kind, []])) as unknown as ClusterFacts["objects"];
  const facts: ClusterFacts = {
    cluster,
    ...(namespace === undefined ? {} : { namespace }),
    atMs: context.now(),
    objects,
    read: [],
    logs: [],
    unread: [],
  };
  const reader: Reader = {
    client: undefined as never,
    facts,
    context,
    bytes: 0,
    startedMs: Date.now(),
    share: createSharing(),
  };
  const fetch: ToolContext["fetch"] = async (url, request) => {
    const answer = await context.fetch(url, request);
    reader.bytes += answer.text.length;
    return answer;
  };
  reader.client = await clusterNamed(cluster, { ...context, fetch });
  const waiting = [...listsOf(namespace, [...kinds, ...(await otherMakers(reader, kinds))])];
  const work = async (): Promise<void> => {
    for (let list = waiting.shift(); list !== undefined; list = waiting.shift()) await readList(list, reader);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const [first] = facts.unread;
  if (facts.read.length === 0 && first !== undefined) {
    throw toolFailure(first.code as ToolFailure["code"], first.message, {
      hint: "docs/kubernetes.md has the ClusterRole that reading needs",
    });
  }
  return { client: reader.client, facts, bytes: reader.bytes };
}

/** Where it cannot be told which groups there are, none of these is read; what keeps all from being read, the lists tell. */
async function otherMakers({ client, context }: Reader, declared: readonly DeclaredKind[]): Promise<DeclaredKind[]> {
  try {
    return otherMakersIn(await client.call("GET", "/apis"), declared);
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    return [];
  }
}

async function readList(list: StateList, reader: Reader): Promise<void> {
  const { facts, context } = reader;
  const { kind, namespace } = list;
  const place = namespace === undefined ? {} : { namespace };
  const lost = (code: string, message: string): void => {
    facts.unread.push({ kind, ...place, code, message: redact(message).slice(0, 300) } satisfies UnreadKind);
  };
  try {
    const { cut, odd } = await readPages(list, reader);
    if (cut !== undefined) lost("truncated", cut);
    else if (odd > 0) lost("source-answer-invalid", `${odd} objects of kind ${kind} have no name`);
    if (cut === undefined && list.isPart === undefined)
      facts.read.push(namespace === undefined ? kind : `${kind}/${namespace}`);
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    // Without a connection, or without credentials, the other lists would fail in the same way.
    if (["source-unreachable", "source-denied", "host-not-allowed", "address-not-allowed"].includes(error.code))
      throw error;
    const isAbsent = error instanceof KubernetesFailure && error.status === HTTP_NOT_FOUND && list.mayBeAbsent === true;
    // That none of the other makers' kinds may be read is told once.
    const isTold = kind === "Custom" && facts.unread.some((one) => one.kind === kind && one.code === error.code);
    if (!isAbsent && !isTold) lost(error.code, error.message);
  }
}

async function readPages(
  { kind, path, fieldSelector }: StateList,
  reader: Reader,
): Promise<{ cut: string | undefined; odd: number }> {
  const { client, facts, context } = reader;
  const into: unknown[] = facts.objects[kind];
  const max = kind === "Event" ? EVENTS_MAX : OBJECTS_MAX;
  let [next, count, odd] = [undefined as string | undefined, 0, 0];
  do {
    const query = {
      limit: String(PAGE_OBJECTS),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(next === undefined ? {} : { continue: next }),
    };
    let answer: Json;
    try {
      answer = await client.call("GET", path, { query });
    } catch (error) {
      // The rest of a list is kept for some minutes only.
      if (error instanceof KubernetesFailure && error.status === HTTP_GONE && next !== undefined)
        return { cut: `the list changed while it was read; ${count} objects were`, odd };
      throw error;
    }
    const { items, more } = pageOf(answer, facts.cluster);
    for (const item of items) {
      const parsed = FACT_SCHEMAS[kind].safeParse(item);
      if (!parsed.success) odd++;
      else into.push(reader.share(withoutSecrets(kind, parsed.data)));
    }
    count += items.length;
    next = more;
    context.heartbeat(`${count} of ${path}`);
    const stop = stopOf(reader, count, max);
    if (next !== undefined && stop !== undefined) return { cut: `${stop}; ${count} objects were read`, odd };
  } while (next !== undefined);
  return { cut: undefined, odd };
}

function stopOf({ bytes, startedMs }: Reader, count: number, max: number): string | undefined {
  if (count >= max) return `more than ${max} objects`;
  if (bytes >= BYTES_MAX) return `more than ${BYTES_MAX / 1e6} MB`;
  return Date.now() - startedMs >= READ_MAX_MS ? `more than ${READ_MAX_MS / 1_000} s` : undefined;
}

function pageOf(answer: Json, cluster: string): { items: Json[]; more: string | undefined } {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer))
    throw toolFailure("source-answer-invalid", `the cluster ${cluster} did not answer with a list`);
  const { items, metadata } = answer;
  if (items !== null && items !== undefined && !Array.isArray(items))
    throw toolFailure("source-answer-invalid", `the cluster ${cluster} did not answer with a list`);
  const more =
    typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? metadata.continue : undefined;
  return { items: items ?? [], more: typeof more === "string" && more !== "" ? more : undefined };
}

/** Values of variables and arguments are needed to see who calls whom; those that may be secrets are not. */
export function withoutSecrets(kind: FactKind, item: unknown): unknown {
  const clean = (spec: PodSpec | undefined): void => {
    for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
      for (const variable of container.env) {
        if (variable.value !== undefined)
          variable.value =
            secretName(variable.name) === undefined ? redact(variable.value).slice(0, VALUE_MAX_CHARS) : undefined;
      }
      container.args = container.args?.map((text) => redact(text).slice(0, VALUE_MAX_CHARS));
      container.command = container.command?.map((text) => redact(text).slice(0, VALUE_MAX_CHARS));
    }
  };
  const object = item as {
    spec?: {
      containers?: unknown;
      template?: { spec?: PodSpec };
      jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
    };
  };
  if (kind === "Pod") clean(object.spec as unknown as PodSpec);
  else if (["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"].includes(kind))
    clean(object.spec?.template?.spec);
  else if (kind === "CronJob") clean(object.spec?.jobTemplate?.spec?.template?.spec);
  return item;
}
