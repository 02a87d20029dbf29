/** A TLS handshake with an address that was checked, and what the other side showed. Nothing is sent after it. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { TLS_CHAIN_MAX } from "../../../../vocabulary/probe-limits.js";

export type Handshake =
  | {
      status: "unreachable" | "timed-out" | "handshake-failed";
      reason: string;
      address: string | null;
      connectMs: number | null;
    }
  | {
      status: "done";
      address: string;
      connectMs: number;
      handshakeMs: number;
      protocol: string;
      cipher: string;
      /** The leaf first, as far as the other side or the trust store shows it. */
      chain: DetailedPeerCertificate[];
      /** OpenSSL's name for why the chain is not trusted; undefined where it is. */
      distrust?: string;
      /** Why the certificate is not the server's; undefined where it names it. */
      mismatch?: string;
    };

export interface Peer {
  addresses: ReadonlyArray<{ address: string; family: 4 | 6 }>;
  port: number;
  serverName: string;
  /** PEM of the roots that are trusted instead of those that Node knows; set only by tests. */
  authorities?: readonly string[];
}

/** Tries the addresses in turn until one takes the connection. `signal` ends it as `timed-out`. */
export async function shakeHands(peer: Peer, signal: AbortSignal): Promise<Handshake> {
  let last: Handshake = { status: "unreachable", reason: "it has no address", address: null, connectMs: null };
  for (const { address } of peer.addresses) {
    const startedAt = performance.now();
    const connected = await opened(connectTcp({ host: address, port: peer.port }), "connect", signal);
    const connectMs = Math.round(performance.now() - startedAt);
    if (connected.ok) return secured(connected.socket, peer, address, connectMs, signal);
    last = { status: connected.status, reason: connected.reason, address, connectMs: null };
    if (connected.status === "timed-out") return last;
  }
  return last;
}

type Opened<S> = { ok: true; socket: S } | { ok: false; status: "unreachable" | "timed-out"; reason: string };

function opened<S extends Socket>(
  socket: S,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<Opened<S>> {
  return new Promise((resolve) => {
    const finish = (result: Opened<S>) => {
      signal.removeEventListener("abort", onAbort);
      // A reset after the handshake is not of interest any more, and must not end the process.
      socket.removeAllListeners("error").on("error", () => undefined);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onAbort = () => finish({ ok: false, status: "timed-out", reason: "no answer in time" });
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once(event, () => finish({ ok: true, socket }));
    socket.once("error", (error) => finish({ ok: false, status: "unreachable", reason: reasonOf(error) }));
    socket.once("close", () => finish({ ok: false, status: "unreachable", reason: "the connection was closed" }));
  });
}

async function secured(
  socket: Socket,
  peer: Peer,
  address: string,
  connectMs: number,
  signal: AbortSignal,
): Promise<Handshake> {
  const startedAt = performance.now();
  const tls = connect({
    socket,
    // The verdict is what is asked for, so a bad certificate must not end the handshake; nothing is sent on it.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // Old servers are to be seen, too.
    minVersion: "TLSv1",
    ciphers: "DEFAULT@SECLEVEL=0",
    ...(peer.authorities === undefined ? {} : { ca: [...peer.authorities] }),
    ...(isIP(peer.serverName) === 0 ? { servername: peer.serverName } : {}),
  });
  try {
    const shaken = await opened(tls, "secureConnect", signal);
    if (!shaken.ok) {
      const status = shaken.status === "timed-out" ? "timed-out" : "handshake-failed";
      return { status, reason: shaken.reason, address, connectMs };
    }
    const handshakeMs = Math.round(performance.now() - startedAt);
    return { status: "done", address, connectMs, handshakeMs, ...shownBy(tls, peer.serverName) };
  } finally {
    tls.destroy();
    socket.destroy();
  }
}

function shownBy(tls: TLSSocket, serverName: string) {
  const chain: DetailedPeerCertificate[] = [];
  let certificate: DetailedPeerCertificate | undefined = tls.getPeerCertificate(true);
  while (certificate?.raw !== undefined && chain.length < TLS_CHAIN_MAX) {
    if (chain.some((one) => one.fingerprint256 === certificate?.fingerprint256)) break;
    chain.push(certificate);
    certificate = certificate.issuerCertificate;
  }
  const [leaf] = chain;
  const mismatch = leaf === undefined ? undefined : checkServerIdentity(serverName, leaf)?.message;
  // The type says Error; it is OpenSSL's code, as text.
  const distrust = tls.authorized ? undefined : String(tls.authorizationError ?? "UNKNOWN");
  return {
    protocol: tls.getProtocol() ?? "unknown",
    cipher: tls.getCipher().standardName,
    chain,
    ...(distrust === undefined ? {} : { distrust }),
    ...(mismatch === undefined ? {} : { mismatch }),
  };
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "no route leads there",
  ENETUNREACH: "its network cannot be reached",
  ETIMEDOUT: "the connection timed out",
  EPROTO: "it does not speak TLS, or none that is known here",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it speaks no version of TLS that is known here",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "it knows no server of this name",
  ERR_SSL_TLSV1_ALERT_UNRECOGNIZED_NAME: "it knows no server of this name",
};

function reasonOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? "";
  return REASONS[code] ?? `it failed with ${(code || "an error of no name").slice(0, 60)}`;
}
