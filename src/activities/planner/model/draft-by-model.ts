/**
 * A goal becomes a draft graph by asking a model once: prompt, budget, call, check. What is wrong with the answer comes
 * back as a `repair`, for another call to take up, at most `REPAIRS_MAX` times. Nothing falls back to anything else.
 */
import { createHash } from "node:crypto";
import { redact } from "../../../core/redact.js";
import { sanitizeGoal } from "../../../goal/goal.js";
import { removalText, type TakenOut } from "../../../goal/prompt-text.js";
import { digestOf } from "../../../platform/digest.js";
import type { JsonObject } from "../../../schema/json.js";
import type { GoalInput } from "../../../schema/run-input.js";
import { MODEL_DRAFT_MAX_CHARS, REPAIRS_MAX } from "../../../vocabulary/model-limits.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Refused } from "../../../vocabulary/result.js";
import type { DraftResult, Repair } from "../../contract.js";
import { suspicious, takenOut } from "../suspicious.js";
import { type Accepted, accept, declined, draftIn, type Judge, readAnswer } from "./accept.js";
import type { ModelAnswer } from "./ask.js";
import { askWithinBudget, type Spent } from "./ask-within-budget.js";
import { createMask } from "./mask.js";
import { offerOf, planningPolicy } from "./offer.js";
import type { Calling, ModelPlanner, Work } from "./planner.js";
import { promptOf } from "./prompt.js";
import { changedGraph } from "./refine.js";
import { wireGraphOf } from "./wire-graph.js";

/** Asks once, or not at all where the answer is kept. Throws `ModelFailure` and what the guarded fetch throws. */
export async function draftByModel(input: GoalInput, calling: Calling, planner: ModelPlanner): Promise<DraftResult> {
  const prepared = await prepare(input, calling, planner);
  if (!prepared.ok) return prepared;
  const { work, notices, removed } = prepared;
  const planned = (accepted: Extract<Accepted, { ok: true }>): DraftResult => {
    const told = { ...accepted, planner: "model" as const, notices: [...notices, ...accepted.notices] };
    return removed.length === 0 ? told : { ...told, removed };
  };
  const mayCache = input.cache !== false;
  const kept = mayCache && calling.repair === undefined ? await planner.answers.get(work.cacheKey) : undefined;
  if (kept !== undefined) {
    const accepted = judgedAnswer(
      { text: kept, truncated: false },
      work,
      input,
      provenance(work, planner, undefined),
      planner,
    );
    if (accepted.ok) {
      planner.count?.({ kind: "cached" });
      return planned(accepted);
    }
  }
  const asked = await askWithinBudget(work, input, calling, planner);
  if (!asked.ok) return asked;
  const { answer, spent } = asked;
  const accepted = judgedAnswer(answer, work, input, provenance(work, planner, spent), planner);
  if (accepted.ok) {
    if (mayCache) await planner.answers.put(calling.repair?.key ?? work.cacheKey, answer.text);
    return planned(accepted);
  }
  return failed(accepted, answer, spent, work, calling);
}

type Prepared = { ok: true; work: Work; notices: Problem[]; removed: TakenOut[] } | Refused;

async function prepare(input: GoalInput, { repair }: Calling, planner: ModelPlanner): Promise<Prepared> {
  const { ok, goal: sane, findings } = sanitizeGoal(input.goal);
  if (!ok) {
    const message = findings.map((finding) => finding.message).join("; ");
    return {
      ok: false,
      problems: [{ code: "goal-invalid", at: "goal", message, hint: "say what is wrong, and where" }],
    };
  }
  const goal = redact(sane);
  const loaded = await planner.policy();
  if (!loaded.ok) return loaded;
  const { settings, registry, config } = planner;
  const policy = planningPolicy(loaded.policy, settings.enable_remediation);
  const offer = offerOf(registry, policy, config);
  const wire = wireGraphOf(offer);
  if (wire === undefined) {
    const message = "the policy allows no tool and no node type, so there is nothing to plan with";
    return {
      ok: false,
      problems: [{ code: "tool-not-allowed", at: "tools.allowed", message, hint: "see `autoops policy show`" }],
    };
  }
  const past = repair?.past ?? (await planner.recall?.(goal)) ?? [];
  const known = new Set(
    [...offer.tools, ...offer.sources, ...offer.targets]
      .map(({ name }) => name)
      .concat(offer.channels, offer.trackers ?? []),
  );
  const mask = createMask([input.requester], known);
  const parts = { goal, past, offer, policy, constraints: settings.default_constraints, mask, refine: input.refine };
  const prompt = promptOf({ ...parts, repair });
  const cacheKey = createHash("sha256")
    .update(JSON.stringify([settings.base_url, settings.name, prompt.digest, offer.digest, digestOf(policy)]))
    .digest("hex");
  const notices = [
    ...findings.map((finding) => suspicious("goal", finding)),
    ...prompt.removed.map((removal) => suspicious(removal.at, { code: removal.what, message: removalText(removal) })),
  ];
  const removed = [...takenOut(findings), ...prompt.removed];
  return { ok: true, work: { goal, past, policy, offer, wire, mask, prompt, cacheKey }, notices, removed };
}

function provenance({ prompt, offer, policy }: Work, { settings }: ModelPlanner, spent: Spent | undefined): JsonObject {
  return {
    planner: "model",
    model: settings.name,
    prompt_digest: prompt.digest,
    catalogue_digest: offer.digest,
    policy_digest: digestOf(policy),
    ...(spent === undefined
      ? { cached: true, calls: 0 }
      : {
          calls: spent.calls,
          tokens: { input: spent.input, output: spent.output },
          ...(spent.cost === undefined ? {} : { cost: spent.cost }),
        }),
  };
}

function judgedAnswer(
  answer: ModelAnswer,
  work: Work,
  { refine }: GoalInput,
  metadata: JsonObject,
  { registry, checkUrl }: ModelPlanner,
): Accepted {
  if (answer.refusal !== undefined) {
    const message = `the model declined: ${redact(answer.refusal).replace(/\s+/g, " ").slice(0, 400)}`;
    const problem: Problem = {
      code: "model-refused",
      at: "goal",
      message,
      hint: "word the goal otherwise, or use --planner playbook",
    };
    return { ok: false, problems: [problem], final: true };
  }
  if (answer.truncated) {
    const message = "the answer was cut off at the limit of tokens";
    return {
      ok: false,
      problems: [{ code: "model-answer-invalid", at: "", message, hint: "plan fewer nodes with shorter texts" }],
    };
  }
  const read = readAnswer(answer.text);
  if (!read.ok) return read;
  const restored = work.mask.restoreIn(read.value) as JsonObject;
  const cannot = declined(restored);
  if (cannot !== undefined) return { ok: false, problems: [cannot], final: true };
  const judge: Judge = { registry, policy: work.policy, checkUrl };
  if (refine !== undefined) return changedGraph(refine.graph, restored, work.wire, metadata, judge);
  return accept(draftIn(restored, work.goal, work.wire), metadata, judge);
}

/** The next call, or the end with the last draft. */
function failed(
  { problems, final }: Extract<Accepted, { ok: false }>,
  answer: ModelAnswer,
  spent: Spent,
  work: Work,
  { repair }: Calling,
): DraftResult {
  const round = (repair?.round ?? 0) + 1;
  if (final) return { ok: false, problems };
  const text = redact(answer.text).slice(0, MODEL_DRAFT_MAX_CHARS);
  if (round <= REPAIRS_MAX) {
    const next: Repair = { round, answer: text, problems, spent, past: work.past, key: repair?.key ?? work.cacheKey };
    return { ok: false, problems, repair: next };
  }
  const message = `the model's plan did not pass its check, and ${REPAIRS_MAX} repairs did not mend it`;
  const hint = "word the goal otherwise, or use --planner playbook";
  return {
    ok: false,
    problems: [{ code: "plan-refused", at: "goal", message, hint }, ...problems],
    draft: redact(work.mask.restore(text)),
  };
}
