/** What an incident asks of a worker, and what it gets. Types only: workflows see them. */
import type { IncidentAlert, IncidentView } from "../../core/incident/incident.js";
import type { GraphInput } from "../../schema/graph.js";

/** Alerts of an incident that fire, for the worker's own rules. */
export interface IncidentToPlan {
  hook: string;
  alerts: IncidentAlert[];
  /** Of this asking: it counts once, however often it is tried. */
  id: string;
}
/** What came of it. `notes`: for people, what was left out or kept it from starting. */
export type IncidentPlan =
  | {
      kind: "start";
      graph: GraphInput;
      mode: "investigate" | "run";
      title: string;
      notes: string[];
      /** The rule, from 1, whose channels are told; absent where it names none. */
      tells?: number;
    }
  | { kind: "planned" | "no-rule" | "no-plan" | "suppressed"; notes: string[] };

/** What people are told of an incident. To whom is the worker's own rule. */
export interface IncidentToTell {
  hook: string;
  rule: number;
  event: "started" | "answered";
  view: IncidentView;
}
