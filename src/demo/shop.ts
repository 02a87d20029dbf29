/**
 * The demo's checkout service: its own process, node built-ins only, nothing of the product. It prices carts, keeps a
 * log, metrics and a deployment record, and sends itself customers. Started with version 1, it deploys version 2, whose
 * defect is real, after a while.
 *
 *   node dist/demo/shop.js --dir DIR [--port 0] [--load 40] [--deploy-after 12]
 *
 * `--load`: carts a second (0: none). `--deploy-after`: seconds until version 2 is deployed (0: never).
 */
import { fstatSync, mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { startLoad } from "./load.js";
import { isCart, PRICING } from "./pricing.js";
import { ShopLog } from "./shop-log.js";
import { ShopMetrics } from "./shop-metrics.js";
import { ShopVersions } from "./shop-versions.js";

const BODY_MAX_BYTES = 64_000;
const PARENT_CHECK_MS = 500;

class Shop {
  readonly #log: ShopLog;
  readonly #metrics = new ShopMetrics();
  readonly versions: ShopVersions;

  constructor(dir: string) {
    this.#log = new ShopLog(dir);
    this.versions = new ShopVersions(dir, "first start");
    this.#log.write("info", "checkout service started", { version: this.versions.current, pid: process.pid });
  }

  get logPath(): string {
    return this.#log.path;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const route = new URL(request.url ?? "/", "http://shop").pathname;
    const version = this.versions.current;
    const status = await this.#route(route, request, response);
    const known = ["/checkout", "/version", "/metrics", "/healthz"].includes(route) ? route : "other";
    this.#metrics.observe(known, status, version, (performance.now() - started) / 1_000);
  }

  close(): void {
    this.#log.write("info", "checkout service stopped", { version: this.versions.current, pid: process.pid });
    this.#log.close();
  }

  async #route(route: string, request: IncomingMessage, response: ServerResponse): Promise<number> {
    // A page in a browser may be made to post here under another name; only this machine's own names are served.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) {
      return send(response, 421, { error: "this service answers on loopback only" });
    }
    switch (`${request.method} ${route}`) {
      case "POST /checkout":
        return this.#checkout(request, response);
      case "GET /version":
        return send(response, 200, { service: "checkout", version: this.versions.current });
      case "POST /version":
        return this.#switch(request, response);
      case "GET /healthz":
        return send(response, 200, { status: "ok", version: this.versions.current });
      case "GET /metrics":
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
        response.end(this.#metrics.page(this.versions.current));
        return 200;
      default:
        return send(response, 404, { error: "there is nothing here" });
    }
  }

  async #checkout(request: IncomingMessage, response: ServerResponse): Promise<number> {
    const version = this.versions.current;
    const facts = { version, route: "/checkout" };
    const body = await readJson(request);
    if (!isCart(body)) {
      this.#log.write("warn", "checkout refused: the body is not a cart", { ...facts, status: 400 });
      return send(response, 400, { error: "the body must be a cart" });
    }
    try {
      const price = PRICING[version](body);
      this.#log.write("info", `checkout priced ${body.lines.length} lines at ${price.total_cents} cents`, {
        ...facts,
        status: 200,
      });
      return send(response, 200, { ...price });
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      const stack = fault.stack?.split("\n")[1]?.trim();
      this.#log.write("error", `checkout failed: ${fault.message}`, {
        ...facts,
        status: 500,
        error: fault.name,
        stack,
      });
      return send(response, 500, { error: "checkout failed" });
    }
  }

  async #switch(request: IncomingMessage, response: ServerResponse): Promise<number> {
    const wish = await readJson(request);
    const key = request.headers["idempotency-key"];
    const before = this.versions.current;
    const { status, body } = this.versions.switchTo(
      typeof wish === "object" && wish !== null ? wish : {},
      typeof key === "string" ? key : undefined,
    );
    const { current } = this.versions;
    if (current !== before)
      this.#log.write("info", `version ${current} deployed in place of ${before}`, { version: current });
    return send(response, status, body);
  }
}

function send(response: ServerResponse, status: number, body: Record<string, unknown>): number {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
  return status;
}

/** The body as JSON; undefined where it is none or too large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= BODY_MAX_BYTES) parts.push(part);
  }
  if (bytes > BODY_MAX_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Calls `end` when the process that started this one goes away: its pipe closes, or another process adopts us. */
function watchParent(end: () => void): NodeJS.Timeout {
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) {
    process.stdin.on("end", end).on("close", end).on("error", end);
    process.stdin.resume();
  }
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_CHECK_MS);
}

async function deploy(port: number, version: string): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/version`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `pipeline-${version}` },
    body: JSON.stringify({ version, by: "release pipeline" }),
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: "string" },
      port: { type: "string", default: "0" },
      load: { type: "string", default: "40" },
      "deploy-after": { type: "string", default: "12" },
    },
  });
  if (values.dir === undefined) throw new Error("--dir DIR is needed: where the log and the deployment record go");
  const dir = resolve(values.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const shop = new Shop(dir);
  const server = createServer((request, response) => {
    shop.answer(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, Number(values.port));
  const perSecond = Math.min(Number(values.load), 200);
  const stopLoad = perSecond > 0 ? startLoad(port, perSecond) : () => undefined;
  const afterMs = Number(values["deploy-after"]) * 1_000;
  const deployment = afterMs > 0 ? setTimeout(() => void deploy(port, "2").catch(() => undefined), afterMs) : undefined;
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    stopLoad();
    clearTimeout(deployment);
    clearInterval(watch);
    server.close();
    server.closeAllConnections();
    shop.close();
    process.exit(0);
  };
  const watch = watchParent(end);
  process.on("SIGTERM", end).on("SIGINT", end);
  const ready = { ready: true, port, url: `http://127.0.0.1:${port}`, pid: process.pid, dir, log: shop.logPath };
  process.stdout.write(`${JSON.stringify({ ...ready, deployments: shop.versions.path })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `the checkout service cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
