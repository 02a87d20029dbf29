/** A goal that is nothing but an order to destroy: no playbook does that, and a look at the thing is not what was meant. */
import { goalWords } from "./goal-words.js";

const ORDER_MAX_CHARS = 200;

export function ordersLoss(goal: string): boolean {
  const { loss, tidied } = goalWords();
  const text = goal
    .toLowerCase()
    .replace(/[\s,]+/g, " ")
    .trim();
  return text.length <= ORDER_MAX_CHARS && !tidied.test(text) && loss.test(text);
}
