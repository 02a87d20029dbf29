/** Signing in with a key or token that is typed once; the page keeps nothing of it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { beginSession, type WebSession } from "./api.js";
import { html } from "./html.js";
import { ProblemBox } from "./parts.js";

export function SignIn({ onSignedIn }: { onSignedIn(session: WebSession): void }) {
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · AutoOps Architect";
    field.current?.focus();
  }, []);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onSignedIn(await beginSession(key));
    } catch (problem) {
      setError(problem);
      setKey("");
      setBusy(false);
      field.current?.focus();
    }
  }

  return html`<h1>Sign in</h1>
    <form class="card form narrow" onSubmit=${submit}>
      <label for="key">API key or token</label>
      <input
        id="key"
        type="password"
        ref=${field}
        required
        autocomplete="off"
        spellcheck="false"
        aria-describedby="key-hint"
        value=${key}
        onInput=${(event: Event) => setKey((event.target as HTMLInputElement).value)}
      />
      <p id="key-hint" class="muted">
        An administrator makes keys with <code>autoops api-keys create</code>. What you decide here is signed in the name
        that the key stands for.
      </p>
      ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
      <div class="buttons">
        <button type="submit" class="primary" disabled=${busy || key.trim() === ""}>${busy ? "Signing in…" : "Sign in"}</button>
      </div>
    </form>`;
}
