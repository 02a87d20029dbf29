/** Orders about writes as they are signed, and read back from a token whose signature holds. */
import { orderedBySchema, type WriteOrder, writeOrderSchema } from "../schema/write-orders.js";

export interface OrderedBy {
  subject: string;
  groups: string[];
  channel: string;
}
export type SignedOrder = WriteOrder & OrderedBy;

export type VerifiedOrder =
  | { ok: true; order: WriteOrder; by: OrderedBy; jti: string; issuedMs: number }
  | { ok: false; reason: string };

export function readOrder(payload: Record<string, unknown>): VerifiedOrder {
  const order = writeOrderSchema.safeParse(payload);
  const by = orderedBySchema.safeParse(payload);
  if (!order.success || !by.success) return { ok: false, reason: "the token lacks a claim" };
  const { sub: subject, groups, channel, jti, iat } = by.data;
  return { ok: true, order: order.data, by: { subject, groups, channel }, jti, issuedMs: iat * 1_000 };
}
