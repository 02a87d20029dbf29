/**
 * The one way out of a browser that the worker started: a proxy on loopback that asks the host guard for every
 * connection, whatever made the browser want it, and connects to the addresses that were checked.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  BROWSER_CONNECTIONS_MAX,
  BROWSER_EVENTS_MAX,
  BROWSER_TRAFFIC_MAX_BYTES,
} from "../../vocabulary/browser-limits.js";
import type { ProblemCode } from "../../vocabulary/problems.js";
import { ToolFailure, toolFailure } from "../failure.js";
import { bare, confinedFailure, placeOf, placeOfOrigin, withoutHops } from "./browser-places.js";
import type { HostGuard, ResolvedHost } from "./contract.js";

/** On answers of the proxy itself, with the code of what stood in the way; taken off what comes from outside. */
export const REFUSED_HEADER = "x-autoops-refused";
const CONNECT_TIMEOUT_MS = 10_000;

export interface RefusedPlace {
  host: string;
  port: number;
  code: ProblemCode;
  message: string;
  hint?: string;
}

export interface BrowserProxy {
  /** `http://127.0.0.1:<port>`, for who knows the name and the password. */
  server: string;
  username: string;
  password: string;
  /** What was refused so far, each place once, in order. */
  refused: RefusedPlace[];
  /** From now on these origins alone; open connections elsewhere end. Later calls can only take away. */
  confine(origins: readonly string[]): void;
  close(): Promise<void>;
}

export interface BrowserProxyOptions {
  hosts: Pick<HostGuard, "resolve">;
  /** Whether the caller itself named the place; a page that asks for one on loopback is refused. */
  isNamed(host: string, port: number): boolean;
  signal: AbortSignal;
  maxBytes?: number;
}

/** Starts the proxy on a free port of loopback. The caller closes it. */
export async function startBrowserProxy(options: BrowserProxyOptions): Promise<BrowserProxy> {
  const password = randomBytes(24).toString("hex");
  const expected = Buffer.from(`Basic ${Buffer.from(`autoops:${password}`).toString("base64")}`);
  const refused: RefusedPlace[] = [];
  /** With the place that it leads to, where that is known. */
  const open = new Map<Duplex, string | undefined>();
  let within: ReadonlySet<string> | undefined;
  let left = options.maxBytes ?? BROWSER_TRAFFIC_MAX_BYTES;

  const isWithin = (place: string): boolean => within === undefined || within.has(place);
  const count = (socket: Duplex, place?: string): void => {
    // It may have been admitted just before the browser was confined.
    if (place !== undefined && !isWithin(place)) socket.destroy();
    open.set(socket, place);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) for (const each of open.keys()) each.destroy();
    });
  };
  const isOurs = (request: IncomingMessage): boolean => {
    const given = Buffer.from(request.headers["proxy-authorization"] ?? "");
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const admit = async (host: string, port: number): Promise<ResolvedHost> => {
    try {
      if (left < 0) throw toolFailure("response-too-large", "the replay has used up its bytes");
      if (open.size > BROWSER_CONNECTIONS_MAX) throw toolFailure("source-unreachable", "too many connections are open");
      if (!isWithin(placeOf(host, port))) throw confinedFailure(host, port);
      return await options.hosts.resolve(host, port, { signal: options.signal, implies: options.isNamed(host, port) });
    } catch (error) {
      const { code, message, hint } =
        error instanceof ToolFailure ? error : { code: "internal" as const, message: "it failed", hint: undefined };
      const isNew = !refused.some((other) => other.host === host && other.port === port && other.code === code);
      if (isNew && refused.length < BROWSER_EVENTS_MAX)
        refused.push({ host: host.slice(0, 253), port, code, message, hint });
      throw new Refusal(code);
    }
  };

  const server = createServer((request, response) => {
    void forward(request, response, isOurs(request), admit, count).catch((error: unknown) => answer(response, error));
  });
  server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    count(socket);
    // What it sends before it is let through must wait for the other end.
    socket.pause();
    void tunnel(request, socket, head, isOurs(request), admit, count).catch((error: unknown) => {
      socket.end(
        `HTTP/1.1 ${statusLine(error)}\r\n${headerLines(error)}content-length: 0\r\nconnection: close\r\n\r\n`,
      );
    });
  });
  // Over a proxy, WebSockets come as tunnels.
  server.on("upgrade", (_, socket: Duplex) => socket.destroy());
  server.on("clientError", (_, socket: Duplex) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    username: "autoops",
    password,
    refused,
    confine(origins) {
      within = new Set(origins.map(placeOfOrigin).filter(isWithin));
      for (const [socket, place] of open) if (place !== undefined && !isWithin(place)) socket.destroy();
    },
    async close() {
      for (const socket of open.keys()) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the browser is told; the reason stands in `refused`. */
class Refusal extends Error {
  constructor(readonly code: ProblemCode | "sign-in") {
    super(code);
  }
}
const statusLine = (error: unknown): string => {
  if (!(error instanceof Refusal)) return "502 Bad Gateway";
  return error.code === "sign-in" ? "407 Proxy Authentication Required" : "403 Forbidden";
};
const headersOf = (error: unknown): Record<string, string> => {
  if (!(error instanceof Refusal)) return { [REFUSED_HEADER]: "source-unreachable" };
  return error.code === "sign-in"
    ? { "proxy-authenticate": 'Basic realm="autoops"' }
    : { [REFUSED_HEADER]: error.code };
};
const headerLines = (error: unknown): string =>
  Object.entries(headersOf(error))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");

function answer(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const headers = { ...headersOf(error), "cache-control": "no-store", "content-type": "text/plain" };
  response.writeHead(Number(statusLine(error).slice(0, 3)), headers);
  // A browser takes an error without a body for one of its own, and shows no header of it.
  response.end("not reached\n");
}

type Admit = (host: string, port: number) => Promise<ResolvedHost>;
type Count = (socket: Duplex, place?: string) => void;

/** Plain HTTP: the request is made anew, to the checked address. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  isOurs: boolean,
  admit: Admit,
  count: Count,
): Promise<void> {
  if (!isOurs) throw new Refusal("sign-in");
  const given = request.url ?? "";
  if (!/^http:\/\//i.test(given) || !URL.canParse(given)) throw new Refusal("url-invalid");
  const url = new URL(given);
  const port = url.port === "" ? 80 : Number(url.port);
  const { addresses } = await admit(bare(url.hostname), port);
  const socket = await connected(addresses, port);
  count(socket, placeOf(bare(url.hostname), port));
  const headers = withoutHops(request.headers);
  const onward = httpRequest({
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, connection: "close" },
    createConnection: () => socket,
  });
  await new Promise<void>((resolve, reject) => {
    onward.once("error", reject);
    onward.once("response", (came) => {
      const { [REFUSED_HEADER]: _, ...kept } = withoutHops(came.headers);
      response.writeHead(came.statusCode ?? 502, kept);
      came.pipe(response);
      came.once("error", reject);
      response.once("close", () => {
        socket.destroy();
        resolve();
      });
    });
    request.pipe(onward);
  });
}

/** Everything else: a tunnel to the checked address. */
async function tunnel(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  isOurs: boolean,
  admit: Admit,
  count: Count,
): Promise<void> {
  if (!isOurs) throw new Refusal("sign-in");
  const place = /^(\[[0-9a-fA-F:.]+\]|[^:/?#@\s]+):(\d{1,5})$/.exec(request.url ?? "");
  const [, host = "", port = ""] = place ?? [];
  if (place === null) throw new Refusal("url-invalid");
  const { addresses } = await admit(bare(host), Number(port));
  const onward = await connected(addresses, Number(port));
  count(onward, placeOf(bare(host), Number(port)));
  socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  if (head.length > 0) onward.write(head);
  onward.pipe(socket);
  socket.pipe(onward);
  onward.once("close", () => socket.destroy());
  socket.once("close", () => onward.destroy());
}

/** A connection to the first address that takes one. */
async function connected(addresses: ResolvedHost["addresses"], port: number): Promise<Socket> {
  let last: unknown;
  for (const { address, family } of addresses) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host: address, family, port, timeout: CONNECT_TIMEOUT_MS });
        socket.once("connect", () => {
          socket.setTimeout(0);
          resolve(socket);
        });
        socket.once("timeout", () => socket.destroy(new Error("timed out")));
        socket.once("error", reject);
      });
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
