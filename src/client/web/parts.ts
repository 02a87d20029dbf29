/** Small pieces that every view uses. */
import { useEffect, useState } from "preact/hooks";
import { asProblem } from "./api.js";
import { html } from "./html.js";
import { lookOf } from "./words.js";

export function Status({ status }: { status: string }) {
  const { sign, word, tone } = lookOf(status);
  return html`<span class=${`status ${tone}`}><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

export function ProblemBox({ error }: { error: unknown }) {
  const { code, message, hint } = asProblem(error);
  return html`<div class="problem" role="alert">
    <p>${message} <code>${code}</code></p>
    ${hint === undefined ? null : html`<p class="muted">${hint}</p>`}
  </div>`;
}

/** The time now, every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export interface Loaded<T> {
  value?: T;
  error?: unknown;
  reload(): void;
}

/** Loads a value now and every `everyMs`; what was loaded stays while a later load fails. */
export function useLoaded<T>(load: () => Promise<T>, everyMs: number): Loaded<T> {
  const [state, setState] = useState<{ value?: T; error?: unknown }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async () => {
      try {
        const value = await load();
        if (!gone) setState({ value });
      } catch (error) {
        if (!gone) setState((before) => ({ ...before, error }));
      }
      if (!gone) timer = setTimeout(again, everyMs);
    };
    void again();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [turn]);
  return { ...state, reload: () => setTurn((before) => before + 1) };
}
