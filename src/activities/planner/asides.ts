/** What people set beside the trouble itself. None of it chooses a playbook. */
import { goalWords } from "./goal-words.js";

export const withoutAsides = (goal: string): string =>
  goalWords()
    .asides.reduce((text, aside) => text.replace(aside, " "), goal)
    .trim();
