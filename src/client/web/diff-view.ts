/** What an action would change: before → after, each line marked by a sign and not by its colour alone. */
import { toYaml } from "../../schema/yaml-text.js";
import { type DiffLine, diffLines } from "./diff.js";
import { html } from "./html.js";
import { Output } from "./output.js";

const SIGNS: Record<DiffLine["kind"], { sign: string; says: string }> = {
  same: { sign: " ", says: "" },
  gone: { sign: "−", says: "removed: " },
  new: { sign: "+", says: "added: " },
};

const linesOf = (value: unknown): string => (typeof value === "string" ? value : toYaml(value).trimEnd());

export function DiffView({ before, after }: { before: unknown; after: unknown }) {
  const [from, to] = [linesOf(before ?? "nothing"), linesOf(after ?? "nothing")];
  if (from === to) return html`<p class="muted">It would leave everything as it is.</p>`;
  const lines = diffLines(from, to);
  if (lines === undefined) {
    return html`<p class="muted">Too long to be compared line by line.</p>
      <h4>Before</h4><${Output} value=${before} label="Before" />
      <h4>After</h4><${Output} value=${after} label="After" />`;
  }
  return html`<pre class="diff" tabindex="0" role="group" aria-label="Before and after">${lines.map(
    ({ kind, text }) =>
      html`<span class=${`line ${kind}`}><span aria-hidden="true">${SIGNS[kind].sign} </span><span class="unseen">${SIGNS[kind].says}</span>${text}${"\n"}</span>`,
  )}</pre>`;
}
