/** What a look at a stack found: one sign of one service, with how sure it is and since when. Imports no package. */

/** Between the last sample without the sign and the first with it; `fromMs` is absent where it was there all along. */
export interface Onset {
  fromMs?: number;
  toMs: number;
}

export const EVIDENCE_KINDS = ["alert", "health", "series", "log", "change", "state", "trace", "probe"] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

export interface Evidence {
  service: string;
  code: string;
  /** One of `SIGNS` of the health rules. */
  sign: string;
  kind: EvidenceKind;
  /** The thing itself is ill; false where it mostly shows what comes from below. */
  own: boolean;
  /** 0 to 1. */
  sure: number;
  text: string;
  /** It still holds. */
  current: boolean;
  onset?: Onset;
  instance?: string;
  /** Who told it, where that is another service. */
  teller?: string;
  next?: string;
  /** It tells of what the question is about. */
  asked?: boolean;
  /** Who told it: a node of the graph and its query. */
  node: string;
  query: string;
}

/** A service as the search for a cause sees it. */
export interface Component {
  name: string;
  kinds: readonly string[];
  role: string;
  calls: readonly string[];
  runsOn: readonly string[];
}
