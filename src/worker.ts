/** The worker: configuration → dependencies → Worker. Workflows come by path or as a prebuilt bundle, never by import. */

import { NativeConnection, type NativeConnectionOptions, Worker } from "@temporalio/worker";
import { callerClient } from "./activities/acting/caller-client.js";
import { ledgerClient } from "./activities/acting/ledger-client.js";
import { ratesClient } from "./activities/acting/rates-client.js";
import { createWriteLog } from "./activities/acting/write-log.js";
import { createActivities, createPlannerActivities } from "./activities/create-activities.js";
import type { Dependencies } from "./activities/dependencies.js";
import { countModel } from "./activities/planner/model/metrics.js";
import { declaredUrls } from "./app/declared-urls.js";
import { type Local, loadLocal, urlProblem } from "./app/local.js";
import { createRemembering } from "./app/memory.js";
import { channelProblems } from "./core/gate/notice-channels.js";
import { createChangeWatch } from "./platform/audit/changes.js";
import { createAuditLog } from "./platform/audit/log.js";
import { configuredStore, isShared, storeBeside } from "./platform/blobs/configured.js";
import { createContents } from "./platform/blobs/contents.js";
import { blobStoreOn } from "./platform/blobs.js";
import { digestOf } from "./platform/digest.js";
import type { Variables } from "./platform/environment.js";
import { ratedFetch } from "./platform/http/rates.js";
import { createWaysOut } from "./platform/http/ways-out.js";
import { createLog, type Log } from "./platform/log.js";
import { loadPolicy } from "./platform/policy-file.js";
import { type Probes, startProbes } from "./platform/probes.js";
import { createRecords } from "./platform/records/records.js";
import { createReportStore } from "./platform/reports.js";
import { createSecretResolver, secretValues } from "./platform/secrets.js";
import { loadSigner, loadVerifier, type Signer, type Verifier } from "./platform/signing.js";
import { storesOf } from "./platform/stores.js";
import { checkSearchAttributes, connect, type Whereabouts } from "./platform/temporal/connection.js";
import { loadTemporalDev } from "./platform/temporal/settings.js";
import type { Config } from "./schema/config.js";
import { RUNNING_NODES_MAX } from "./vocabulary/limits.js";
import { PLANNER_QUEUE, RUN_QUEUE } from "./vocabulary/names.js";
import type { Problem } from "./vocabulary/problems.js";
import type { Refused, Result } from "./vocabulary/result.js";
import { workerConverter, workflowSource } from "./worker/payloads.js";
import { startWatches } from "./worker/rollout-watches.js";
import { installRuntime } from "./worker/runtime.js";
import { versioning } from "./worker/versioning.js";

export interface StartedWorker {
  ok: true;
  address: string;
  namespace: string;
  /** Takes no new work, lets what runs finish or be handed over, and resolves when it is gone. */
  stop(): Promise<void>;
  /** Resolves when the worker has stopped, rejects where it failed. */
  done: Promise<void>;
}

export interface WorkerOptions {
  /** Default: the process's own environment. */
  variables?: Variables;
  /** Default: lines on standard error, at the level that AUTOOPS_LOG_LEVEL says. */
  log?: Log;
  taskQueue?: string;
  /** Clusters beside those of config.yaml: of a kubeconfig that a person named. */
  clusters?: NonNullable<Config["clusters"]>;
}

/** Starts a worker for runs and plans. A broken policy, configuration or key is a problem, and nothing starts. */
export async function startWorker(options: WorkerOptions = {}): Promise<StartedWorker | Refused> {
  let log = options.log;
  const onChange: Parameters<typeof loadLocal>[1] = ({ change, tool, reason }) => {
    log?.debug(`tool ${change}`, { operation: "registry", tool, reason });
  };
  const local = await loadLocal(options.variables, onChange, options.clusters);
  if (!local.ok) return local;
  log ??= createLog(local.environment.logLevel);
  const refused = installRuntime(log, local.environment.workerMetrics);
  if (refused !== undefined) return { ok: false, problems: [refused] };
  const health: Health = { isReady: () => false };
  const { workerHealth } = local.environment;
  if (workerHealth !== undefined) {
    const listening = await startProbes(workerHealth, () => health.isReady());
    if (!listening.ok) return { ok: false, problems: [listening.problem] };
    health.probes = listening.probes;
  }
  const started = await begin(local, log, health, options.taskQueue ?? RUN_QUEUE).catch(async (error) => {
    await health.probes?.close();
    throw error;
  });
  if (!started.ok) await health.probes?.close();
  return started;
}

/** What the probes say: asked from the start, so that a worker that comes up is seen as alive and not ready. */
interface Health {
  isReady(): boolean;
  probes?: Probes;
}

async function begin(local: Local, log: Log, health: Health, taskQueue: string): Promise<StartedWorker | Refused> {
  const settings = await loadTemporalDev();
  if (!settings.ok) return settings;
  const temporal = await connect({ environment: local.environment.variables, settings: settings.value });
  if (!temporal.ok) return temporal;
  const missing = await checkSearchAttributes(temporal.value);
  await temporal.value.close();
  if (missing.length > 0) return { ok: false, problems: missing };
  const dependencies = await createDependencies(local, log);
  if (!dependencies.ok) return dependencies;
  return run(temporal.value, dependencies.value, local, log, health, taskQueue);
}

/** Everything that activities touch, bound to this machine. */
export async function createDependencies(local: Local, log: Log): Promise<Result<Dependencies>> {
  const stores = storesOf(local.environment);
  const keys = await keysOf(local, stores.approvalKey);
  if (!keys.ok) return { ok: false, problems: [keys.problem] };
  const secret = createSecretResolver((name) => local.environment.secretFrom(name));
  const secrets = secretValues(local.config, (name) => local.environment.secretFrom(name));
  const audit = createAuditLog({
    directory: stores.audit,
    signer: keys.signer,
    secrets,
    now: () => Date.now(),
    onProblem: (message) => log.error(message, { operation: "audit" }),
  });
  const changes = createChangeWatch(stores.audit, audit);
  const tools = local.registry.list();
  const kids = await keys.verifier.kids();
  await changes.seen("keys", digestOf(kids), { kids });
  const { toolPackages: packages } = local;
  const seen = packages.length === 0 ? tools : { tools, packages };
  await changes.seen("registry", digestOf(seen), { tools: tools.map(({ name }) => name), packages });
  for (const { name, digest } of packages) log.info("tool package loaded", { operation: "registry", name, digest });
  const policy = async () => {
    const loaded = await loadPolicy(local.environment);
    if (loaded.ok) await changes.seen("policy", digestOf(loaded.policy), { file: loaded.file });
    return loaded;
  };
  await policy();
  const { fetch: unrated, hosts } = createWaysOut(policy, declaredUrls(local.config), secret);
  const fetch = ratedFetch(unrated, { config: local.config, keeper: ratesClient() });
  const planning = { policy, fetch, count: countModel };
  const narrate = local.narrator(planning);
  const writeRecords = createRecords(storeBeside("writes", local, policy), local.environment.payloadKeys);
  const value: Dependencies = {
    config: local.config,
    registry: local.registry,
    policy,
    checkUrl: (url, current) => urlProblem(url, current, local.config),
    fetch,
    hosts,
    secret,
    secretValues: secrets,
    blobs: blobStoreOn(createContents(configuredStore(local, policy), local.environment.payloadKeys)),
    reports: createReportStore(stores.reports, local.environment.payloadKeys),
    signer: keys.verifier,
    ledger: ledgerClient(createWriteLog(writeRecords, () => Date.now())),
    records: createRecords(storeBeside("approvals", local, policy), local.environment.payloadKeys),
    askCaller: callerClient(),
    audit,
    draft: local.drafter(planning),
    narrate,
    log,
    now: () => Date.now(),
  };
  return { ok: true, value };
}

type Keys = { ok: true; verifier: Verifier; signer?: Signer } | { ok: false; problem: Problem };

/** With public keys alone the worker can sign nothing, no checkpoint of its audit log either. */
async function keysOf({ environment }: Local, keyFile: string): Promise<Keys> {
  if (environment.approvalPublicKeys !== undefined) return loadVerifier(environment.approvalPublicKeys);
  const loaded = await loadSigner(keyFile);
  return loaded.ok ? { ok: true, verifier: loaded.signer, signer: loaded.signer } : loaded;
}

async function run(
  where: Whereabouts,
  dependencies: Dependencies,
  local: Local,
  log: Log,
  health: Health,
  taskQueue: string,
): Promise<StartedWorker> {
  for (const { message, code } of channelProblems(local.policy, local.config)) {
    log.warn(message, { operation: "policy", code });
  }
  for (const { message, code } of local.learned.problems) log.warn(message, { operation: "memory", code });
  const remembering = createRemembering(local, log);
  const remember = remembering === undefined ? {} : { remember: remembering.remember };
  const connection = await NativeConnection.connect(where.connectionOptions as NativeConnectionOptions);
  const common = {
    connection,
    namespace: where.namespace,
    shutdownGraceTime: "5s" as const,
    dataConverter: workerConverter(local.environment, {
      contentStore: async () => configuredStore(local, dependencies.policy),
      keeps: isShared(local.config) ? "shared" : "local",
    }),
    ...versioning(local),
  };
  const runs = await Worker.create({
    ...common,
    ...workflowSource(local.environment.payloadKeys.length > 0),
    taskQueue,
    activities: createActivities({ ...dependencies, ...remember }),
    maxConcurrentActivityTaskExecutions: RUNNING_NODES_MAX,
    // Cancellations arrive with the answer to a heartbeat: let tools send one a second.
    maxHeartbeatThrottleInterval: "1s",
    defaultHeartbeatThrottleInterval: "1s",
  });
  const perMinute = local.policy.execution.rate_limit_llm_per_minute;
  const plans = await Worker.create({
    ...common,
    taskQueue: taskQueue === RUN_QUEUE ? PLANNER_QUEUE : `${taskQueue}-planner`,
    activities: createPlannerActivities(dependencies),
    maxTaskQueueActivitiesPerSecond: (0.9 * perMinute) / 60,
  });
  const stop = () => {
    for (const worker of [runs, plans]) if (worker.getState() === "RUNNING") worker.shutdown();
  };
  health.isReady = () => [runs, plans].every((worker) => worker.getState() === "RUNNING");
  // One that fails takes the other with it: half a worker would look alive.
  const done = Promise.all([runs.run(), plans.run()].map((ended) => ended.finally(stop)))
    .finally(() => remembering?.idle())
    .finally(() => connection.close())
    .finally(() => health.probes?.close())
    .then(() => undefined);
  const { namespace, dataConverter } = common;
  await startWatches(local.config, { connection, namespace, dataConverter }, taskQueue, log);
  log.info("worker ready", { operation: "worker", address: where.address, namespace: where.namespace, taskQueue });
  return {
    ok: true,
    address: where.address,
    namespace: where.namespace,
    done,
    stop: async () => {
      stop();
      await done;
    },
  };
}
