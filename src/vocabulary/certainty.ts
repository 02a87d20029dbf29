/** How sure an answer is of its cause. */
export const CERTAINTIES = ["confirmed", "likely", "inconclusive"] as const;
export type Certainty = (typeof CERTAINTIES)[number];
