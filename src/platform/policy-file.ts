/** The safety policy in force on this machine: defaults ← safety.yaml ← environment variables. Never a silent default. */
import { join } from "node:path";
import { effectivePolicy, type Origin, type Policy } from "../core/policy.js";
import { type PolicyFile, policyFileSchema } from "../schema/policy.js";
import type { Refused } from "../vocabulary/result.js";
import type { Environment } from "./environment.js";
import { isThere, readSettings } from "./settings-file.js";

export type LoadedPolicy = { ok: true; policy: Policy; origins: Record<string, Origin>; file?: string } | Refused;

/**
 * Loads the policy. Only the file at the default place may be absent; one that AUTOOPS_SAFETY_CONFIG names must exist.
 * `origins` tells by dotted key where a value came from.
 */
export async function loadPolicy(environment: Environment): Promise<LoadedPolicy> {
  const { safetyConfig, enableRemediation, requireApproval, dryRun } = environment;
  const path = safetyConfig ?? join(environment.home, "safety.yaml");
  const variables = { enableRemediation, requireApproval, dryRun };
  if (safetyConfig === undefined && !(await isThere(path))) {
    return { ok: true, ...effectivePolicy(undefined, variables) };
  }
  const read = await readSettings<PolicyFile>(path, { schema: policyFileSchema, code: "policy-invalid", shows: true });
  return read.ok ? { ok: true, ...effectivePolicy(read.value, variables), file: path } : read;
}
