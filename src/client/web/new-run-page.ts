/** A new run: a goal or a workflow file, then the plan to be read, then its start. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type GoalWish, planGoal, previewGraph } from "./api.js";
import { FileForm } from "./file-form.js";
import { GoalForm } from "./goal-form.js";
import { html } from "./html.js";
import { PlanView } from "./plan-view.js";
import type { Preview } from "./preview.js";
import { missing, useMay } from "./session.js";

interface Shown {
  preview: Preview;
  /** Starts one run, however often it is pressed. */
  key: string;
}

export function NewRunPage({ from }: { from: "goal" | "file" }) {
  const [shown, setShown] = useState<Shown>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [isStale, setStale] = useState(false);
  const result = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (shown !== undefined) result.current?.focus();
  }, [shown]);

  async function show(plan: () => Promise<Preview>): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      setShown({ preview: await plan(), key: newKey() });
      setStale(false);
    } catch (problem) {
      setShown(undefined);
      setError(problem);
    }
    setBusy(false);
  }

  if (!useMay("plans.make")) return html`<h1>New run</h1><p>${missing("plans.make")}</p>`;
  const changed = () => setStale(true);
  const aside = (at: typeof from) => (from === at ? "page" : undefined);
  return html`
    <h1>New run</h1>
    <nav class="tabs" aria-label="Begin with">
      <a href="#/new" aria-current=${aside("goal")}>From a goal</a>
      <a href="#/new/file" aria-current=${aside("file")}>From a workflow file</a>
    </nav>
    ${
      from === "goal"
        ? html`<${GoalForm}
            busy=${busy}
            error=${error}
            onChange=${changed}
            onPlan=${(wish: GoalWish) => show(() => planGoal(wish))}
          />`
        : html`<${FileForm} busy=${busy} error=${error} onChange=${changed} onCheck=${(text: string) => show(() => previewGraph(text))} />`
    }
    <div role="status" class="unseen">${busy ? "Making the plan…" : shown === undefined ? "" : "The plan is ready."}</div>
    ${shown === undefined ? null : html`<${PlanView} heading=${result} preview=${shown.preview} startKey=${shown.key} isStale=${isStale} />`}
  `;
}

/** `randomUUID` is there only on https and on loopback. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
