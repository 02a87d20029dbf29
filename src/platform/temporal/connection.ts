/**
 * The way to a Temporal server: where it is by Temporal's own settings (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
 * TEMPORAL_PROFILE, TLS, API key), and whether it is fit for us. Packages load on first use.
 */
import type { Connection, ConnectionOptions } from "@temporalio/client";
import type { TemporalDevSettings } from "../../schema/temporal-dev.js";
import { SEARCH_ATTRIBUTES } from "../../vocabulary/names.js";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import type { Refused, Result } from "../../vocabulary/result.js";
import type { Environment } from "./cache.js";
import { answers, LOOPBACK } from "./ports.js";
import { GRPC, grpcCode, missingSearchAttributes, registerCommand, serverVersion } from "./service.js";
import { isAtLeast } from "./version.js";

/** Where a server is and how to speak to it; the same options serve the client and the worker. */
export interface Whereabouts {
  address: string;
  namespace: string;
  connectionOptions: Pick<ConnectionOptions, "address" | "tls" | "apiKey"> & { metadata?: Record<string, string> };
}

export interface TemporalConnection extends Whereabouts {
  connection: Connection;
  serverVersion: string;
  close(): Promise<void>;
}

export type Located = Result<Whereabouts>;
export type Connected = Result<TemporalConnection>;

interface ConnectOptions {
  environment: Environment;
  /** For what the environment leaves open: `temporal-dev.yaml`. */
  settings: TemporalDevSettings;
  timeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 8_000;

const one = (code: ProblemCode, at: string, message: string, hint: string): Refused => ({
  ok: false,
  problems: [{ code, at, message, hint }],
});

/** Reads Temporal's own settings, without asking any server. */
export async function locate({ environment, settings }: ConnectOptions): Promise<Located> {
  const { loadClientConnectConfig } = await import("@temporalio/envconfig");
  const set = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
  try {
    const loaded = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
    const { tls, apiKey, metadata } = loaded.connectionOptions;
    const address = loaded.connectionOptions.address || settings.address;
    const namespace = loaded.namespace || settings.namespace;
    if (apiKey !== undefined && tls === false && !isLoopback(address)) {
      const message = `the API key would go to ${address} without TLS`;
      return one("secret-over-http", "TEMPORAL_TLS", message, "remove TEMPORAL_TLS=false");
    }
    const options = { address, tls: tls ?? false, apiKey, metadata: metadata as Record<string, string> | undefined };
    return { ok: true, value: { address, namespace, connectionOptions: options } };
  } catch (error) {
    const message = `Temporal's connection settings cannot be read: ${(error as Error).message}`;
    const hint = "check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the file that it names";
    return one("config-invalid", "TEMPORAL_PROFILE", message, hint);
  }
}

/** Connects within the time, and refuses a server that is too old or lacks the namespace. */
export async function connect(options: ConnectOptions): Promise<Connected> {
  const located = await locate(options);
  if (!located.ok) return located;
  const where = located.value;
  const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
  // A refused connect costs gRPC its whole time-out; on this machine a plain one tells at once.
  if (isLoopback(where.address) && !(await listens(where.address))) return unreachable(where, "nothing listens there");
  const { Connection: Class } = await import("@temporalio/client");
  const connection = Class.lazy({ ...where.connectionOptions, connectTimeout: timeoutMs });
  const close = async (): Promise<void> => await connection.close();
  try {
    await connection.ensureConnected();
    return await connection.withDeadline(Date.now() + timeoutMs, async () => {
      const version = await serverVersion(connection);
      const minimum = options.settings.cli.minimum_server;
      if (version !== "" && !isAtLeast(version, minimum)) {
        await close();
        const message = `the Temporal server on ${where.address} must be ${minimum} or newer, got ${version}`;
        return one("temporal-outdated", "TEMPORAL_ADDRESS", message, "upgrade it, or set TEMPORAL_ADDRESS to another");
      }
      await connection.workflowService.describeNamespace({ namespace: where.namespace });
      return { ok: true as const, value: { ...where, connection, serverVersion: version, close } };
    });
  } catch (error) {
    await close();
    return explain(where, error);
  }
}

function unreachable(where: Whereabouts, why: string): Connected {
  const message = `the Temporal server on ${where.address} does not answer: ${why}`;
  const hint = "start one with `autoops dev`, or set TEMPORAL_ADDRESS";
  return one("temporal-unreachable", "TEMPORAL_ADDRESS", message, hint);
}

function explain(where: Whereabouts, error: unknown): Connected {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const code = grpcCode(cause);
  const { details, message } = cause as { details?: string; message: string };
  const said = (details || message).split("\n", 1)[0] ?? "";
  if (code === GRPC.notFound) {
    const create = `temporal operator namespace create --address ${where.address} --namespace ${where.namespace}`;
    const text = `the Temporal server on ${where.address} has no namespace ${where.namespace}`;
    return one("config-invalid", "TEMPORAL_NAMESPACE", text, `set TEMPORAL_NAMESPACE, or run: ${create}`);
  }
  if (code === GRPC.unauthenticated || code === GRPC.permissionDenied) {
    const text = `the Temporal server on ${where.address} does not let us in: ${said}`;
    return one("not-signed-in", "TEMPORAL_API_KEY", text, "check TEMPORAL_API_KEY, the TLS settings and the namespace");
  }
  return unreachable(where, said);
}

/**
 * The problem with the namespace's search attributes, with the command that registers what is missing. Nothing when
 * all are there, and when the server keeps that to itself (Temporal Cloud).
 */
export async function checkSearchAttributes(temporal: TemporalConnection): Promise<Problem[]> {
  const { connection, namespace, address } = temporal;
  const lacking = await missingSearchAttributes(connection, namespace, SEARCH_ATTRIBUTES);
  if (lacking === undefined || Object.keys(lacking).length === 0) return [];
  const names = Object.keys(lacking).join(", ");
  const message = `the namespace ${namespace} must have our search attributes, and lacks ${names}`;
  const hint = `run: ${registerCommand(namespace, address, lacking)}`;
  return [{ code: "search-attributes-missing", at: "TEMPORAL_NAMESPACE", message, hint }];
}

function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/.test(address);
}

async function listens(address: string): Promise<boolean> {
  const [, host = LOOPBACK, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(address) ?? [];
  return await answers(host, Number(port), 2_000);
}
