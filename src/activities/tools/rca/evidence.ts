/** What speaks for or against a service as the cause: each with the node and query it is known from. */
import type { Origin } from "./observations.js";

export type WitnessKind = "metric" | "trace" | "log" | "change" | "probe" | "state";

export interface Witness extends Origin {
  kind: WitnessKind;
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

export interface SetAside extends Origin {
  what: string;
  why: string;
}

export interface Testimony {
  witnesses: Witness[];
  setAside: SetAside[];
}
