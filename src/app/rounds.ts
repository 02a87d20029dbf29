/** Further rounds of an investigation, for those who start runs. */
export { planRound } from "../activities/planner/rounds.js";
export { type DiagnosisOutput, diagnosisSchema } from "../activities/tools/kit/investigation/diagnosis-schema.js";
