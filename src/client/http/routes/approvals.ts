/** `POST /api/v1/runs/:id/approvals/:node`: one decision of the caller, in their name. Nothing else decides, least of all a GET. */
import type { RequestHandler } from "express";
import { decisionBodySchema } from "../../../schema/api.js";
import { stillToCome } from "../../runs/became.js";
import { callerOf } from "../access/caller.js";
import { DECISION_REFUSALS, refusalText } from "../decision-refusals.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { bodyOf, gateOf, ifMatchOf } from "../read.js";

export function decideGate({ runs, log, metrics }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { id: runId, node } = gateOf(request);
    const { decision, comment, digest: named, params, channel: told } = bodyOf(request, decisionBodySchema);
    const expected = ifMatchOf(request);
    if (expected !== undefined && named !== undefined && expected !== named) throw stale(node);
    const digest = expected ?? named;
    const { subject, groups: own, channel: through } = callerOf(response);
    const channel = through ?? told;
    // The local operator brings none; the policy may give them some.
    const groups = through === undefined ? {} : { groups: [...own] };
    const wish = { runId, node, decision, comment, digest, params, approver: subject, ...groups, channel };
    const became = orRefuse(await runs.decide(wish));
    const { result, counted, approvals, rule } = became;
    log.info("decision", { operation: "decide", run: runId, node, decision, requester: subject, result, counted });
    metrics?.decided(decision, result ?? "not-counted");
    if (result === undefined) {
      const message = `recorded; ${node} is decided once a worker runs`;
      response.status(202).json({ runId, node, decision, counted, code: "decision-not-counted", message });
    } else if (result === "accepted" || result === "edited" || result === "repeated") {
      const message = stillToCome(became, decision);
      response.json({ runId, node, decision, counted, result, approvals, message });
    } else if (result === "stale-digest" && expected !== undefined) {
      throw stale(node);
    } else {
      const { code } = DECISION_REFUSALS[result];
      throw new Refusal([{ code, at: node, message: `${node} ${refusalText(result, rule)}` }]);
    }
  };
}

function stale(node: string): Refusal {
  const message = `${node} ${DECISION_REFUSALS["stale-digest"].says}`;
  return new Refusal([{ code: "decision-stale", at: node, message, hint: "look at it again, then decide" }], 412);
}
