/** A cause that an analyser names: what to mend, what it stands on, and whom it hits. Loaded by no package, reads no clock. */
import type { CauseCode } from "./codes.js";

/** An object of the cluster; without a namespace it is of the cluster itself. */
export interface ObjectRef {
  kind: string;
  name: string;
  namespace?: string | undefined;
}

/** A decisive field, event or log line. */
export interface Evidence {
  /** `Pod shop/web-1`. */
  object: string;
  /** `status.phase`, `event FailedScheduling`, `log of app`. */
  from: string;
  text: string;
}

export interface Cause {
  code: CauseCode;
  /** The one to mend. */
  object: ObjectRef;
  /** One sentence with the particulars. */
  what: string;
  evidence: Evidence[];
  /** Workloads, services and pods that suffer from it. */
  affects: ObjectRef[];
  /** 0 to 1: how decisive the evidence is. 1: the cluster itself says so. */
  weight: number;
}

export const refText = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

export const sameRef = (a: ObjectRef, b: ObjectRef): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");

export function uniqueRefs(refs: readonly ObjectRef[]): ObjectRef[] {
  return [...new Map(refs.map((ref) => [refText(ref), ref])).values()];
}

/** A table names no containers; that of a pod stands as `*`. */
export const withoutStar = (text: string): string => text.replace(/ \*(?=$|[\s,;])/, "");

const TEXT_MAX_CHARS = 400;
export const evidenceOf = (object: ObjectRef, from: string, text: string): Evidence => ({
  object: refText(object),
  from: withoutStar(from),
  text: text.length <= TEXT_MAX_CHARS ? text : `${text.slice(0, TEXT_MAX_CHARS - 1)}…`,
});
