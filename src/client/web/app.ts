/** The frame: where one is, and how many decisions wait. */
import { useEffect } from "preact/hooks";
import { readInbox } from "./api.js";
import { html } from "./html.js";
import { InboxPage } from "./inbox-page.js";
import { useLoaded } from "./parts.js";
import { type Route, useRoute } from "./route.js";
import { RunPage } from "./run-page.js";
import { RunsPage } from "./runs-page.js";

const INBOX_EVERY_MS = 10_000;

export function App() {
  const route = useRoute();
  const inbox = useLoaded(readInbox, INBOX_EVERY_MS);
  useEffect(() => {
    if (route.at === "inbox") inbox.reload();
  }, [route.at]);
  const waiting = inbox.value?.gates.length ?? 0;
  const mark = (at: Route["at"]) => (route.at === at ? "page" : undefined);
  return html`
    <a class="skip" href="#content" onClick=${toContent}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href="#/">AutoOps Architect</a>
      <nav aria-label="Main">
        <a href="#/" aria-current=${mark("runs")}>Runs</a>
        <a href="#/inbox" aria-current=${mark("inbox")}>
          Inbox${waiting > 0 ? html` <span class="count" aria-label=${`${waiting} waiting`}>${waiting}</span>` : null}
        </a>
      </nav>
    </header>
    <main id="content" tabindex="-1">${pageOf(route, inbox)}</main>
  `;
}

function pageOf(route: Route, inbox: Parameters<typeof InboxPage>[0]["inbox"]) {
  switch (route.at) {
    case "runs":
      return html`<${RunsPage} />`;
    case "inbox":
      return html`<${InboxPage} inbox=${inbox} />`;
    case "run":
      return html`<${RunPage} key=${route.runId} runId=${route.runId} onDecided=${inbox.reload} />`;
    case "nowhere":
      return html`<p>There is nothing at this address. <a href="#/">See the runs</a></p>`;
  }
}

/** The hash is the page's address, so that a plain link to an element would lead away. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
