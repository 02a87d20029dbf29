/** The digest that binds a decision to one action: made when people are asked, compared where the action is taken. */
import { digestOf } from "../platform/digest.js";
import type { JsonObject } from "../schema/json.js";

export interface GatedAction {
  runKey: string;
  nonce: string;
  node: string;
  tool?: string;
  /** Rendered, not redacted. */
  params: JsonObject;
  target?: string;
  policyDigest: string;
}

/** SHA-256 in hex over canonical JSON of the action. */
export function actionDigest(action: GatedAction): string {
  const { runKey, nonce, node, tool = null, params, target = null, policyDigest } = action;
  return digestOf({ runKey, nonce, node, tool, params, target, policyDigest });
}
