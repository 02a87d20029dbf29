/**
 * `verify_order`: whether an order about writes counts, asked by the ledger before it does; and what the audit log is
 * told of it. A pause counts whoever gave it: it is only recorded here.
 */

import type { KeptOrder } from "../../platform/temporal/write-ledger.js";
import { messageOf } from "../../vocabulary/message-of.js";
import type { ProblemCode } from "../../vocabulary/problems.js";
import type { Activities, OrderToVerify, OrderVerdict } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

type Needs = Pick<Dependencies, "signer" | "audit" | "policy" | "now" | "ledger">;

export function createVerifyOrder(dependencies: Needs): Activities["verify_order"] {
  return async function verify_order(given: OrderToVerify): Promise<OrderVerdict> {
    if (given.pause !== undefined) return recordPause(given, dependencies);
    const verified = await verifyWriteOrder(given.token, dependencies);
    const { audit } = dependencies;
    if (!verified.ok) {
      await audit.note({
        event: "order-refused",
        code: verified.code,
        channel: "worker",
        details: { reason: verified.reason },
      });
      return verified;
    }
    const { order, subject, jti, groups, channel } = verified;
    if (order.kind === "resume") {
      const kept = await ended({ kind: "resume", pauses: order.pauses, by: subject, order: jti }, dependencies);
      if (kept !== undefined) return kept;
    }
    const event = order.kind === "override" ? "override-given" : "writes-resumed";
    await audit.note({ event, actor: subject, channel, details: { ...order, order: jti, groups } });
    return { ok: true, order, subject, jti };
  };
}

/** A pause whose end cannot be kept would hold writes back for ever: then it does not end. */
async function ended(order: KeptOrder, { ledger }: Needs): Promise<Extract<OrderVerdict, { ok: false }> | undefined> {
  try {
    await ledger.keep(order);
    return undefined;
  } catch (error) {
    const reason = messageOf(error);
    return { ok: false, code: "records-unreachable", reason: `it could not be kept: ${reason}` };
  }
}

async function recordPause({ pause, token }: Extract<OrderToVerify, { pause: object }>, needs: Needs) {
  const { signer, audit, now } = needs;
  const proven = token === undefined ? undefined : await signer.verifyOrder(token, now());
  const isOurs = proven?.ok === true && proven.jti === pause.id && proven.by.subject === pause.by;
  const { id, scope, reason, by } = pause;
  // It holds already; that it cannot be kept elsewhere as well must not keep it from being recorded.
  await needs.ledger.keep({ kind: "pause", pause }).catch(() => undefined);
  const channel = isOurs && proven.ok ? proven.by.channel : undefined;
  await audit.note({
    event: "writes-paused",
    actor: by,
    channel,
    details: { pause: id, scope, reason, verified: isOurs },
  });
  return { ok: true as const, order: { kind: "pause" as const, scope, reason }, subject: by, jti: id };
}

export type VerifiedWriteOrder =
  | (Extract<OrderVerdict, { ok: true }> & { groups: string[]; channel: string })
  | { ok: false; code: ProblemCode; reason: string };

/** The signature, and for an override the groups and the time that the policy gives it now. */
export async function verifyWriteOrder(
  token: string,
  needs: Omit<Needs, "audit" | "ledger">,
): Promise<VerifiedWriteOrder> {
  const refuse = (reason: string) => ({ ok: false as const, code: "order-refused" as const, reason });
  const verified = await needs.signer.verifyOrder(token, needs.now());
  if (!verified.ok) return refuse(verified.reason);
  const { order, jti, issuedMs } = verified;
  const { subject, groups, channel } = verified.by;
  if (order.kind === "override") {
    const current = await needs.policy();
    if (!current.ok) return refuse("the safety policy cannot be used");
    const { override_groups, override_max_minutes } = current.policy.changes;
    if (!groups.some((group) => override_groups.includes(group))) {
      return refuse(`${subject} is in no group of changes.override_groups`);
    }
    if (order.untilMs > issuedMs + override_max_minutes * 60_000 + 1_000) {
      return refuse(`it holds longer than the ${override_max_minutes} minutes of changes.override_max_minutes`);
    }
    if (order.untilMs <= needs.now()) return refuse("it has expired");
    if (order.reason.trim() === "") return refuse("it gives no reason");
  }
  return { ok: true, order, subject, jti, groups, channel };
}
