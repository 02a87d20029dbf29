/** What a tracker can do, whatever its vendor: both ticket tools are written against this. */
import type { Outcome } from "./kit/find-duplicates.js";

/** A ticket as a graph wants it. */
export interface Draft {
  title: string;
  /** Markdown. */
  description: string;
  labels: string[];
  /** PagerDuty alone knows it. */
  urgency?: "high" | "low";
}
export interface Ticket {
  /** By what people and later calls name it: `OPS-12`, `41`, `PGR0VU2`. */
  ticket: string;
  url: string | null;
}
/** How the vendor keeps it to one: by a key of its own, or by being looked at first. */
export type Keeping = "key" | "search";

export interface Changes {
  /** Markdown. */
  comment?: string;
  status?: string;
  addLabels: string[];
  removeLabels: string[];
}
/** What this attempt changed, and what was so already; in words. */
export interface Changed {
  ticket: Ticket;
  changed: string[];
  already: string[];
  truncated: boolean;
  remarks: string[];
}

export interface TrackerClient {
  keeping: Keeping;
  create(draft: Draft): Promise<Outcome<Ticket> & { truncated: boolean }>;
  update(ticket: string, changes: Changes): Promise<Changed>;
  /** Who we are there, in words; changes nothing. */
  check(): Promise<string>;
}
