/** `autoops incidents [id]`: groups of alerts, and what was started for them. */
import type { IncidentView } from "../../../core/incident/incident.js";
import { standsIn } from "../../../core/incident/words.js";
import { span } from "../../../core/report/plain.js";
import type { ListedIncident } from "../../incidents.js";
import { openRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { clock, columns, oneLine, style } from "../text.js";
import { keyWords } from "./hooks.js";

export async function incidents(
  session: Session,
  [id]: readonly string[],
  { limit }: { limit: number },
): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    if (id !== undefined) {
      const shown = await opened.incidents.show(id);
      if (!shown.ok) return failed(shown.problems);
      for (const line of incidentLines(shown.value)) session.print.result(line);
      return done({ incident: shown.value });
    }
    const listed = await opened.incidents.list(limit);
    if (!listed.ok) return failed(listed.problems);
    if (listed.value.length === 0) session.print.note("no alert has come in");
    for (const line of columns(listed.value.map(row))) session.print.result(line);
    return done({ incidents: listed.value });
  } finally {
    await opened.close();
  }
}

function row({ id, startedAtMs, view }: ListedIncident): string[] {
  if (view === undefined) return [style.bold(id), clock(startedAtMs), "", "", ""];
  const counts = `${view.firing}/${view.alerts} fire${view.flapping > 0 ? `, ${view.flapping} flapping` : ""}`;
  return [style.bold(id), clock(startedAtMs), counts, keyWords(view.key), oneLine(standsIn(view), 100)];
}

/** Only so many are kept one by one; all are counted. */
const restOf = ({ alerts, kept, beyond, members }: IncidentView): string =>
  kept === undefined
    ? `and ${beyond} messages about more alerts`
    : `and ${alerts - kept} more alerts that are counted, not listed: ${members.length} of ${alerts} stand here`;

function incidentLines(incident: ListedIncident): string[] {
  const { id, view } = incident;
  if (view === undefined) return [style.bold(id), "its details cannot be read"];
  const { run, members, notes, taken, beyond, startedMs, resolvedMs } = view;
  const answer = run?.answer === undefined ? [] : [oneLine(run.answer, 400)];
  const over =
    resolvedMs === undefined ? [] : [`resolved by itself ${span(resolvedMs - startedMs)} after the first alert`];
  const rest = beyond === 0 ? [] : [restOf(view)];
  return [
    `${style.bold(id)}  ${keyWords(view.key)}`,
    `${oneLine(standsIn(view), 200)}; ${view.firing} of ${view.alerts} alerts fire; ${taken} ${taken === 1 ? "message" : "messages"}`,
    ...answer,
    ...over,
    ...notes.map((words) => style.dim(oneLine(words, 300))),
    ...columns(
      members.map(({ name, status, count, lastMs, labels }) => [
        `  ${status}`,
        oneLine(name, 60),
        `${count} ×`,
        clock(lastMs),
        oneLine(
          Object.entries(labels)
            .map(([label, value]) => `${label}=${value}`)
            .join(" "),
          100,
        ),
      ]),
    ),
    ...rest,
  ];
}
