/** Temporal's wire forms, read: payloads, timestamps, event ids. */
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";
import { beyondBounds } from "../../core/bounds.js";

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;
type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

/** Levels of what any version of ours writes, with room: what nests deeper exhausts the stack of whoever walks it. */
const READABLE = { depth: 200, values: Number.POSITIVE_INFINITY, chars: Number.POSITIVE_INFINITY };

/** Every value of a list of payloads; one that cannot be read is undefined. */
export function allValues(payloads: Payloads): unknown[] {
  return (payloads?.payloads ?? []).map(payloadValue);
}

/** The first value of a list of payloads. */
export function firstValue(payloads: Payloads): unknown {
  return payloadValue(payloads?.payloads?.[0]);
}

export function payloadValue(payload: Payload | null | undefined): unknown {
  if (!payload) return undefined;
  try {
    const value: unknown = defaultPayloadConverter.fromPayload(payload);
    return beyondBounds(value, READABLE) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whole milliseconds since the epoch, as the workflow's clock has them; 0 where there is none. */
export function msOf(timestamp: Timestamp): number {
  return Number(timestamp?.seconds ?? 0) * 1_000 + Math.floor((timestamp?.nanos ?? 0) / 1_000_000);
}

/** Event ids are longs on the wire; histories are far from what a number holds. */
export function idOf(id: unknown): number {
  return Number(id ?? 0);
}
