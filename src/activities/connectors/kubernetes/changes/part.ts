/** One part of what a cluster tells of changes: what is asked of it, and what it answers. */
import type { ToolContext } from "../../../define-tool.js";
import type { LostPart } from "../../../tools/logs/reading.js";
import type { ChangeQuestion, ReportedChange } from "../../kit/change.js";
import type { KubernetesClient } from "../client.js";
import type { KubernetesSource } from "../lists.js";

/** What each part is asked for, and what it answers. */
export interface PartReading {
  changes: ReportedChange[];
  cut: boolean;
  unreadable?: LostPart[];
}

export interface PartQuestion {
  source: KubernetesSource;
  cluster: KubernetesClient;
  question: ChangeQuestion;
  context: ToolContext;
  /** Names of ConfigMaps that the selected workloads use; filled by the rollouts, absent where all are meant. */
  configMaps?: Set<string>;
  /** Who scaled a Deployment, by its name; filled by the rollouts. */
  scalers: Map<string, string>;
}
