/** What people read of an incident in a channel: that a run looks into it, and what it found. Loaded by the workflow sandbox: imports no package and reads no clock. */
import { plain, span } from "../report/plain.js";
import type { IncidentView } from "./incident.js";

const NAMES_SHOWN = 5;
const TITLE_MAX_CHARS = 200;

export function messageFor(
  view: IncidentView,
  event: "started" | "answered",
  facadeUrl?: string,
): { title: string; message: string } {
  const { run, firing, alerts, startedMs, resolvedMs } = view;
  const names = [...new Set(view.members.map(({ name }) => name))];
  const what = names.slice(0, NAMES_SHOWN).join(", ").slice(0, 150) || view.hook;
  const id = run?.id ?? "";
  const where =
    facadeUrl === undefined
      ? `\`autoops report ${id}\``
      : `${facadeUrl.replace(/\/$/, "")}/#/runs/${encodeURIComponent(id)}`;
  const over =
    resolvedMs === undefined
      ? `${firing} of ${alerts} alerts fire.`
      : `All ${alerts} alerts were resolved by themselves ${span(resolvedMs - startedMs)} after the first came.`;
  const says =
    event === "started"
      ? [
          "a run looks into it",
          run?.mode === "run" ? "What would change anything waits for an approval." : "It only looks.",
        ]
      : [
          `its run ${run?.outcome ?? "ended"}`,
          run?.answer === undefined ? "It found nothing to report." : plain(run.answer),
        ];
  const [head = "", body = ""] = says;
  return {
    title: `${what}: ${head}`.replace(/\s+/g, " ").slice(0, TITLE_MAX_CHARS),
    message: [plain(what), body, over, `Run: ${where}`].join("\n\n"),
  };
}
