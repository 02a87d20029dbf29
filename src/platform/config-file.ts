/** config.yaml: where tools look and what they may act on. Holds references to secrets, never a secret. */
import { dirname, join, resolve } from "node:path";
import { secretName } from "../core/redact/secret-names.js";
import { secretsIn } from "../core/redact.js";
import type { BlobSettings } from "../schema/config/blobs.js";
import type { Cluster } from "../schema/config/clusters.js";
import {
  type CommandAction,
  type Config,
  type ConfigFile,
  configFileSchema,
  type Source,
  type Target,
} from "../schema/config.js";
import type { FacadeConfig } from "../schema/facade-config.js";
import type { Json } from "../schema/json.js";
import { modelSettings } from "../schema/model.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import type { Environment } from "./environment.js";
import { isSecretHeader } from "./secrets.js";
import { isThere, readSettings, type Settings } from "./settings-file.js";
import { storesOf } from "./stores.js";

export type LoadedConfig = { ok: true; config: Config; file?: string } | Refused;

const EMPTY: Config = { files: { roots: [] }, sources: {}, targets: {}, channels: {} };
const WAY_OUT = "write env:NAME (or a word before it, as in Bearer env:NAME) and set NAME for the worker";

/**
 * Loads the configuration; relative paths in it start at the file's directory. Without a file nothing is declared,
 * but one that AUTOOPS_CONFIG names must exist.
 */
export async function loadConfig(environment: Environment): Promise<LoadedConfig> {
  const path = environment.config ?? join(environment.home, "config.yaml");
  if (environment.config === undefined && !(await isThere(path))) {
    return { ok: true, config: { ...structuredClone(EMPTY), ...modelOf(undefined, environment) } };
  }
  const read = await readSettings<ConfigFile>(path, { schema: configFileSchema, code: "config-invalid", shows: false });
  if (!read.ok) return read;
  const problems = literalSecrets(read);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: {
      ...configOf(read.value, dirname(path)),
      ...mcpOf(read.value, dirname(path), environment),
      ...modelOf(read.value, environment),
    },
    file: path,
  };
}

function mcpOf(file: ConfigFile, directory: string, environment: Environment): Pick<Config, "mcp"> {
  if (file.mcp_servers === undefined) return {};
  const servers = mapValues(file.mcp_servers, (server) => {
    if (server.transport === "http") return server;
    return { ...server, argv: withAbsolute(server.argv, (path) => resolve(directory, path)) };
  });
  return { mcp: { servers, pins: storesOf(environment).mcpPins } };
}

function modelOf(file: ConfigFile | undefined, { model, modelUrl, secretFrom }: Environment): Pick<Config, "model"> {
  const hasSecret = (reference: string): boolean => (secretFrom(reference.slice("env:".length)) ?? "") !== "";
  const settings = modelSettings(file?.model, { name: model, baseUrl: modelUrl, hasSecret });
  return settings === undefined ? {} : { model: settings };
}

function configOf(file: ConfigFile, directory: string): Config {
  const absolute = (path: string): string => resolve(directory, path);
  return {
    files: { roots: (file.files?.roots ?? []).map(absolute) },
    sources: mapValues(file.sources ?? {}, (source) => withAbsolutePath(source, absolute)),
    targets: mapValues(file.targets ?? {}, (target) => withAbsoluteProgram(target, absolute)),
    channels: file.channels ?? {},
    clusters:
      file.clusters === undefined
        ? undefined
        : mapValues(file.clusters, (cluster) => withAbsoluteFiles(cluster, absolute)),
    rates: file.rates,
    toolPackages: file.tool_packages === undefined ? undefined : withAbsolutePaths(file.tool_packages, absolute),
    scripts: file.scripts,
    trackers: file.trackers,
    slack: file.slack,
    blobs: file.blobs === undefined ? undefined : withAbsoluteFolder(file.blobs, absolute),
    facadeUrl: file.facade_url,
    facade: file.facade === undefined ? undefined : withAbsoluteTls(file.facade, absolute),
    hooks: file.hooks,
    incidents: file.incidents,
    memory: file.memory,
    browser: file.browser,
    dependencies: file.dependencies,
  };
}

function withAbsolutePaths<T extends { path: string }>(list: readonly T[], absolute: (path: string) => string): T[] {
  return list.map((one) => ({ ...one, path: absolute(one.path) }));
}

function withAbsoluteTls(facade: FacadeConfig, absolute: (path: string) => string): FacadeConfig {
  const { tls } = facade;
  return tls === undefined ? facade : { ...facade, tls: { cert: absolute(tls.cert), key: absolute(tls.key) } };
}

function withAbsoluteFiles(cluster: Cluster, absolute: (path: string) => string): Cluster {
  const { kubeconfig, ca, dumps } = cluster;
  return {
    ...cluster,
    ...(kubeconfig === undefined ? {} : { kubeconfig: absolute(kubeconfig) }),
    ...(ca === undefined ? {} : { ca: absolute(ca) }),
    dumps: dumps === undefined ? undefined : absolute(dumps),
  };
}

function withAbsoluteFolder(blobs: BlobSettings, absolute: (path: string) => string): BlobSettings {
  return blobs.kind === "local" && blobs.path !== undefined ? { ...blobs, path: absolute(blobs.path) } : blobs;
}

function withAbsolutePath(source: Source, absolute: (path: string) => string): Source {
  return "path" in source && source.path !== undefined ? { ...source, path: absolute(source.path) } : source;
}

function withAbsoluteProgram(target: Target, absolute: (path: string) => string): Target {
  if (target.kind !== "command") return target;
  const argv = (list: string[]): string[] => withAbsolute(list, absolute);
  const withProgram = (action: CommandAction): CommandAction => ({
    ...action,
    argv: argv(action.argv),
    ...(action.state === undefined ? {} : { state: { ...action.state, argv: argv(action.state.argv) } }),
  });
  const actions = Object.entries(target.actions).map(([name, action]) => [name, withProgram(action)]);
  return { ...target, actions: Object.fromEntries(actions) };
}

/** A bare name is looked up on PATH; one with a slash is a path. */
function withAbsolute([program = "", ...rest]: string[], absolute: (path: string) => string): string[] {
  return [program.includes("/") ? absolute(program) : program, ...rest];
}

function mapValues<T, R>(record: Record<string, T>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Secrets that stand in the file itself. Their values are in no message. */
function literalSecrets({ document, problemAt }: Settings<ConfigFile>): Problem[] {
  const places = new Set<string>();
  eachHeader(document, "", (at, name, value) => {
    if (secretName(name) !== undefined && !isSecretHeader(value)) places.add(at);
  });
  for (const { at } of secretsIn(document, "")) places.add(at);
  return [...places].map((at) => problemAt(at, "must be a reference to a secret, not the secret itself", WAY_OUT));
}

function eachHeader(value: Json, at: string, visit: (at: string, name: string, value: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${at}[${key}]` : at === "" ? key : `${at}.${key}`;
    if (key === "headers" && typeof child === "object" && child !== null) {
      for (const [name, text] of Object.entries(child)) {
        if (typeof text === "string") visit(`${place}.${name}`, name, text);
      }
    }
    eachHeader(child, place, visit);
  }
}
