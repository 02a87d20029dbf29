/** The lab's first application (Node, prom-client): answers /items from a cache, else from the ledger. Log as JSON lines. */
import { createWriteStream } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const { PORT, LOG, REDIS_PORT, LEDGER_URL, FAULTS_FILE } = process.env;
let release = process.env.RELEASE ?? "1.4.0";
const log = createWriteStream(LOG, { flags: "a" });
const say = (level, msg, more = {}) =>
  log.write(`${JSON.stringify({ ts: new Date().toISOString(), level, app: "catalog", msg, ...more })}\n`);

const register = new Registry();
collectDefaultMetrics({ register });
const requests = new Counter({
  name: "http_server_requests_total",
  help: "Requests.",
  labelNames: ["method", "route", "status_code"],
  registers: [register],
});
const seconds = new Histogram({
  name: "http_server_request_duration_seconds",
  help: "Durations.",
  labelNames: ["route"],
  buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
  registers: [register],
});
const cache = new Counter({
  name: "catalog_cache_lookups_total",
  help: "Cache lookups.",
  labelNames: ["result"],
  registers: [register],
});
const info = new Gauge({ name: "catalog_build_info", help: "Build.", labelNames: ["version"], registers: [register] });
info.set({ version: release }, 1);

const faults = async () => {
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(FAULTS_FILE, "utf8").catch(() => "{}"));
};

function redis(...words) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: Number(REDIS_PORT) });
    socket.setTimeout(1_000, () => socket.destroy(new Error(`cache timed out: 127.0.0.1:${REDIS_PORT}`)));
    let text = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      text += chunk;
      if (!text.endsWith("\r\n")) return;
      socket.end();
      if (text.startsWith("-")) reject(new Error(`cache refused: ${text.slice(1).trim()}`));
      else resolve(text.startsWith("$-1") ? undefined : text.split("\r\n")[1]);
    });
    socket.write(`*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join("")}`);
  });
}

function ledger(path, method = "GET") {
  return new Promise((resolve, reject) => {
    const call = request(`${LEDGER_URL}${path}`, { method, timeout: 3_000 }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () =>
        answer.statusCode >= 500 ? reject(new Error(`ledger answered ${answer.statusCode}`)) : resolve(text),
      );
    });
    call.on("timeout", () => call.destroy(new Error("ledger timed out after 3000 ms")));
    call.on("error", reject);
    call.end();
  });
}

async function item(id) {
  const kept = await redis("GET", `item:${id}`);
  cache.inc({ result: kept === undefined ? "miss" : "hit" });
  if (kept !== undefined) return kept;
  const fresh = await ledger(`/accounts/${id}`);
  await redis("SET", `item:${id}`, "x".repeat(200), "EX", "20");
  return fresh;
}

let leak = [];
const server = createServer(async (req, res) => {
  if (req.url === "/metrics") {
    res.setHeader("content-type", register.contentType);
    return res.end(await register.metrics());
  }
  if (req.url === "/healthz") return res.end("ok");
  const began = process.hrtime.bigint();
  const route = req.url.startsWith("/items") ? "/items/:id" : "/orders";
  let status = 200;
  try {
    const { catalog: fault } = await faults();
    if (fault === "release" && release !== "1.5.0") {
      release = "1.5.0";
      info.reset();
      info.set({ version: release }, 1);
      say("info", "started", { version: release });
    }
    if (fault === "release" && Math.random() < 0.6)
      throw new TypeError("Cannot read properties of undefined (reading 'price')");
    if (fault === "slow") await new Promise((go) => setTimeout(go, 900));
    if (fault === "leak") leak.push(Buffer.alloc(300_000, 1));
    else leak = [];
    if (fault === "loop") for (const until = Date.now() + 120; Date.now() < until; );
    if (route === "/orders") await ledger("/entries", "POST");
    else await item(Number(req.url.split("/").at(-1)) % 400);
    res.end("{}");
  } catch (error) {
    status = 500;
    say("error", `${route} failed: ${error.message}`, { err: error.name, stack: error.stack?.split("\n")[1]?.trim() });
    res.statusCode = 500;
    res.end("{}");
  }
  requests.inc({ method: req.method, route, status_code: status });
  seconds.observe({ route }, Number(process.hrtime.bigint() - began) / 1e9);
});
server.listen(Number(PORT), "127.0.0.1", () => say("info", "started", { version: release, port: PORT }));
process.on("SIGTERM", () => process.exit(0));
