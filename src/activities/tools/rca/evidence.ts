/** What speaks for or against a service as the cause: each with the node and query it is known from. */
import type { Origin } from "./observations.js";

export type EvidenceKind = "metric" | "trace" | "log" | "change" | "probe" | "state";

export interface Evidence extends Origin {
  kind: EvidenceKind;
  service: string;
  text: string;
  at?: string;
  /** 0 to 1: how much of the trouble it lays at the service, or how clearly. */
  weight: number;
  /** It tells where the trouble began, and not only that something is wrong there. */
  locates: boolean;
  /** Of a change: the one it is about. */
  changeKey?: string;
}

export interface RuledOut extends Origin {
  what: string;
  why: string;
}

export interface Findings {
  evidence: Evidence[];
  ruledOut: RuledOut[];
}
