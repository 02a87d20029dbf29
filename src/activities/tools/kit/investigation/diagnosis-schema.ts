/** Params and output of `diagnosis`: what `autoRCA` returns, and beside it what is known of a stack that is on the map. */
import { z } from "zod";
import { causeSchema, outputSchema } from "../../rca/schema.js";
import { evidenceSchema, SERVICES_MAX, serviceParamSchema } from "./evidence-schema.js";

export const SUSPECTS_MAX = 5;
/** Signs that a later round is given: more than that tells nothing new of the likeliest. */
export const CARRIED_MAX = 30;

const carriedSchema = evidenceSchema.extend({ node: z.string().min(1).max(120) });
export type CarriedEvidence = z.infer<typeof carriedSchema>;

export const paramsSchema = z.strictObject({
  /** None where only the cluster itself is known. */
  services: z.array(serviceParamSchema).max(SERVICES_MAX),
  /** What the complaint is about. */
  target: z.string().max(200).nullish(),
  /** What the goal says that it is about, by the names of `data/themes.yaml`. */
  about: z.array(z.string().max(40)).max(20).optional(),
  /** Words of the goal that may stand for a thing of this house. */
  words: z.array(z.string().max(100)).max(20).optional(),
  /** Services that an earlier round found those words to mean. */
  meant: z.array(z.string().max(200)).max(60).optional(),
  /** What earlier rounds saw; each sign names its run and node. */
  earlier: z.array(carriedSchema).max(CARRIED_MAX).optional(),
});
export type DiagnosisParams = z.output<typeof paramsSchema>;

const shownCauseSchema = causeSchema.extend({
  what: z.string(),
  sign: z.string(),
  /** Ill services that need this one. */
  explains: z.array(z.string()),
});
export const diagnosisSchema = outputSchema.extend({
  headline: z.string(),
  causes: z.array(shownCauseSchema).max(SUSPECTS_MAX),
  suffers: z.array(z.string()).max(60),
  /** What a person does about it, in words. */
  advice: z.array(z.string()).max(5),
  /** Services that words of the goal mean, by names of theirs. */
  meant: z.array(z.string()).max(60).optional(),
  /** No look found any data, so that silence says nothing; absent otherwise. */
  blind: z.boolean().optional(),
  /** The weightiest signs, for a later round. */
  signs: z.array(carriedSchema).max(CARRIED_MAX),
});
export type DiagnosisOutput = z.infer<typeof diagnosisSchema>;
export type ShownCause = z.infer<typeof shownCauseSchema>;
