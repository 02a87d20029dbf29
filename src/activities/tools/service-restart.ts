/** Tool `service_restart`: restarts a declared target. */
import { z } from "zod";
import { defineTool } from "../define-tool.js";
import { declaredNameSchema } from "./kit/names.js";
import { actOn, previewOf, targetReach } from "./kit/targets/act.js";
import { actionOutputSchema } from "./kit/targets/output.js";

export const serviceRestart = defineTool({
  name: "service_restart",
  description: "Restarts a declared target; reads its state before and after.",
  nodeTypes: ["service_restart"],
  effect: "write",
  idempotency: "target",
  params: z.strictObject({ target: declaredNameSchema }),
  output: actionOutputSchema,
  reach: targetReach("service_restart"),
  preview: (params, context) => previewOf("service_restart", params, context),
  run: (params, context) => actOn("service_restart", params, context),
});
