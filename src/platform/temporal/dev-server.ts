/** The Temporal server of this machine: one child process on 127.0.0.1, ready to take runs when `startDevServer` returns. */
import type { TemporalDevSettings } from "../../schema/temporal-dev.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import type { Say } from "../lock.js";
import { type Child, type Exit, startChild } from "./child.js";
import { freePort, LOOPBACK, portProblem, waitForPort } from "./ports.js";
import { lastLines } from "./program.js";
import { addSearchAttributes, openConnection, setRetention } from "./service.js";
import { portOf } from "./settings.js";

export interface DevServerOptions {
  /** The Temporal CLI, as `findTemporalCli` found it. */
  cliPath: string;
  settings: TemporalDevSettings;
  /** Default: that of `settings.address`; 0 = any free one. */
  port?: number;
  /** Port of the Web UI; 0 = any free one, false = no Web UI. Default: `settings.ui_port`. */
  uiPort?: number | false;
  /** Where the Web UI has encrypted payloads opened. */
  codecEndpoint?: string;
  /** Absent = in memory. */
  databaseFile?: string;
  namespace?: string;
  /** Absent = the server's output is dropped, but for the end of it when it fails to start. */
  logFile?: string;
  say: Say;
}

export interface DevServer {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string;
  readonly pid: number;
  /** Resolves when the server is gone, asked for or not. */
  readonly exited: Promise<Exit>;
  /** Ends exactly this server: SIGTERM, then SIGKILL after `graceMs` (5 s; 0 = at once). */
  stop(graceMs?: number): Promise<void>;
  /** The same at once, for `process.on("exit")`. */
  stopSync(): void;
}

export type DevServerResult = { ok: true; server: DevServer } | Refused;

interface Ports {
  port: number;
  uiPort: number | false;
}

const READY_MS = 30_000;
/** Attempts when we chose the ports ourselves and another program was quicker. */
const PORT_ATTEMPTS = 3;

/** Starts the server and waits until its namespace has our retention and search attributes. */
export async function startDevServer(options: DevServerOptions): Promise<DevServerResult> {
  const wanted = { port: options.port ?? portOf(options.settings.address), uiPort: options.uiPort };
  const asked = { port: wanted.port, uiPort: wanted.uiPort ?? options.settings.ui_port };
  const problems = await portProblems(asked);
  if (problems.length > 0) return { ok: false, problems };
  const chosenByUs = asked.port === 0 || asked.uiPort === 0;
  for (let attempt = 1; ; attempt++) {
    const result = await attemptStart(options, await choosePorts(asked));
    const taken = !result.ok && /address already in use|can't (set|use)/.test(result.problems[0]?.message ?? "");
    if (!taken || !chosenByUs || attempt === PORT_ATTEMPTS) return result;
  }
}

/** One after the other: a check opens the port for a moment, and both may name the same one. */
async function portProblems({ port, uiPort }: Ports): Promise<Problem[]> {
  const problems: (Problem | undefined)[] = [];
  if (port !== 0) problems.push(await portProblem(port, "Temporal server"));
  if (uiPort !== false && uiPort !== 0) problems.push(await portProblem(uiPort, "Temporal Web UI"));
  return problems.filter((problem) => problem !== undefined);
}

async function choosePorts({ port, uiPort }: Ports): Promise<Ports> {
  return { port: port === 0 ? await freePort() : port, uiPort: uiPort === 0 ? await freePort() : uiPort };
}

async function attemptStart(options: DevServerOptions, ports: Ports): Promise<DevServerResult> {
  const namespace = options.namespace ?? options.settings.namespace;
  const address = `${LOOPBACK}:${ports.port}`;
  let child: Child;
  try {
    child = await startChild(options.cliPath, serverFlags(options, ports, namespace), options.logFile);
  } catch (error) {
    return failed(`${options.cliPath} cannot be started: ${(error as Error).message}`);
  }
  try {
    const listening = await waitForPort(ports.port, READY_MS, child.gone);
    if (!listening) return failed(await whyNotListening(child, address));
    await prepare(address, namespace, options.settings);
  } catch (error) {
    const end = child.gone.aborted ? `; it printed last:\n${lastLines(child.tail(), 5)}` : "";
    await child.stop(0);
    return failed(`the Temporal server on ${address} could not be made ready: ${(error as Error).message}${end}`);
  }
  const uiUrl = ports.uiPort === false ? undefined : `http://${LOOPBACK}:${ports.uiPort}`;
  options.say(`Temporal server on ${address}${uiUrl === undefined ? "" : `, Web UI on ${uiUrl}`}`);
  const { pid, exited } = child;
  return { ok: true, server: { address, namespace, uiUrl, pid, exited, stop: child.stop, stopSync: child.stopSync } };
}

async function whyNotListening(child: Child, address: string): Promise<string> {
  if (!child.gone.aborted) {
    await child.stop(0);
    return `the Temporal server did not listen on ${address} within ${READY_MS / 1_000} s`;
  }
  const { code, signal } = await child.exited;
  const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
  const said = lastLines(child.tail(), 8);
  return `the Temporal server ${how} before it listened on ${address}${said === "" ? "" : `; it printed last:\n${said}`}`;
}

async function prepare(address: string, namespace: string, settings: TemporalDevSettings): Promise<void> {
  const connection = await openConnection(address, READY_MS);
  try {
    await connection.withDeadline(Date.now() + READY_MS, async () => {
      await setRetention(connection, namespace, settings.retention_hours);
      await addSearchAttributes(connection, namespace, settings.search_attributes, READY_MS);
    });
  } finally {
    await connection.close();
  }
}

/** The command line of the server: everything on 127.0.0.1, nothing left to the user's own Temporal configuration. */
export function serverFlags(options: DevServerOptions, { port, uiPort }: Ports, namespace: string): string[] {
  const { settings, databaseFile } = options;
  const flags = ["server", "start-dev", "--ip", LOOPBACK, "--port", String(port), "--log-level", "warn"];
  if (uiPort === false) flags.push("--headless");
  else {
    flags.push("--ui-ip", LOOPBACK, "--ui-port", String(uiPort));
    if (options.codecEndpoint !== undefined) flags.push("--ui-codec-endpoint", options.codecEndpoint);
  }
  // "default" is always made, and refused as a duplicate by some versions.
  if (namespace !== "default") flags.push("--namespace", namespace);
  if (databaseFile !== undefined) {
    flags.push("--db-filename", databaseFile);
    for (const [pragma, value] of Object.entries(settings.database.pragmas)) {
      flags.push("--sqlite-pragma", `${pragma}=${value}`);
    }
  }
  for (const [name, type] of Object.entries(settings.search_attributes)) {
    flags.push("--search-attribute", `${name}=${type}`);
  }
  for (const [key, value] of Object.entries(settings.dynamic_config)) {
    flags.push("--dynamic-config-value", `${key}=${JSON.stringify(value)}`);
  }
  return flags;
}

function failed(message: string): DevServerResult {
  const hint = "run `temporal server start-dev` by hand to see more, or set TEMPORAL_ADDRESS to a server that runs";
  return { ok: false, problems: [{ code: "temporal-not-available", at: "temporal", message, hint }] };
}
