/** The line under the frame's bar while writes are paused: whoever approves one must know. */
import type { WritesView } from "../writes.js";
import { html } from "./html.js";

export function HeldWrites({ writes }: { writes?: WritesView }) {
  const { pauses = [], lost = false } = writes ?? {};
  return html`<div role="status">
    ${
      pauses.length === 0 && !lost
        ? null
        : html`<div class="notice held-writes">
            ${lost ? html`<p><strong>No write starts.</strong> The ledger of writes was ended: an administrator must resume.</p>` : null}
            ${pauses.map(
              ({ id, scope, by, reason }) => html`<p key=${id}>
                <strong>Writes are paused</strong> (${scope}) by ${by}: ${reason}. A write that is approved now is refused, and its run fails.
              </p>`,
            )}
          </div>`
    }
  </div>`;
}
