/** The form that takes a goal, a playbook where one is wanted, and the values that a playbook lacks. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ParameterOffer, PlaybookOffer } from "../../schema/playbook.js";
import { GOAL_MAX_CHARS } from "../../vocabulary/limits.js";
import { type GoalWish, listPlaybooks, problemsOf, type ShownProblem } from "./api.js";
import { html } from "./html.js";
import { FormProblems } from "./problem-list.js";

interface Props {
  busy: boolean;
  error?: unknown;
  onChange(): void;
  onPlan(wish: GoalWish): void;
}

const PATH = "params.";

export function GoalForm({ busy, error, onChange, onPlan }: Props) {
  const [goal, setGoal] = useState("");
  const [playbook, setPlaybook] = useState("");
  const [planner, setPlanner] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const [offers, setOffers] = useState<PlaybookOffer[]>([]);
  const form = useRef<HTMLFormElement>(null);
  // Without the list the goal still finds its playbook: the form then offers no choice.
  useEffect(
    () =>
      void listPlaybooks().then(
        (answer) => setOffers(answer.playbooks),
        () => undefined,
      ),
    [],
  );
  const faults = new Map(
    (error === undefined ? [] : problemsOf(error))
      .filter((problem) => problem.at?.startsWith(PATH))
      .map((problem) => [(problem.at ?? "").slice(PATH.length), problem]),
  );
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [error]);
  const fields = fieldsOf(offers, playbook, [...faults.keys(), ...Object.keys(values)]);
  const change = (set: () => void) => {
    set();
    onChange();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const given = Object.entries(values).filter(
      ([name, value]) => value !== "" && fields.some((one) => one.name === name),
    );
    onPlan({
      goal,
      ...(playbook === "" ? {} : { playbook }),
      ...(planner === "model" || planner === "playbook" ? { planner } : {}),
      ...(given.length === 0 ? {} : { params: Object.fromEntries(given) }),
    });
  };
  return html`<form class="card form" ref=${form} onSubmit=${submit}>
    <label for="goal">What is wrong, and what do you want?</label>
    <textarea
      id="goal"
      rows="3"
      required
      maxlength=${GOAL_MAX_CHARS}
      aria-describedby="goal-hint"
      value=${goal}
      onInput=${(event: Event) => change(() => setGoal((event.target as HTMLTextAreaElement).value))}
    ></textarea>
    <p id="goal-hint" class="muted">
      For example: checkout returns 500s since the last deploy; find out why and roll it back. Nothing runs before you
      have read the plan.
    </p>
    ${
      offers.length === 0
        ? null
        : html`<label for="playbook">Playbook</label>
            <select
              id="playbook"
              value=${playbook}
              onChange=${(event: Event) => change(() => setPlaybook((event.target as HTMLSelectElement).value))}
            >
              <option value="">the one that fits the goal best</option>
              ${offers.map(({ id, title, writes }) => html`<option value=${id}>${title}${writes ? " (may change production)" : ""}</option>`)}
            </select>`
    }
    <label for="planner">Planner</label>
    <select
      id="planner"
      value=${planner}
      onChange=${(event: Event) => change(() => setPlanner((event.target as HTMLSelectElement).value))}
    >
      <option value="">as the worker is configured</option>
      <option value="playbook">playbooks only</option>
      <option value="model">the model</option>
    </select>
    ${
      fields.length === 0
        ? null
        : html`<fieldset>
            <legend>Parameters</legend>
            ${fields.map(
              (field) => html`<${Field}
                key=${field.name}
                offer=${field}
                fault=${faults.get(field.name)}
                value=${values[field.name] ?? ""}
                onInput=${(value: string) => change(() => setValues({ ...values, [field.name]: value }))}
              />`,
            )}
          </fieldset>`
    }
    <${FormProblems} error=${error} beside=${fields.map((field) => `${PATH}${field.name}`)} />
    <div class="buttons">
      <button type="submit" class="primary" disabled=${busy}>${busy ? "Making the plan…" : "Make a plan"}</button>
    </div>
  </form>`;
}

/** All parameters of the playbook that was chosen; else those that were asked for, whichever playbook asked. */
function fieldsOf(offers: readonly PlaybookOffer[], playbook: string, asked: readonly string[]): ParameterOffer[] {
  const chosen = offers.find((offer) => offer.id === playbook);
  if (chosen !== undefined) return chosen.parameters;
  return [...new Set(asked)].map((name) => {
    const known = offers.flatMap((offer) => offer.parameters.filter((parameter) => parameter.name === name));
    const [first] = known;
    if (first === undefined) return { name, type: "string", description: name, required: true };
    const isSame = known.every((one) => JSON.stringify(one.choices) === JSON.stringify(first.choices));
    return { ...first, required: true, ...(isSame ? {} : { choices: undefined }) };
  });
}

interface FieldProps {
  offer: ParameterOffer;
  fault?: ShownProblem;
  value: string;
  onInput(value: string): void;
}

function Field({ offer, fault, value, onInput }: FieldProps) {
  const { name, description, choices, default: usual, required } = offer;
  const id = `param-${name}`;
  const told =
    usual !== undefined
      ? `if empty: ${String(usual)}`
      : required
        ? "if empty: from the goal or config.yaml"
        : "may stay empty";
  const common = {
    id,
    value,
    "aria-invalid": fault === undefined ? undefined : "true",
    "aria-describedby": `${id}-hint`,
    onInput: (event: Event) => onInput((event.target as HTMLInputElement).value),
  };
  return html`<div class="field">
    <label for=${id}><code>${name}</code> ${description}</label>
    ${
      choices === undefined || choices.length === 0
        ? html`<input type="text" autocomplete="off" ...${common} />`
        : html`<select ...${common}>
            <option value="">choose…</option>
            ${choices.map((choice) => html`<option value=${choice}>${choice}</option>`)}
          </select>`
    }
    <p id=${`${id}-hint`} class=${fault === undefined ? "muted" : "bad"}>
      ${fault === undefined ? told : fault.message}${choices?.length === 0 ? " (config.yaml declares none)" : ""}
    </p>
  </div>`;
}
