/** The way out to the network, as everyone else sees it: requests over HTTP, and hosts for other protocols. */

/** The answer of the guarded fetch: the body is read within `RESPONSE_MAX_BYTES`. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Milliseconds from the request to the last byte. */
  ms: number;
  /** After redirects. */
  url: string;
}

/** What a TLS connection trusts and shows beside what is usual; PEM texts. A certificate is always verified. */
export interface TlsFiles {
  /** Certificates that are trusted in place of the usual ones. */
  ca?: string;
  /** The client's certificate and its key. */
  cert?: string;
  key?: string;
  /** The name that the server's certificate must carry, where it is not the URL's host. */
  serverName?: string;
}

export interface HttpRequest {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Values may hold secret references (`env:NAME`, `Bearer env:NAME`); they are resolved at the last moment. */
  headers?: Record<string, string>;
  body?: string;
  /** In place of `body`: what is no text. */
  bytes?: Uint8Array;
  timeoutMs?: number;
  /** Of the answer; default `RESPONSE_MAX_BYTES`. */
  maxBytes?: number;
  /** How the answer's bytes become `text`: `latin1` keeps each byte as one character. Default: utf8. */
  encoding?: "utf8" | "latin1";
  /** Ends the request early. */
  signal?: AbortSignal;
  /** `refuse` returns the redirect itself: for requests that act, and for probes that expect one. Default: follow. */
  redirect?: "follow" | "refuse";
  /** For the URL's own origin alone: a redirect to another takes none of it along. */
  tls?: TlsFiles;
}

/**
 * The only way out to the network: every URL, address and redirect is checked against the network policy.
 * Throws `ToolFailure` (an `HttpFailure`, which also tells whether the request had been sent) with `host-not-allowed`, `address-not-allowed`, `url-invalid`, `secret-over-http`,
 * `source-unreachable`, `timed-out` or `response-too-large`; an answer of any status is returned.
 */
export type GuardedFetch = (url: string, request?: HttpRequest) => Promise<HttpAnswer>;

/** A host that the network policy lets be spoken to, and where to connect: DNS must not be asked again. */
export interface ResolvedHost {
  /** In one spelling: small letters, no brackets, no final dot. */
  host: string;
  port: number;
  /** The host is an address and no name. */
  isAddress: boolean;
  /** At least one, each one checked. */
  addresses: ReadonlyArray<{ address: string; family: 4 | 6 }>;
}

export interface ResolveCall {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** `false`: who asks is not config.yaml, so a place that it declares on loopback or a private address is refused, too. */
  implies?: boolean;
}

/** The rules of the guarded fetch for tools that speak another protocol than HTTP. Both throw `ToolFailure`. */
export interface HostGuard {
  /**
   * Checks the host and each address it resolves to. `host-not-allowed`, `address-not-allowed`, `url-invalid`,
   * `source-unreachable` (no such name) or `timed-out`. Connect to one of `addresses`, never to the name.
   */
  resolve(host: string, port: number, options?: ResolveCall): Promise<ResolvedHost>;
  /** Whether a name may be asked of DNS, where nothing is connected to. `host-not-allowed` or `url-invalid`. */
  checkName(name: string): Promise<void>;
}
