/** An incident as it is kept, told and shown. Types only: the sandbox loads nothing of it. */

/** An alert as it is sent on: within bounds, without secrets. */
export interface IncidentAlert {
  id: string;
  name: string;
  says: string;
  labels: Record<string, string>;
  status: "firing" | "resolved";
  /** When it began, as the sender says; tells a late message from a new trouble. */
  since?: string;
}

export interface IncidentInput {
  hook: string;
  /** The values of the labels that it is grouped by. */
  key: Record<string, string>;
  settings: { debounceMs: number; cooldownMs: number };
  /** What stands in the shell of the façade that took the first alert: it makes the run stricter, never the other way. */
  asked?: { dryRun?: boolean; stricter?: { require_approval_all?: true; enable_remediation?: false } };
}

export interface Member {
  name: string;
  says: string;
  labels: Record<string, string>;
  status: "firing" | "resolved";
  since?: string;
  firstMs: number;
  lastMs: number;
  /** Messages about it. */
  count: number;
  /** How often it changed between firing and resolved. */
  turns: number;
}

/** `gathering`: waits for siblings. `quiet`: resolved before anything was started. `cooling`: what comes now joins what was. */
export type Phase = "gathering" | "quiet" | "starting" | "running" | "cooling" | "ended";
/** Why nothing was started. */
export type NotStarted = "resolved" | "unmatched" | "suppressed" | "not-planned" | "planned";

export interface IncidentRun {
  id: string;
  mode: string;
  startedMs: number;
  endedMs?: number;
  outcome?: string;
  /** Its answer in short. */
  answer?: string;
  /** The rule, from 1, whose channels hear of it; absent where there are none. */
  tells?: number;
}

export interface IncidentState {
  phase: Phase;
  members: Record<string, Member>;
  /** How many there are, and how many of them fire: counted, for a storm asks with each alert. */
  kept: number;
  fires: number;
  /** Messages about alerts, repeats and those beyond the members included. */
  taken: number;
  /** Messages about alerts that are not among the members. */
  beyond: number;
  /** The alerts that are not among the members; absent where there are none, and in states of earlier versions. */
  crowd?: Crowd;
  startedMs: number;
  /** When the phase ends by itself. */
  untilMs: number;
  run?: IncidentRun;
  notStarted?: NotStarted;
  /** In words: what kept it from starting, or what was left out. */
  notes: string[];
  /** When the last alert that fired was resolved. */
  resolvedMs?: number;
}

/** Alerts beyond those that are kept one by one. */
export interface Crowd {
  count: number;
  /** By the beginning of an alert's id: whether it fires, and a short form of when that began. */
  stands: Record<string, string>;
}

/** What came with a message: names that were not there before, and whether the last that fired is over. */
export interface Taken {
  joined: string[];
  isOver: boolean;
}

/** What lists show of an incident, also where no worker runs. */
export interface IncidentView {
  hook: string;
  key: Record<string, string>;
  phase: Phase;
  notStarted?: NotStarted;
  /** Alerts that fire now, and all that there were: counted also where they are not among the members. */
  firing: number;
  alerts: number;
  /** How many of them are kept one by one; absent where that is all. */
  kept?: number;
  /** Messages, repeats included. */
  taken: number;
  /** Messages about alerts beyond those that are kept one by one. */
  beyond: number;
  flapping: number;
  startedMs: number;
  resolvedMs?: number;
  run?: IncidentRun;
  notes: string[];
  members: Array<Pick<Member, "name" | "status" | "count" | "firstMs" | "lastMs"> & { labels: Record<string, string> }>;
}
