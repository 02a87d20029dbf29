/** The one way to say that something went well with a value, or not and why. */
import type { Problem } from "./problems.js";

export interface Refused {
  ok: false;
  problems: Problem[];
}
export type Result<T> = { ok: true; value: T } | Refused;
