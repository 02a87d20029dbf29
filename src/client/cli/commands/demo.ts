/**
 * `autoops demo`: the whole path on this machine, on real input. A service breaks under load; the goal becomes a graph,
 * which finds out why and waits at its gate; approved, it rolls back and measures again. Nothing stays afterwards.
 */

import { join, relative } from "node:path";
import { type Local, loadLocal } from "../../../app/local.js";
import { isThere } from "../../../platform/settings-file.js";
import { EXIT } from "../../../vocabulary/codes.js";
import type { Runs } from "../../runs.js";
import { openRuns } from "../backend.js";
import { linger } from "../demo/linger.js";
import { cartsOf, runningVersion, waitUntil } from "../demo/shop.js";
import { demoEnvironment, furnish, MAIN, Props, type Stage, startOwn, startServer, startShop } from "../demo/stage.js";
import { callFrom, GOAL, sayOtherShell, sayPolicies, sayRefusal } from "../demo/story.js";
import { type Ending, failed } from "../ending.js";
import { follow } from "../follow.js";
import { sayPlan } from "../plan-text.js";
import { ownName, type Session } from "../session.js";
import { endingOf, pageOf } from "../start.js";
import { style } from "../text.js";

interface Options {
  policy?: string;
}

/** Failed checkouts that must really have been seen before anybody asks why. */
const ERRORS_SEEN = 20;
const BREAK_MS = 60_000;

export async function demo(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const props = await Props.create();
  try {
    return await play(session, props, options);
  } catch (error) {
    if (session.interrupt.aborted) return left();
    throw error;
  } finally {
    if (session.interrupt.aborted) session.print.say("ending everything that the demo started …");
    await props.stop();
  }
}

const left = (): Ending => ({ exit: EXIT.interrupted, document: { ok: false, problems: [], status: "interrupted" } });

async function play(session: Session, props: Props, options: Options): Promise<Ending> {
  const { print } = session;
  const shownAs = options.policy ?? "demo/safety.yaml";
  // Before the minutes that a first start may take.
  if (options.policy !== undefined && !(await isThere(options.policy))) {
    const message = `there is no readable file ${options.policy}`;
    return failed([{ code: "file-not-found", at: "--policy", message }]);
  }
  print.say(style.bold("1  Starting Temporal, a checkout service under load, a worker and the façade"));
  const staged = await setUp(session, props, options);
  if (session.interrupt.aborted) return left();
  if (!staged.ok) return failed(staged.problems);
  const stage = staged.value;
  // Without its worker the run would wait for ever.
  const interrupt = AbortSignal.any([session.interrupt, stage.worker.gone]);
  const own: Session = { ...session, environment: stage.environment, interrupt };
  const local = await loadLocal(own.environment);
  if (!local.ok) return failed(local.problems);
  print.say();
  sayPolicies(print, local.policy, local.config, shownAs);
  sayOtherShell(print, callFrom(stage.environment, mainAsCalled()));
  print.say(style.bold("2  Version 1 serves; version 2 is about to be deployed"));
  if (!(await breaks(session, stage.shopDirectory))) {
    if (session.interrupt.aborted) return left();
    const message = `version 2 of the checkout service did not fail within ${BREAK_MS / 1_000} s`;
    return failed([{ code: "timed-out", at: "the checkout service", message }]);
  }
  print.say();
  print.say(style.bold("3  Planning"));
  print.say(`  goal: ${GOAL}`);
  print.say();
  const ending = await planAndRun(own, stage, local, shownAs);
  if (ending.exit !== EXIT.interrupted || session.interrupt.aborted) return ending;
  const message = `the demo's worker ended by itself:\n${stage.worker.tail().trim()}`;
  return failed([{ code: "worker-lost", at: "the worker", message }]);
}

async function setUp(session: Session, props: Props, options: Options) {
  const { print, interrupt } = session;
  const server = await startServer(session, props);
  if (!server.ok || interrupt.aborted) return server.ok ? { ok: false as const, problems: [] } : server;
  print.say(`  Temporal on ${server.value.address}, Web UI ${server.value.uiUrl ?? "off"}`);
  const shop = await startShop(session, props);
  if (!shop.ok) return shop;
  print.say(`  checkout service on ${shop.value.url}, 40 carts a second`);
  const home = await furnish(props, shop.value, options.policy);
  if (!home.ok) return home;
  const environment = demoEnvironment(session.environment, home.value, server.value);
  const [worker, facade] = await Promise.all([
    startOwn(session, props, environment, "the worker", ["worker"]),
    startOwn(session, props, environment, "the façade", ["serve", "--port", "0"]),
  ]);
  if (!worker.ok) return worker;
  if (!facade.ok) return facade;
  const facadeUrl = String(facade.value.ready.url);
  print.say(`  worker (process ${worker.value.pid}), page on ${facadeUrl}`);
  const stage: Stage = {
    home: home.value,
    shopDirectory: shop.value.directory,
    environment,
    server: server.value,
    worker: worker.value,
    facadeUrl,
  };
  return { ok: true as const, value: stage };
}

/** Waits for the deployment of version 2, and for errors that it really causes. */
async function breaks(session: Session, directory: string): Promise<boolean> {
  const { print, interrupt } = session;
  const deployed = await waitUntil(async () => (await runningVersion(directory))?.version === "2", BREAK_MS, interrupt);
  if (!deployed) return false;
  const before = (await cartsOf(directory))["1"];
  print.say(
    `  version 1 priced ${before?.priced ?? 0} carts, ${before?.failed ?? 0} failed; now version 2 is deployed`,
  );
  const failed = async () => (await cartsOf(directory))["2"]?.failed ?? 0;
  const failing = await waitUntil(async () => (await failed()) >= ERRORS_SEEN, BREAK_MS, interrupt);
  if (failing) print.say(`  ${style.red("checkout fails")}: version 2 could not price ${await failed()} carts`);
  return failing;
}

async function planAndRun(session: Session, stage: Stage, local: Local, shownAs: string): Promise<Ending> {
  const { print } = session;
  const drafted = local.draft({ goal: GOAL, requester: ownName() });
  if (!drafted.ok) return failed(drafted.problems);
  const { graph } = drafted;
  const outcome = local.check(graph);
  await sayPlan(print, graph, outcome);
  if (!outcome.ok) return failed(outcome.problems, { graph });
  const config = join(stage.home, "config.yaml");
  const defaults = await loadLocal({ HOME: join(stage.home, "defaults"), AUTOOPS_CONFIG: config });
  const refused = defaults.ok ? defaults.check(graph) : defaults;
  if (!refused.ok) sayRefusal(print, refused.problems, shownAs);
  print.say(style.bold("4  Running"));
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    const started = await opened.runs.start({ graph, requester: ownName(), trigger: "demo" });
    if (!started.ok) return failed(started.problems);
    const { runId, runKey, webUrl } = started.value;
    const pageUrl = stage.facadeUrl === undefined ? undefined : pageOf(stage.facadeUrl, runId);
    print.say(`  run ${style.bold(runId)}`);
    if (webUrl !== undefined) print.say(`  Temporal Web UI: ${webUrl}`);
    if (pageUrl !== undefined) print.say(`  page:            ${pageUrl}`);
    print.say();
    const program = callFrom(stage.environment, mainAsCalled());
    const followed = await follow(session, opened.runs, { runId, program, pageUrl });
    if (followed.kind === "left") return left();
    const ending = endingOf(session, followed, { runId, runKey, webUrl }, program);
    const version = (await runningVersion(stage.shopDirectory))?.version;
    print.say(`checkout now runs version ${style.bold(version ?? "unknown")}${untouched(ending.exit)}`);
    const verified = ending.exit === EXIT.done ? await verdictOf(session, opened.runs, runId, version) : undefined;
    await linger(session, [webUrl, pageUrl]);
    if (verified !== undefined && !verified.ok) return failed(verified.problems, { runId, version });
    return { ...ending, document: { ...ending.document, version } };
  } finally {
    await opened.close();
  }
}

/** A run that succeeded has done what it was asked; whether it helped is what was measured afterwards. */
async function verdictOf(session: Session, runs: Runs, runId: string, version: string | undefined) {
  const answer = await runs.view(runId);
  if (!answer.ok) return answer;
  const recovered = answer.value.view.nodes.find((node) => node.id === "recovered")?.output;
  const helped =
    typeof recovered === "object" && recovered !== null && "value" in recovered && recovered.value === true;
  if (helped && version === "1") {
    session.print.say(`${style.green("verified")}: measured again after the rollback, its error rate has fallen`);
    return { ok: true as const };
  }
  const message = "the run ended without a rollback that was measured to have helped";
  return { ok: false as const, problems: [{ code: "outcome-unknown" as const, at: runId, message }] };
}

const untouched = (exit: number): string => (exit === EXIT.rejected ? ": it was not touched" : "");

function mainAsCalled(): string {
  const near = relative(process.cwd(), MAIN);
  return near.startsWith("..") ? MAIN : near;
}
