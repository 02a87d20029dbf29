/** What starts by the clock: when next and what, paused or not; and a form that says when before anything is kept. */
import { useState } from "preact/hooks";
import type { ScheduleView } from "../schedules.js";
import { changeSchedule, createSchedule, deleteSchedule, listSchedules, type ScheduleWish } from "./api.js";
import { html } from "./html.js";
import { ProblemBox, useLoaded } from "./parts.js";
import { hrefOf } from "./route.js";
import { useMay } from "./session.js";
import { day } from "./words.js";

const EVERY_MS = 10_000;

export function SchedulesPage() {
  const { value, error, reload } = useLoaded(listSchedules, EVERY_MS);
  const [trouble, setTrouble] = useState<unknown>();
  const may = useMay("runs.start");
  const change = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setTrouble(undefined);
    } catch (problem) {
      setTrouble(problem);
    }
    reload();
  };
  const all = value?.schedules ?? [];
  const shown = trouble ?? error;
  return html`
    <h1>Schedules</h1>
    ${shown === undefined ? null : html`<${ProblemBox} error=${shown} />`}
    ${value === undefined && error === undefined ? html`<p class="muted">Loading the schedules…</p>` : null}
    ${value !== undefined && all.length === 0 ? html`<p class="empty">There is no schedule yet.</p>` : null}
    ${all.length === 0 ? null : html`<ul class="runs">${all.map((one) => html`<${Row} key=${one.name} schedule=${one} may=${may} change=${change} />`)}</ul>`}
    ${may ? html`<${NewSchedule} onCreated=${reload} />` : null}
  `;
}

interface RowProps {
  schedule: ScheduleView;
  may: boolean;
  change(work: () => Promise<unknown>): Promise<void>;
}

function Row({ schedule, may, change }: RowProps) {
  const { name, when, what, paused, note, recent, pausesOnFailure } = schedule;
  const button = (word: string, work: () => Promise<unknown>) =>
    html`<button type="button" aria-label=${`${word} ${name}`} onClick=${() => change(work)}>${word}</button>`;
  return html`<li>
    <strong class="run-name">${name}</strong>
    ${paused ? html`<span class="status ask">paused</span>` : null}
    <span class="run-facts">${when}</span>
    <span class="muted run-facts">${what}${pausesOnFailure ? " · a run that goes wrong pauses it" : ""}${paused && note !== undefined ? ` · ${note}` : ""}</span>
    <${Times} schedule=${schedule} />
    ${recent.length === 0 ? null : html`<${LastStarts} starts=${recent} />`}
    ${
      may
        ? html`<p class="schedule-buttons">
            ${paused ? button("Resume", () => changeSchedule(name, "resume")) : button("Pause", () => changeSchedule(name, "pause"))}
            ${button("Start now", () => changeSchedule(name, "trigger"))}
            ${button("Delete", () => deleteSchedule(name))}
          </p>`
        : null
    }
  </li>`;
}

/** A start that could not be planned has no run to lead to. */
function LastStarts({ starts }: { starts: ScheduleView["recent"] }) {
  return html`<span class="muted run-facts">last: ${starts.map(({ startedMs, run, outcome, message }) =>
    message === undefined
      ? html`<a href=${hrefOf(`${run}.run`)}>${day(startedMs)}${outcome === undefined ? "" : `, ${outcome}`}</a> `
      : html`<span>${day(startedMs)}, ${outcome}: ${message}</span>`,
  )}</span>`;
}

function Times({ schedule: { next } }: { schedule: ScheduleView }) {
  const words = next.length === 0 ? "never" : next.map((ms) => day(ms)).join(" · ");
  return html`<span class="muted run-facts">next: ${words}</span>`;
}

const EMPTY: ScheduleWish = { name: "", goal: "", cron: "0 7 * * 1-5", timezone: zone(), catchup: "10m" };

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

function NewSchedule({ onCreated }: { onCreated(): void }) {
  const [wish, setWish] = useState(EMPTY);
  const [preview, setPreview] = useState<ScheduleView | undefined>();
  const [error, setError] = useState<unknown>();
  const set = (field: keyof ScheduleWish) => (event: Event) => {
    setPreview(undefined);
    setWish({ ...wish, [field]: (event.target as HTMLInputElement).value });
  };
  async function ask(isPreview: boolean): Promise<void> {
    try {
      const view = await createSchedule({ ...wish, preview: isPreview });
      setPreview(isPreview ? view : undefined);
      setError(undefined);
      if (isPreview) return;
      setWish(EMPTY);
      onCreated();
    } catch (problem) {
      setError(problem);
    }
  }
  const submit = (event: Event) => {
    event.preventDefault();
    void ask(preview === undefined);
  };
  const field = (name: "name" | "goal" | "cron" | "timezone", label: string) => html`<p>
    <label for=${`schedule-${name}`}>${label}</label>
    <input id=${`schedule-${name}`} required value=${wish[name] ?? ""} onInput=${set(name)} />
  </p>`;
  return html`
    <h2>New schedule</h2>
    <form class="schedule-form" onSubmit=${submit}>
      ${field("name", "Name")} ${field("goal", "Goal, planned anew each time")}
      ${field("cron", "Cron: minute, hour, day, month, weekday")} ${field("timezone", "Time zone")}
      ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
      <div role="status">
        ${preview === undefined ? null : html`<p><strong>${preview.when}</strong></p><${Times} schedule=${preview} />`}
        ${(preview?.notices ?? []).map(({ message, hint }) => html`<p class="notice">${message}${hint === undefined ? "" : `; ${hint}`}</p>`)}
      </div>
      <button type="submit">${preview === undefined ? "Show when" : "Create it"}</button>
    </form>
  `;
}
