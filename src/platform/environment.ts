/** The one reader of the process's environment: every AUTOOPS_ variable, strictly, and values of secret references. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { shownValue } from "../schema/problems.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import { type ListenAddress, listenAddressText, parseListenAddress } from "./listen-address.js";
import type { LogLevel } from "./log.js";
import { PAYLOAD_KEY_VARIABLE, type PayloadKey, readPayloadKeys } from "./payloads/keys.js";

/** Environment variables, as the process or a test gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the variables say. Paths are absolute; what is not set is absent, but for the home and the log level. */
export interface Environment {
  /** AUTOOPS_HOME, else `~/.autoops`: policy, config, keys and stores. */
  home: string;
  /** AUTOOPS_SAFETY_CONFIG: a file named on purpose, which must exist. */
  safetyConfig?: string;
  /** AUTOOPS_CONFIG: likewise. */
  config?: string;
  enableRemediation?: boolean;
  requireApproval?: boolean;
  dryRun?: boolean;
  logLevel: LogLevel;
  /** AUTOOPS_APPROVAL_KEY_FILE. */
  approvalKeyFile?: string;
  /** AUTOOPS_APPROVAL_PUBLIC_KEYS: a file or a folder. Where it is set, a worker verifies by these alone and signs nothing. */
  approvalPublicKeys?: string;
  /** AUTOOPS_DEPLOYMENT_NAME and AUTOOPS_BUILD_ID, both or none: a worker pins the runs that it starts to its build. */
  deployment?: { name: string; buildId: string };
  /** AUTOOPS_WORKER_METRICS_ADDRESS: where a worker serves the SDK's metrics. */
  workerMetrics?: ListenAddress;
  /** AUTOOPS_WORKER_HEALTH_ADDRESS: where a worker answers probes. */
  workerHealth?: ListenAddress;
  /** AUTOOPS_PAYLOAD_KEY: the first encrypts, all decrypt; empty where nothing is encrypted. */
  payloadKeys: readonly PayloadKey[];
  /** AUTOOPS_PAYLOAD_REQUIRED: what comes to a worker in plain does not count. */
  payloadRequired: boolean;
  /** AUTOOPS_MODEL: the model that plans. */
  model?: string;
  /** OPENAI_BASE_URL: its server. */
  modelUrl?: string;
  /** The value of any variable, for secret references. */
  secretFrom(name: string): string | undefined;
  /** All variables as given, for programs of others that read their own (Temporal's TEMPORAL_*). */
  variables: Variables;
}
export type ReadEnvironment = { ok: true; environment: Environment } | Refused;

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, "1": true, false: false, "0": false };
/** Python's names are those that users of the original know. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "fatal",
  critical: "fatal",
};

/** What Temporal takes for both without a second meaning: it joins them with a dot or a colon. */
const DEPLOYMENT = /^[A-Za-z0-9][\w-]{0,99}$/;
const BUILD = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** Reads the variables; each value that cannot be used is a problem, none is guessed. */
export function readEnvironment(variables: Variables = process.env): ReadEnvironment {
  const problems: Problem[] = [];
  const read = <T>(name: string, mustBe: string, parse: (value: string) => T | undefined): T | undefined => {
    const given = variables[name];
    if (given === undefined) return undefined;
    const value = parse(given);
    if (value === undefined) problems.push(problemOf(name, mustBe, given));
    return value;
  };
  const userHome = variables.HOME || variables.USERPROFILE || homedir();
  const path = (name: string) => read(name, "a path", (value) => asPath(value, userHome));
  const flag = (name: string) => read(name, "true, false, 1 or 0", (value) => own(BOOLEANS, value));
  const level = read("AUTOOPS_LOG_LEVEL", "one of DEBUG, INFO, WARN, ERROR", (value) =>
    own(LEVELS, value.toLowerCase()),
  );
  const name = read("AUTOOPS_DEPLOYMENT_NAME", "letters, digits, _ and -, at most 100", (value) =>
    match(DEPLOYMENT, value),
  );
  const buildId = read("AUTOOPS_BUILD_ID", "letters, digits, dots, _ and -, at most 100", (value) =>
    match(BUILD, value),
  );
  const model = read("AUTOOPS_MODEL", "the name of a model", (value) => match(/^[\x21-\x7e]{1,200}$/, value));
  // An empty one is none, as its own programs read it.
  const modelUrl =
    variables.OPENAI_BASE_URL === "" ? undefined : read("OPENAI_BASE_URL", "an http or https URL", asUrl);
  const listen = (name: string) =>
    read(name, "a port, or an IP address and a port as 0.0.0.0:9464 or [::1]:9464", parseListenAddress);
  const workerMetrics = listen("AUTOOPS_WORKER_METRICS_ADDRESS");
  const workerHealth = listen("AUTOOPS_WORKER_HEALTH_ADDRESS");
  problems.push(...sameAddress(workerMetrics, workerHealth));
  const lonely = lonelyOf(variables, "AUTOOPS_DEPLOYMENT_NAME", "AUTOOPS_BUILD_ID");
  if (lonely !== undefined) problems.push(lonely);
  const payloads = readPayloads(variables, flag("AUTOOPS_PAYLOAD_REQUIRED") ?? false);
  if (!payloads.ok) problems.push(payloads.problem);
  const environment: Environment = {
    home: path("AUTOOPS_HOME") ?? join(userHome, ".autoops"),
    safetyConfig: path("AUTOOPS_SAFETY_CONFIG"),
    config: path("AUTOOPS_CONFIG"),
    enableRemediation: flag("AUTOOPS_ENABLE_REMEDIATION"),
    requireApproval: flag("AUTOOPS_REQUIRE_APPROVAL"),
    dryRun: flag("AUTOOPS_DRY_RUN"),
    logLevel: level ?? "info",
    approvalKeyFile: path("AUTOOPS_APPROVAL_KEY_FILE"),
    approvalPublicKeys: path("AUTOOPS_APPROVAL_PUBLIC_KEYS"),
    deployment: name === undefined || buildId === undefined ? undefined : { name, buildId },
    workerMetrics,
    workerHealth,
    payloadKeys: payloads.ok ? payloads.keys : [],
    payloadRequired: payloads.ok && payloads.required,
    model,
    modelUrl,
    // What encrypts is no secret to be sent anywhere.
    secretFrom: (name) => (name === PAYLOAD_KEY_VARIABLE ? undefined : own(variables, name)),
    variables,
  };
  return problems.length === 0 ? { ok: true, environment } : { ok: false, problems };
}

type Payloads = { ok: true; keys: readonly PayloadKey[]; required: boolean } | { ok: false; problem: Problem };

/** The value is in no message: it is a key, or nearly one. */
function readPayloads(variables: Variables, required: boolean): Payloads {
  const refused = (at: string, message: string, hint: string): Payloads => ({
    ok: false,
    problem: { code: "environment-variable-invalid", at, message, hint },
  });
  const given = variables.AUTOOPS_PAYLOAD_KEY;
  if (given === undefined && required) {
    const message = "AUTOOPS_PAYLOAD_REQUIRED must be set together with AUTOOPS_PAYLOAD_KEY, got it alone";
    return refused("AUTOOPS_PAYLOAD_KEY", message, "autoops keys payload new makes a key");
  }
  if (given === undefined) return { ok: true, keys: [], required };
  const read = readPayloadKeys(given);
  if (read.ok) return { ok: true, keys: read.keys, required };
  const message = `${PAYLOAD_KEY_VARIABLE} must be ${read.mustBe}`;
  return refused(PAYLOAD_KEY_VARIABLE, message, "autoops keys payload new makes one");
}

function asUrl(value: string): string | undefined {
  return /^https?:\/\//.test(value) && URL.canParse(value) ? value : undefined;
}

function match(pattern: RegExp, value: string): string | undefined {
  return pattern.test(value) ? value : undefined;
}

function sameAddress(metrics: ListenAddress | undefined, health: ListenAddress | undefined): Problem[] {
  if (metrics === undefined || health === undefined) return [];
  const [taken, given] = [listenAddressText(metrics), listenAddressText(health)];
  const mustBe = "another address than AUTOOPS_WORKER_METRICS_ADDRESS";
  return taken === given ? [problemOf("AUTOOPS_WORKER_HEALTH_ADDRESS", mustBe, given)] : [];
}

/** Of a pair of which one is set. */
function lonelyOf(variables: Variables, one: string, other: string): Problem | undefined {
  const isSet = (name: string) => variables[name] !== undefined;
  if (isSet(one) === isSet(other)) return undefined;
  const [set, unset] = isSet(one) ? [one, other] : [other, one];
  const message = `${set} must be set together with ${unset}, got it alone`;
  return { code: "environment-variable-invalid", at: unset, message, hint: `set ${unset} too, or unset ${set}` };
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Absolute; `~/` is the user's home also where no shell has put it in. */
function asPath(value: string, userHome: string): string | undefined {
  if (value.trim() === "" || value.includes("\0")) return undefined;
  return value === "~" || value.startsWith("~/") ? join(userHome, value.slice(1)) : resolve(value);
}

function problemOf(name: string, mustBe: string, value: string): Problem {
  const message = `${name} must be ${mustBe}, got ${shownValue(value)}`;
  return { code: "environment-variable-invalid", at: name, message, hint: `correct it, or unset ${name}` };
}

/** Ours alone: no program that we start has a use for them, and some are secrets. */
const OWN = /^(?:AUTOOPS_|OPENAI_)/;

/** For a program that reads its own variables, such as one that signs in to a cloud: those of this process but ours. */
export function programEnvironment(
  more: Record<string, string>,
  variables: Variables = process.env,
): Record<string, string> {
  const theirs = Object.entries(variables).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !OWN.test(entry[0]),
  );
  return { ...Object.fromEntries(theirs), ...more };
}
