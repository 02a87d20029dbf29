/** Where the page is: `#/`, `#/runs/<id>`, `#/inbox`. */
import { useEffect, useState } from "preact/hooks";

export type Route = { at: "runs" } | { at: "inbox" } | { at: "run"; runId: string } | { at: "nowhere" };

export function routeOf(hash: string): Route {
  const path = hash.replace(/^#/, "");
  if (path === "" || path === "/") return { at: "runs" };
  if (path === "/inbox") return { at: "inbox" };
  const [, id] = /^\/runs\/([^/]+)$/.exec(path) ?? [];
  if (id === undefined) return { at: "nowhere" };
  try {
    return { at: "run", runId: decodeURIComponent(id) };
  } catch {
    return { at: "nowhere" };
  }
}

export const hrefOf = (runId: string): string => `#/runs/${encodeURIComponent(runId)}`;

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = () => setHash(location.hash);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return routeOf(hash);
}
