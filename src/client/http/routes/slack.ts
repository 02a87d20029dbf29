/**
 * `POST /api/v1/slack/interactions`: clicks and forms from Slack. Slack's signature is the only sign-in here; the person is
 * looked up in the policy. Slack is answered at once, and what comes of it is told in Slack.
 */
import type { Request, RequestHandler } from "express";
import { slackInteractionSchema } from "../../../schema/slack.js";
import { countRefusal, type Gatekeeping } from "../access/caller.js";
import type { FacadeOptions } from "../options.js";
import { Refusal } from "../problem-document.js";
import { answerSlack } from "../slack/answers.js";
import { createReplayCheck, verifySlack } from "../slack/signature.js";

export function takeSlackInteraction(options: FacadeOptions, keeping: Gatekeeping): RequestHandler {
  const { slack: answers, log } = options;
  const isFirst = createReplayCheck(answers?.now ?? Date.now);
  return async (request, response) => {
    if (answers === undefined) {
      const message = "this façade takes nothing from Slack";
      throw new Refusal([{ code: "not-found", at: "path", message, hint: "set slack.signing_secret in config.yaml" }]);
    }
    const verified = await verifySlack(request, answers.signingSecret(), answers.now());
    if (!verified.ok) {
      await countRefusal(keeping.refusals, request, response);
      const details = { reason: verified.reason, from: request.ip, route: "POST /api/v1/slack/interactions" };
      await answers.audit.note({ event: "login-refused", channel: "slack", code: "not-signed-in", details });
      throw new Refusal([{ code: "not-signed-in", at: "X-Slack-Signature", message: verified.reason }]);
    }
    const { requestId } = verified;
    const event = eventOf(request, verified.body);
    if (!isFirst(requestId)) {
      await answers.audit.note({
        event: "decision-refused",
        actor: `slack:${event?.user.id ?? "unknown"}`,
        channel: "slack",
        code: "already-decided",
        details: { reason: "the request came before", from: request.ip },
      });
      response.status(200).end();
      return;
    }
    // Slack gives three seconds and closes a form on an empty answer; a decision may take longer.
    response.status(200).end();
    if (event === undefined) return;
    try {
      await answerSlack(event, requestId, { ...options, ...answers, log });
    } catch (error) {
      log.error("a click in Slack came to nothing", { operation: "slack", reason: error });
    }
  };
}

/** Undefined for what is none of ours: other interactions of the same app, or another form. */
function eventOf(request: Request, body: string) {
  if (request.is("application/x-www-form-urlencoded") !== "application/x-www-form-urlencoded") return undefined;
  try {
    return slackInteractionSchema.safeParse(JSON.parse(new URLSearchParams(body).get("payload") ?? "")).data;
  } catch {
    return undefined;
  }
}
