/** The question about an action, made where people are asked: what can be derived from params and configuration is, and no caller makes it laxer. */
import { asCalled } from "../../core/check/catalogue.js";
import { redactValue } from "../../core/redact.js";
import type { GatePreview } from "../../core/run/state.js";
import { digestOf } from "../../platform/digest.js";
import type { Question } from "../../schema/question.js";
import { NODE_TYPES, type NodeType, riskier, strictest } from "../../vocabulary/node-types.js";
import type { AskCall } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

interface Asked {
  call: AskCall;
  run: string;
  askedIn: string;
  store: string;
  nonce: string;
  preview?: GatePreview;
}

export function questionOf(
  { call, run, askedIn, store, nonce, preview }: Asked,
  dependencies: Pick<Dependencies, "config" | "registry">,
): Question {
  const { tool, params, rule, requester, runKey, policyDigest, undo } = call;
  const nodeType = call.nodeType as NodeType;
  const reached = reachOf(call, dependencies);
  const required = Math.max(1, call.required ?? 1, rule?.required ?? 1);
  return {
    v: 2,
    run,
    runKey,
    askedIn,
    store,
    nonce,
    node: call.nodeId,
    nodeType,
    tool: tool ?? null,
    params: digestOf(params),
    shown: digestOf(redactValue(params)),
    ...reached,
    rule: rule ?? null,
    required,
    signed: call.signed ?? true,
    requester,
    retries: call.retries ?? 0,
    policyDigest,
    openedAtMs: call.openedAtMs ?? call.deadlineMs,
    deadlineMs: call.deadlineMs,
    preview: preview === undefined ? null : digestOf(preview),
    undo:
      undo === undefined
        ? null
        : {
            tool: undo.tool,
            nodeType: undo.nodeType ?? dependencies.registry.find(undo.tool)?.nodeTypes[0] ?? nodeType,
            params: digestOf(undo.params),
            shown: digestOf(redactValue(undo.params)),
          },
  };
}

function reachOf(call: AskCall, { config, registry }: Pick<Dependencies, "config" | "registry">) {
  const given = call.environment as Question["environment"];
  const nodeType = call.nodeType as NodeType;
  const definition = call.tool === undefined ? undefined : registry.definition(call.tool);
  if (definition === undefined)
    return { target: call.target ?? null, environment: given, effect: NODE_TYPES[nodeType] };
  const reach = definition.reach?.(call.params, config, "params");
  const effect = riskier(asCalled(definition, reach).effect, NODE_TYPES[nodeType]);
  const own = reach?.environment ?? (effect === "write" || effect === "notify" ? "production" : given);
  return { target: reach?.target ?? null, environment: strictest(given, own), effect };
}
