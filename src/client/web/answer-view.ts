/** The answer of a run: what is wrong, why, what was done, what next. The first thing on the page and at a gate. */
import type { Answer } from "../../core/answer/answer.js";
import { proofText, STATE_WORDS, SURENESS_WORDS } from "../../core/answer/lines.js";
import { type Clock, localTimes } from "../../core/answer/times.js";
import { html } from "./html.js";

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** The reader's own clock. */
const LOCAL: Clock = {
  time: (ms) => TIME.format(ms),
  day: (ms) => DAY.format(ms),
  zone: (ms) => ZONE.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "",
};

interface Props {
  answer: Answer;
  aroundMs: number;
  /** At a gate what is asked about follows, and so neither actions nor next steps stand here. */
  atGate?: boolean;
}

export function AnswerView({ answer, aroundMs, atGate }: Props) {
  const { headline, mood, cause, ruledOut, actions, next, missing } = answer;
  const local = localTimes(LOCAL, aroundMs);
  return html`<div class="answer">
    <p class=${`headline ${mood}`}>${local(headline)}</p>
    ${
      cause === undefined
        ? null
        : html`<p>
            <strong>${cause.sureness === "none" ? cause.text : SURENESS_WORDS[cause.sureness]}</strong>
            ${cause.sureness === "none" ? "" : `: ${local(cause.text)}`}
          </p>
          <ul class="facts">
            ${cause.facts.map(({ text, source, query }) => html`<li title=${query}>${local(text)} <span class="muted">${source}</span></li>`)}
          </ul>`
    }
    ${ruledOut === undefined ? null : html`<p class="muted"><strong>Ruled out</strong>: ${local(ruledOut)}</p>`}
    ${atGate ? null : actions.map((action) => html`<${Action} says=${local(action.text)} proof=${proofText(action)} state=${STATE_WORDS[action.state]} />`)}
    ${missing.map((text) => html`<p><strong>Could not look</strong>: ${local(text)}</p>`)}
    ${atGate || next.length === 0 ? null : html`<p><strong>Next</strong></p><ul>${next.map((text) => html`<li>${local(text)}</li>`)}</ul>`}
  </div>`;
}

function Action({ says, proof, state }: { says: string; proof: string; state: string }) {
  return html`<p><strong>${state}</strong>: ${says}${proof === "" ? null : html`<br /><span class="proof">${proof}</span>`}</p>`;
}
