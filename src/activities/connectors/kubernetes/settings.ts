/** Settings as `config_update` changes them: which may be, what they were, and what of that may be kept. */

import { secretName } from "../../../core/redact/secret-names.js";
import { redact } from "../../../core/redact.js";
import type { KubernetesTarget } from "../../../schema/config/clusters.js";
import { type ToolFailure, toolFailure } from "../../define-tool.js";
import { settingTextSchema } from "../../tools/kit/names.js";

export type SettingsAction = NonNullable<KubernetesTarget["actions"]["config_update"]>;
export interface SettingsParams {
  values: Record<string, string | number | boolean>;
  unset: string[];
}

/** What the settings are, and what would change. */
export interface SettingsChange {
  /** By name; null takes the setting away. Empty where all is as wanted. */
  changes: Record<string, string | null>;
  /** What an undo sets again: the values before, but not those that look like secrets. */
  previous: Record<string, string>;
  /** What an undo takes away. */
  added: string[];
  /** Changed settings whose value before is kept nowhere, for it looks like a secret. */
  withheld: string[];
  before: string;
  after: string;
}

/** `present` gives a setting's value, or undefined where it is not set. Throws `params-invalid` or `target-refused`. */
export function settingsChange(
  where: string,
  action: SettingsAction,
  params: SettingsParams,
  present: (name: string) => string | undefined,
): SettingsChange {
  const wanted = wantedOf(where, action, params);
  const change: SettingsChange = { changes: {}, previous: {}, added: [], withheld: [], before: "", after: "" };
  const [before, after]: [string[], string[]] = [[], []];
  for (const [name, value] of wanted) {
    const was = present(name);
    if (was === (value ?? undefined)) continue;
    if (was !== undefined && !settingTextSchema.safeParse(was).success) {
      const message = `${name} of ${where} is a text of several lines or very long, a file in effect`;
      throw toolFailure("target-refused", message, {
        hint: "only settings on one line are changed here",
        retryable: false,
      });
    }
    change.changes[name] = value;
    if (was === undefined) change.added.push(name);
    else if (isSecret(name, was)) change.withheld.push(name);
    else change.previous[name] = was;
    before.push(`${name}=${shown(name, was)}`);
    after.push(`${name}=${shown(name, value)}`);
  }
  return { ...change, before: before.join(", ") || "as wanted", after: after.join(", ") || "as wanted" };
}

function wantedOf(
  where: string,
  { keys }: SettingsAction,
  { values, unset }: SettingsParams,
): Map<string, string | null> {
  const wanted = new Map<string, string | null>(unset.map((name) => [name, null]));
  for (const [name, value] of Object.entries(values)) {
    if (wanted.has(name)) throw invalid(`${name} is in values and in unset`, "leave it in one of them");
    if (typeof value === "string" && /\[redacted\b/i.test(value)) {
      throw invalid(`the value of ${name} is one that was redacted`, "give the value itself");
    }
    wanted.set(name, String(value));
  }
  const others = keys === undefined ? [] : [...wanted.keys()].filter((name) => !keys.includes(name));
  if (others.length > 0) {
    throw invalid(
      `${others.join(", ")} of ${where} may not be changed`,
      `config.yaml allows ${(keys ?? []).join(", ")}`,
    );
  }
  return wanted;
}

/** Whether a value must not be shown or kept. */
function isSecret(name: string, value: string): boolean {
  return secretName(name) !== undefined || redact(value) !== value || redact(`${name}=${value}`) !== `${name}=${value}`;
}

function shown(name: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return "(not set)";
  return isSecret(name, value) ? "[redacted]" : JSON.stringify(value.slice(0, 80));
}

const invalid = (message: string, hint: string): ToolFailure =>
  toolFailure("params-invalid", message, { hint, retryable: false });
