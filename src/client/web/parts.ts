/** Small pieces that every view uses. */
import { useEffect, useState } from "preact/hooks";
import { problemsOf, type ShownProblem } from "./api.js";
import { html } from "./html.js";
import { span, styleOf } from "./words.js";

export function Status({ status }: { status: string }) {
  const { sign, word, tone } = styleOf(status);
  return html`<span class=${`status ${tone}`}><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** Hints are written for the command line; where the page has a better way out, it says that one. */
const HINTS: Record<string, string> = {
  "parameter-missing": "fill it in in the form",
  "no-playbook": "say what is wrong and where, or choose a playbook in the form",
  "run-not-found": "look for it in the list of runs",
};

/** An error word for word, with its code and its way out; of a node of `nodes` with that node's name. */
export function ProblemText({ problem, nodes }: { problem: ShownProblem; nodes?: ReadonlyArray<{ name: string }> }) {
  const { code, message } = problem;
  const hint = HINTS[code] ?? problem.hint;
  const name = nameAt(problem.at, nodes);
  return html`<p>${name === undefined ? null : html`<strong>${name}</strong>: `}${message} <code>${code}</code></p>
    ${hint === undefined ? null : html`<p class="muted">Way out: ${hint}</p>`}`;
}

/** Of the node that a path such as `nodes[3].params` leads to. */
export function nameAt(at: string | undefined, nodes: ReadonlyArray<{ name: string }> = []): string | undefined {
  const position = /^nodes\[(\d+)\]/.exec(at ?? "")?.[1];
  return position === undefined ? undefined : nodes[Number(position)]?.name;
}

/** What the check corrected or found odd; nothing is refused by it. */
export function Notice({ notice, nodes }: { notice: ShownProblem; nodes: ReadonlyArray<{ name: string }> }) {
  const name = nameAt(notice.at, nodes);
  return html`<li>${name === undefined ? null : html`<strong>${name}</strong>: `}${notice.message} <code>${notice.code}</code></li>`;
}

export function ProblemBox({ error, title }: { error: unknown; title?: string }) {
  const problems = problemsOf(error);
  return html`<div class="problem" role="alert">
    ${title === undefined ? null : html`<p><strong>${title}</strong></p>`}
    ${problems.map((problem) => html`<${ProblemText} problem=${problem} />`)}
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

/** How long something takes, or has taken so far. The clocks of browser and server may differ: never below zero. */
export function Took({ fromMs, toMs }: { fromMs: number; toMs?: number }) {
  return toMs === undefined ? html`<${Ticking} fromMs=${fromMs} />` : span(toMs - fromMs);
}

function Ticking({ fromMs }: { fromMs: number }) {
  const ms = Math.max(0, useNow() - fromMs);
  return ms < 1_000 ? "0 s" : span(ms);
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
