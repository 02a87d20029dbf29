/** The votes on a gate: who answered, how many are still needed, and who may give them. */
import { DECIDED, votesFor } from "../../vocabulary/decisions.js";
import { peopleOf } from "../../vocabulary/person.js";
import type { Gate } from "./gate.js";
import { html } from "./html.js";
import { clock } from "./words.js";

/** Decisions that did not count, by what became of them. */
const REFUSED: Record<string, string> = {
  late: "came too late",
  "already-decided": "came after the decision",
  "not-allowed": "by somebody who may not, or without a signature",
  "stale-digest": "for another action than this one",
  "comment-required": "without the comment that the policy asks for",
};

export function GateVotes({ gate, requester }: { gate: Gate; requester: string }) {
  const approvers = peopleOf(votesFor("approve", gate.votes).map(({ approver }) => approver));
  const isOpen = gate.status === "open" || gate.status === "asking";
  return html`<h3>Votes</h3>
    <p>
      ${approvers.length} of ${gate.required} ${gate.required === 1 ? "approval" : "approvals"}${gate.signed ? ", signed" : ""};
      one rejection closes the gate; to skip it takes as many as to approve it.
    </p>
    ${isOpen ? html`<p class="muted">${mayAnswer(gate, requester)}</p>` : null}
    <ul class="votes">
      ${gate.votes.map(
        (vote) => html`<li>
          <strong>${vote.approver}</strong> ${DECIDED[vote.decision]} at ${clock(vote.atMs)}
          <span class="muted"> (${vote.verified ? "signature verified" : "unverified"})</span>
          ${vote.comment ? html`<div class="comment">${vote.comment}</div>` : null}
        </li>`,
      )}
      ${Object.entries(gate.refused).map(
        ([result, count]) => html`<li class="muted">${count} not counted: ${REFUSED[result] ?? result}</li>`,
      )}
    </ul>`;
}

function mayAnswer({ groups, forbidRequester, escalations = [], votes }: Gate, requester: string): string {
  const who =
    groups === undefined || groups.length === 0 ? "whoever the policy lets" : `members of ${groups.join(", ")}`;
  const not = forbidRequester ? `; not ${requester}, who asked for the run` : "";
  const given = votes.length === 0 ? "" : "; nobody counts twice";
  const later = escalations.map((rung) => `; from ${clock(rung.atMs)} on also ${rung.groups.join(", ")}`).join("");
  return `May answer: ${who}${not}${given}${later}.`;
}
