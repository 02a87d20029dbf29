/** What a page does while steps are carried out: its console, its failed requests, its tries at what is not allowed. */
import type { BrowserContext, Page } from "playwright-core";
import { z } from "zod";
import { redact } from "../../../../core/redact.js";
import { BROWSER_EVENT_MAX_CHARS, BROWSER_EVENTS_MAX } from "../../../../vocabulary/browser-limits.js";

export const watchedSchema = z.strictObject({
  console: z.array(z.strictObject({ level: z.string(), text: z.string() })).max(BROWSER_EVENTS_MAX),
  /** Without query and fragment. */
  failed_requests: z.array(z.strictObject({ url: z.string(), reason: z.string() })).max(BROWSER_EVENTS_MAX),
  /** Windows that the page opened, and that were closed; downloads that were refused; dialogs that were dismissed. */
  popups: z.int(),
  downloads: z.int(),
  dialogs: z.int(),
  /** More happened than is kept. */
  truncated: z.boolean(),
});
export type Watched = z.infer<typeof watchedSchema>;

export interface Watch {
  seen: Watched;
  /** HTTP status of the document in the page; null before one is loaded. */
  status(): number | null;
}

/** Watches the context from now on; every page but `page` is closed. */
export async function watch(pages: BrowserContext, page: Page): Promise<Watch> {
  const seen: Watched = { console: [], failed_requests: [], popups: 0, downloads: 0, dialogs: 0, truncated: false };
  let status: number | null = null;
  const keep = <T>(list: T[], item: T): void => {
    if (list.length < BROWSER_EVENTS_MAX) list.push(item);
    else seen.truncated = true;
  };
  page.on("console", (message) => keep(seen.console, { level: message.type(), text: short(message.text()) }));
  page.on("pageerror", (error) => keep(seen.console, { level: "error", text: short(String(error)) }));
  page.on("requestfailed", (request) => {
    keep(seen.failed_requests, {
      url: plainUrl(request.url()),
      reason: short(request.failure()?.errorText ?? "failed"),
    });
  });
  page.on("response", (response) => {
    const request = response.request();
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) status = response.status();
  });
  page.on("dialog", (dialog) => {
    seen.dialogs += 1;
    void dialog.dismiss().catch(() => undefined);
  });
  page.on("download", (download) => {
    seen.downloads += 1;
    void download.cancel().catch(() => undefined);
  });
  pages.on("page", (other) => {
    if (other === page) return;
    seen.popups += 1;
    void other.close().catch(() => undefined);
  });
  // The proxy decides where a request may go; what is no request to the network at all ends here.
  await pages.route("**/*", (route) =>
    isOrdinary(route.request().url()) ? route.continue() : route.abort("blockedbyclient"),
  );
  return { seen, status: () => status };
}

function isOrdinary(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ["http:", "https:", "data:", "blob:"].includes(protocol) && username === "" && password === "";
}

const short = (text: string): string => {
  const clean = redact(text.slice(0, BROWSER_EVENT_MAX_CHARS * 4));
  return clean.length > BROWSER_EVENT_MAX_CHARS ? `${clean.slice(0, BROWSER_EVENT_MAX_CHARS - 1)}…` : clean;
};

/** What stands in a query or fragment may be a token. */
export function plainUrl(text: string): string {
  if (!URL.canParse(text)) return short(text);
  const { protocol, host, pathname } = new URL(text);
  return protocol === "http:" || protocol === "https:" ? short(`${protocol}//${host}${pathname}`) : short(protocol);
}
