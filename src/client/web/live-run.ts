/** A run as it changes: the façade's event stream says when to look again. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { RunView } from "../../core/report/view.js";
import type { Report } from "../../core/report.js";
import type { RunAnswer, RunHappening } from "../runs/contract.js";
import { eventsPath, Failure, readReport, readRun } from "./api.js";
import { endedOutside, wasRefused } from "./endings.js";

export interface LiveRun {
  answer?: RunAnswer;
  happenings: RunHappening[];
  report?: Report;
  error?: unknown;
  /** The stream broke off; the browser tries to take it up again. */
  isCut: boolean;
  reload(): void;
}

/** Many events may come at once: one look after them is enough. */
const SETTLE_MS = 150;
const KEPT = 500;
const AGAIN_MS = 3_000;

const hasReport = (view: RunView): boolean => !wasRefused(view) && endedOutside(view) === undefined;
const isUnknown = (error: unknown): boolean => error instanceof Failure && error.code === "run-not-found";

export function useLiveRun(runId: string): LiveRun {
  const [answer, setAnswer] = useState<RunAnswer>();
  const [happenings, setHappenings] = useState<RunHappening[]>([]);
  const [report, setReport] = useState<Report>();
  const [error, setError] = useState<unknown>();
  const [isCut, setCut] = useState(false);
  const look = useRef((): void => undefined);

  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    let again = false;

    async function load(): Promise<void> {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        const next = await readRun(runId, gone.signal);
        setAnswer(next);
        setError(undefined);
        if (next.view.endedAtMs !== undefined && hasReport(next.view))
          setReport(await readReport(runId).catch(() => undefined));
      } catch (problem) {
        if (gone.signal.aborted) return;
        setError(problem);
        // What Temporal has forgotten may have left its report; what cannot be asked now is asked again.
        if (isUnknown(problem)) setReport(await readReport(runId).catch(() => undefined));
        else timer = setTimeout(load, AGAIN_MS);
      }
      busy = false;
      if (again && !gone.signal.aborted) {
        again = false;
        await load();
      }
    }
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(load, SETTLE_MS);
    };
    look.current = soon;

    const events = new EventSource(eventsPath(runId));
    events.addEventListener("open", () => setCut(false));
    events.addEventListener("error", () => setCut(true));
    events.addEventListener("happening", (event) => {
      const happening = JSON.parse((event as MessageEvent<string>).data) as RunHappening;
      setHappenings((before) => [...before, happening].slice(-KEPT));
      soon();
    });
    events.addEventListener("end", () => {
      events.close();
      setCut(false);
      soon();
    });
    void load();
    return () => {
      gone.abort();
      clearTimeout(timer);
      events.close();
    };
  }, [runId]);

  return { answer, happenings, report, error, isCut, reload: () => look.current() };
}
