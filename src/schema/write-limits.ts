/** `limits` and `changes` of `safety.yaml`: how far a write may reach in an environment, and when one may start. */
import { z } from "zod";
import { ENVIRONMENTS } from "../vocabulary/node-types.js";
import {
  ACTIONS_PER_HOUR_MAX,
  CHANGE_WINDOWS_MAX,
  NAMESPACES_MAX,
  OVERRIDE_MAX_MINUTES,
  REPLICAS_MAX,
  SCALE_FACTOR_MAX,
  TARGETS_PER_RUN_MAX,
} from "../vocabulary/write-limits.js";

const whole = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

const scaleStepSchema = z
  .strictObject({
    /** Replicas more or fewer than there are. */
    replicas: whole(1, REPLICAS_MAX).optional(),
    /** Times as many, or as few, as there are. */
    factor: z
      .number({ error: `a number over 1, up to ${SCALE_FACTOR_MAX}` })
      .gt(1)
      .max(SCALE_FACTOR_MAX)
      .optional(),
  })
  .refine((step) => step.replicas !== undefined || step.factor !== undefined, "given replicas, factor or both");

/** A namespace, or a pattern in which `*` stands for any part of it. */
const namespacePattern = z
  .string()
  .regex(/^[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?$/, "a namespace of small letters, digits and -, * for any part");

const limitsOfOneSchema = z.strictObject({
  targets_per_run: whole(0, TARGETS_PER_RUN_MAX).optional(),
  actions_per_hour: whole(0, ACTIONS_PER_HOUR_MAX).optional(),
  max_scale_step: scaleStepSchema.optional(),
  max_replicas: whole(0, REPLICAS_MAX).optional(),
  forbidden_namespaces: z.array(namespacePattern).max(NAMESPACES_MAX).optional(),
});
/** By environment. */
export const limitsSchema = z.partialRecord(
  z.enum(ENVIRONMENTS, { error: `one of ${ENVIRONMENTS.join(", ")}` }),
  limitsOfOneSchema,
);
export type LimitsFile = z.infer<typeof limitsSchema>;

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day such as "09:00", in quotes');
const moment = z.iso.datetime({ offset: true, error: 'a moment with its offset, such as "2026-12-20T18:00:00+01:00"' });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // Offsets (`+02:00`) know no summer time.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** Either weekly (`time_zone`, with `days`, `from`, `to`) or once (`starts`, `ends`). */
const windowSchema = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, "1 to 63 letters, digits, _, . or -"),
    mode: z.enum(["allow", "freeze"], { error: "allow or freeze" }),
    environments: z.array(z.enum(ENVIRONMENTS)).min(1).optional(),
    days: z
      .array(z.enum(DAYS, { error: `one of ${DAYS.join(", ")}` }))
      .min(1)
      .max(7)
      .optional(),
    from: timeOfDay.optional(),
    to: timeOfDay.optional(),
    time_zone: z.string().max(60).refine(isTimeZone, "a time zone by its IANA name, such as Europe/Berlin").optional(),
    starts: moment.optional(),
    ends: moment.optional(),
  })
  .superRefine((window, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const { days, from = "00:00", to = "24:00", time_zone, starts, ends } = window;
    if (starts === undefined && ends === undefined) {
      if (time_zone === undefined) refuse("time_zone", "given, or starts and ends instead");
      if (from === to || from === "24:00") refuse("to", "another time than from, and from before 24:00");
      return;
    }
    if (starts === undefined || ends === undefined) refuse("ends", "given together with starts");
    else if (Date.parse(starts) >= Date.parse(ends)) refuse("ends", "later than starts");
    if (days !== undefined || window.from !== undefined || window.to !== undefined || time_zone !== undefined) {
      refuse("starts", "without days, from, to and time_zone, which are for a window that comes every week");
    }
  });
export type ChangeWindow = z.infer<typeof windowSchema>;

export const changesSchema = z.strictObject({
  windows: z
    .array(windowSchema)
    .max(CHANGE_WINDOWS_MAX)
    .refine((windows) => new Set(windows.map(({ name }) => name)).size === windows.length, "names of their own")
    .optional(),
  /** Who may let writes start outside the windows for a time; absent: nobody. */
  override_groups: z.array(z.string().min(1).max(100)).max(50).optional(),
  override_max_minutes: whole(1, OVERRIDE_MAX_MINUTES).optional(),
});
