/** How the guarded fetch says that it failed. */
import type { ProblemCode } from "../../vocabulary/problems.js";
import { ToolFailure } from "../failure.js";

export class HttpFailure extends ToolFailure {
  /**
   * `sent`: whether a connection stood, so that the other side may have got the request and may have acted on it.
   */
  constructor(
    code: ProblemCode,
    message: string,
    readonly sent: boolean,
    hint?: string,
  ) {
    super(code, message, hint);
  }
}
