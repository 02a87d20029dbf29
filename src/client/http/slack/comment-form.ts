/** The form in which a comment is written before a decision goes out. */
import type { Block } from "../../../platform/slack/client.js";
import { line, plain, section } from "../../../platform/slack/text.js";
import { SLACK_COMMENT_INPUT, SLACK_COMMENT_VIEW, type SlackPending } from "../../../schema/slack.js";
import { COMMENT_MAX_CHARS } from "../../../vocabulary/limits.js";

const VERBS = { approve: "Approve", reject: "Reject", skip: "Skip" } as const;

export function commentForm(pending: SlackPending): Block {
  const { decision, node, run, comment } = pending;
  const verb = VERBS[decision];
  return {
    type: "modal",
    callback_id: SLACK_COMMENT_VIEW,
    private_metadata: JSON.stringify(pending),
    // Slack's bound for titles and buttons of a form is 24 characters.
    title: plain(`${verb} at the gate`, 24),
    submit: plain(verb, 24),
    close: plain("Back", 24),
    blocks: [
      section(`*${line(node, 64)}* of run ${line(run, 255)}. Nothing is decided before you send this.`),
      {
        type: "input",
        block_id: SLACK_COMMENT_INPUT,
        // A rule may want a comment with rejections alone; the gate itself then says so.
        optional: comment !== "always",
        label: plain("Comment", 24),
        element: {
          type: "plain_text_input",
          action_id: SLACK_COMMENT_INPUT,
          multiline: true,
          max_length: COMMENT_MAX_CHARS,
        },
      },
    ],
  };
}
