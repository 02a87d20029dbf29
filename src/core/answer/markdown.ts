/**
 * An answer as Markdown: for the Web UI of Temporal, tickets, messages and documents. Every text of it is escaped.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { plain } from "../report/plain.js";
import type { Answer } from "./answer.js";
import { proofText, STATE_WORDS, SURENESS_WORDS } from "./lines.js";
import { type Clock, localTimes } from "./times.js";

/** Headline in bold, then one bullet a part. */
export function answerMarkdown(answer: Answer, clock: Clock, aroundMs: number): string {
  const local = localTimes(clock, aroundMs);
  const shown = (text: string) => plain(local(text));
  const { headline, cause, ruledOut, actions, next, missing } = answer;
  const lines = [`**${shown(headline)}**`, ""];
  const bullet = (label: string, text = "") => lines.push(`- **${label}:** ${shown(text)}`.trimEnd());
  const below = (text: string) => lines.push(`  - ${text}`);
  if (cause !== undefined) {
    if (cause.sureness === "none") bullet(cause.text);
    else bullet(SURENESS_WORDS[cause.sureness], cause.text);
    for (const { text, source } of cause.facts) below(`${shown(text)} (${plain(source)})`);
  }
  if (ruledOut !== undefined) bullet("Ruled out", ruledOut);
  for (const action of actions) {
    bullet(STATE_WORDS[action.state], action.text);
    if (action.proof !== undefined) below(shown(proofText(action)));
  }
  for (const text of missing) bullet("Could not look", text);
  for (const text of next) bullet("Next", text);
  return lines.join("\n");
}
