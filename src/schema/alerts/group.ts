/** Several alerts as one: what all of them share is stated, and what differs is told beside it. */
import type { Problem } from "../../vocabulary/problems.js";
import type { AlertSender, Delivery, OneAlert } from "./alert.js";

export interface Alert {
  from: AlertSender;
  /** The alert's name or title; of several kinds their names. */
  name: string;
  /** What it says beside its name. */
  says: string;
  /** What all alerts that fire share. */
  labels: Record<string, string>;
  /** Alerts in the payload that fire. */
  firing: number;
  /** What was cut or differs, for people: nothing is left out in silence. */
  notices: Problem[];
}

const NAMES_SHOWN = 5;
const VALUES_SHOWN = 5;
const DIFFERING_SHOWN = 20;
const VALUE_SHOWN_CHARS = 80;

/** `firing` has at least one. */
export function groupOf({ from, cut }: Delivery, firing: readonly OneAlert[]): Alert {
  const names = [...new Set(firing.map(({ name }) => name))];
  const labels = sharedLabels(firing);
  const says = (firing[0]?.says ?? []).map((part, index) =>
    firing.every((one) => one.says[index] === part) ? part : "",
  );
  const notices = [...cut.map(reduced), ...differing(firing, labels), ...(names.length > 1 ? [manyNames(names)] : [])];
  return {
    from,
    name: shownList(names, NAMES_SHOWN),
    says: says.filter((part) => part !== "").join(". "),
    labels,
    firing: firing.length,
    notices,
  };
}

function sharedLabels([first, ...others]: readonly OneAlert[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(first?.labels ?? {}).filter(([key, value]) => others.every(({ labels }) => labels[key] === value)),
  );
}

function differing(firing: readonly OneAlert[], shared: Readonly<Record<string, string>>): Problem[] {
  const values = new Map<string, Set<string>>();
  for (const { labels } of firing) {
    for (const [key, value] of Object.entries(labels)) {
      if (Object.hasOwn(shared, key) || key === "alertname") continue;
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  const told = [...values].slice(0, DIFFERING_SHOWN).map(([key, all]): Problem => {
    const message = `the ${firing.length} alerts do not share one ${key}: ${shownList([...all], VALUES_SHOWN)}; none of these was taken`;
    return {
      code: "alert-reduced",
      at: `alert.${key}`,
      message,
      hint: "say which one is meant: --param NAME=VALUE, or in words",
    };
  });
  const left = values.size - DIFFERING_SHOWN;
  return left > 0 ? [...told, reduced(`${left} more labels differ between the alerts`)] : told;
}

function manyNames(names: readonly string[]): Problem {
  return reduced(`the alerts are of ${names.length} kinds: ${shownList(names, NAMES_SHOWN)}`);
}

const reduced = (words: string): Problem => ({ code: "alert-reduced", at: "alert", message: words });

function shownList(all: readonly string[], most: number): string {
  const shown = all
    .slice(0, most)
    .map((one) => (one.length > VALUE_SHOWN_CHARS && all.length > 1 ? `${one.slice(0, VALUE_SHOWN_CHARS)}…` : one));
  return all.length > most ? `${shown.join(", ")} and ${all.length - most} more` : shown.join(", ");
}
