/**
 * `keepLedger`: one workflow for all workers, that knows what is paused and how many writes have started. An activity
 * asks it before each write. A pause holds as soon as Temporal has it; only a signed order ends one.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  makeContinueAsNewFunc,
  patched,
  proxyLocalActivities,
  setHandler,
  setWorkflowOptions,
  upsertMemo,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, OrderAnswer } from "../activities/contract.js";
import {
  addOverride,
  addPause,
  emptyLedger,
  endPauses,
  isWriteStart,
  type LedgerState,
  ledgerView,
  startWrite,
  type WriteAnswer,
  type WriteStart,
} from "../core/writes/ledger.js";
import type { Json } from "../schema/json.js";
import { LEDGER, LEDGER_MEMO } from "../vocabulary/names.js";
import { PROVEN, refuseUnproven, SEALED, sealOf } from "./handing-over.js";
import { LOCAL_OPTIONS } from "./options.js";

const { verify_order } = proxyLocalActivities<Activities>(LOCAL_OPTIONS);

const TOKEN_MAX_CHARS = 8_000;

const pauseSignal = defineSignal<[unknown]>(LEDGER.pause);
const resumeUpdate = defineUpdate<OrderAnswer, [string]>(LEDGER.resume);
const overrideUpdate = defineUpdate<OrderAnswer, [string]>(LEDGER.override);
const startUpdate = defineUpdate<WriteAnswer, [WriteStart]>(LEDGER.startWrite);

// Pinned to the build that started it, it would fall silent with that build, and no write would start any more.
// A worker without a deployment may not say how a workflow goes from build to build.
setWorkflowOptions(() => {
  const { deploymentName = "" } = workflowInfo().currentDeploymentVersion ?? {};
  return deploymentName === "" ? {} : { versioningBehavior: "AUTO_UPGRADE" };
}, keepLedger);
export async function keepLedger(carried?: LedgerState, seal?: string): Promise<void> {
  const { continuedFromExecutionRunId } = workflowInfo();
  const isHandedOver = continuedFromExecutionRunId !== undefined && carried !== undefined;
  if (isHandedOver && patched(PROVEN)) await refuseUnproven(carried, seal);
  // Only an earlier ledger may hand over a state, and proves that it did: a caller's is not looked at.
  const ledger = continuedFromExecutionRunId === undefined ? emptyLedger() : (carried ?? emptyLedger());
  const show = () => upsertMemo({ [LEDGER_MEMO]: ledgerView(ledger) as unknown as Json });

  setHandler(startUpdate, (write) => startWrite(ledger, write, Date.now()), {
    validator: (write) => refuseUnless(isWriteStart(write)),
  });
  setHandler(pauseSignal, async (given) => {
    const pause = addPause(ledger, given, Date.now());
    if (pause === undefined) return;
    show();
    const { token } = given as { token?: unknown };
    const isRead = typeof token === "string" && token.length <= TOKEN_MAX_CHARS;
    // What is recorded of it may wait; what it stops does not.
    await verify_order({ pause, token: isRead ? token : undefined }).catch(() => undefined);
  });
  const isToken = (token: string) => refuseUnless(typeof token === "string" && token.length <= TOKEN_MAX_CHARS);
  setHandler(
    resumeUpdate,
    async (token) => {
      const verdict = await verify_order({ token });
      if (!verdict.ok) return verdict;
      if (verdict.order.kind !== "resume")
        return { ok: false, code: "order-refused", reason: "it is no order to resume" };
      const ended = endPauses(ledger, verdict.order.pauses);
      show();
      return { ok: true, view: ledgerView(ledger), ended };
    },
    { validator: isToken },
  );
  setHandler(
    overrideUpdate,
    async (token) => {
      const verdict = await verify_order({ token });
      if (!verdict.ok) return verdict;
      const { order, subject: by, jti: id } = verdict;
      if (order.kind !== "override") return { ok: false, code: "order-refused", reason: "it is no override" };
      const { environment, reason, untilMs } = order;
      addOverride(ledger, { id, environment, reason, by, token, atMs: Date.now(), untilMs });
      show();
      return { ok: true, view: ledgerView(ledger), ended: [] };
    },
    { validator: isToken },
  );

  await condition(() => workflowInfo().continueAsNewSuggested);
  for (;;) {
    await condition(allHandlersFinished);
    if (!patched(SEALED)) return continueLedger(ledger);
    const text = JSON.stringify(ledger);
    const sealed = await sealOf(ledger);
    // A write may have started meanwhile, or a pause come.
    if (allHandlersFinished() && JSON.stringify(ledger) === text) return continueLedger(ledger, sealed);
  }
}

function continueLedger(ledger: LedgerState, ...seal: [] | [string]): Promise<never> {
  const memo = { [LEDGER_MEMO]: ledgerView(ledger) as unknown as Json };
  return makeContinueAsNewFunc<typeof keepLedger>({ memo })(ledger, ...seal);
}

function refuseUnless(isRight: boolean): void {
  if (!isRight) throw new Error("it is not of the expected form");
}
