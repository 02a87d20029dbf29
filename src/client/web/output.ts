/** A value that a run brought, as text: its beginning, and all of it for who asks. It came redacted and capped. */
import { useState } from "preact/hooks";
import { html } from "./html.js";
import { shown } from "./words.js";

const SHOWN_CHARS = 1_500;

export function Output({ value, label }: { value: unknown; label: string }) {
  const [all, setAll] = useState(false);
  const text = shown(value);
  const isLong = text.length > SHOWN_CHARS;
  const part = isLong && !all ? `${text.slice(0, SHOWN_CHARS)}…` : text;
  return html`<pre tabindex="0" role="group" aria-label=${label}>${part}</pre>
    ${
      isLong
        ? html`<button type="button" class="small" aria-expanded=${all ? "true" : "false"} onClick=${() => setAll(!all)}>
            ${all ? "Show less" : `Show all ${text.length.toLocaleString()} characters`}
          </button>`
        : null
    }`;
}
