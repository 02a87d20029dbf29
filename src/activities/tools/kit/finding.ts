/** Findings as tools return them: a statement and what it stands on, within the caps that the run keeps. */
import { z } from "zod";
import { FINDING_MAX_CHARS } from "../../../vocabulary/limits.js";

const FINDINGS_MAX_PER_OUTPUT = 20;
export const EVIDENCE_MAX = 5;

const findingSchema = z.strictObject({ statement: z.string(), evidence: z.array(z.string()) });
export const findingsSchema = z.array(findingSchema).max(FINDINGS_MAX_PER_OUTPUT);
export type ToolFinding = z.infer<typeof findingSchema>;

export function shortened(text: string, max: number = FINDING_MAX_CHARS): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

export function finding(statement: string, evidence: readonly string[] = []): ToolFinding {
  return { statement: shortened(statement), evidence: evidence.slice(0, EVIDENCE_MAX).map((text) => shortened(text)) };
}
