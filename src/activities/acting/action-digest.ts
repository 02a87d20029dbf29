/** The digest that binds a decision to one action: made when people are asked, compared where the action is taken. */
import { digestOf } from "../../platform/digest.js";
import type { JsonObject } from "../../schema/json.js";
import type { ApprovedUndo } from "../contract.js";

export interface GatedAction {
  runKey: string;
  nonce: string;
  node: string;
  tool?: string;
  /** Rendered, not redacted. */
  params: JsonObject;
  target?: string;
  policyDigest: string;
  /** What takes it back, where that was shown and approved with it. */
  undo?: ApprovedUndo;
}

/** SHA-256 in hex over canonical JSON of the action. */
export function actionDigest(action: GatedAction): string {
  const { runKey, nonce, node, tool = null, params, target = null, policyDigest, undo } = action;
  const shown = undo === undefined ? {} : { undo: { tool: undo.tool, params: undo.params } };
  return digestOf({ runKey, nonce, node, tool, params, target, policyDigest, ...shown });
}
