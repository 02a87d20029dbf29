/** A goal becomes a draft graph by a playbook: the same goal, playbooks and configuration give the same graph. */
import { resolve } from "node:path";
import { sanitizeGoal } from "../../goal/goal.js";
import type { TakenOut } from "../../goal/prompt-text.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import type { StackMap } from "../../schema/map.js";
import type { Playbook } from "../../schema/playbook.js";
import { parseWith } from "../../schema/problems.js";
import { type GoalInput, goalInputSchema } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { DraftResult } from "../contract.js";
import { weighted } from "../memory/weight.js";
import { absentKinds, foreignKinds, missingKinds } from "./asked-kinds.js";
import { CONFIDENCE_MIN, type Ranked, rankPlaybooks, SURE_SCORE } from "./choose.js";
import { CLUSTER_READ, isReadParams, planClusterRead } from "./cluster-investigation.js";
import { complains, declaresCluster, isOfCluster, OF_SYMPTOMS, showsSymptoms } from "./cluster-meant.js";
import { type Entities, entitiesOf } from "./entities.js";
import { INVESTIGATION, planInvestigation } from "./investigation.js";
import { foreignLanguage } from "./language.js";
import { onMap } from "./on-map.js";
import { ordersLoss } from "./orders-loss.js";
import { planFrom } from "./plan.js";
import { suspicious, takenOut } from "./suspicious.js";
import { withoutSpans } from "./window.js";

export interface PlannerContext {
  playbooks: readonly Playbook[];
  config: Config;
  /** What learned playbooks are worth, 0 to 1, by id; others are worth all of their score. */
  weights?: ReadonlyMap<string, number>;
  /** What a person prefers, where the goal does not say. */
  preferred?: { service?: string; window?: string };
  /** What the stack consists of; with it, what is on it can be planned without a playbook. */
  map?: StackMap;
  /** What times of the clock are counted back from; now, where it is not given. */
  now?: Date;
  /** Told beside every plan: own playbooks that are not used. */
  notices?: readonly Problem[];
}

const NEAREST_SHOWN = 3;
const NEARLY_AS_WELL = 0.8;

/**
 * Drafts a graph for the goal; nothing in it is trusted until the check has seen it. What looks like an injected order
 * in the goal is a notice: a playbook cannot obey it.
 */
export function draftGraph(given: GoalInput, context: PlannerContext): DraftResult {
  const { playbooks, config, weights, preferred } = context;
  const input = parseWith(goalInputSchema, given);
  if (!input.ok) return input;
  const { ok, goal, findings } = sanitizeGoal(input.value.goal);
  if (!ok) {
    const message = findings.map((finding) => finding.message).join("; ");
    return {
      ok: false,
      problems: [{ code: "goal-invalid", at: "goal", message, hint: "say what is wrong, and where" }],
    };
  }
  const { facts, playbook: named } = input.value;
  // A playbook's title names nothing of anybody's.
  const isTitle = playbooks.some(({ id, title }) => id === named && title === goal);
  const told = isTitle || input.value.only_facts === true ? "" : goal;
  const foreign = foreignLanguage(told);
  const guess = facts === undefined && foreign === undefined;
  const found = { ...preferred, ...entitiesOf(told, config, guess, context.now), ...facts };
  const known = onMap(told, found.service, context.map) ?? onMap(told, undefined, context.map);
  const entities: Entities = known === undefined ? found : { ...found, service: known.name };
  const remedy = input.value.remedy ?? (entities.wantsRemedy && !entities.forbidsRemedy);
  const notices = [...findings.map((finding) => suspicious("goal", finding)), ...(entities.notices ?? [])];
  const removed = takenOut(findings);
  const wanted: Wanted = { goal, named, remedy, entities, given: input.value.params };
  if (named === undefined && ordersLoss(goal)) return { ok: false, problems: [destroys(playbooks, goal, entities)] };
  const ofCluster = readsCluster(wanted, context);
  if (ofCluster !== undefined && (ofCluster.ok || named !== undefined))
    return withWarnings(ofCluster, { notices, removed }, context);
  const investigation = investigated(wanted, context);
  if (investigation !== undefined) return withWarnings(investigation, { notices, removed }, context);
  const ranked = weighted(rankPlaybooks(playbooks, withoutSpans(goal), entities), weights);
  const chosen = choose(ranked, named, foreign, context.map);
  const planned: DraftResult =
    "problem" in chosen
      ? { ok: false, problems: [chosen.problem] }
      : withMissing(
          planFrom({ ...chosen, goal, given: input.value.params ?? {}, entities, config, known, remedy }),
          chosen.playbook,
          context.map,
        );
  if (planned.ok || named !== undefined || input.value.params !== undefined) {
    return withWarnings(planned, { notices, removed }, context);
  }
  const onlyLook: Wanted = { goal, named, remedy: false, entities, given: undefined };
  const looks =
    readsCluster(onlyLook, context) ?? investigated(onlyLook, context) ?? onlyCluster(onlyLook, planned, context);
  if (looks === undefined) return planned;
  return withWarnings(looks, { notices: [...notices, onlyReads(planned.problems, context)], removed }, context);
}

/** A remedy that cannot be planned keeps nobody from finding out what is wrong. */
function onlyReads([problem]: readonly Problem[], { config }: PlannerContext): Problem {
  const why = ofRecording(config) ?? problem;
  return {
    code: "part-left-out",
    at: "remedy",
    message: `the plan only looks; a remedy could not be planned: ${why?.message ?? "no playbook has one"}`,
    hint: why?.hint,
  };
}

/** What somebody wrote down can be read and not changed: no source that is missing would alter that. */
function ofRecording({ clusters = {}, targets }: Config): Pick<Problem, "message" | "hint"> | undefined {
  const [one, ...others] = Object.entries(clusters);
  if (one === undefined || [one, ...others].some(([, { dumps }]) => dumps === undefined)) return undefined;
  if (Object.keys(targets).length > 0) return undefined;
  return {
    message: `${one[0]} is a folder of dumps, and nothing of it can be changed`,
    hint: "declare the cluster itself under clusters, and a target for the workload",
  };
}

function withMissing(planned: DraftResult, playbook: Playbook, map: StackMap | undefined): DraftResult {
  if (!planned.ok) return planned;
  const nodes = new Set(planned.graph.nodes.map(({ id }) => id));
  return { ...planned, notices: [...planned.notices, ...missingKinds(playbook, nodes, map)] };
}

interface GoalWarnings {
  notices: readonly Problem[];
  removed: TakenOut[];
}

const withWarnings = (
  planned: DraftResult,
  { notices, removed }: GoalWarnings,
  context: PlannerContext,
): DraftResult =>
  planned.ok
    ? {
        ...planned,
        notices: [...notices, ...planned.notices, ...(context.notices ?? [])],
        ...(removed.length === 0 ? {} : { removed }),
      }
    : planned;

interface Wanted {
  goal: string;
  named: string | undefined;
  remedy: boolean;
  entities: Entities;
  given: JsonObject | undefined;
}

/** Where a cluster is declared and the goal is about one, its objects are looked at before anything else. */
function readsCluster(
  { goal, named, remedy, entities, given }: Wanted,
  { config }: PlannerContext,
): DraftResult | undefined {
  const isMeant = named === CLUSTER_READ || (named === undefined && isOfCluster(goal, entities, config));
  if (!isMeant || (named === undefined && !isReadParams(given))) return undefined;
  return planClusterRead({ goal, entities, config, given: given ?? {}, remedy });
}

/** What cannot be planned for want of a source is looked for in the cluster, where that is all that is declared. */
function onlyCluster(
  { goal, entities }: Wanted,
  { problems }: Extract<DraftResult, { ok: false }>,
  { config }: PlannerContext,
): DraftResult | undefined {
  if (Object.keys(config.sources).length > 0 || !declaresCluster(config)) return undefined;
  const isChosen = problems.every(({ code }) => code === "parameter-missing");
  if (!isChosen && !showsSymptoms(goal, OF_SYMPTOMS) && !complains(goal)) return undefined;
  return planClusterRead({ goal, entities, config, given: {}, remedy: false });
}

/** The first plan where a map is there: it looks everywhere near. A playbook that is named, or one with a remedy, comes before it. */
function investigated(
  { goal, named, remedy, entities, given }: Wanted,
  { map, config }: PlannerContext,
): DraftResult | undefined {
  if (named !== undefined && named !== INVESTIGATION) return undefined;
  if (named === undefined && (remedy || given !== undefined)) return undefined;
  if (map === undefined) {
    if (named === undefined) return undefined;
    const message = "there is no map of the stack to make an investigation from";
    return {
      ok: false,
      problems: [{ code: "no-playbook", at: "playbook", message, hint: "make one: autoops discover" }],
    };
  }
  const { service, window, host, url } = entities;
  return planInvestigation({ ...{ goal, map, config }, service, window, instance: host ?? url });
}

function choose(
  ranked: readonly Ranked[],
  wanted: string | undefined,
  foreign?: string,
  map?: StackMap,
): Ranked | { problem: Problem } {
  const listed = nearestIn(ranked);
  if (wanted !== undefined) {
    const named = ranked.find(({ playbook }) => playbook.id === wanted);
    if (named !== undefined) return { playbook: named.playbook, score: 1 };
    const message = `there is no playbook ${JSON.stringify(wanted.slice(0, 60))}; ${listed}`;
    return { problem: { code: "no-playbook", at: "playbook", message, hint: "list them with `autoops playbooks`" } };
  }
  const [best] = ranked;
  // Words of another language mean other things here; an alert's name, and a playbook's own example, do not.
  if (foreign !== undefined && (best?.score ?? 0) < SURE_SCORE) return { problem: notEnglish(foreign) };
  // What is not here gives way to what fits nearly as well.
  const least = Math.max(CONFIDENCE_MIN, NEARLY_AS_WELL * (best?.score ?? 0));
  const fitting = ranked.filter(({ score }) => score >= least);
  const here = fitting.find(({ playbook }) => foreignKinds(playbook, map) === undefined);
  if (here !== undefined) return here;
  const [first] = fitting;
  if (first !== undefined) return { problem: absentKinds(first.playbook, foreignKinds(first.playbook, map) ?? []) };
  const message = `no playbook fits the goal well enough (a score of ${CONFIDENCE_MIN} is needed); ${listed}`;
  const hint = "say what is wrong and where, or name one with --playbook";
  return { problem: { code: "no-playbook", at: "goal", message, hint } };
}

function nearestIn(ranked: readonly Ranked[]): string {
  const nearest = ranked.slice(0, NEAREST_SHOWN).map(({ playbook, score }) => `${playbook.id} (${score})`);
  return nearest.length === 0 ? "there are none" : `the nearest: ${nearest.join(", ")}`;
}

const destroys = (playbooks: readonly Playbook[], goal: string, entities: Entities): Problem => ({
  code: "no-playbook",
  at: "goal",
  message: `no playbook destroys what holds data or runs a system; ${nearestIn(rankPlaybooks(playbooks, goal, entities))}`,
  hint: "say what is wrong, and where; to find that out: autoops investigate",
});

const notEnglish = (language: string): Problem => ({
  code: "no-playbook",
  at: "goal",
  message: `playbooks match goals in English, and this one reads as ${language}; nothing is planned`,
  hint: "say it in English, name a playbook with --playbook, or set up a model, which reads other languages",
});

/** The playbooks that come with the product. */
export const BUNDLED_PLAYBOOKS = resolve(import.meta.dirname, "../../../playbooks");
