/** What an action would change, read before people are asked about it. That it cannot be told keeps nobody from being asked. */
import { Context } from "@temporalio/activity";
import { redact } from "../../core/redact.js";
import type { GatePreview } from "../../core/run/state.js";
import { withoutSecrets } from "../../platform/secrets.js";
import type { JsonObject } from "../../schema/json.js";
import { parseWith } from "../../schema/problems.js";
import { PREVIEW_TIMEOUT_MS } from "../../vocabulary/limits.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { contextOf } from "../acting/tool-context.js";
import type { AskCall } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

/** Empty where the tool can tell nothing. */
export async function previewOf(
  call: AskCall,
  dependencies: Dependencies,
): Promise<{ preview?: GatePreview & JsonObject }> {
  const definition = call.tool === undefined ? undefined : dependencies.registry.definition(call.tool);
  if (definition?.preview === undefined) return {};
  const parsed = parseWith(definition.params, call.params, { at: "params" });
  if (!parsed.ok) return {};
  const signal = AbortSignal.any([AbortSignal.timeout(PREVIEW_TIMEOUT_MS), Context.current().cancellationSignal]);
  const { params, requester, runKey } = call;
  try {
    const context = contextOf({ params, requester, runKey, retries: 0 }, dependencies, signal, dependencies.log);
    const { before, after, affects } = await within(definition.preview(parsed.value, context), signal);
    if (before === null && after === null && affects === undefined) return {};
    const change = { before: clean(before, dependencies), after: clean(after, dependencies) };
    if (affects === undefined) return { preview: change };
    return { preview: { ...change, affects: affects.map((text) => clean(text, dependencies) ?? "") } };
  } catch (error) {
    const problem = clean(messageOf(error), dependencies) ?? "";
    return { preview: { before: null, after: null, problem } };
  }
}

/** Also where the tool does not look at the signal. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("it was not read in time")), { once: true });
    work.then(resolve, reject);
  });
}

function clean(text: string | null, { secretValues = [] }: Dependencies): string | null {
  return text === null ? null : withoutSecrets(redact(text), secretValues);
}
