/** What people read first of a gate, as far as the message has it. */
import { redact } from "../../../core/redact.js";
import { visibleLine } from "../../../vocabulary/visible.js";
import type { GateMessage } from "../../gates/message.js";

const SHOWN = ["tool", "target", "environment", "reason", "requester", "deadline", "digest", "status"];

export function shownDetails({ details }: GateMessage): Array<[string, string]> {
  return SHOWN.flatMap((key): Array<[string, string]> => {
    const value = details[key];
    return typeof value === "string" ? [[key, visibleLine(redact(value))]] : [];
  });
}
