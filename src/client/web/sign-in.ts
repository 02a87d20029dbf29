/** Signing in: a key is typed once and kept nowhere on the page; the browser then holds a cookie that no script can read. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { beginSession, endSession, readSession, SIGNED_OUT, type WebSession } from "./api.js";
import { html } from "./html.js";
import { ProblemBox } from "./parts.js";

/** How often the page looks whether it is still signed in, where nothing else asks. */
const LOOK_EVERY_MS = 60_000;

/** Shows the page to whoever may see it, and the form to whoever must sign in first. */
export function SignInGate({ children }: { children: VNode }) {
  const [session, setSession] = useState<WebSession>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const look = () =>
      void readSession().then(
        (known) => {
          setSession(known);
          setError(undefined);
        },
        (problem: unknown) => setError(problem),
      );
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    addEventListener(SIGNED_OUT, look);
    return () => {
      clearInterval(timer);
      removeEventListener(SIGNED_OUT, look);
    };
  }, []);
  if (session === undefined) {
    return error === undefined
      ? html`<p class="muted">Loading…</p>`
      : html`<main><${ProblemBox} error=${error} /></main>`;
  }
  if (!session.required) return children;
  if (session.subject === undefined) return html`<${SignInForm} onSignedIn=${setSession} />`;
  const signOut = () => void endSession().then(() => setSession({ required: true }), setError);
  return html`
    ${children}
    <footer class="signed-in">
      <p>
        Signed in as <strong>${session.subject}</strong>
        <span class="muted"> (${session.roles?.join(", ") || "no role: ask for a group that has one"})</span>
        <button type="button" onClick=${signOut}>Sign out</button>
      </p>
      ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
    </footer>
  `;
}

function SignInForm({ onSignedIn }: { onSignedIn(session: WebSession): void }) {
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onSignedIn(await beginSession(key));
    } catch (problem) {
      setError(problem);
    }
    setKey("");
    setBusy(false);
  };
  return html`<main id="content" tabindex="-1">
    <h1>Sign in</h1>
    <form class="card form" onSubmit=${submit}>
      <label for="key">API key</label>
      <input
        id="key"
        type="password"
        autocomplete="off"
        required
        value=${key}
        onInput=${(event: Event) => setKey((event.target as HTMLInputElement).value)}
      />
      <p class="muted">An administrator makes one with <code>autoops api-keys create</code>. It is sent once.</p>
      ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
      <p><button type="submit" class="primary" disabled=${busy || key.trim() === ""}>${busy ? "Signing in…" : "Sign in"}</button></p>
    </form>
  </main>`;
}
