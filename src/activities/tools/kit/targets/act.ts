/** What the tools that act on declared targets share: one effect, its output and what there is to say of it. */
import type { ActionName } from "../../../../schema/config.js";
import type { JsonObject } from "../../../../schema/json.js";
import { actOnWorkload, presentReplicas, previewWorkload } from "../../../connectors/kubernetes/act.js";
import { type Preview, type ToolContext, toolFailure } from "../../../define-tool.js";
import { finding } from "../finding.js";
import { commandExecutor } from "./command-executor.js";
import { actionOf, type DeclaredAction } from "./declared.js";
import type { Executor } from "./executor.js";
import { httpExecutor } from "./http-executor.js";
import type { ActionOutput } from "./output.js";
import { type Patience, type Performed, perform } from "./perform.js";

export { targetReach } from "./declared.js";

const STATE_MAX_CHARS = 700;

/** Acts on the target that `params.target` names, once. */
export async function actOn(
  action: ActionName,
  params: JsonObject & { target: string },
  context: ToolContext,
  patience?: Patience,
): Promise<ActionOutput> {
  const declared = actionOf(context.config, params.target, action);
  if (declared.kind === "kubernetes") return actOnWorkload({ action, target: declared.target, params }, context);
  const doer = executorOf(declared, params, context);
  const { idempotency } = declared.action;
  const performed = await perform(doer, idempotency, context, patience);
  const before = shortState(performed.before);
  const after = shortState(performed.after);
  return {
    target: params.target,
    action,
    before,
    after,
    changed: performed.acted && (performed.before === null || performed.before !== performed.after),
    attempts: context.attempt,
    request: doer.request,
    findings: [finding(statementOf(action, params.target, performed), [asked(doer), ...performed.remarks])],
  };
}

/** The target's state as it reads now, and as it would read, where the target declares one; and what hangs on the target. */
export async function previewOf(
  action: ActionName,
  params: JsonObject & { target: string },
  context: ToolContext,
): Promise<Preview> {
  const declared = actionOf(context.config, params.target, action);
  if (declared.kind === "kubernetes") {
    const { before, after } = await previewWorkload({ action, target: declared.target, params }, context);
    return { before: shortState(before), after: shortState(after) };
  }
  const target = context.config.targets[params.target];
  const { affects } = target === undefined || target.kind === "kubernetes" ? {} : target;
  const reached = affects === undefined ? {} : { affects };
  const { state } = executorOf(declared, params, context);
  if (state === undefined) return { before: null, after: null, ...reached };
  return { before: shortState(await state.read()), after: shortState(state.wanted), ...reached };
}

/** How many replicas a workload has now, or the target's state tells of: a number alone, or one beside the word. */
export async function replicasOf(
  params: JsonObject & { target: string; replicas: number },
  context: ToolContext,
): Promise<{ present: number | null; wanted: number }> {
  const declared = actionOf(context.config, params.target, "scale_action");
  if (declared.kind === "kubernetes")
    return { present: await presentReplicas(declared.target, context), wanted: params.replicas };
  const { state } = executorOf(declared, params, context);
  const read = state === undefined ? null : await state.read();
  return { present: read === null ? null : countIn(read), wanted: params.replicas };
}

const COUNTS = [/^\s*(\d{1,6})\s*$/, /\breplicas?\b["'\s:=]{1,4}(\d{1,6})\b/i, /\b(\d{1,6})\s+replicas?\b/i];

function countIn(state: string): number | null {
  const found = COUNTS.map((pattern) => pattern.exec(state)?.[1]).find((count) => count !== undefined);
  return found === undefined ? null : Number(found);
}

function executorOf(
  declared: Exclude<DeclaredAction, { kind: "kubernetes" }>,
  params: JsonObject & { target: string },
  context: ToolContext,
): Executor {
  if (Array.isArray(params.unset) && params.unset.length > 0) {
    const message = `the target ${params.target} is of kind ${declared.kind}, whose settings cannot be taken away`;
    throw toolFailure("params-invalid", message, { hint: "leave unset out", retryable: false });
  }
  return declared.kind === "http"
    ? httpExecutor(params.target, declared.action, params, context)
    : commandExecutor(params.target, declared.action, params, context);
}

const shortState = (state: string | null): string | null => state?.slice(0, STATE_MAX_CHARS) ?? null;

function statementOf(action: ActionName, target: string, { before, after, acted }: Performed): string {
  const done = acted ? `${action} of ${target} was carried out` : `${action} of ${target} had happened already`;
  if (before === null || after === null) return done;
  if (before === after) return `${done}: its state reads ${JSON.stringify(after)} as before`;
  return `${done}: its state went from ${JSON.stringify(before)} to ${JSON.stringify(after)}`;
}

function asked({ request }: Executor): string {
  return "program" in request ? `ran ${request.program}` : `${request.method} ${request.url}`;
}
