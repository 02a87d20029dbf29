/** Tool `rollback`: takes a declared target back to a version. */
import { z } from "zod";
import { defineTool } from "../define-tool.js";
import { declaredNameSchema, versionSchema } from "./kit/names.js";
import { actOn, previewOf, targetReach } from "./kit/targets/act.js";
import { actionOutputSchema } from "./kit/targets/output.js";

export const rollback = defineTool({
  name: "rollback",
  description: "Takes a declared target back to a version; reads its state before and after.",
  nodeTypes: ["rollback"],
  effect: "write",
  idempotency: "target",
  params: z.strictObject({ target: declaredNameSchema, version: versionSchema }),
  output: actionOutputSchema,
  reach: targetReach("rollback"),
  preview: (params, context) => previewOf("rollback", params, context),
  run: (params, context) => actOn("rollback", params, context),
});
