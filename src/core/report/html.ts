/**
 * A report as one page of HTML that needs nothing else: the answer, then everything else folded.
 * Imports no package and reads no clock.
 */
import { visible } from "../../vocabulary/visible.js";
import type { Answer } from "../answer/answer.js";
import { proofText, STATE_WORDS, SURENESS_WORDS } from "../answer/lines.js";
import { type Clock, localTimes } from "../answer/times.js";
import { iso } from "../answer/words.js";
import type { ReportBody } from "./body.js";
import { span } from "./plain.js";

interface Documents {
  documents?: ReadonlyArray<{ node: string; markdown: string }>;
}

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#17212b}" +
  "h1{font-size:1.3rem}.headline{font-size:1.2rem;font-weight:600}.quiet{color:#566372}pre{white-space:pre-wrap}";

export function reportHtml(report: ReportBody & Documents, answer: Answer, clock: Clock): string {
  const { name, goal, runId, requester, environment, startedAtMs, endedAtMs } = report;
  const local = localTimes(clock, endedAtMs);
  const took = span(endedAtMs - startedAtMs);
  const facts = `Run ${runId}, asked for by ${requester}, ${environment}, ${iso(endedAtMs)}, took ${took}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escaped(name)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(name)}</h1>`,
    ...answerHtml(answer, local),
    `<p class="quiet">${escaped(goal)}<br>${escaped(local(facts))}</p>`,
    folded("What was found", evidence(report, local)),
    folded("Who decided", decisions(report, local)),
    folded(
      "Nodes",
      report.nodes.map(
        ({ id, name: node, status, reason }) =>
          `${status}: ${node} (${id})${reason === undefined ? "" : `: ${reason}`}`,
      ),
    ),
    folded(
      "Notices",
      report.problems.map(({ message, code }) => `${message} (${code})`),
    ),
    ...(report.documents ?? []).map(
      ({ node, markdown }) =>
        `<details><summary>Written by ${escaped(node)}</summary><pre>${escaped(markdown)}</pre></details>`,
    ),
    "</body></html>",
    "",
  ].join("\n");
}

function answerHtml(
  { headline, cause, ruledOut, actions, missing, next }: Answer,
  local: (text: string) => string,
): string[] {
  const said = (text: string) => escaped(local(text));
  const part = (label: string, text: string) =>
    `<p><strong>${label}</strong>${text === "" ? "" : `: ${said(text)}`}</p>`;
  const lines = [`<p class="headline">${said(headline)}</p>`];
  if (cause !== undefined) {
    lines.push(
      cause.sureness === "none" ? part(escaped(cause.text), "") : part(SURENESS_WORDS[cause.sureness], cause.text),
    );
    lines.push(list(cause.facts.map(({ text, source }) => `${local(text)} (${source})`)));
  }
  if (ruledOut !== undefined) lines.push(part("Ruled out", ruledOut));
  for (const action of actions) {
    const proof = proofText(action);
    lines.push(part(STATE_WORDS[action.state], proof === "" ? action.text : `${action.text}; ${proof}`));
  }
  for (const text of missing) lines.push(part("Could not look", text));
  if (next.length > 0) lines.push(part("Next", ""), list(next.map(local)));
  return lines;
}

function evidence({ findings, nodes }: ReportBody, local: (text: string) => string): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return findings.map(({ node, statement, evidence: pieces }) =>
    local([`${names.get(node) ?? node}: ${statement}`, ...pieces].join("; ")),
  );
}

const decisions = ({ gates }: ReportBody, local: (text: string) => string): string[] =>
  gates.map(({ nodeName, status, votes }) => {
    const by = votes.map(
      ({ approver, decision, atMs, comment }) =>
        `${approver}: ${decision} at ${iso(atMs)}${comment ? `, "${comment}"` : ""}`,
    );
    return local([`${nodeName}: ${status}`, ...by].join("; "));
  });

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;

const folded = (title: string, items: readonly string[]): string =>
  items.length === 0 ? "" : `<details><summary>${title}</summary>${list(items)}</details>`;

/** Nothing of the data can become markup. */
function escaped(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return visible(text).replace(/[&<>"']/g, (char) => names[char] ?? char);
}
