/** Tool `tls_probe`: which certificate a server shows, whether it is trusted and for how long. A bad one is a result. */
import type { DetailedPeerCertificate } from "node:tls";
import { z } from "zod";
import { HttpFailure } from "../../platform/http/failure.js";
import type { JsonObject } from "../../schema/json.js";
import { TLS_CHAIN_MAX, TLS_NAMES_MAX } from "../../vocabulary/probe-limits.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { findingsSchema } from "./kit/finding.js";
import { certificateOf, certificateSchema } from "./kit/probes/certificate.js";
import { type Handshake, shakeHands } from "./kit/probes/tls-handshake.js";
import { findingsOf, type Seen, verdictOf } from "./kit/probes/tls-verdict.js";

const paramsSchema = z.strictObject({
  /** Name or address. */
  host: z
    .string()
    .regex(/^(?![-.])(?!.*\.\.)[A-Za-z0-9_.:-]{1,253}$/, "a host's name or address, without scheme, port or path"),
  port: z.int().min(1).max(65_535).default(443),
  /** The name that is asked for and that the certificate must hold; default: the host. */
  server_name: z
    .string()
    .regex(/^(?!-)[A-Za-z0-9_.-]{1,253}$/, "a server's name")
    .optional(),
  /** Days before the end of validity from which it is a finding. */
  warn_days: z.int().min(1).max(365).default(21),
  timeout_seconds: z.int().min(1).max(60).default(10),
});
type Params = z.output<typeof paramsSchema>;

const outputSchema = z.strictObject({
  host: z.string(),
  port: z.int(),
  server_name: z.string(),
  address: z.string().nullable(),
  status: z.enum(["trusted", "untrusted", "handshake-failed", "unreachable", "timed-out"]),
  /** Trusted, and not about to end. */
  ok: z.boolean(),
  /** Why it is not trusted, or did not come about; null where it is trusted. */
  reason: z.string().nullable(),
  protocol: z.string().nullable(),
  cipher: z.string().nullable(),
  /** The leaf first. */
  chain: z.array(certificateSchema).max(TLS_CHAIN_MAX),
  /** Until the first certificate of the chain ends; negative where one has ended. */
  days_left: z.int().nullable(),
  connect_ms: z.int().nullable(),
  handshake_ms: z.int().nullable(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const tlsProbe = defineTool({
  name: "tls_probe",
  description: "Looks at the certificate that a server shows: its chain, names, end of validity, trust, protocol.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: ({ host, port = 443 }: JsonObject) => ({
    urls: [host, port].some((value) => typeof value === "string" && value.includes("{{"))
      ? []
      : [`tcp://${host}:${port}`],
    problems: [],
  }),
  run: probe,
});

async function probe(params: Params, context: ToolContext): Promise<Output> {
  const deadline = AbortSignal.timeout(params.timeout_seconds * 1_000);
  const signal = AbortSignal.any([deadline, context.signal]);
  const shaken = await reached(params, context, signal);
  if (context.signal.aborted) throw toolFailure("cancelled", "the probe was cancelled");
  return outputOf(params, shaken, context.now());
}

async function reached(params: Params, { hosts }: ToolContext, signal: AbortSignal): Promise<Handshake> {
  const { host, port, timeout_seconds } = params;
  try {
    const { addresses } = await hosts.resolve(host, port, { signal, timeoutMs: timeout_seconds * 1_000 });
    return await shakeHands({ addresses, port, serverName: params.server_name ?? host }, signal);
  } catch (error) {
    if (!(error instanceof HttpFailure) || !["source-unreachable", "timed-out", "cancelled"].includes(error.code))
      throw error;
    const status = error.code === "source-unreachable" ? "unreachable" : "timed-out";
    return { status, reason: error.message, address: null, connectMs: null };
  }
}

function outputOf(params: Params, shaken: Handshake, nowMs: number): Output {
  const { host, port, server_name = host, warn_days } = params;
  const common = { host, port, server_name, address: shaken.address, connect_ms: shaken.connectMs };
  if (shaken.status !== "done") {
    const seen: Seen = { place: `${host}:${port}`, warnDays: warn_days, status: shaken.status, reason: shaken.reason };
    const nothing = { protocol: null, cipher: null, chain: [], days_left: null, handshake_ms: null };
    return {
      ...common,
      status: shaken.status,
      ok: false,
      reason: shaken.reason,
      ...nothing,
      findings: findingsOf(seen),
    };
  }
  const chain = shaken.chain.map((one: DetailedPeerCertificate) => certificateOf(one, nowMs, TLS_NAMES_MAX));
  const { status, reason } = verdictOf(shaken, chain);
  const days = chain.map(({ days_left }) => days_left);
  const days_left = days.length === 0 ? null : Math.min(...days);
  const { protocol, cipher, handshakeMs } = shaken;
  const seen: Seen = { place: `${host}:${port}`, warnDays: warn_days, status, reason, chain, protocol, cipher };
  const ok = status === "trusted" && (days_left ?? 0) >= warn_days;
  const rest = { protocol, cipher, chain, days_left, handshake_ms: handshakeMs, findings: findingsOf(seen) };
  return { ...common, status, ok, reason, ...rest };
}
