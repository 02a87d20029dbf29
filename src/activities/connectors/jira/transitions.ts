/** Which transition of Jira's workflow leads to the status that a graph names. */
import { toolFailure } from "../../define-tool.js";

interface Status {
  name: string;
  statusCategory?: { key: string };
}
export interface Transition {
  id: string;
  name: string;
  to: Status;
}
/** Without an id: it is there already. */
export interface Move {
  id?: string;
  to: string;
}

/** Words that every workflow has its own names for. */
const CATEGORIES: Readonly<Record<string, string>> = { closed: "done", resolved: "done", done: "done" };

/**
 * By the name of the transition or of the status that it leads to, in any case; else, for closed, resolved and done, the one
 * transition that leads to a status of that category. Throws `params-invalid` with the names that there are.
 */
export function moveTo(wanted: string, now: Status, transitions: readonly Transition[]): Move {
  const same = (name: string) => name.toLowerCase() === wanted.toLowerCase();
  if (same(now.name)) return { to: now.name };
  const [named] = [...transitions.filter(({ to }) => same(to.name)), ...transitions.filter(({ name }) => same(name))];
  if (named !== undefined) return { id: named.id, to: named.to.name };
  const category = Object.hasOwn(CATEGORIES, wanted.toLowerCase()) ? CATEGORIES[wanted.toLowerCase()] : undefined;
  if (category !== undefined) {
    if (now.statusCategory?.key === category) return { to: now.name };
    const fitting = transitions.filter(({ to }) => to.statusCategory?.key === category);
    const [only] = fitting;
    if (only !== undefined && new Set(fitting.map(({ to }) => to.name)).size === 1)
      return { id: only.id, to: only.to.name };
  }
  const names = [...new Set(transitions.map(({ to }) => to.name))].slice(0, 20).join(", ");
  const message = `status must be one that the issue can go to: ${names || "none"}; it is ${now.name}`;
  throw toolFailure("params-invalid", message, { retryable: false });
}
