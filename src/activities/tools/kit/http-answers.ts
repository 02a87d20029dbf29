/** What tools make of an HTTP answer that is not what they asked for. */
import { redact } from "../../../core/redact.js";
import type { HttpAnswer } from "../../../platform/http/contract.js";
import type { ProblemCode } from "../../../vocabulary/problems.js";
import { SOURCE_WAIT_MAX_SECONDS } from "../../../vocabulary/source-limits.js";
import { type ToolFailure, toolFailure } from "../../define-tool.js";
import { retryAfterMs } from "./retry-after.js";

const EXCERPT_MAX_CHARS = 300;

/** The beginning of an answer's text, on one line and redacted. */
export function excerpt(text: string, max: number = EXCERPT_MAX_CHARS): string {
  const line = redact(text.slice(0, max * 8))
    .replace(/[\x00-\x20\x7f]+/g, " ")
    .trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

/** `status 503: overloaded`. */
export function answered(answer: HttpAnswer): string {
  const said = excerpt(answer.text);
  return said === "" ? `status ${answer.status}` : `status ${answer.status}: ${said}`;
}

/** The failure that an answer's status means, where a source was only asked to read. */
export function statusFailure(who: string, answer: HttpAnswer): ToolFailure {
  const said = `${who} answered with ${answered(answer)}`;
  if (answer.status === 401 || answer.status === 403) {
    return toolFailure("source-denied", said, { hint: "check the secret that its headers refer to" });
  }
  const isBusy = answer.status === 429;
  const code: ProblemCode = isBusy ? "source-busy" : answer.status >= 500 ? "source-error" : "source-refused";
  const mayWait = isBusy || code === "source-error";
  return toolFailure(code, said, { retryAfterMs: mayWait ? retryAfterMs(answer, SOURCE_WAIT_MAX_SECONDS) : undefined });
}

/** The answer's JSON; throws `source-answer-invalid`. */
export function jsonOf(who: string, answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw toolFailure("source-answer-invalid", `${who} must answer with JSON, got ${excerpt(answer.text, 120)}`);
  }
}
