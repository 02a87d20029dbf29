/** Tool `scale_action`: sets how many replicas of a declared target run. */
import { z } from "zod";
import { defineTool } from "../define-tool.js";
import { declaredNameSchema } from "./kit/names.js";
import { actOn, previewOf, replicasOf, targetReach } from "./kit/targets/act.js";
import { actionOutputSchema } from "./kit/targets/output.js";

export const scaleAction = defineTool({
  name: "scale_action",
  description: "Sets how many replicas of a declared target run; reads its state before and after.",
  nodeTypes: ["scale_action"],
  effect: "write",
  idempotency: "target",
  params: z.strictObject({ target: declaredNameSchema, replicas: z.int().min(0).max(1_000) }),
  output: actionOutputSchema,
  reach: targetReach("scale_action"),
  preview: (params, context) => previewOf("scale_action", params, context),
  replicas: replicasOf,
  run: (params, context) => actOn("scale_action", params, context),
});
