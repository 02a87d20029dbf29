/**
 * `incident`: the alerts of one group. It waits for siblings, lets a worker plan by its own rules, starts at most one run,
 * tells it what comes later, and takes in what comes while it cools down. Alerts arrive by signal, so that none is lost.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  condition,
  defineQuery,
  defineSignal,
  makeContinueAsNewFunc,
  metricMeter,
  patched,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  upsertMemo,
  workflowInfo,
} from "@temporalio/workflow";
import {
  firing,
  type IncidentInput,
  type IncidentState,
  type IncidentView,
  isFiring,
  isIncidentAlert,
  isIncidentInput,
  type NotStarted,
  newIncident,
  note,
  takeAlerts,
  viewOf,
} from "../core/incident/incident.js";
import { joinedNews, resolvedNews, standsIn } from "../core/incident/words.js";
import { plain } from "../core/report/plain.js";
import type { Json } from "../schema/json.js";
import { ALERTS_PER_SIGNAL, EVENTS_MAX, INCIDENT_SHOW_SECONDS, MEMBERS_MAX } from "../vocabulary/hook-limits.js";
import { INCIDENT, INCIDENT_MEMO } from "../vocabulary/names.js";
import { PROVEN, refuseUnproven, SEALED, sealOf } from "./handing-over.js";
import { beginRun, type Following, followRun, planFor, tellPeople } from "./incident-run.js";
import { malformed, refuseUnreadable } from "./inputs.js";

export const takeSignal = defineSignal<[unknown]>(INCIDENT.take);
export const incidentQuery = defineQuery<IncidentView>(INCIDENT.view);

const INPUT = "an object with hook, key and settings";
const SHOW_MS = INCIDENT_SHOW_SECONDS * 1_000;

/** An incident at hand: its state, and what its run has not been told. */
interface Stage {
  input: IncidentInput;
  state: IncidentState;
  following?: Following;
  news: { joined: string[]; isOver: boolean };
  /** Continues long before the server says so. Not so in histories of earlier versions. */
  isShort: boolean;
  /** What comes while it is being planned is news for the run, too. Not so in histories of earlier versions. */
  hearsEarly?: boolean;
}

// Pinned to the build that started it, it would fall silent with that build, and its alerts with it.
setWorkflowOptions(() => {
  const { deploymentName = "" } = workflowInfo().currentDeploymentVersion ?? {};
  return deploymentName === "" ? {} : { versioningBehavior: "AUTO_UPGRADE" };
}, incident);
export async function incident(input: IncidentInput, carried?: IncidentState, seal?: string): Promise<IncidentView> {
  refuseUnreadable(input, INPUT);
  if (!isIncidentInput(input)) throw malformed(`must be ${INPUT}, within the bounds of config.yaml`);
  // Only an earlier execution hands over a state, and proves that it did: a caller's is not looked at.
  const isHandedOver = workflowInfo().continuedFromExecutionRunId !== undefined && carried !== undefined;
  if (isHandedOver && patched(PROVEN)) await refuseUnproven(carried, seal);
  const state = isHandedOver ? carried : newIncident(Date.now(), input.settings.debounceMs);
  const isShort = patched("short-histories");
  const stage: Stage = { input, state, isShort, news: { joined: [], isOver: false } };
  setHandler(takeSignal, (given) => take(stage, given));
  setHandler(incidentQuery, () => viewOf(state, input, MEMBERS_MAX), { description: "The incident with its alerts" });
  while (state.phase !== "ended") await PHASES[state.phase](stage);
  show(stage);
  return viewOf(state, input, MEMBERS_MAX);
}

function take({ input, state, news, hearsEarly }: Stage, given: unknown): void {
  const alerts = (Array.isArray(given) ? given : []).slice(0, ALERTS_PER_SIGNAL).filter(isIncidentAlert);
  const { joined, isOver } = takeAlerts(state, alerts, Date.now(), () => patched("all-counted"));
  if (state.phase !== "gathering") {
    metricMeter.createCounter("autoops_alerts_joined").add(alerts.length, { hook: input.hook });
  }
  if (state.phase !== "running" && !(state.phase === "starting" && hearsEarly === true)) return;
  news.joined.push(...joined);
  news.isOver = isOver || (news.isOver && !isFiring(state));
}

function show({ input, state }: Stage): void {
  const view = viewOf(state, input);
  upsertMemo({ [INCIDENT_MEMO]: view as unknown as Json });
  const counts = `${view.firing} of ${view.alerts} alerts fire, ${view.taken} messages`;
  setCurrentDetails(`**${plain(standsIn(view))}** · ${counts}`);
}

const isLong = ({ isShort }: Stage): boolean => {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || (isShort && historyLength > EVENTS_MAX);
};

/** Until `isDone`, or the time is up; shows what comes meanwhile, and continues as new where history grew long. */
async function waitFor(stage: Stage, isDone: () => boolean, untilMs?: number): Promise<void> {
  const { state } = stage;
  const left = () => (untilMs === undefined ? Number.POSITIVE_INFINITY : untilMs - Date.now());
  while (!isDone() && left() > 0) {
    if (isLong(stage)) await handOver(stage);
    const { taken } = state;
    const isTold = () => isDone() || isLong(stage) || state.taken !== taken;
    await (untilMs === undefined ? condition(isTold) : condition(isTold, left()));
    if (state.taken === taken || isDone()) continue;
    // Not for each message: a storm would fill the history with what is shown.
    await condition(() => isDone() || isLong(stage), Math.max(1, Math.min(SHOW_MS, left())));
    await tell(stage);
    show(stage);
  }
}

async function handOver(stage: Stage): Promise<never> {
  const { state } = stage;
  for (;;) {
    await tell(stage);
    if (!patched(SEALED)) return continueIncident(stage);
    const text = JSON.stringify(state);
    const seal = await sealOf(state);
    // Alerts may have come meanwhile, or the run ended.
    if (JSON.stringify(state) === text) return continueIncident(stage, seal);
  }
}

function continueIncident({ input, state }: Stage, ...seal: [] | [string]): Promise<never> {
  const memo = { [INCIDENT_MEMO]: viewOf(state, input) as unknown as Json };
  return makeContinueAsNewFunc<typeof incident>({ memo })(input, state, ...seal);
}

async function tell({ following, news, state }: Stage): Promise<void> {
  if (following === undefined) return;
  const { joined, isOver } = news;
  Object.assign(news, { joined: [], isOver: false });
  if (joined.length > 0) await following.tell(joinedNews(joined, joined.length));
  if (isOver) await following.tell(resolvedNews(state, Date.now()));
}

function endWithout(stage: Stage, why: NotStarted): void {
  const { input, state } = stage;
  const phase = why === "resolved" ? "quiet" : "cooling";
  Object.assign(state, { phase, notStarted: why, untilMs: Date.now() + input.settings.cooldownMs });
  if (why === "suppressed") {
    metricMeter.createCounter("autoops_alerts_suppressed").add(state.taken, { hook: input.hook });
  }
  show(stage);
}

const PHASES: Record<Exclude<IncidentState["phase"], "ended">, (stage: Stage) => Promise<void>> = {
  /** Siblings and what is late come within this time; a fixed one, for a storm never pauses. */
  async gathering(stage) {
    await waitFor(stage, () => false, stage.state.untilMs);
    if (isFiring(stage.state)) stage.state.phase = "starting";
    else endWithout(stage, "resolved");
  },
  async quiet(stage) {
    const { state, input } = stage;
    await waitFor(stage, () => isFiring(state), state.untilMs);
    if (!isFiring(state)) {
      state.phase = "ended";
      return;
    }
    delete state.notStarted;
    Object.assign(state, { phase: "gathering", untilMs: Date.now() + input.settings.debounceMs });
  },
  async starting(stage) {
    const { state, input } = stage;
    show(stage);
    stage.hearsEarly = patched("news-while-planned");
    const planned = await planFor(input, firing(state));
    for (const text of planned.notes) note(state, text);
    if (!planned.ok) return endWithout(stage, planned.why);
    stage.following = await beginRun(state, input, planned);
    show(stage);
    if (stage.hearsEarly) await tell(stage);
    await tellPeople(state, input, "started");
  },
  async running(stage) {
    const { state, input } = stage;
    stage.following ??= followRun(state);
    const { run } = stage.following;
    await waitFor(stage, () => run.endedMs !== undefined);
    delete stage.following;
    Object.assign(state, { phase: "cooling", run, untilMs: Date.now() + input.settings.cooldownMs });
    show(stage);
    await tellPeople(state, input, "answered");
  },
  async cooling(stage) {
    await waitFor(stage, () => false, stage.state.untilMs);
    stage.state.phase = "ended";
  },
};
