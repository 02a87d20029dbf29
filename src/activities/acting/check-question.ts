/** Whether a grant is about exactly the action that is to be done: each part of its question is made anew and compared. */
import { redactValue } from "../../core/redact.js";
import { digestOf } from "../../platform/digest.js";
import { toolFailure } from "../../platform/failure.js";
import { grantSchema } from "../../schema/question.js";
import { undoId } from "../../vocabulary/names.js";
import { strictest } from "../../vocabulary/node-types.js";
import type { Dependencies } from "../dependencies.js";
import { type Acting, type Derived, refuse, type SignedGrant } from "./action.js";

/** Throws `approval-outdated` for a grant of an earlier form: it binds less than people are shown today. */
export function readGrant({ call, nodeId }: Acting): SignedGrant {
  const { question } = call.grant ?? {};
  if (question === undefined) {
    const message = `${nodeId} was approved in an earlier form, which does not count any more`;
    throw toolFailure("approval-outdated", message, { retryable: false });
  }
  const read = grantSchema.safeParse(call.grant);
  if (!read.success) throw refuse(`${nodeId} carries an approval that cannot be read`);
  const { data } = read;
  const undo = nodeId === undoId(data.question.node) ? data.question.undo : null;
  const type = undo === null ? data.question.nodeType : undo.nodeType;
  return { ...data, covers: undo === null ? "action" : "undo", type };
}

/** Throws unless the question is about this very action, and no laxer than it is. */
export async function checkQuestion(
  acting: Acting,
  grant: SignedGrant,
  derived: Derived,
  { records }: Pick<Dependencies, "records">,
): Promise<void> {
  const { question } = grant;
  const differs = differenceOf(acting, grant, derived);
  if (differs !== undefined) throw refuse(`${acting.nodeId} differs from what was approved: ${differs}`);
  if (digestOf(question) !== grant.digest) throw refuse(`${acting.nodeId} differs from what was approved`);
  if (question.store === (await records.id())) return;
  const message = `${acting.nodeId} was asked about by a worker whose records of used approvals are kept elsewhere`;
  const hint = "workers on several machines share a bucket: blobs in config.yaml; then approve it anew";
  throw toolFailure("grant-invalid", message, { hint, retryable: false });
}

/** The first part that is another; undefined where all are the same. */
function differenceOf(acting: Acting, { question, covers }: SignedGrant, derived: Derived): string | undefined {
  const { call, nodeId, toolName, workflowId } = acting;
  const approved = covers === "undo" && question.undo !== null ? { ...question, ...question.undo } : question;
  const now = {
    run: workflowId,
    runKey: call.runKey ?? "",
    node: covers === "undo" ? question.node : nodeId,
    tool: toolName,
    params: digestOf(call.params),
    shown: digestOf(redactValue(call.params)),
    target: derived.target,
    requester: call.requester,
  };
  for (const [key, value] of Object.entries(now)) if (approved[key as keyof typeof now] !== value) return key;
  if (covers === "undo") return call.retries > 0 ? "retries" : undefined;
  if (question.effect !== derived.effect) return "effect";
  if (question.retries !== call.retries) return "retries";
  const { environment = question.environment } = derived;
  return strictest(question.environment, environment) === question.environment ? undefined : "environment";
}
