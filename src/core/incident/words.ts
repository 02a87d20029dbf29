/** What a run is told of its alerts, and how an incident stands in one line. Loaded by the workflow sandbox: imports no package and reads no clock. */
import { span } from "../report/plain.js";
import type { IncidentState, IncidentView } from "./incident.js";

const NAMES_SHOWN = 5;
const NAME_SHOWN_CHARS = 80;

/** News for a run that goes on: `withdraw_when` may look at `status`. */
export interface AlertNews {
  name: "alert";
  status: "firing" | "resolved";
  text: string;
}

export function joinedNews(names: readonly string[], count: number): AlertNews {
  const shown = [...new Set(names)].slice(0, NAMES_SHOWN).map((name) => name.slice(0, NAME_SHOWN_CHARS));
  return {
    name: "alert",
    status: "firing",
    text: `${count} more alerts of the group came while it ran: ${shown.join(", ")}`,
  };
}

export function resolvedNews({ startedMs }: IncidentState, nowMs: number): AlertNews {
  return {
    name: "alert",
    status: "resolved",
    text: `all alerts were resolved by themselves ${span(nowMs - startedMs)} after the first came`,
  };
}

/** What a person wants to know beside the answer: that there is nothing left to mend. */
const overIn = ({ resolvedMs, startedMs }: IncidentView): string =>
  resolvedMs === undefined ? "" : `; resolved by itself ${span(resolvedMs - startedMs)} after the first alert`;

export function standsIn(view: IncidentView): string {
  const { phase, run, notStarted } = view;
  if (run !== undefined) return `run ${run.id} ${run.outcome ?? "goes on"}${overIn(view)}`;
  if (notStarted === "resolved") return "resolved by itself; nothing was started";
  if (notStarted === "unmatched") return "no rule fits; nothing was started";
  if (notStarted === "suppressed") return "not started: as many runs as may be started in an hour were started";
  if (notStarted === "planned") return "planned; the rule starts nothing";
  if (notStarted === "not-planned") return "could not be planned";
  return phase === "gathering" ? "waits for more alerts of its group" : "is being planned";
}
