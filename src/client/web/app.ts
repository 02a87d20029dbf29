/** The frame: where one is, and how many decisions wait. */
import { useEffect } from "preact/hooks";
import { endSession, readInbox, type WebSession } from "./api.js";
import { HeldWrites } from "./held-writes.js";
import { html } from "./html.js";
import { InboxPage } from "./inbox-page.js";
import { IncidentPage, IncidentsPage } from "./incidents-page.js";
import { NewRunPage } from "./new-run-page.js";
import { ProblemBox, useLoaded } from "./parts.js";
import { type Route, useRoute } from "./route.js";
import { RunPage } from "./run-page.js";
import { RunsPage } from "./runs-page.js";
import { SchedulesPage } from "./schedules-page.js";
import { SessionContext, useSession } from "./session.js";
import { SignIn } from "./sign-in.js";

const INBOX_EVERY_MS = 10_000;
const NAME = "AutoOps Architect";

/** Nothing is asked of the façade before it is known who asks. */
export function App() {
  const { session, error, set, refresh } = useSession();
  if (session === undefined) {
    if (error === undefined) return html`<main id="content"><p class="muted" role="status">Loading…</p></main>`;
    return html`<main id="content">
      <h1>${NAME}</h1>
      <${ProblemBox} error=${error} />
      <button type="button" onClick=${refresh}>Try again</button>
    </main>`;
  }
  if (session.required && session.subject === undefined) {
    return html`<header class="bar"><span class="brand">${NAME}</span></header>
      <main id="content" tabindex="-1"><${SignIn} onSignedIn=${set} /></main>`;
  }
  return html`<${SessionContext.Provider} value=${session}>
    <${Frame} session=${session} onSignedOut=${refresh} />
  <//>`;
}

function Frame({ session, onSignedOut }: { session: WebSession; onSignedOut(): void }) {
  const route = useRoute();
  const inbox = useLoaded(readInbox, INBOX_EVERY_MS);
  const waiting = inbox.value?.gates.length ?? 0;
  useEffect(() => {
    if (route.at === "inbox") inbox.reload();
    // A run gives the page its own name once it is loaded.
    if (route.at !== "run") document.title = `${TITLES[route.at]} · ${NAME}`;
  }, [route.at]);
  const mark = (at: Route["at"]) => (route.at === at ? "page" : undefined);
  const leave = () => void endSession().then(onSignedOut, onSignedOut);
  return html`
    <a class="skip" href="#content" onClick=${toContent}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href="#/">${NAME}</a>
      <nav aria-label="Main">
        <a href="#/" aria-current=${mark("runs")}>Runs</a>
        <a href="#/inbox" aria-current=${mark("inbox")}>
          Inbox${waiting > 0 ? html` <span class="count" aria-hidden="true">${waiting}</span>` : null}
        </a>
        <a href="#/incidents" aria-current=${mark("incidents")}>Incidents</a>
        <a href="#/schedules" aria-current=${mark("schedules")}>Schedules</a>
        <a href="#/new" aria-current=${mark("new")}>New run</a>
      </nav>
      <p class="who muted">
        <span>${session.required ? "Signed in as " : ""}${session.subject}</span>
        ${session.required ? html` <button type="button" class="plain" onClick=${leave}>Sign out</button>` : null}
      </p>
      <p class="unseen" role="status">${waiting === 0 ? "" : waiting === 1 ? "1 decision waits" : `${waiting} decisions wait`}</p>
    </header>
    <${HeldWrites} writes=${inbox.value?.writes} />
    <main id="content" tabindex="-1">${pageOf(route, inbox)}</main>
  `;
}

const TITLES: Record<Exclude<Route["at"], "run">, string> = {
  runs: "Runs",
  inbox: "Inbox",
  incidents: "Incidents",
  incident: "Incident",
  schedules: "Schedules",
  new: "New run",
  nowhere: "Nothing here",
};

function pageOf(route: Route, inbox: Parameters<typeof InboxPage>[0]["inbox"]) {
  switch (route.at) {
    case "runs":
      return html`<${RunsPage} key=${route.status ?? ""} status=${route.status} />`;
    case "new":
      return html`<${NewRunPage} key=${route.from} from=${route.from} />`;
    case "inbox":
      return html`<${InboxPage} inbox=${inbox} />`;
    case "incidents":
      return html`<${IncidentsPage} />`;
    case "incident":
      return html`<${IncidentPage} key=${route.id} id=${route.id} />`;
    case "schedules":
      return html`<${SchedulesPage} />`;
    case "run":
      return html`<${RunPage} key=${route.runId} runId=${route.runId} onDecided=${inbox.reload} />`;
    case "nowhere":
      return html`<h1>Nothing here</h1><p>There is nothing at this address. <a href="#/">See the runs</a></p>`;
  }
}

/** The hash is the page's address, so that a plain link to an element would lead away. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
