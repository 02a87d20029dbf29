/**
 * A view of an incident as it comes from outside: whoever may write to the namespace can start a workflow of that name,
 * with any memo and any answer to a query. Imports no package and reads no clock.
 */
import type { IncidentView } from "./incident.js";

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const areTexts = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText);
const orNone =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || is(value);

const COUNTS = ["firing", "alerts", "taken", "beyond", "flapping", "startedMs"] as const;

/** The view, where it is one in every part; else undefined. */
export function readIncidentView(value: unknown): IncidentView | undefined {
  if (!isObject(value)) return undefined;
  const { hook, key, phase, notStarted, resolvedMs, run, notes, members } = value;
  const isOne =
    isText(hook) &&
    areTexts(key) &&
    isText(phase) &&
    orNone(isText)(notStarted) &&
    orNone(isNumber)(resolvedMs) &&
    orNone(isNumber)(value.kept) &&
    orNone(isRun)(run) &&
    COUNTS.every((name) => isNumber(value[name])) &&
    Array.isArray(notes) &&
    notes.every(isText) &&
    Array.isArray(members) &&
    members.every(isMember);
  return isOne ? (value as unknown as IncidentView) : undefined;
}

function isRun(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, mode, startedMs, endedMs, outcome, answer } = value;
  const texts = isText(id) && isText(mode) && orNone(isText)(outcome) && orNone(isText)(answer);
  return texts && isNumber(startedMs) && orNone(isNumber)(endedMs);
}

function isMember(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, status, count, firstMs, lastMs, labels } = value;
  const times = isNumber(count) && isNumber(firstMs) && isNumber(lastMs);
  return isText(name) && (status === "firing" || status === "resolved") && times && areTexts(labels);
}
