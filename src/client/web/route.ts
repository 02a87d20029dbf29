/** Where the page is: `#/`, `#/?status=<status>`, `#/new`, `#/new/file`, `#/runs/<id>`, `#/inbox`, `#/incidents`, `#/incidents/<id>`, `#/schedules`. */
import { useEffect, useState } from "preact/hooks";

export type Route =
  | { at: "runs"; status?: string }
  | { at: "new"; from: "goal" | "file" }
  | { at: "inbox" }
  | { at: "incidents" }
  | { at: "incident"; id: string }
  | { at: "schedules" }
  | { at: "run"; runId: string }
  | { at: "nowhere" };

export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  if (path === "" || path === "/") {
    const status = new URLSearchParams(query).get("status");
    return status === null ? { at: "runs" } : { at: "runs", status };
  }
  if (path === "/inbox") return { at: "inbox" };
  if (path === "/new") return { at: "new", from: "goal" };
  if (path === "/new/file") return { at: "new", from: "file" };
  if (path === "/incidents") return { at: "incidents" };
  if (path === "/schedules") return { at: "schedules" };
  const [, kind, id] = /^\/(runs|incidents)\/([^/]+)$/.exec(path) ?? [];
  if (id === undefined) return { at: "nowhere" };
  try {
    const own = decodeURIComponent(id);
    return kind === "runs" ? { at: "run", runId: own } : { at: "incident", id: own };
  } catch {
    return { at: "nowhere" };
  }
}

export const hrefOf = (runId: string): string => `#/runs/${encodeURIComponent(runId)}`;

export const hrefOfIncident = (id: string): string => `#/incidents/${encodeURIComponent(id)}`;

/** Undefined where it is no address of the web: nothing that a run or a façade says becomes another kind of link. */
export function webAddress(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = () => setHash(location.hash);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return routeOf(hash);
}
