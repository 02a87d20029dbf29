/** Temporal's wire forms, read: payloads, timestamps, event ids. */
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;
type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

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
    return defaultPayloadConverter.fromPayload(payload);
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
