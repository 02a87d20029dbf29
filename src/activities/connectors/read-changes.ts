/** Reads the changes that a declared source knows of, of whichever kind it is. */
import type { Source } from "../../schema/config.js";
import type { ToolContext } from "../define-tool.js";
import { deploymentChanges } from "./deployments/changes.js";
import { gitChanges } from "./git/changes.js";
import type { ChangeQuestion, ChangeReading } from "./kit/change.js";
import { kubernetesChanges } from "./kubernetes/changes.js";

export const CHANGE_KINDS_OF_SOURCE = ["deployments", "git", "kubernetes"] as const;
export type ReadSource = Extract<Source, { kind: (typeof CHANGE_KINDS_OF_SOURCE)[number] }> & { name: string };

export function readChanges(
  source: ReadSource,
  question: ChangeQuestion,
  context: ToolContext,
): Promise<ChangeReading> {
  switch (source.kind) {
    case "deployments":
      return deploymentChanges(source, question, context);
    case "git":
      return gitChanges(source, question, context);
    case "kubernetes":
      return kubernetesChanges(source, question, context);
  }
}
