/** The start of exactly the plan that is shown; the worker's policy has the last word. */
import { useState } from "preact/hooks";
import type { Graph } from "../../schema/graph.js";
import { startRun } from "./api.js";
import { html } from "./html.js";
import { ProblemBox } from "./parts.js";
import { hrefOf } from "./route.js";
import { missing, useMay } from "./session.js";

interface Props {
  graph: Graph;
  startKey: string;
  isStale: boolean;
}

export function PlanStart({ graph, startKey, isStale }: Props) {
  const [busy, setBusy] = useState<"run" | "dry">();
  const [error, setError] = useState<unknown>();
  const mayStart = useMay("runs.start");

  async function start(what: "run" | "dry"): Promise<void> {
    setBusy(what);
    setError(undefined);
    try {
      const { runId } = await startRun(graph, what === "dry", `${startKey}-${what}`);
      location.hash = hrefOf(runId);
    } catch (problem) {
      setError(problem);
      setBusy(undefined);
    }
  }

  if (!mayStart) return html`<p class="muted">${missing("runs.start")}</p>`;
  if (isStale)
    return html`<p class="notice" role="status">What you wrote has changed since. Make the plan again to start it.</p>`;
  return html`<p class="muted">
      Checked against the policy of this machine; the worker that runs it checks again with its own.
    </p>
    ${error === undefined ? null : html`<${ProblemBox} error=${error} title="Nothing was started." />`}
    <div class="buttons">
      <button type="button" class="primary" disabled=${busy !== undefined} onClick=${() => start("run")}>
        ${busy === "run" ? "Starting…" : "Start this run"}
      </button>
      <button type="button" disabled=${busy !== undefined} onClick=${() => start("dry")}>
        ${busy === "dry" ? "Starting…" : "Dry run"}
      </button>
    </div>
    <p class="muted">A dry run executes nothing and asks nobody: it shows what would run.</p>`;
}
