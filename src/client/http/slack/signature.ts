/** Whether a request is Slack's: its signature by the library, its time on both sides, and each one only once. Owns `@slack/bolt`. */
import { createHash } from "node:crypto";
import type { Request } from "express";
import { SLACK_REPLAYS_MAX } from "../../../vocabulary/facade-limits.js";

/** Seconds that a request is good, as Slack itself advises; either way, for clocks differ both ways. */
const WINDOW_SECONDS = 300;

export type Verified = { ok: true; body: string; requestId: string } | { ok: false; reason: string };

/** `nowMs` is the time to hold the request against. */
export async function verifySlack(request: Request, signingSecret: string, nowMs: number): Promise<Verified> {
  const signature = request.get("x-slack-signature") ?? "";
  const timestamp = request.get("x-slack-request-timestamp") ?? "";
  const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, reason: "the request has no time" };
  // The library refuses what is old, and takes what is dated ahead.
  if (Number(timestamp) > nowMs / 1_000 + WINDOW_SECONDS) return { ok: false, reason: "the request is dated ahead" };
  const { isValidSlackRequest } = await import("@slack/bolt");
  const headers = { "x-slack-signature": signature, "x-slack-request-timestamp": Number(timestamp) };
  if (!isValidSlackRequest({ signingSecret, body, headers, nowMilliseconds: nowMs })) {
    const isOld = Number(timestamp) < nowMs / 1_000 - WINDOW_SECONDS;
    return { ok: false, reason: isOld ? "the request is too old" : "the signature does not fit" };
  }
  return { ok: true, body, requestId: createHash("sha256").update(signature).digest("hex").slice(0, 32) };
}

/** Bolt takes most of a second to load; the first click must be answered within three. */
export async function loadVerification(): Promise<void> {
  await import("@slack/bolt");
}

/** True for the first time that a request comes, within the window in which it is good. */
export function createReplayCheck(now: () => number): (requestId: string) => boolean {
  const seen = new Map<string, number>();
  return (requestId) => {
    const nowMs = now();
    for (const [id, untilMs] of seen) {
      if (untilMs > nowMs && seen.size < SLACK_REPLAYS_MAX) break;
      seen.delete(id);
    }
    if (seen.has(requestId)) return false;
    // A request that is dated ahead is good for longer.
    seen.set(requestId, nowMs + 2 * WINDOW_SECONDS * 1_000);
    return true;
  };
}
