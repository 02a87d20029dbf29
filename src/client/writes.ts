/**
 * Pausing writes, resuming them, and overriding change windows: orders to the ledger that all workers ask. A pause is a
 * signal, so that it holds without a worker and without the façade; the other orders are signed and verified by a worker.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Client,
  WithStartWorkflowOperation,
  type WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from "@temporalio/client";
import type { OrderAnswer } from "../activities/contract.js";
import { redact } from "../core/redact.js";
import { isScope, type LedgerView, type Pause } from "../core/writes/ledger.js";
import type { OrderedBy, SignedOrder } from "../platform/write-orders.js";
import { LEDGER, LEDGER_MEMO, ledgerId, RUN_QUEUE, WORKFLOWS } from "../vocabulary/names.js";
import type { Environment } from "../vocabulary/node-types.js";
import type { Result } from "../vocabulary/result.js";
import { LEDGER_WAIT_MS, ORDER_SECONDS, REASON_MAX_CHARS } from "../vocabulary/write-limits.js";
import type { RunsOptions } from "./runs/context.js";
import { promptly } from "./runs/deadline.js";
import { attempt, isTimeOut, refusal } from "./runs/temporal-errors.js";

export interface WritesView extends LedgerView {
  /** The ledger was ended from outside: no write starts until somebody resumes. */
  lost: boolean;
}

export interface OrderGiven {
  reason: string;
  by: string;
  /** Absent: nobody signed in, and the policy of this machine says. */
  groups?: string[];
  channel: string;
}

export interface Writes {
  /** What holds now, as the ledger shows it; no worker is asked. */
  view(): Promise<Result<WritesView>>;
  /** `counted`: a worker has taken it in. Where none has yet, it holds before the first write that one starts. */
  pause(order: OrderGiven & { scope: string }): Promise<Result<{ pause: Omit<Pause, "atMs">; counted: boolean }>>;
  /** Ends the pauses of a scope; without one, every pause. */
  resume(order: OrderGiven & { scope?: string }): Promise<Result<{ ended: Pause[]; view: LedgerView }>>;
  override(
    order: OrderGiven & { environment: Environment; minutes: number },
  ): Promise<Result<{ untilMs: number; view: LedgerView }>>;
}

type Needs = Pick<RunsOptions, "client" | "signer" | "localGroups" | "now">;

/** How long a command waits to see a worker take a pause in. */
const SEEN_WITHIN_MS = 4_000;
const LOOK_EVERY_MS = 100;
const QUEUE = RUN_QUEUE;

export function createWrites(needs: Needs): Writes {
  const view = () => attempt("writes", () => viewOf(needs.client));
  return {
    view,
    pause: (order) => attempt("writes", () => pauseWrites(order, needs, view)),
    resume: (order) => attempt("writes", () => resumeWrites(order, needs)),
    override: (order) => attempt("writes", () => overrideWindows(order, needs)),
  };
}

async function viewOf(client: Client): Promise<Result<WritesView>> {
  try {
    const { memo, status } = await promptly(client, () => client.workflow.getHandle(ledgerId(QUEUE)).describe());
    const shown = (memo?.[LEDGER_MEMO] ?? {}) as Partial<LedgerView>;
    // Whoever started a workflow of that name wrote its memo.
    const pauses = Array.isArray(shown.pauses) ? shown.pauses : [];
    const overrides = Array.isArray(shown.overrides) ? shown.overrides : [];
    const lost = !["RUNNING", "CONTINUED_AS_NEW"].includes(status.name);
    const open = overrides.filter(({ untilMs }) => untilMs > Date.now());
    return { ok: true, value: { pauses, overrides: open, lost } };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { ok: true, value: { pauses: [], overrides: [], lost: false } };
  }
}

async function pauseWrites(
  order: OrderGiven & { scope: string },
  needs: Needs,
  view: Writes["view"],
): ReturnType<Writes["pause"]> {
  const { scope, by } = order;
  if (!isScope(scope)) return refusal(badScope(scope));
  const id = randomUUID();
  const reason = reasonOf(order);
  const expiresMs = needs.now() + ORDER_SECONDS * 1_000;
  const token = await sign({ kind: "pause", scope, reason, ...(await byOf(order, needs)) }, id, expiresMs, needs);
  const pause = { id, scope, reason, by };
  const options = { ...startOptions("ALLOW_DUPLICATE"), signal: LEDGER.pause, args: [] as [] };
  const signalArgs = [{ ...pause, token }] as [object];
  await promptly(needs.client, () =>
    needs.client.workflow.signalWithStart(WORKFLOWS.keepLedger, { ...options, signalArgs }),
  );
  const untilMs = Date.now() + SEEN_WITHIN_MS;
  do {
    const seen = await view();
    if (seen.ok && seen.value.pauses.some((standing) => standing.id === id))
      return { ok: true, value: { pause, counted: true } };
    await wait(LOOK_EVERY_MS);
  } while (Date.now() < untilMs);
  return { ok: true, value: { pause, counted: false } };
}

async function resumeWrites(order: OrderGiven & { scope?: string }, needs: Needs): ReturnType<Writes["resume"]> {
  const { scope } = order;
  if (scope !== undefined && !isScope(scope)) return refusal(badScope(scope));
  const seen = await viewOf(needs.client);
  if (!seen.ok) return seen;
  const standing = seen.value.pauses.filter((pause) => scope === undefined || pause.scope === scope);
  if (standing.length === 0 && !seen.value.lost) {
    const message = scope === undefined ? "writes are not paused" : `no pause of ${scope} stands`;
    return refusal({ code: "not-found", at: "resume", message, hint: "`autoops status` names the pauses in force" });
  }
  const pauses = standing.map(({ id }) => id);
  const expiresMs = needs.now() + ORDER_SECONDS * 1_000;
  const signed = { kind: "resume" as const, pauses, reason: reasonOf(order), ...(await byOf(order, needs)) };
  const token = await sign(signed, randomUUID(), expiresMs, needs);
  const answer = await send(LEDGER.resume, token, seen.value.lost ? "ALLOW_DUPLICATE" : "REJECT_DUPLICATE", needs);
  return answer.ok ? { ok: true, value: { ended: answer.value.ended, view: answer.value.view } } : answer;
}

async function overrideWindows(
  order: OrderGiven & { environment: Environment; minutes: number },
  needs: Needs,
): ReturnType<Writes["override"]> {
  const reason = reasonOf(order);
  if (reason === "") {
    return refusal({ code: "usage", at: "reason", message: "an override must say why", hint: "give it a reason" });
  }
  const untilMs = needs.now() + order.minutes * 60_000;
  const { environment } = order;
  const signed = { kind: "override" as const, environment, reason, untilMs, ...(await byOf(order, needs)) };
  const token = await sign(signed, randomUUID(), untilMs, needs);
  const answer = await send(LEDGER.override, token, "REJECT_DUPLICATE", needs);
  return answer.ok ? { ok: true, value: { untilMs, view: answer.value.view } } : answer;
}

/** As an update: it tells what became of it. */
async function send(
  update: string,
  token: string | undefined,
  reuse: WorkflowIdReusePolicy,
  { client }: Needs,
): Promise<Result<Extract<OrderAnswer, { ok: true }>>> {
  if (token === undefined) {
    const message = "this machine has no key to sign the order with";
    return refusal({ code: "order-refused", at: update, message, hint: "autoops keys init" });
  }
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.keepLedger, {
    ...startOptions(reuse),
    args: [],
    workflowIdConflictPolicy: "USE_EXISTING",
  });
  try {
    const answer = await client.withDeadline(Date.now() + LEDGER_WAIT_MS, () =>
      client.workflow.executeUpdateWithStart<never, OrderAnswer, [string]>(update, {
        args: [token],
        startWorkflowOperation: startWorkflowOperation as never,
      }),
    );
    if (answer.ok) return { ok: true, value: answer };
    return refusal({ code: answer.code, at: update, message: `the order does not count: ${answer.reason}` });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) && !isTimeOut(error)) throw error;
    const message = "no worker took the order in; it may still be taken in when one runs";
    return refusal({ code: "no-worker", at: update, message, hint: "start one with: autoops worker" });
  }
}

const startOptions = (workflowIdReusePolicy: WorkflowIdReusePolicy) => ({
  workflowId: ledgerId(QUEUE),
  taskQueue: QUEUE,
  workflowIdReusePolicy,
  staticSummary: "what is paused, and how many writes have started",
});

async function byOf({ by, groups, channel }: OrderGiven, { localGroups }: Needs): Promise<OrderedBy> {
  return { subject: by, groups: groups ?? (await localGroups?.(by)) ?? [], channel };
}

async function sign(
  order: SignedOrder,
  id: string,
  expiresMs: number,
  { signer, now }: Needs,
): Promise<string | undefined> {
  return signer?.order(order, id, now(), expiresMs);
}

/** It goes into history and before many eyes. */
const reasonOf = ({ reason }: OrderGiven): string => redact(reason).trim().slice(0, REASON_MAX_CHARS);

function badScope(scope: string) {
  const message = `the scope must be all, environment:NAME, target:NAME or namespace:NAME, got ${JSON.stringify(scope.slice(0, 60))}`;
  const hint = "environments are development, test, staging and production";
  return { code: "usage" as const, at: "scope", message, hint };
}
