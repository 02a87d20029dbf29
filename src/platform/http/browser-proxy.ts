/**
 * The one way out of a browser that the worker started: a proxy on loopback that asks the host guard for every
 * connection, whatever made the browser want it, and connects to the addresses that were checked.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
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
import { answer, headerLines, REFUSED_HEADER, Refusal, statusLine } from "./browser-refusals.js";
import type { HostGuard, ResolvedHost } from "./contract.js";

const CONNECT_TIMEOUT_MS = 10_000;

export interface RefusedPlace {
  host: string;
  port: number;
  code: ProblemCode;
  message: string;
  hint?: string;
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
  const proxy = new BrowserProxy(options);
  await proxy.listen();
  return proxy;
}

export class BrowserProxy {
  readonly username = "autoops";
  readonly password = randomBytes(24).toString("hex");
  /** What was refused so far, each place once, in order. */
  readonly refused: RefusedPlace[] = [];
  readonly #options: BrowserProxyOptions;
  readonly #expected = Buffer.from(`Basic ${Buffer.from(`${this.username}:${this.password}`).toString("base64")}`);
  readonly #server = this.#serverOf();
  /** With the place that it leads to, where that is known. */
  readonly #open = new Map<Duplex, string | undefined>();
  #within: ReadonlySet<string> | undefined;
  #left: number;

  constructor(options: BrowserProxyOptions) {
    this.#options = options;
    this.#left = options.maxBytes ?? BROWSER_TRAFFIC_MAX_BYTES;
  }

  /** `http://127.0.0.1:<port>`, for who knows the name and the password. */
  get server(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  /** From now on these origins alone; open connections elsewhere end. Later calls can only take away. */
  readonly confine = (origins: readonly string[]): void => {
    this.#within = new Set(origins.map(placeOfOrigin).filter((place) => this.#isWithin(place)));
    for (const [socket, place] of this.#open) if (place !== undefined && !this.#isWithin(place)) socket.destroy();
  };

  async close(): Promise<void> {
    for (const socket of this.#open.keys()) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  count(socket: Duplex, place?: string): void {
    // It may have been admitted just before the browser was confined.
    if (place !== undefined && !this.#isWithin(place)) socket.destroy();
    this.#open.set(socket, place);
    socket.once("close", () => this.#open.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      this.#left -= chunk.length;
      if (this.#left < 0) for (const each of this.#open.keys()) each.destroy();
    });
  }

  isOurs(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers["proxy-authorization"] ?? "");
    return given.length === this.#expected.length && timingSafeEqual(given, this.#expected);
  }

  async admit(host: string, port: number): Promise<ResolvedHost> {
    const { hosts, signal } = this.#options;
    try {
      if (this.#left < 0) throw toolFailure("response-too-large", "the replay has used up its bytes");
      if (this.#open.size > BROWSER_CONNECTIONS_MAX) {
        throw toolFailure("source-unreachable", "too many connections are open");
      }
      if (!this.#isWithin(placeOf(host, port))) throw confinedFailure(host, port);
      return await hosts.resolve(host, port, { signal, implies: this.#options.isNamed(host, port) });
    } catch (error) {
      const known = error instanceof ToolFailure ? error : toolFailure("internal", "it failed");
      this.#noteRefused(host, port, known);
      throw new Refusal(known.code);
    }
  }

  #isWithin(place: string): boolean {
    return this.#within === undefined || this.#within.has(place);
  }

  #noteRefused(host: string, port: number, { code, message, hint }: ToolFailure): void {
    const isNew = !this.refused.some((other) => other.host === host && other.port === port && other.code === code);
    if (!isNew || this.refused.length >= BROWSER_EVENTS_MAX) return;
    this.refused.push({ host: host.slice(0, 253), port, code, message, hint });
  }

  #serverOf(): Server {
    const server = createServer((request, response) => {
      void forward(request, response, this).catch((error: unknown) => answer(response, error));
    });
    server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.count(socket);
      // What it sends before it is let through must wait for the other end.
      socket.pause();
      void tunnel(request, socket, head, this).catch((error: unknown) => {
        const head = `HTTP/1.1 ${statusLine(error)}\r\n${headerLines(error)}`;
        socket.end(`${head}content-length: 0\r\nconnection: close\r\n\r\n`);
      });
    });
    // Over a proxy, WebSockets come as tunnels.
    server.on("upgrade", (_, socket: Duplex) => socket.destroy());
    server.on("clientError", (_, socket: Duplex) => socket.destroy());
    return server;
  }
}

type Gatekeeper = Pick<BrowserProxy, "admit" | "count" | "isOurs">;

/** Plain HTTP: the request is made anew, to the checked address. */
async function forward(request: IncomingMessage, response: ServerResponse, proxy: Gatekeeper): Promise<void> {
  if (!proxy.isOurs(request)) throw new Refusal("sign-in");
  const given = request.url ?? "";
  if (!/^http:\/\//i.test(given) || !URL.canParse(given)) throw new Refusal("url-invalid");
  const url = new URL(given);
  const port = url.port === "" ? 80 : Number(url.port);
  const { addresses } = await proxy.admit(bare(url.hostname), port);
  const socket = await connected(addresses, port);
  proxy.count(socket, placeOf(bare(url.hostname), port));
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
async function tunnel(request: IncomingMessage, socket: Socket, head: Buffer, proxy: Gatekeeper): Promise<void> {
  if (!proxy.isOurs(request)) throw new Refusal("sign-in");
  const place = /^(\[[0-9a-fA-F:.]+\]|[^:/?#@\s]+):(\d{1,5})$/.exec(request.url ?? "");
  const [, host = "", port = ""] = place ?? [];
  if (place === null) throw new Refusal("url-invalid");
  const { addresses } = await proxy.admit(bare(host), Number(port));
  const onward = await connected(addresses, Number(port));
  proxy.count(onward, placeOf(bare(host), Number(port)));
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
