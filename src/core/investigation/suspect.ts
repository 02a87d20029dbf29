/** What a diagnosis comes to: who might be ill, with the signs of it, and how sure that is. Imports no package. */
import type { Certainty } from "../../vocabulary/certainty.js";
import type { Evidence, Onset } from "./evidence.js";

export interface Suspect {
  service: string;
  score: number;
  /** The sign that says most, first. */
  evidence: Evidence[];
  /** Ill services that need this one. */
  explains: string[];
  /** Earliest that it can have begun, and latest. */
  onset?: Onset;
}

export interface Diagnosis {
  /** False where nothing is wrong that anybody could see. */
  trouble: boolean;
  certainty: Certainty;
  rule: string;
  suspects: Suspect[];
  suffers: string[];
  /** The best suspect has nothing to do with what was asked about, where nothing wrong was found. */
  isElsewhere?: boolean;
  /** Suspects that are ill themselves and have nothing to do with the best one. */
  besides?: string[];
}
