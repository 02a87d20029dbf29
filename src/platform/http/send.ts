/** One request to one checked address, without redirects and without a proxy. Owns `undici`. */
import type { Agent } from "undici";
import { RESPONSE_MAX_BYTES } from "../../vocabulary/limits.js";
import type { TlsFiles } from "./contract.js";
import { HttpFailure } from "./failure.js";

/** An address that was checked and may be connected to. */
export interface Address {
  address: string;
  family: 4 | 6;
}

/** One request, everything in it checked and resolved. */
export interface Hop {
  url: URL;
  /** The host without brackets: what messages name. */
  host: string;
  /** Where to connect: DNS is not asked again. */
  addresses: readonly Address[];
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal: AbortSignal;
  /** Of the answer; default `RESPONSE_MAX_BYTES`. */
  maxBytes?: number;
  encoding?: "utf8" | "latin1";
  tls?: TlsFiles;
}

export interface HopAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}
export type Send = (hop: Hop) => Promise<HopAnswer>;

/** Says what went wrong without the URL's path or query, which may hold what nobody should read. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  EHOSTUNREACH: "no route leads there",
  ENETUNREACH: "its network cannot be reached",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  UND_ERR_SOCKET: "the connection was closed before the answer was complete",
  UND_ERR_HEADERS_OVERFLOW: "the answer's headers are too long",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer's length is not what it said",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate chain is self-signed",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate cannot be verified",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate comes from an authority that is not trusted",
  CERT_SIGNATURE_FAILURE: "its certificate was not signed by the authority that is trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate names another host",
  ERR_OSSL_PEM_NO_START_LINE: "the certificate or key that was given for it is no PEM text",
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "the client's certificate and key do not belong together",
};

function reasonOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; depth++) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (cause instanceof AggregateError && cause.errors.length > 0) cause = cause.errors[0];
    else if (code !== undefined) return REASONS[code] ?? `it failed with ${code.slice(0, 60)}`;
    else cause = cause.cause;
  }
  return "it failed";
}

/** Sends one hop. Throws `HttpFailure`, which tells whether a connection stood; an abort is thrown as it is. */
export const send: Send = async (hop) => {
  let connected = false;
  const agent = await pinnedAgent(hop.addresses, hop.tls, () => {
    connected = true;
  });
  try {
    const answer = await agent.request({
      origin: hop.url.origin,
      path: `${hop.url.pathname}${hop.url.search}`,
      method: hop.method as "GET",
      headers: hop.headers,
      body: hop.body ?? null,
      signal: hop.signal,
    });
    return {
      status: answer.statusCode,
      headers: flatHeaders(answer.headers),
      text: await readCapped(answer.body, hop),
    };
  } catch (error) {
    if (error instanceof HttpFailure || hop.signal.aborted)
      throw error instanceof HttpFailure ? error : aborted(connected);
    throw new HttpFailure("source-unreachable", `${place(hop)} did not answer: ${reasonOf(error)}`, connected);
  } finally {
    await agent.destroy().catch(() => undefined);
  }
};

/** Thrown in place of undici's own abort, which does not tell whether the request had left. */
export class Aborted extends Error {
  constructor(readonly sent: boolean) {
    super("aborted");
  }
}
const aborted = (connected: boolean): Aborted => new Aborted(connected);

/** The host and port of a hop, as messages name it. */
export function place(hop: Pick<Hop, "url" | "host">): string {
  return hop.url.port === "" ? hop.host : `${hop.host}:${hop.url.port}`;
}

/** An agent of one connection that asks no resolver: every name has the addresses that were checked. */
async function pinnedAgent(
  addresses: readonly Address[],
  tls: TlsFiles | undefined,
  onConnect: () => void,
): Promise<Agent> {
  // Loaded with the first request: most commands send none.
  const { Agent, buildConnector } = await import("undici");
  const { serverName, ...material } = tls ?? {};
  const connector = buildConnector({
    timeout: 10_000,
    ...material,
    ...(serverName === undefined ? {} : { servername: serverName }),
    lookup: (_host, options, callback) => {
      const [first] = addresses;
      if (first === undefined) callback(new Error("no address"), "", 4);
      else if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    },
  });
  return new Agent({
    connections: 1,
    pipelining: 0,
    maxHeaderSize: 65_536,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) =>
      connector(options, (error, socket) => {
        if (error !== null) return callback(error, null);
        onConnect();
        callback(null, socket);
      }),
  });
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

async function readCapped(body: AsyncIterable<Buffer>, { host, maxBytes, encoding }: Hop): Promise<string> {
  const limit = maxBytes ?? RESPONSE_MAX_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limit) {
      const message = `the answer of ${host} must have at most ${limit} bytes, got more`;
      throw new HttpFailure("response-too-large", message, true, "ask for less: a narrower query or a shorter time");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString(encoding ?? "utf8");
}
