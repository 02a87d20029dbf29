/** A gate as the page shows it. */
import type { GateView } from "../../core/report/view.js";

export type Gate = GateView;
