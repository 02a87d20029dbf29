/** The workflows that a worker registers. Loaded by the workflow sandbox. */
export { incident } from "./incident.js";
export { keepLedger } from "./keep-ledger.js";
export { keepRates } from "./keep-rates.js";
export { narrateFindings, planGoal, runGoal } from "./plan-goal.js";
export { runGraph } from "./run-graph.js";
export { runScheduled } from "./run-scheduled.js";
export { watchRollouts } from "./watch-rollouts.js";
