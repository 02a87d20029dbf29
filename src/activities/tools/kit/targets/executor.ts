/** One prepared effect on a target: how to do it and how to read the state that it changes. */
import { type ToolFailure, toolFailure } from "../../../define-tool.js";

export interface Executor {
  /** What is asked of the target: for messages and the output. */
  request: { method: string; url: string } | { program: string };
  /** Acts. Throws `ToolFailure` where it surely did not act, `LostAnswer` where it may have. */
  act(): Promise<void>;
  /** How the state is read, where the target declares one. */
  state?: {
    /** What the state reads once the effect has happened. */
    wanted: string;
    read(): Promise<string>;
  };
}

/** The request may have arrived and its answer did not: only the target knows whether it acted. */
export class LostAnswer extends Error {}

/** The failure of a request that surely changed nothing. */
export function refused(message: string, hint?: string, retryable?: boolean): ToolFailure {
  return toolFailure("target-refused", message, { hint, retryable });
}
