/** `dependencies` of config.yaml: who calls whom, for the search for causes where no traces tell it. */
import { z } from "zod";

const SERVICES_MAX = 1_000;
const CALLEES_MAX = 200;
const serviceSchema = z.string().min(1).max(200);

/** By the caller's name, as metrics, logs or traces name it. */
export const dependenciesSchema = z
  .record(serviceSchema, z.array(serviceSchema).max(CALLEES_MAX))
  .refine((calls) => Object.keys(calls).length <= SERVICES_MAX, `at most ${SERVICES_MAX} services`);
export type Dependencies = z.infer<typeof dependenciesSchema>;
