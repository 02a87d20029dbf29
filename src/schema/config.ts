/** `config.yaml`: where the tools look and what they may act on. Strict; secrets only as references. */
import { z } from "zod";
import { type BlobSettings, blobsSchema } from "./config/blobs.js";
import { type BrowserSettings, browserSchema } from "./config/browser.js";
import { type Cluster, clusterSchema, kubernetesTarget, undeclaredClusters } from "./config/clusters.js";
import { type Dependencies, dependenciesSchema } from "./config/dependencies.js";
import {
  type DeclaredHook,
  declaredHookSchema,
  hookNameSchema,
  type IncidentSettings,
  incidentSettingsSchema,
  undeclaredChannels,
  unwatchableTargets,
} from "./config/hooks.js";
import {
  commonKeys as common,
  headersSchema,
  namespaceSchema,
  secretReferenceSchema,
  urlSchema,
} from "./config/keys.js";
import { kubernetesSource } from "./config/kubernetes-source.js";
import { machineSources } from "./config/machine.js";
import { type McpSettings, mcpServersSchema } from "./config/mcp.js";
import { metricSources } from "./config/metrics.js";
import { PROBE_SOURCE_KINDS, probeSources } from "./config/probes.js";
import { type RateRule, rateSchema } from "./config/rates.js";
import { type Script, scriptSchema } from "./config/scripts.js";
import {
  CHANGE_SOURCE_KINDS,
  LOG_SOURCE_KINDS,
  logSources,
  TRACE_SOURCE_KINDS,
  traceSources,
} from "./config/sources.js";
import { type Channel, channelSchema, type Tracker, trackerSchema } from "./config/tickets.js";
import { type FacadeConfig, facadeConfigSchema } from "./facade-config.js";
import { type MemorySettings, memorySettingsSchema } from "./memory.js";
import { type ModelSettings, modelSchema } from "./model.js";
import { type SlackSettings, slackSettingsSchema } from "./slack.js";
import { type ToolPackageSettings, toolPackagesSchema } from "./tool-packages.js";

/** A name in config.yaml: what graphs refer to. */
const nameSchema = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "1 to 63 letters, digits, _, . or -");
const logFilesSource = z.strictObject({
  kind: z.literal("files"),
  /** Absolute path of one log file or a glob in its last part (`/var/log/shop/app*.log`); rotated and .gz siblings count. */
  path: z.string().min(1).max(1_000),
  format: z.enum(["json", "text"]).default("json"),
  time_field: z.string().max(100).default("time"),
  level_field: z.string().max(100).default("level"),
  message_field: z.string().max(100).default("message"),
  ...common,
});
/** Which version runs since when: a JSON file or URL whose answer is `{ deployments: [{ version, deployed_at, … }] }`. */
const deploymentsSource = z
  .strictObject({
    kind: z.literal("deployments"),
    url: urlSchema.optional(),
    path: z.string().min(1).max(1_000).optional(),
    headers: headersSchema.optional(),
    ...common,
  })
  .refine((source) => (source.url === undefined) !== (source.path === undefined), "given exactly one of url and path");

export const sourceSchema = z.discriminatedUnion(
  "kind",
  [
    logFilesSource,
    deploymentsSource,
    ...metricSources,
    ...logSources,
    ...traceSources,
    ...machineSources,
    kubernetesSource,
    ...probeSources,
  ],
  {
    error: `one of files, prometheus, exposition, deployments, datadog, ${[...LOG_SOURCE_KINDS, ...TRACE_SOURCE_KINDS, ...CHANGE_SOURCE_KINDS, ...PROBE_SOURCE_KINDS].join(", ")}`,
  },
);
export type Source = z.infer<typeof sourceSchema>;

/** How the present state is read, before an effect and on every attempt after the first. */
const httpStateSchema = z.strictObject({
  url: urlSchema,
  headers: headersSchema.optional(),
  /** Dotted path into the JSON answer, e.g. `version`. */
  read: z.string().max(200),
  /** What the value is once the effect has happened; a template over `params`. */
  done_when: z.string().max(400),
});
const idempotencySchema = z.enum(["key", "probe", "none"]);

const httpActionSchema = z.strictObject({
  method: z.enum(["POST", "PUT", "PATCH", "DELETE"]),
  url: urlSchema,
  headers: headersSchema.optional(),
  /** JSON body; strings may hold templates over `params`. */
  body: z.json().optional(),
  expect_status: z.array(z.int().min(200).max(299)).min(1).default([200, 201, 202, 204]),
  idempotency: idempotencySchema.default("none"),
  state: httpStateSchema.optional(),
});
const commandStateSchema = z.strictObject({
  argv: z.array(z.string().max(1_000)).min(1).max(50),
  /** What its standard output (trimmed) is once the effect has happened; a template over `params`. */
  done_when: z.string().max(400),
});
const commandActionSchema = z.strictObject({
  /** Program and arguments; never a shell. Arguments may hold templates over `params`, each stays one argument. */
  argv: z.array(z.string().max(1_000)).min(1).max(50),
  expect_exit: z.array(z.int().min(0).max(255)).min(1).default([0]),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), secretReferenceSchema.or(z.string().max(1_000)))
    .optional(),
  idempotency: idempotencySchema.default("none"),
  state: commandStateSchema.optional(),
});

export const ACTION_NAMES = ["rollback", "service_restart", "scale_action", "config_update"] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** What hangs on a target: people are shown it before they agree to act on it. */
const affectsSchema = z.array(z.string().min(1).max(200)).min(1).max(20).optional();

const probeNeedsState = <T extends { idempotency: string; state?: unknown }>(action: T) =>
  action.idempotency !== "probe" || action.state !== undefined;
const PROBE_RULE = "given a state to read, since idempotency is probe";

const httpTarget = z.strictObject({
  kind: z.literal("http"),
  actions: z.partialRecord(z.enum(ACTION_NAMES), httpActionSchema.refine(probeNeedsState, PROBE_RULE)),
  affects: affectsSchema,
  namespace: namespaceSchema.optional(),
  ...common,
});
const commandTarget = z.strictObject({
  kind: z.literal("command"),
  actions: z.partialRecord(z.enum(ACTION_NAMES), commandActionSchema.refine(probeNeedsState, PROBE_RULE)),
  affects: affectsSchema,
  namespace: namespaceSchema.optional(),
  ...common,
});
export const targetSchema = z.discriminatedUnion("kind", [httpTarget, commandTarget, kubernetesTarget], {
  error: "one of http, command, kubernetes",
});
export type Target = z.infer<typeof targetSchema>;
export type HttpAction = z.infer<typeof httpActionSchema>;
export type CommandAction = z.infer<typeof commandActionSchema>;

const configKeys = z.strictObject({
  version: z.literal("1.0", { error: '"1.0" (in quotes)' }),
  /** Files are read only under these directories, after resolving links. */
  files: z.strictObject({ roots: z.array(z.string().min(1).max(1_000)).max(50) }).optional(),
  sources: z.record(nameSchema, sourceSchema).optional(),
  /** Kubernetes clusters, by the names that targets and sources give them. */
  clusters: z.record(nameSchema, clusterSchema).optional(),
  targets: z.record(nameSchema, targetSchema).optional(),
  channels: z.record(nameSchema, channelSchema).optional(),
  /** How often other machines may be asked, by all workers together. */
  rates: z.record(nameSchema, rateSchema).optional(),
  /** Own tools: folders whose content a person approved. */
  tool_packages: toolPackagesSchema.optional(),
  /** Programs that `custom_script` may run in its sandbox, by the name that graphs use. */
  scripts: z.record(nameSchema, scriptSchema).optional(),
  /** Servers of the Model Context Protocol, for `secureMCP`. */
  mcp_servers: mcpServersSchema.optional(),
  /** For `browser_replay`. */
  browser: browserSchema.optional(),
  /** Where tickets are opened and kept up. */
  trackers: z.record(nameSchema, trackerSchema).optional(),
  /** The app that tells of gates in `slack:#channel`, and whose buttons answer them. */
  slack: slackSettingsSchema.optional(),
  /** Where results too large for history are kept; default: a folder of the home. */
  blobs: blobsSchema.optional(),
  /** The address people open to answer a gate; shown in notices. */
  facade_url: urlSchema.optional(),
  facade: facadeConfigSchema.optional(),
  /** Where alerts come in, by the name in their address. */
  hooks: z.record(hookNameSchema, declaredHookSchema).optional(),
  incidents: incidentSettingsSchema.optional(),
  /** What is remembered of runs, on this machine; off unless it is here and enabled. */
  memory: memorySettingsSchema.optional(),
  /** The model that plans. */
  model: modelSchema.optional(),
  /** Who calls whom. */
  dependencies: dependenciesSchema.optional(),
});
export const configFileSchema = configKeys.superRefine((file, context) => {
  const { clusters = {}, sources = {}, targets = {}, channels = {}, hooks = {} } = file;
  for (const { path, message } of [...undeclaredChannels(hooks, channels), ...unwatchableTargets(hooks, targets)]) {
    context.addIssue({ code: "custom", path, message });
  }
  const parts = Object.entries({ sources, targets }).flatMap(([key, declared]) =>
    Object.entries(declared).map(([name, part]) => ({
      at: [key, name],
      cluster: "cluster" in part ? part.cluster : undefined,
    })),
  );
  for (const { path, message } of undeclaredClusters(clusters, parts)) {
    context.addIssue({ code: "custom", path, message });
  }
});
export type ConfigFile = z.infer<typeof configFileSchema>;

/** The configuration as the code uses it: nothing is absent. */
export interface Config {
  files: { roots: string[] };
  sources: Record<string, Source>;
  /** Absent where none is declared. */
  clusters?: Record<string, Cluster>;
  targets: Record<string, Target>;
  channels: Record<string, Channel>;
  rates?: Record<string, RateRule>;
  toolPackages?: ToolPackageSettings[];
  scripts?: Record<string, Script>;
  mcp?: McpSettings;
  browser?: BrowserSettings;
  /** Absent where none is declared. */
  trackers?: Record<string, Tracker>;
  slack?: SlackSettings;
  /** The path is absolute. */
  blobs?: BlobSettings;
  facadeUrl?: string;
  /** As written; the paths are absolute. */
  facade?: FacadeConfig;
  hooks?: Record<string, DeclaredHook>;
  incidents?: IncidentSettings;
  memory?: MemorySettings;
  /** Present where the model's key is set. */
  model?: ModelSettings;
  dependencies?: Dependencies;
}
