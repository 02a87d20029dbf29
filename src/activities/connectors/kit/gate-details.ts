/** What people read first of a gate, as far as the message has it: what is wrong and why, then what is to be done about it. */
import type { Answer } from "../../../core/answer/answer.js";
import { answerLines } from "../../../core/answer/lines.js";
import { UTC } from "../../../core/answer/times.js";
import { redact, redactValue } from "../../../core/redact.js";
import type { JsonObject } from "../../../schema/json.js";
import { visibleLine } from "../../../vocabulary/visible.js";
import type { GateMessage } from "../../gates/message.js";

const BEFORE_CHANGE = ["tool", "target", "environment"];
const AFTER_CHANGE = ["reason", "requester", "deadline", "digest", "status"];
const ANSWER_LINES_MAX = 9;

interface GateDetails {
  answer?: Answer;
  preview?: { before: string | null; after: string | null; problem?: string };
  undo?: { tool: string; params: JsonObject };
}

const clean = (text: string): string => visibleLine(redact(text));

export function shownDetails({ details }: GateMessage): Array<[string, string]> {
  const { preview, undo } = details as unknown as GateDetails;
  const texts = (keys: readonly string[]) =>
    keys.flatMap((key): Array<[string, string]> => {
      const value = details[key];
      return typeof value === "string" ? [[key, clean(value)]] : [];
    });
  const change = preview?.problem ?? `${preview?.before ?? "unknown"} → ${preview?.after ?? "unknown"}`;
  const params = Object.entries(redactValue(undo?.params ?? {}) as JsonObject).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [
    ...texts(BEFORE_CHANGE),
    ...(preview === undefined ? [] : [["change", clean(change)] as [string, string]]),
    ...(undo === undefined
      ? []
      : [["undo", clean([undo.tool, params.join(", ")].join(" ").trim())] as [string, string]]),
    ...texts(AFTER_CHANGE),
  ];
}

/** What is wrong and why, as lines of text; none where the run has found nothing yet. Times are in UTC: nobody's zone is known. */
export function findingsUntilNow({ details }: GateMessage, nowMs: number): string[] {
  const { answer } = details as unknown as GateDetails;
  if (answer === undefined) return [];
  const found = { ...answer, actions: [], next: [] };
  const lines = answerLines(found, { clock: UTC, aroundMs: nowMs, linesMax: ANSWER_LINES_MAX });
  return lines.map(({ text }) => redact(text));
}
