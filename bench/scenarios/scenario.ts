/** What a scenario is given and what it gives. */
import type { Arena } from "../arena.js";
import type { Figure } from "../figures.js";

export interface Effort {
  rounds: number;
  /** Smaller numbers, for a look in passing: the figures are not for comparing. */
  quick: boolean;
}

export interface Scenario {
  name: string;
  what: string;
  measure(arena: Arena, effort: Effort): Promise<Figure[]>;
}
