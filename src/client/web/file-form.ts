/** The form that takes a workflow file: chosen, or pasted. */
import { useState } from "preact/hooks";
import { html } from "./html.js";
import { FormProblems } from "./problem-list.js";

interface Props {
  busy: boolean;
  error?: unknown;
  onChange(): void;
  onCheck(text: string): void;
}

export function FileForm({ busy, error, onChange, onCheck }: Props) {
  const [text, setText] = useState("");
  const change = (next: string) => {
    setText(next);
    onChange();
  };
  const choose = async (event: Event) => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file !== undefined) change(await file.text());
  };
  const submit = (event: Event) => {
    event.preventDefault();
    onCheck(text);
  };
  return html`<form class="card form" onSubmit=${submit}>
    <label for="workflow-file">Workflow file</label>
    <input id="workflow-file" type="file" accept=".yaml,.yml,.json" onChange=${choose} />
    <label for="workflow-text">Its text (YAML or JSON)</label>
    <textarea
      id="workflow-text"
      class="code"
      rows="10"
      required
      spellcheck="false"
      value=${text}
      onInput=${(event: Event) => change((event.target as HTMLTextAreaElement).value)}
    ></textarea>
    <${FormProblems} error=${error} />
    <div class="buttons">
      <button type="submit" class="primary" disabled=${busy}>${busy ? "Checking…" : "Show the plan"}</button>
    </div>
  </form>`;
}
