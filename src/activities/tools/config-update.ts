/** Tool `config_update`: changes settings of a declared target. */
import { z } from "zod";
import { defineTool } from "../define-tool.js";
import { declaredNameSchema, settingNameSchema, settingTextSchema } from "./kit/names.js";
import { actOn, previewOf, targetReach } from "./kit/targets/act.js";
import { actionOutputSchema } from "./kit/targets/output.js";

const SETTINGS_MAX = 50;
const valuesSchema = z
  .record(settingNameSchema, z.union([settingTextSchema, z.number(), z.boolean()]))
  .refine((values) => Object.keys(values).length <= SETTINGS_MAX, `at most ${SETTINGS_MAX} settings`);

export const configUpdate = defineTool({
  name: "config_update",
  description: "Changes settings of a declared target; reads its state before and after.",
  nodeTypes: ["config_update"],
  effect: "write",
  idempotency: "target",
  params: z
    .strictObject({
      target: declaredNameSchema,
      values: valuesSchema,
      /** Settings that are taken away; of a workload alone. */
      unset: z.array(settingNameSchema).max(SETTINGS_MAX).optional(),
    })
    .refine(({ values, unset = [] }) => Object.keys(values).length + unset.length > 0, {
      path: ["values"],
      error: `1 to ${SETTINGS_MAX} settings`,
    }),
  output: actionOutputSchema,
  reach: targetReach("config_update"),
  preview: (params, context) => previewOf("config_update", params, context),
  run: (params, context) => actOn("config_update", params, context),
});
