/**
 * What we ask a Temporal server about itself and set on its namespace. The only file of the platform that speaks gRPC;
 * the package is loaded on first use, so that commands without a server do not pay for it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Connection } from "@temporalio/client";
import { SEARCH_ATTRIBUTE_TYPES, type SearchAttributeType } from "../../schema/temporal-dev.js";

export type SearchAttributes = Readonly<Record<string, SearchAttributeType>>;

/** The server's numbers for the types, from 1 on, in this order. */
const TYPE_NUMBERS = new Map(SEARCH_ATTRIBUTE_TYPES.map((type, index) => [type, index + 1]));

/** gRPC status numbers that we tell apart. */
export const GRPC = {
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

/** The gRPC status of an error, if it has one. */
export function grpcCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? code : undefined;
}

export async function openConnection(address: string, timeoutMs: number): Promise<Connection> {
  const { Connection: Class } = await import("@temporalio/client");
  const connection = Class.lazy({ address, tls: false, connectTimeout: timeoutMs });
  try {
    await connection.ensureConnected();
    return connection;
  } catch (error) {
    // Otherwise it would go on trying, and keep the process alive.
    await connection.close();
    throw error;
  }
}

/** The version of the server behind the connection, such as `1.29.1`; empty if it does not say. */
export async function serverVersion(connection: Connection): Promise<string> {
  const info = await connection.workflowService.getSystemInfo({});
  return info.serverVersion ?? "";
}

/** The version of the Temporal server that listens there, or undefined when none does. */
export async function temporalAt(address: string, timeoutMs: number): Promise<string | undefined> {
  let connection: Connection | undefined;
  try {
    connection = await openConnection(address, timeoutMs);
    return await connection.withDeadline(Date.now() + timeoutMs, () => serverVersion(connection as Connection));
  } catch {
    return undefined;
  } finally {
    await connection?.close();
  }
}

/** How long the namespace keeps runs that have ended. */
export async function setRetention(connection: Connection, namespace: string, hours: number): Promise<void> {
  const { msToTs } = await import("@temporalio/common/lib/time.js");
  const config = { workflowExecutionRetentionTtl: msToTs(hours * 3_600_000) };
  await connection.workflowService.updateNamespace({ namespace, config });
}

/**
 * The attributes that the namespace lacks or has with another type. `undefined` when this server does not let us ask
 * (Temporal Cloud gives that to its own tool).
 */
export async function missingSearchAttributes(
  connection: Connection,
  namespace: string,
  wanted: SearchAttributes,
): Promise<SearchAttributes | undefined> {
  let present: Record<string, unknown>;
  try {
    present = (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  } catch (error) {
    const code = grpcCode(error);
    if (code === GRPC.unimplemented || code === GRPC.permissionDenied) return undefined;
    throw error;
  }
  const lacking = Object.entries(wanted).filter(([name, type]) => present[name] !== TYPE_NUMBERS.get(type));
  return Object.fromEntries(lacking);
}

/** Registers attributes, and returns once the namespace has them. */
export async function addSearchAttributes(
  connection: Connection,
  namespace: string,
  wanted: SearchAttributes,
  timeoutMs = 10_000,
): Promise<void> {
  const searchAttributes = Object.fromEntries(
    Object.entries(wanted).map(([name, type]) => [name, TYPE_NUMBERS.get(type) ?? 0]),
  );
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      if (grpcCode(error) !== GRPC.alreadyExists) throw error;
    }
    const lacking = await missingSearchAttributes(connection, namespace, wanted);
    if (lacking === undefined || Object.keys(lacking).length === 0) return;
    if (Date.now() >= deadlineMs) {
      throw new Error(`the namespace ${namespace} still lacks ${Object.keys(lacking).join(", ")}`);
    }
    await pause(100);
  }
}

/** The command that registers attributes, ready to be pasted. */
export function registerCommand(namespace: string, address: string, lacking: SearchAttributes): string {
  const pairs = Object.entries(lacking).map(([name, type]) => `--name ${name} --type ${type}`);
  return `temporal operator search-attribute create --address ${address} --namespace ${namespace} ${pairs.join(" ")}`;
}
