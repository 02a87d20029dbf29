/** What planning by a model is given, and what one question of it is made of: types alone. */
import type { Policy } from "../../../core/policy.js";
import type { GuardedFetch } from "../../../platform/http/contract.js";
import type { Answers } from "../../../platform/model-answers.js";
import type { Usage } from "../../../platform/model-usage.js";
import type { Config } from "../../../schema/config.js";
import type { ModelSettings } from "../../../schema/model.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Refused } from "../../../vocabulary/result.js";
import type { Repair } from "../../contract.js";
import type { Registry } from "../../registry.js";
import type { Mask } from "./mask.js";
import type { Offer } from "./offer.js";
import type { PastRun, Prompt } from "./prompt.js";
import type { WireGraph } from "./wire-graph.js";

export interface ModelPlanner {
  settings: ModelSettings;
  registry: Registry;
  config: Config;
  policy(): Promise<{ ok: true; policy: Policy } | Refused>;
  checkUrl(url: string, policy: Policy): Problem | undefined;
  fetch: GuardedFetch;
  usage: Usage;
  answers: Answers;
  now(): number;
  /** Letters and digits that nobody can foresee. */
  boundary(): string;
  /** Past runs that resemble a goal, where there is a memory of them. */
  recall?(goal: string): Promise<PastRun[]>;
  /** Told of every call and every refusal, for metrics. */
  count?(event: ModelEvent): void;
}

export type ModelEvent =
  | { kind: "call"; purpose: "plan" | "narrative"; input: number; output: number; cost: number }
  | { kind: "cached" }
  | { kind: "over-budget"; budget: string };

export interface Calling {
  /** What the budgets of plan and run are counted by. */
  run: string;
  signal?: AbortSignal;
  repair?: Repair;
}

/** Everything that one question is made of. */
export interface Work {
  goal: string;
  past: PastRun[];
  policy: Policy;
  offer: Offer;
  wire: WireGraph;
  mask: Mask;
  prompt: Prompt;
  cacheKey: string;
}
