/** What the façade takes and gives about writes that are held back. */
import { z } from "zod";
import { ENVIRONMENTS } from "../vocabulary/node-types.js";
import { OVERRIDE_MAX_MINUTES, REASON_MAX_CHARS, SCOPE_MAX_CHARS } from "../vocabulary/write-limits.js";

const reason = z.string().max(REASON_MAX_CHARS);
const given = reason.regex(/\S/, "text that says why");
const scope = z.string().min(1).max(SCOPE_MAX_CHARS);
const minutesRule = `a whole number from 1 to ${OVERRIDE_MAX_MINUTES}`;

/** `POST /api/v1/writes/pause` */
export const pauseBodySchema = z.strictObject({ scope: scope.default("all"), reason: given });
/** `POST /api/v1/writes/resume` */
export const resumeBodySchema = z.strictObject({ scope: scope.optional(), reason: reason.default("") });
/** `POST /api/v1/writes/override` */
export const overrideBodySchema = z.strictObject({
  environment: z.enum(ENVIRONMENTS),
  minutes: z
    .int({ error: minutesRule })
    .min(1, { error: minutesRule })
    .max(OVERRIDE_MAX_MINUTES, { error: minutesRule }),
  reason: given,
});

const ms = z.number().meta({ description: "milliseconds since the epoch" });
const pause = z.looseObject({ id: z.string(), scope: z.string(), reason: z.string(), by: z.string(), atMs: ms });
const override = z.looseObject({
  id: z.string(),
  environment: z.string(),
  reason: z.string(),
  by: z.string(),
  untilMs: ms,
});
export const writesAnswer = z.looseObject({
  pauses: z.array(pause),
  overrides: z.array(override),
  lost: z.boolean().meta({ description: "the ledger was ended: no write starts until somebody resumes" }),
});
export const pausedAnswer = z.object({ pause: pause.omit({ atMs: true }), counted: z.boolean() });
export const resumedAnswer = z.object({ ended: z.array(pause), view: writesAnswer.omit({ lost: true }) });
export const overriddenAnswer = z.object({ untilMs: ms, view: writesAnswer.omit({ lost: true }) });
