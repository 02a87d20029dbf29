/** The server as the activity that runs can ask it about its own execution: by its worker's own client. */
import { Context } from "@temporalio/activity";
import { type AskCaller, createAskCaller } from "../../platform/temporal/calling-run.js";

export function callerClient(): AskCaller {
  return createAskCaller(() => {
    const { client, info } = Context.current();
    return { client, namespace: info.namespace };
  });
}
