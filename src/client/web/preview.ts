/** A plan as the page shows it before it runs. */
import type { PlannedGoal, PlanPreview } from "../runs/plan-preview.js";

export type Preview = PlanPreview | PlannedGoal;
